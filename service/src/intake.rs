//! Taking a response: the same path for JSON, sealed bodies, the HTML form, paper entry and imports.

mod asked;
mod burst;

use domain::answer::{Answers, Unasked};
use domain::canonical::{self, Hash};
use domain::channel::Channel;
use domain::device::{clock_is_believed, in_grace};
use domain::id::{ResponseId, ResponseIdError};
use domain::questionnaire::Version;
use domain::response::{self, Document, Envelope, FieldError, FieldErrorCode, Known};
use domain::slip;
use domain::status::{Reason, Status};
use domain::tally::{HandledBy, Rated};
use serde_json::Value;
use store::catalogue::{Campaign, Device, DeviceState, Point, PointState, StoredVersion};
use store::intake::{NewResponse, Recorded};
use store::slips::Slip;
use time::Date;

pub(crate) use burst::Bursts;

use self::asked::{Asked, or_note, or_note_all};
use crate::Service;
use crate::desk::last_day;
use crate::error::ServiceError;
use crate::live::is_live;
use crate::slips::Standing;

/// A response as it arrives.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: ResponseId,
    pub document: Value,
    /// What a desk device says beside the document.
    pub device: Option<FromDevice>,
    /// A plain form cannot take back an answer that a later one made pointless; a client must.
    pub unasked: Unasked,
}

/// What a desk device says beside a document, which may have lain sealed for days.
#[derive(Clone, Copy, Debug)]
pub struct FromDevice {
    /// The hash of its token.
    pub token_hash: Hash,
    /// What the clock that dated the answer shows now, in Unix seconds: the device's clock, less what it was set
    /// by since.
    pub clock: Option<i64>,
    /// It said "trial" on its screen when the answer was given.
    pub trial: bool,
}

impl FromDevice {
    /// A device that shows its token and says no more.
    pub fn with_token(token: &str) -> Self {
        Self {
            token_hash: canonical::sha256(token.as_bytes()),
            clock: None,
            trial: false,
        }
    }
}

/// What became of a delivery. Everyone but devices is only told that it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The same content was here before.
    pub repeat: bool,
    /// Why it is not counted; told to devices only.
    pub not_counted: Option<Reason>,
    /// Whether a device with a good token delivered it.
    pub device: bool,
}

