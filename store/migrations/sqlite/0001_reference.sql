-- Reference tables: small, the same on every node, read by key. Dates are days since 1970-01-01,
-- instants Unix seconds; both read alike on both databases and neither has a zone.

create table unit (
    id blob not null,
    latitude_e6 integer,
    longitude_e6 integer,
    constraint unit_id primary key (id)
) strict;

create table unit_fact (
    unit blob not null references unit (id),
    ordinal integer not null,
    name_vi text not null,
    name_en text not null,
    kind text not null,
    code text not null,
    parent blob,
    valid_from integer,
    valid_to integer,
    decision text,
    constraint unit_fact_unit primary key (unit, ordinal)
) strict;

create table succession (
    old_unit blob not null references unit (id),
    new_unit blob not null references unit (id),
    on_day integer not null,
    extent integer not null,
    decision text,
    constraint succession_old_unit primary key (old_unit, new_unit, on_day)
) strict;

-- Counters that rise with every change of what they name.
create table revision (
    name text not null,
    number integer not null,
    constraint revision_name primary key (name)
) strict, without rowid;
insert into revision (name, number) values ('units', 0), ('questionnaire_version', 0), ('release', 0);

create table questionnaire_version (
    id integer not null,
    key text not null,
    version text not null,
    hash blob not null,
    definition text not null,
    constraint questionnaire_version_id primary key (id),
    constraint questionnaire_version_key unique (key, version)
) strict;

create table campaign (
    id blob not null,
    key text not null,
    title text not null,
    agency text not null,
    hotline text not null,
    motto text,
    selection integer not null,
    release_rule integer not null,
    demo integer not null,
    starts_on integer not null,
    ends_on integer,
    closed_on integer,
    constraint campaign_id primary key (id),
    constraint campaign_key unique (key)
) strict;

create table campaign_version (
    campaign blob not null references campaign (id),
    from_day integer not null,
    version integer not null references questionnaire_version (id),
    constraint campaign_version_campaign primary key (campaign, from_day)
) strict, without rowid;

create table campaign_unit (
    campaign blob not null references campaign (id),
    unit blob not null,
    constraint campaign_unit_campaign primary key (campaign, unit)
) strict, without rowid;

create table point (
    id blob not null,
    code text not null,
    campaign blob not null references campaign (id),
    unit blob not null,
    channel integer not null,
    state integer not null,
    label text not null,
    hourly_limit integer not null,
    needs_code integer not null,
    constraint point_id primary key (id),
    constraint point_code unique (code)
) strict;
create index point_by_unit on point (unit);

create table device (
    id blob not null,
    point blob not null references point (id),
    token_hash blob not null,
    state integer not null,
    revoked_on integer,
    constraint device_id primary key (id),
    constraint device_token_hash unique (token_hash)
) strict;

create table key_pair (
    id integer not null,
    public_key blob not null,
    sealed_private blob not null,
    made_at integer not null,
    retired_at integer,
    constraint key_pair_id primary key (id)
) strict;

create table job_lease (
    job text not null,
    owner text not null,
    until integer not null,
    heartbeat integer not null,
    constraint job_lease_job primary key (job)
) strict, without rowid;

create table release (
    number integer not null,
    campaign blob not null references campaign (id),
    made_at integer not null,
    constraint release_number primary key (number)
) strict;
create index release_by_campaign on release (campaign, number);
