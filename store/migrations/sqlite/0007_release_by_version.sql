-- A campaign may ask one version after another. Figures of two are never added up, so each has cells of its own.
create table release_cell_by_version (
    bucket integer not null,
    campaign blob not null,
    version integer not null,
    unit blob not null,
    period text not null,
    channel text not null,
    hidden integer,
    changed_in integer not null,
    nodes blob not null,
    items blob not null,
    constraint release_cell_bucket primary key (bucket, campaign, version, unit, period, channel)
) strict;
insert into release_cell_by_version
    (bucket, campaign, version, unit, period, channel, hidden, changed_in, nodes, items)
    select bucket, campaign, version, unit, period, channel, hidden, changed_in, nodes, items from release_cell;
drop table release_cell;
alter table release_cell_by_version rename to release_cell;
create index release_cell_by_version on release_cell (campaign, version);

-- What is in a draft is made again.
drop table release_draft;
create table release_draft (
    bucket integer not null,
    campaign blob not null,
    draft blob not null,
    version integer not null,
    unit blob not null,
    period text not null,
    channel text not null,
    hidden integer,
    nodes blob not null,
    items blob not null,
    constraint release_draft_bucket primary key (bucket, campaign, draft, version, unit, period, channel)
) strict;
create index release_draft_by_draft on release_draft (campaign, draft);
