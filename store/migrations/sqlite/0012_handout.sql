-- That single responses left: by an export, or as the documents of refused ones that were shown. One row each time,
-- written before the first of them leaves, with the purpose that was given.
create table handout (
    id blob not null,
    campaign blob not null references campaign (id),
    way integer not null,
    responses integer not null,
    purpose text not null,
    handed_at integer not null,
    constraint handout_id primary key (id)
) strict;
create index handout_by_campaign on handout (campaign, handed_at);
