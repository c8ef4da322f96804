-- Desk devices: how they are tied to a point, and what the server knows of them.

alter table device add column label text not null default '';

-- A one-time code, known by its keyed hash, that ties a device to a point. The PIN opens the staff's screen on
-- the device, also without a network, so the device is given the salted hash.
create table device_enrolment (
    code_hash bytea not null,
    point uuid not null references point (id),
    label text not null,
    pin_salt bytea not null,
    pin_hash bytea not null,
    expires_at bigint not null,
    -- The device that redeemed it: the same device may ask again when the reply was lost.
    device uuid,
    constraint device_enrolment_code_hash primary key (code_hash)
);

-- What a device said of itself the last time; one row a device.
create table device_contact (
    device uuid not null references device (id),
    contact_at bigint not null,
    clock_skew_s bigint not null,
    unsent integer not null,
    oldest_unsent_s bigint,
    refused integer not null,
    last_delivery_s bigint,
    program text not null,
    format integer not null,
    storage_used bigint,
    storage_quota bigint,
    persisted smallint,
    constraint device_contact_device primary key (device)
);

-- Attempts that were given up, by the question reached: counts of a day, never an answer.
create table device_abandoned (
    device uuid not null references device (id),
    on_day integer not null,
    question text not null,
    attempts integer not null,
    constraint device_abandoned_device primary key (device, on_day, question)
);

-- Facts of this database as a whole. A restore makes a new incarnation, so that devices deliver again.
create table server_fact (
    name text not null,
    content text not null,
    constraint server_fact_name primary key (name)
);
insert into server_fact (name, content) values ('incarnation', substr(replace(gen_random_uuid()::text, '-', ''), 1, 16));
