//! The statements of devices, and their rows.

use std::collections::{BTreeMap, HashMap};

use domain::id::DeviceId;
use uuid::Uuid;

use super::{DeviceContact, KnownDevice};
use crate::StoreError;
use crate::backend::instant_of;
use crate::catalogue::sql::device_of;

pub(super) const PUT_ENROLMENT: &str = "insert into device_enrolment (code_hash, point, label, pin_salt, pin_hash, expires_at) \
     values ($1, $2, $3, $4, $5, $6)";
/// Locks the row on PostgreSQL, so that two devices with one code are told apart.
pub(super) const CLAIM: &str = "update device_enrolment set device = $2 \
     where code_hash = $1 and device is null and expires_at > $3 returning point, label, pin_salt, pin_hash";
pub(super) const CLAIMED: &str = "select d.id, d.point, d.token_hash, d.state, d.revoked_on, d.label, e.pin_salt, \
     e.pin_hash from device_enrolment e join device d on d.id = e.device \
     where e.code_hash = $1 and d.token_hash = $2";
pub(super) const SET_DEVICE: &str = "update device set state = $2, revoked_on = $3 where id = $1 returning 1";
pub(super) const DEVICES: &str = "select d.id, d.point, d.token_hash, d.state, d.revoked_on, d.label, p.code \
     from device d join point p on p.id = d.point order by p.code, d.label, d.id";
pub(super) const ABANDONED: &str =
    "select device, question, cast(sum(attempts) as bigint) from device_abandoned group by device, question";
pub(super) const CONTACTS: &str = "select device, contact_at, clock_skew_s, unsent, oldest_unsent_s, refused, \
     last_delivery_s, program, format, storage_used, storage_quota, persisted, storage_failing from device_contact";
pub(super) const PUT_CONTACT: &str = "insert into device_contact (device, contact_at, clock_skew_s, unsent, oldest_unsent_s, refused, \
     last_delivery_s, program, format, storage_used, storage_quota, persisted, storage_failing) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     on conflict (device) do update set contact_at = excluded.contact_at, clock_skew_s = excluded.clock_skew_s, \
     unsent = excluded.unsent, oldest_unsent_s = excluded.oldest_unsent_s, refused = excluded.refused, \
     last_delivery_s = excluded.last_delivery_s, program = excluded.program, format = excluded.format, \
     storage_used = excluded.storage_used, storage_quota = excluded.storage_quota, \
     persisted = excluded.persisted, storage_failing = excluded.storage_failing";
pub(super) const PUT_ABANDONED: &str = "insert into device_abandoned (device, on_day, question, attempts) values ($1, $2, $3, $4) \
     on conflict (device, on_day, question) do update set attempts = excluded.attempts";
pub(super) const SETTLE: &str =
    "insert into response_settled (id, settled_on) values ($1, $2) on conflict (id) do nothing";
pub(super) const SETTLED: &str = "select 1 from response_settled where id = $1";
pub(super) const FACTS: &str = "select name, content from server_fact";
pub(super) const PUT_FACT: &str = "insert into server_fact (name, content) values ($1, $2) \
     on conflict (name) do update set content = excluded.content";

pub(super) type ClaimRow = (Uuid, String, Vec<u8>, Vec<u8>);
pub(super) type ClaimedRow = (Uuid, Uuid, Vec<u8>, i16, Option<i32>, String, Vec<u8>, Vec<u8>);
pub(super) type DeviceRow = (Uuid, Uuid, Vec<u8>, i16, Option<i32>, String, String);
pub(super) type ContactRow = (
    Uuid,
    i64,
    i64,
    i32,
    Option<i64>,
    i32,
    Option<i64>,
    String,
    i32,
    Option<i64>,
    Option<i64>,
    Option<i16>,
    Option<i16>,
);

pub(super) fn known(
    rows: Vec<DeviceRow>,
    abandoned_at: Vec<(Uuid, String, i64)>,
    contacts: Vec<ContactRow>,
) -> Result<Vec<KnownDevice>, StoreError> {
    let mut questions: HashMap<Uuid, BTreeMap<String, i64>> = HashMap::new();
    for (device, question, attempts) in abandoned_at {
        questions.entry(device).or_default().insert(question, attempts);
    }
    let mut contacts = contacts
        .into_iter()
        .map(contact)
        .collect::<Result<HashMap<_, _>, _>>()?;
    rows.into_iter()
        .map(|(id, point, token_hash, state, revoked, label, point_code)| {
            Ok(KnownDevice {
                device: device_of((id, point, token_hash, state, revoked, label))?,
                point_code,
                contact: contacts.remove(&DeviceId(id)),
                abandoned_at: questions.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

fn contact(row: ContactRow) -> Result<(DeviceId, DeviceContact), StoreError> {
    let (id, at, skew, unsent, oldest, refused, delivery, program, format, used, quota, persisted, failing) =
        row;
    let contact = DeviceContact {
        contact_at: instant_of(at)?,
        clock_skew_s: skew,
        unsent,
        oldest_unsent_s: oldest,
        refused,
        last_delivery_s: delivery,
        program,
        format,
        storage_used: used,
        storage_quota: quota,
        persisted: persisted.map(|persisted| persisted != 0),
        storage_failing: failing.map(|failing| failing != 0),
    };
    Ok((DeviceId(id), contact))
}
