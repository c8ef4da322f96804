-- Cells of a release that is being made, where no reader sees them: a country of them does not fit into the
-- memory of a small machine, and writing them all at once would keep answers waiting.
create table release_draft (
    bucket integer not null,
    campaign blob not null,
    draft blob not null,
    unit blob not null,
    period text not null,
    channel text not null,
    version integer not null,
    hidden integer,
    nodes blob not null,
    items blob not null,
    constraint release_draft_bucket primary key (bucket, campaign, draft, unit, period, channel)
) strict;
create index release_draft_by_draft on release_draft (campaign, draft);
