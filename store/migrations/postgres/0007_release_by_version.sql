-- A campaign may ask one version after another. Figures of two are never added up, so each has cells of its own.
alter table release_cell drop constraint release_cell_bucket;
alter table release_cell add constraint release_cell_bucket
    primary key (bucket, campaign, version, unit, period, channel);
drop index release_cell_by_campaign;
create index release_cell_by_version on release_cell (campaign, version);

-- What is in a draft is made again.
delete from release_draft;
alter table release_draft drop constraint release_draft_bucket;
alter table release_draft add constraint release_draft_bucket
    primary key (bucket, campaign, draft, version, unit, period, channel);
