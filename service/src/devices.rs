//! Desk devices: tying one to a point, what it is told, and what it tells.

mod pin;

use domain::canonical;
use domain::civil;
use domain::code::Code;
use domain::device::{self, Acceptance, Health, Trouble};
use domain::id::{DeviceId, ResponseId};
use store::StoreError;
use store::catalogue::{Device, DeviceState};
use store::devices::{DeviceContact, Enrolment, KnownDevice, PinHash, Redeemed};
use time::{Date, Duration, OffsetDateTime};
use validator::{Validate, ValidationError};

use crate::Service;
use crate::clock::random;
use crate::desk::Desk;
use crate::error::ServiceError;
use crate::setup::{new_code, random_uuid};
use crate::shape::{self, LONGEST_LABEL};

pub use pin::ITERATIONS as PIN_ITERATIONS;

/// Length of the code that ties a device to a point: typed once, on the device.
pub const ENROLMENT_LENGTH: usize = 12;
/// How long such a code can be redeemed.
const ENROLMENT_VALID: Duration = Duration::hours(24);
/// How many days of given-up attempts one contact may report.
pub const MOST_ABANDONED: u64 = 512;

const INCARNATION: &str = "incarnation";
const DURABLE_UNTIL: &str = "durable_until";

/// A code to be typed on a device, and the PIN of its staff's screen. Neither can be read again.
#[derive(Clone, Debug)]
pub struct EnrolmentCode {
    pub code: String,
    pub pin: String,
    pub expires_at: OffsetDateTime,
}

/// What a device is invited with.
#[derive(Validate)]
struct Invitation<'a> {
    #[validate(length(max = "LONGEST_LABEL"))]
    label: &'a str,
    #[validate(custom(function = "is_pin"))]
    pin: Option<&'a str>,
}

fn is_pin(pin: &str) -> Result<(), ValidationError> {
    if pin.len() >= 6 && pin.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(())
    } else {
        Err(ValidationError::new("six digits or more"))
    }
}

/// A device that was tied to its point.
#[derive(Clone, Debug)]
pub struct Enrolled {
    pub device: Device,
    pub pin: PinHash,
    /// The reply to the same request was given before.
    pub repeat: bool,
}

/// Why a device is turned away.
#[derive(Debug, thiserror::Error)]
pub enum DeviceRefusal {
    #[error("no device has this token")]
    Unknown,
    #[error("the device was revoked on {0}")]
    Revoked(Date),
    #[error("the code is unknown, used or expired")]
    Code,
    #[error("a token is 64 hexadecimal digits")]
    Token,
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for DeviceRefusal {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// What every device is told with every reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub now: OffsetDateTime,
    /// Everything recorded before it is in a verified backup or on a synchronous standby.
    pub durable_until: Option<OffsetDateTime>,
    /// Which life of its database the server is in.
    pub incarnation: String,
}

impl Service {
    /// Makes a code that ties one device to the point, and draws a PIN when none is given.
    pub async fn invite_device(
        &self,
        point: &str,
        label: &str,
        pin: Option<&str>,
    ) -> Result<EnrolmentCode, ServiceError> {
        shape::check(&Invitation { label, pin })?;
        let desk = self.desk(point).await?;
        self.check_device(&desk.campaign, &desk.point)?;
        let pin = pin.map_or_else(pin::draw, str::to_owned);
        let code = new_code(ENROLMENT_LENGTH)?;
        let expires_at = self.now() + ENROLMENT_VALID;
        let salt = random();
        let enrolment = Enrolment {
            code_hash: self.code_hash(&code),
            point: desk.point.id,
            label: label.to_owned(),
            pin: PinHash {
                salt,
                hash: pin::derive(&pin, &salt),
            },
            expires_at,
        };
        self.store().put_enrolment(&enrolment).await?;
        Ok(EnrolmentCode {
            code,
            pin,
            expires_at,
        })
    }

    /// Ties the device that made `token` to the point of the code. The device makes its token itself, so that
    /// it can ask again when the reply was lost.
    pub async fn redeem(&self, typed: &str, token: &str) -> Result<Enrolled, DeviceRefusal> {
        canonical::from_hex::<32>(token).ok_or(DeviceRefusal::Token)?;
        let code = Code::parse(typed, ENROLMENT_LENGTH).map_err(|_| ServiceError::Mistyped)?;
        let device = Device {
            id: DeviceId(random_uuid()),
            point: domain::id::PointId(uuid::Uuid::nil()),
            token_hash: canonical::sha256(token.as_bytes()),
            state: DeviceState::Trial,
            revoked_on: None,
            label: String::new(),
        };
        let hash = self.code_hash(code.as_str());
        match self.store().redeem(&hash, &device, self.now()).await? {
            Redeemed::New(device, pin) => Ok(Enrolled {
                device,
                pin,
                repeat: false,
            }),
            Redeemed::Same(device, pin) => Ok(Enrolled {
                device,
                pin,
                repeat: true,
            }),
            Redeemed::Refused => Err(DeviceRefusal::Code),
        }
    }