/// Why a delivery is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    #[error("no point has this code")]
    UnknownPoint,
    /// The bearer token is no device's.
    #[error("the device is not known")]
    UnknownDevice,
    /// The device belongs to another point.
    #[error("the device is not of this point")]
    ForeignDevice,
    #[error("the device was revoked on {revoked_on}, and the time to deliver is over")]
    RevokedDevice { revoked_on: Date },
    #[error("other content is stored under this id")]
    Conflict,
    #[error("the code was used")]
    CodeUsed,
    #[error("the campaign's last day was {closed_on} and the answer is of a later one")]
    Gone { closed_on: Date },
    #[error("a device sends faster than answers can be given")]
    DeviceTooFast { retry_after_s: u32 },
    #[error("too many responses wait for the writer")]
    Full { retry_after_s: u32 },
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Service {
    /// Checks a delivery against the version that it names, and stores it once.
    ///
    /// Returns after the response is on disk. A caller that goes away does not undo it.
    pub async fn submit(&self, delivery: Delivery) -> Result<Accepted, Refusal> {
        let checked = self.check(delivery).await?;
        let device = checked.device;
        let closed_on = checked.closed_on;
        let live = checked.live.then(|| checked.response.clone());
        let recorded = self.inner.queue.push(checked.response).await?;
        if let (
            Some(response),
            Recorded::New {
                status: Status::Counted,
                ..
            },
        ) = (live, recorded)
        {
            self.inner.live.note(&response);
        }
        match recorded {
            Recorded::New { status, reason } => Ok(accepted(false, status, reason, device)),
            Recorded::Same { status, reason } => Ok(accepted(true, status, reason, device)),
            Recorded::Conflict => Err(Refusal::Conflict),
            Recorded::CodeUsed => Err(Refusal::CodeUsed),
            Recorded::Gone => Err(Refusal::Gone {
                closed_on: closed_on.unwrap_or_else(|| self.today()),
            }),
        }
    }

    /// Everything before the store: also what the bench measures as "validating and storing nothing".
    #[doc(hidden)]
    pub async fn check_only(&self, delivery: Delivery) -> Result<(), Refusal> {
        self.check(delivery).await.map(drop)
    }

    async fn check(&self, delivery: Delivery) -> Result<Checked, Refusal> {
        let today = self.today();
        let document = Document::read(delivery.document);
        let mut errors = Vec::new();
        match delivery.id.check(today) {
            // A device whose clock runs ahead: its answers are held for that, and not refused.
            Err(ResponseIdError::Future) if delivery.device.is_some() => {}
            Err(_) => errors.push(FieldError::new("/id", FieldErrorCode::ResponseId)),
            Ok(()) => {}
        }
        let named = document
            .questionnaire
            .as_ref()
            .map(|named| self.named_version(named));
        let version = named.and_then(|named| or_note(named, &mut errors));
        let answers = version.as_ref().map(|stored| {
            Answers::parse(
                &stored.version,
                &document.respondent,
                &document.answers,
                delivery.unasked,
            )
        });
        let envelope = or_note_all(document.envelope, &mut errors);
        let answers = answers.and_then(|read| or_note_all(read, &mut errors));
        let point = match &document.known.point {
            Some(code) => self.cached_point(code).await?,
            None => None,
        };
        let Some(point) = point else {
            // A point that cannot be read is among the errors; one that nobody knows is told when nothing else is wrong.
            return Err(if errors.is_empty() {
                Refusal::UnknownPoint
            } else {
                Refusal::Invalid(errors)
            });
        };
        let campaign = self.campaign(point.campaign).await?;
        let slip = self.slip_of(&document.known, &campaign).await?;
        let handled_by = or_note(
            self.handled_by(&document.known, &slip, &point, today),
            &mut errors,
        );
        let asked = Asked {
            point: &point,
            campaign: &campaign,
            version: version.as_ref(),
        };
        asked.note_errors(&document.known, &mut errors);
        let (Some(envelope), Some(version), Some(answers), Some(handled_by), true) =
            (envelope, version, answers, handled_by, errors.is_empty())
        else {
            return Err(Refusal::Invalid(errors));
        };
        let told = delivery.device;
        let device = match told {
            Some(told) => Some((self.device(&told.token_hash, &point).await?, told)),
            None => None,
        };
        if slip.is_expired {
            return Err(Refusal::CodeUsed);
        }
        let placed = Placed {
            point: &point,
            campaign: &campaign,
            version,
            device,
            handled_by,
            field: slip.known.field.or_else(|| point.field.clone()),
        };
        let found = self.first_status(&envelope, &placed, today);
        let status = self.unless_known(delivery.id, found).await?;
        Ok(self.place(delivery.id, envelope, answers, placed, status))
    }

    /// A device that sends too fast is not told so about what is stored already: the reply to it was lost, and
    /// another 200 ends the matter. The store says what became of it and whether the content is the same.
    async fn unless_known(&self, id: ResponseId, found: Result<First, Refusal>) -> Result<First, Refusal> {
        match found {
            Err(Refusal::DeviceTooFast { .. }) if self.holds(id).await? => {
                Ok((Status::Held, Some(Reason::Burst)))
            }
            found => found,
        }
    }

    fn place(
        &self,
        id: ResponseId,
        envelope: Envelope,
        mut answers: Answers,
        placed: Placed<'_>,
        (status, reason): First,
    ) -> Checked {
        let Placed {
            point,
            campaign,
            version,
            device,
            handled_by,
            field,
        } = placed;
        // Over what was sent: a repeat is known when its slip is used and forgotten.
        let digest = response::digest(&envelope, &version.version, &answers);
        if let Some(field) = &field {
            slip::fill(&version.version, &mut answers, field);
        }
        let now = self.inner.clock.now();
        let clock_offset_s = device
            .as_ref()
            .and_then(|(_, told)| told.clock)
            .or(envelope.sent_at)
            .and_then(|sent| i32::try_from(sent.saturating_sub(now.unix_timestamp())).ok());
        let response = NewResponse {
            id,
            digest,
            point: point.id,
            campaign: campaign.id,
            version_id: version.id,
            version: version.version,
            answers,
            rated: Rated {
                served_at: point.unit,
                handled_by,
            },
            channel: if device.is_some() {
                Channel::DeskDevice
            } else {
                point.channel
            },
            mode: envelope.mode,
            language: envelope.language,
            answered_on: envelope.answered_on,
            duration_s: envelope.duration_s,
            arrived_at: now.replace_nanosecond(0).unwrap_or(now),
            clock_offset_s,
            cluster: point.cluster.clone(),
            case: envelope.case,
            status,
            reason,
            code: envelope.code.map(|code| self.code_hash(&code)),
            receipt: envelope.receipt.map(|receipt| canonical::sha256(&receipt)),
            device: device.as_ref().map(|(device, _)| device.id),
        };
        Checked {
            response,
            device: device.is_some(),
            closed_on: last_day(campaign),
            live: is_live(campaign),
        }
    }

    fn named_version(&self, named: &domain::questionnaire::VersionRef) -> Result<StoredVersion, FieldError> {
        let stored = self
            .version(&named.key, &named.version)
            .ok_or_else(|| FieldError::new("/questionnaire", FieldErrorCode::NotFound))?;
        let hash: &Version = &stored.version;
        if canonical::hex(&hash.hash()) == named.hash {
            Ok(stored)
        } else {
            Err(FieldError::new("/questionnaire/hash", FieldErrorCode::NotFound))
        }
    }

    /// What is known from the slip that came with a response. A used one knows nothing any more: whether this is a
    /// repeat of the response that used it, the store finds out.
    async fn slip_of(&self, known: &Known, campaign: &Campaign) -> Result<Brought, Refusal> {
        let Some((code, on)) = known.code.as_ref().zip(known.answered_on) else {
            return Ok(Brought::default());
        };
        Ok(match self.slip_on(campaign.id, code, on).await? {
            Standing::Good(known) => Brought {
                known,
                is_expired: false,
            },
            Standing::Expired(_) => Brought {
                is_expired: true,
                ..Brought::default()
            },
            Standing::Used | Standing::Unknown => Brought::default(),
        })
    }

    /// The unit that decides: as the slip knows it, else as the response says.
    fn handled_by(
        &self,
        known: &Known,
        slip: &Brought,
        point: &Point,
        today: Date,
    ) -> Result<Option<HandledBy>, FieldError> {
        let units = self.units();
        let met = |unit| {
            let meeting = units.lowest_common_ancestor(&[point.unit, unit], today)?;
            Some(HandledBy {
                unit,
                meeting: meeting.unit.id,
            })
        };
        // A unit that ended since the slip was issued is not the person's fault.
        if let Some(known) = slip.known.handled_by.and_then(met) {
            return Ok(Some(known));
        }
        let Some(unit) = known.handled_by else {
            return Ok(None);
        };
        let not_found = || FieldError::new("/handled_by", FieldErrorCode::NotFound);
        met(unit).map(Some).ok_or_else(not_found)
    }

    async fn device(&self, token_hash: &Hash, point: &Point) -> Result<Device, Refusal> {
        let device = self
            .store()
            .device_by_token(token_hash)
            .await
            .map_err(ServiceError::from)?
            .ok_or(Refusal::UnknownDevice)?;
        if device.point != point.id {
            return Err(Refusal::ForeignDevice);
        }
        if let Some(revoked_on) = device.revoked_on.filter(|on| !in_grace(*on, self.today())) {
            return Err(Refusal::RevokedDevice { revoked_on });
        }
        Ok(device)
    }

    /// Whether a response counts, before the store has looked at the states of the campaign and the device.
    fn first_status(&self, envelope: &Envelope, placed: &Placed<'_>, today: Date) -> Result<First, Refusal> {
        let (point, device) = (placed.point, placed.device.as_ref());
        let state = device.map(|(device, _)| device.state);
        // A device in service may still hold what was given while its screen said that it did not count.
        let told_trial = device.is_some_and(|(_, told)| told.trial);
        if point.state == PointState::Trial || told_trial {
            return Ok((Status::Trial, Some(Reason::Trial)));
        }
        // And one in trial what a person was thanked for as an answer: it was put back into trial or enrolled anew
        // while that waited. Whoever runs the survey decides, because nothing brings back what became a trial.
        if state == Some(DeviceState::Trial) {
            return Ok((Status::Held, Some(Reason::UntoldTrial)));
        }
        if state == Some(DeviceState::Revoked) {
            return Ok((Status::Held, Some(Reason::Revoked)));
        }
        if !response::date_is_plausible(envelope.answered_on, today, placed.campaign.starts_on) {
            return Ok((Status::Held, Some(Reason::Clock)));
        }
        let skew = device
            .and_then(|(_, told)| told.clock)
            .map(|clock| clock.saturating_sub(self.now().unix_timestamp()));
        if skew.is_some_and(|skew| !clock_is_believed(skew)) {
            return Ok((Status::Held, Some(Reason::Clock)));
        }
        let sender = (point.id, device.map(|(device, _)| device.id));
        let load = self
            .inner
            .bursts
            .take(sender, point.hourly_limit, self.inner.clock.now());
        match device {
            Some(_) if load.is_runaway() => Err(Refusal::DeviceTooFast {
                retry_after_s: load.retry_after_s(),
            }),
            Some(_) if !load.is_over_a_day() => Ok((Status::Counted, None)),
            _ if load.is_over() => Ok((Status::Held, Some(Reason::Burst))),
            _ => Ok((Status::Counted, None)),
        }
    }
}

/// What a response counts as, and why where it does not.
type First = (Status, Option<Reason>);

/// What a slip knows, and whether its days are over.
#[derive(Default)]
struct Brought {
    known: Slip,
    is_expired: bool,
}

/// What a checked response belongs to.
struct Placed<'a> {
    point: &'a Point,
    campaign: &'a Campaign,
    version: StoredVersion,
    device: Option<(Device, FromDevice)>,
    handled_by: Option<HandledBy>,
    /// The field of the procedure, as the slip or the point knows it.
    field: Option<String>,
}

struct Checked {
    response: NewResponse,
    device: bool,
    closed_on: Option<Date>,
    /// Its campaign's figures move with every answer.
    live: bool,
}

fn accepted(repeat: bool, status: Status, reason: Option<Reason>, device: bool) -> Accepted {
    let not_counted = if status == Status::Counted { None } else { reason };
    Accepted {
        repeat,
        not_counted,
        device,
    }
}
