-- Reference tables: small, the same on every node, read by key. Dates are days since 1970-01-01,
-- instants Unix seconds; both read alike on both databases and neither has a zone.

create table unit (
    id uuid not null,
    latitude_e6 integer,
    longitude_e6 integer,
    constraint unit_id primary key (id)
);

create table unit_fact (
    unit uuid not null references unit (id),
    ordinal smallint not null,
    name_vi text not null,
    name_en text not null,
    kind text not null,
    code text not null,
    parent uuid,
    valid_from integer,
    valid_to integer,
    decision text,
    constraint unit_fact_unit primary key (unit, ordinal)
);

create table succession (
    old_unit uuid not null references unit (id),
    new_unit uuid not null references unit (id),
    on_day integer not null,
    extent smallint not null,
    decision text,
    constraint succession_old_unit primary key (old_unit, new_unit, on_day)
);

-- Counters that rise with every change of what they name.
create table revision (
    name text not null,
    number bigint not null,
    constraint revision_name primary key (name)
);
insert into revision (name, number) values ('units', 0), ('questionnaire_version', 0), ('release', 0);

create table questionnaire_version (
    id integer not null,
    key text not null,
    version text not null,
    hash bytea not null,
    definition text not null,
    constraint questionnaire_version_id primary key (id),
    constraint questionnaire_version_key unique (key, version)
);

create table campaign (
    id uuid not null,
    key text not null,
    title text not null,
    agency text not null,
    hotline text not null,
    motto text,
    selection smallint not null,
    release_rule smallint not null,
    demo smallint not null,
    starts_on integer not null,
    ends_on integer,
    closed_on integer,
    constraint campaign_id primary key (id),
    constraint campaign_key unique (key)
);

create table campaign_version (
    campaign uuid not null references campaign (id),
    from_day integer not null,
    version integer not null references questionnaire_version (id),
    constraint campaign_version_campaign primary key (campaign, from_day)
);

create table campaign_unit (
    campaign uuid not null references campaign (id),
    unit uuid not null,
    constraint campaign_unit_campaign primary key (campaign, unit)
);

create table point (
    id uuid not null,
    code text not null,
    campaign uuid not null references campaign (id),
    unit uuid not null,
    channel smallint not null,
    state smallint not null,
    label text not null,
    hourly_limit integer not null,
    needs_code smallint not null,
    constraint point_id primary key (id),
    constraint point_code unique (code)
);
create index point_by_unit on point (unit);

create table device (
    id uuid not null,
    point uuid not null references point (id),
    token_hash bytea not null,
    state smallint not null,
    revoked_on integer,
    constraint device_id primary key (id),
    constraint device_token_hash unique (token_hash)
);

create table key_pair (
    id integer not null,
    public_key bytea not null,
    sealed_private bytea not null,
    made_at bigint not null,
    retired_at bigint,
    constraint key_pair_id primary key (id)
);

create table job_lease (
    job text not null,
    owner text not null,
    until bigint not null,
    heartbeat bigint not null,
    constraint job_lease_job primary key (job)
);

create table release (
    number bigint not null,
    campaign uuid not null references campaign (id),
    made_at bigint not null,
    constraint release_number primary key (number)
);
create index release_by_campaign on release (campaign, number);
