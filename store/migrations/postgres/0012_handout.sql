-- That single responses left: by an export, or as the documents of refused ones that were shown. One row each time,
-- written before the first of them leaves, with the purpose that was given.
create table handout (
    id uuid not null,
    campaign uuid not null references campaign (id),
    way smallint not null,
    responses bigint not null,
    purpose text not null,
    handed_at bigint not null,
    constraint handout_id primary key (id)
);
create index handout_by_campaign on handout (campaign, handed_at);