    /// The device of a token, revoked or not.
    pub async fn device_of(&self, token: &str) -> Result<Device, DeviceRefusal> {
        let hash = canonical::sha256(token.as_bytes());
        self.store()
            .device_by_token(&hash)
            .await?
            .ok_or(DeviceRefusal::Unknown)
    }

    /// What a device asks at its point. A revoked one asks nothing any more.
    pub async fn desk_of(&self, device: &Device) -> Result<Desk, DeviceRefusal> {
        if device.state == DeviceState::Revoked {
            return Err(DeviceRefusal::Revoked(
                device.revoked_on.unwrap_or_else(|| self.today()),
            ));
        }
        let point = self
            .store()
            .point(device.point)
            .await?
            .ok_or(ServiceError::NotFound("point"))?;
        Ok(self.desk(&point.code).await?)
    }

    /// Notes what a device says of itself. Of given-up attempts it sends the totals of a day.
    pub async fn note_contact(
        &self,
        device: &Device,
        contact: &DeviceContact,
        abandoned: &[(Date, String, i32)],
    ) -> Result<(), ServiceError> {
        Ok(self.store().note_contact(device.id, contact, abandoned).await?)
    }

    /// What devices are told with every reply.
    pub async fn standing(&self) -> Result<Standing, ServiceError> {
        let mut facts = self.store().facts().await?;
        let incarnation = facts.remove(INCARNATION);
        let seconds = facts.get(DURABLE_UNTIL).and_then(|text| text.parse().ok());
        Ok(Standing {
            now: self.now(),
            durable_until: seconds.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
            incarnation: incarnation.ok_or(StoreError::Corrupt("the database has no incarnation"))?,
        })
    }

    /// Says that everything recorded before an instant is in a backup that was restored on trial, or on a
    /// synchronous standby. Devices then forget their copies.
    pub async fn set_durable_until(&self, until: OffsetDateTime) -> Result<(), ServiceError> {
        if until > self.now() {
            return Err(ServiceError::Invalid(
                "what is to come is in no backup".to_owned(),
            ));
        }
        let seconds = until.unix_timestamp().to_string();
        Ok(self.store().put_fact(DURABLE_UNTIL, &seconds).await?)
    }

    /// Says that the database was restored from a backup: devices deliver again what they still hold.
    pub async fn declare_restored(&self) -> Result<(), ServiceError> {
        let incarnation = canonical::hex(&random::<8>());
        Ok(self.store().put_fact(INCARNATION, &incarnation).await?)
    }

    /// Says of refused responses that it was decided about them: devices that try again are told to drop them.
    pub async fn settle(&self, responses: &[ResponseId]) -> Result<(), ServiceError> {
        Ok(self.store().settle(responses, self.today()).await?)
    }

    /// Whether a response is stored.
    pub async fn holds(&self, response: ResponseId) -> Result<bool, ServiceError> {
        Ok(self.store().response(response).await?.is_some())
    }

    /// Whether it was decided about a refused response.
    pub async fn is_settled(&self, response: ResponseId) -> Result<bool, ServiceError> {
        Ok(self.store().is_settled(response).await?)
    }

    /// Every device with what it said last, and what should be looked after.
    pub async fn devices(&self) -> Result<Vec<(KnownDevice, Vec<Trouble>)>, ServiceError> {
        let now = self.now();
        let devices = self.store().devices().await?;
        let troubled = devices.into_iter().map(|known| {
            let revoked = known.device.state == DeviceState::Revoked;
            let waiting = known.contact.as_ref().is_some_and(|contact| contact.unsent > 0);
            // A revoked device is of interest only while it may still hold something.
            let troubles = if revoked && !waiting {
                Vec::new()
            } else {
                device::troubles(known.contact.as_ref().map(health), now)
            };
            (known, troubles)
        });
        Ok(troubled.collect())
    }

    /// Puts a device into service, back into trial, or revokes it.
    pub async fn set_device(&self, id: DeviceId, state: DeviceState) -> Result<(), ServiceError> {
        let revoked_on = (state == DeviceState::Revoked).then(|| self.today());
        Ok(self.store().set_device(id, state, revoked_on).await?)
    }

    /// Whether a device's format is taken today.
    pub fn acceptance(&self, format: u32) -> Acceptance {
        device::acceptance(format, civil::date_of(self.now()))
    }
}

fn health(contact: &DeviceContact) -> Health {
    Health {
        contact_at: contact.contact_at,
        clock_skew_s: contact.clock_skew_s,
        oldest_unsent_s: contact.oldest_unsent_s,
        refused: contact.refused,
        storage_used: contact.storage_used,
        storage_quota: contact.storage_quota,
        storage_failing: contact.storage_failing,
    }
}
