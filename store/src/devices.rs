//! Desk devices: their enrolment, what they said of themselves, and the facts that they are told.

mod body;
mod sql;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::id::{DeviceId, PointId, ResponseId};
use time::{Date, OffsetDateTime};

use crate::StoreError;
use crate::catalogue::Device;

/// A one-time code that ties a device to a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The keyed hash of the code.
    pub code_hash: Hash,
    pub point: PointId,
    /// What the device is called, such as "Máy ở quầy 3".
    pub label: String,
    pub pin: PinHash,
    pub expires_at: OffsetDateTime,
}

/// The salted hash of the PIN that opens the staff's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinHash {
    pub salt: [u8; 16],
    pub hash: Hash,
}

/// What came of redeeming a code.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// The device is new.
    New(Device, PinHash),
    /// The same device asked again.
    Same(Device, PinHash),
    /// The code is unknown, expired, or another device's.
    Refused,
}

/// What a device said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceContact {
    pub contact_at: OffsetDateTime,
    /// The device's clock less the server's.
    pub clock_skew_s: i64,
    pub unsent: i32,
    /// The age of the oldest unsent response.
    pub oldest_unsent_s: Option<i64>,
    pub refused: i32,
    /// The age of the last delivery.
    pub last_delivery_s: Option<i64>,
    /// The version of the program that runs on the device.
    pub program: String,
    /// The number of the format in which it sends.
    pub format: i32,
    pub storage_used: Option<i64>,
    pub storage_quota: Option<i64>,
    /// Whether the browser promised to keep what is stored.
    pub persisted: Option<bool>,
    /// Whether a write failed since the contact before, or records cannot be read.
    pub storage_failing: Option<bool>,
}

/// A device with what it said last.
#[derive(Clone, Debug)]
pub struct KnownDevice {
    pub device: Device,
    /// The code of its point.
    pub point_code: String,
    pub contact: Option<DeviceContact>,
    /// Attempts that were given up, of all days, by the question that was reached.
    pub abandoned_at: BTreeMap<String, i64>,
}

impl KnownDevice {
    /// Attempts that were given up, of all days and questions.
    pub fn abandoned(&self) -> i64 {
        self.abandoned_at.values().sum()
    }
}

/// Desk devices.
#[async_trait]
pub trait Devices: Send + Sync + 'static {
    /// Makes a code known.
    async fn put_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError>;
    /// Ties a device to the point of a code. `device` brings its id and token; point and label are the
    /// code's. The token names who asked before, so that a lost reply can be had again.
    async fn redeem(
        &self,
        code_hash: &Hash,
        device: &Device,
        now: OffsetDateTime,
    ) -> Result<Redeemed, StoreError>;
    /// Sets the state of a device by its id.
    async fn set_device(
        &self,
        id: DeviceId,
        state: crate::catalogue::DeviceState,
        revoked_on: Option<Date>,
    ) -> Result<(), StoreError>;
    /// Every device, by point and label.
    async fn devices(&self) -> Result<Vec<KnownDevice>, StoreError>;
    /// Notes a contact, and how many attempts were given up on a day at a question; totals replace totals.
    async fn note_contact(
        &self,
        device: DeviceId,
        contact: &DeviceContact,
        abandoned: &[(Date, String, i32)],
    ) -> Result<(), StoreError>;
    /// Notes that refused responses were decided about, on a day; those noted before keep their day.
    async fn settle(&self, responses: &[ResponseId], on: Date) -> Result<(), StoreError>;
    async fn is_settled(&self, response: ResponseId) -> Result<bool, StoreError>;
    /// The facts of the database as a whole, such as its incarnation, by name: a handful.
    async fn facts(&self) -> Result<BTreeMap<String, String>, StoreError>;
    async fn put_fact(&self, name: &str, content: &str) -> Result<(), StoreError>;
}
