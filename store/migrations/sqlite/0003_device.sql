-- Desk devices: how they are tied to a point, and what the server knows of them.

alter table device add column label text not null default '';

-- A one-time code, known by its keyed hash, that ties a device to a point. The PIN opens the staff's screen on
-- the device, also without a network, so the device is given the salted hash.
create table device_enrolment (
    code_hash blob not null,
    point blob not null references point (id),
    label text not null,
    pin_salt blob not null,
    pin_hash blob not null,
    expires_at integer not null,
    -- The device that redeemed it: the same device may ask again when the reply was lost.
    device blob,
    constraint device_enrolment_code_hash primary key (code_hash)
) strict;

-- What a device said of itself the last time; one row a device.
create table device_contact (
    device blob not null references device (id),
    contact_at integer not null,
    clock_skew_s integer not null,
    unsent integer not null,
    oldest_unsent_s integer,
    refused integer not null,
    last_delivery_s integer,
    program text not null,
    format integer not null,
    storage_used integer,
    storage_quota integer,
    persisted integer,
    constraint device_contact_device primary key (device)
) strict;

-- Attempts that were given up, by the question reached: counts of a day, never an answer.
create table device_abandoned (
    device blob not null references device (id),
    on_day integer not null,
    question text not null,
    attempts integer not null,
    constraint device_abandoned_device primary key (device, on_day, question)
) strict, without rowid;

-- Facts of this database as a whole. A restore makes a new incarnation, so that devices deliver again.
create table server_fact (
    name text not null,
    content text not null,
    constraint server_fact_name primary key (name)
) strict, without rowid;
insert into server_fact (name, content) values ('incarnation', lower(hex(randomblob(8))));
