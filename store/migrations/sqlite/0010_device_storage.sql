-- Whether a write to the device's storage failed since the contact before, or records in it cannot be read.
alter table device_contact add column storage_failing integer;
