-- Cells of a release that is being made, where no reader sees them: a country of them does not fit into the
-- memory of a small machine, and writing them all at once would keep answers waiting.
create table release_draft (
    bucket smallint not null,
    campaign uuid not null,
    draft uuid not null,
    unit uuid not null,
    period text not null,
    channel text not null,
    version integer not null,
    hidden smallint,
    nodes bytea not null,
    items bytea not null,
    constraint release_draft_bucket primary key (bucket, campaign, draft, unit, period, channel)
);
create index release_draft_by_draft on release_draft (campaign, draft);
