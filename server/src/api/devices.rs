//! `/api/v1/devices` and `/api/v1/device`: tying a desk device to its point, and talking with it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use domain::civil;
use domain::device::Acceptance;
use domain::response::{FieldError, FieldErrorCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::devices::{DeviceRefusal, MOST_ABANDONED, PIN_ITERATIONS, Standing};
use service::error::ServiceError;
use service::shape;
use store::catalogue::{Device, DeviceState};
use store::devices::DeviceContact;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::ApiState;
use super::body;
use super::keys::{self, Key};
use super::languages::{self, LanguageDocument};
use super::points::{self, PointDocument};
use super::responses::bearer;
use crate::problem::{Problem, ProblemDocument};

/// The header by which a device names the format in which it asks and sends.
pub const FORMAT_HEADER: &str = "nghe-dan-format";
/// The header by which a device tells its clock, in Unix seconds; with a response, what the clock that dated the
/// answer shows now.
pub const CLOCK_HEADER: &str = "nghe-dan-clock";

/// The header by which a device says that an answer was given in trial, whatever the device is in now.
pub const TRIAL_HEADER: &str = "nghe-dan-trial";

/// What redeems a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redemption {
    /// The code as typed: twelve characters, with or without hyphens.
    #[schema(example = "2345-6789-ABCD")]
    code: String,
    /// The token that the device made for itself: 32 random bytes as hexadecimal digits. Asking again with the
    /// same code and token gives the same answer.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    token: String,
}

/// A device that is tied to a point.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolledDocument {
    id: Uuid,
    label: String,
    #[schema(example = "trial")]
    state: &'static str,
    pin: PinDocument,
}

/// How the device checks the PIN of its staff's screen without a network.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinDocument {
    /// Always `PBKDF2-HMAC-SHA-256`.
    algorithm: &'static str,
    iterations: u32,
    /// 16 bytes as hexadecimal digits.
    salt: String,
    /// 32 bytes as hexadecimal digits.
    hash: String,
}

/// All that a device needs to ask and to seal, in one piece: it takes over all of it or none.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskDocument {
    pub point: PointDocument,
    /// The definitions of the version asked today and of those to come, in the order of `point`.
    #[schema(value_type = Vec<Value>)]
    pub definitions: Vec<Value>,
    /// What language packs have for these versions.
    pub languages: Vec<LanguageDocument>,
    /// The keys to seal to, the one to use first.
    pub keys: Vec<Key>,
    pub label: String,
    /// `trial`, `in_service` or `revoked`.
    #[schema(example = "in_service")]
    pub state: &'static str,
}

/// What a device says of itself.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ContactReport {
    /// Its clock.
    #[schema(format = DateTime)]
    clock: String,
    #[schema(minimum = 0)]
    #[validate(range(min = 0, max = "i32::MAX"))]
    unsent: i32,
    /// The age of the oldest unsent response, in seconds.
    oldest_unsent_s: Option<i64>,
    #[schema(minimum = 0)]
    #[validate(range(min = 0, max = "i32::MAX"))]
    refused: i32,
    /// Seconds since the last delivery.
    last_delivery_s: Option<i64>,
    /// The version of its program.
    #[schema(example = "0.1.0", max_length = 64)]
    #[validate(length(max = 64))]
    program: String,
    /// Bytes of its storage in use, and in all.
    storage_used: Option<i64>,
    storage_quota: Option<i64>,
    /// The browser promised to keep what is stored.
    persisted: Option<bool>,
    /// A write failed since the contact before, or records cannot be read; said only when it is so.
    storage_failing: Option<bool>,
    /// Attempts that were given up, as totals of a day at the question reached.
    #[serde(default)]
    #[schema(max_items = 512)]
    #[validate(length(max = "MOST_ABANDONED"), nested)]
    abandoned: Vec<Abandoned>,
}

/// Attempts that were given up.
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Abandoned {
    #[schema(format = Date)]
    on: String,
    #[schema(max_length = 64)]
    #[validate(length(max = 64))]
    question: String,
    #[schema(minimum = 0)]
    #[validate(range(min = 0, max = "i32::MAX"))]
    attempts: i32,
}

/// What a device is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingDocument {
    /// `trial`, `in_service` or `revoked`.
    #[schema(example = "in_service")]
    state: &'static str,
    /// It takes no new answers, and delivers what it holds.
    revoked: bool,
    /// The last day on which its format is taken; none while it is the current one.
    #[schema(value_type = Option<String>, format = Date)]
    format_until: Option<String>,
    #[serde(flatten)]
    standing: DurableDocument,
}

/// The server's clock, and what it cannot lose any more.
#[derive(Debug, Serialize, ToSchema)]
pub struct DurableDocument {
    #[schema(format = DateTime)]
    server_time: String,
    /// Everything recorded before it is in a verified backup or on a synchronous standby; none while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<String>, format = DateTime)]
    durable_until: Option<String>,
    /// Which life of its database the server is in. Another one means that it was restored, and that devices
    /// deliver again what they hold.
    incarnation: String,
}

impl DurableDocument {
    pub(super) fn of(standing: Standing) -> Self {
        Self {
            server_time: civil::format_instant(standing.now),
            durable_until: standing.durable_until.map(civil::format_instant),
            incarnation: standing.incarnation,
        }
    }
}

/// Ties a device to the point of a one-time code; it starts in trial.
#[utoipa::path(
    post, path = "/api/v1/devices", tag = "devices", operation_id = "enrolDevice",
    request_body = Redemption,
    responses(
        (status = 200, description = "This device redeemed the code before", body = EnrolledDocument),
        (status = 201, description = "Tied to the point", body = EnrolledDocument),
        (status = 400, description = "No JSON of this form", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The code is unknown, used or expired, or was mistyped", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The token is none", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn enrol(
    State(state): State<ApiState>,
    body: axum::body::Bytes,
) -> Result<(StatusCode, Json<EnrolledDocument>), Problem> {
    let redemption: Redemption = body::json(&body)?;
    let enrolled = state
        .service()
        .redeem(&redemption.code, &redemption.token)
        .await?;
    let status = if enrolled.repeat {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let document = EnrolledDocument {
        id: enrolled.device.id.0,
        state: enrolled.device.state.as_str(),
        label: enrolled.device.label,
        pin: PinDocument {
            algorithm: "PBKDF2-HMAC-SHA-256",
            iterations: PIN_ITERATIONS,
            salt: domain::canonical::hex(&enrolled.pin.salt),
            hash: domain::canonical::hex(&enrolled.pin.hash),
        },
    };
    Ok((status, Json(document)))
}

/// All that the device of the token needs.
#[utoipa::path(
    get, path = "/api/v1/device", tag = "devices", operation_id = "getDesk",
    responses(
        (status = 200, description = "What to ask, and the keys to seal to", body = DeskDocument),
        (status = 401, description = "No token, or an unknown one", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The device was revoked", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("device" = [])),
)]
pub async fn desk(State(state): State<ApiState>, headers: HeaderMap) -> Result<Json<DeskDocument>, Problem> {
    let device = device(&state, &headers).await?;
    let desk = state.service().desk_of(&device).await?;
    let upcoming = desk.upcoming.iter().map(|(_, stored)| stored);
    let versions: Vec<_> = std::iter::once(&desk.version).chain(upcoming).collect();
    let languages = languages::documents(state.service(), &versions);
    let definitions = versions
        .iter()
        .map(|stored| serde_json::to_value(stored.version.definition()))
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Json(DeskDocument {
        point: points::document(state.service(), desk),
        definitions,
        languages,
        keys: keys::usable(&state),
        state: device.state.as_str(),
        label: device.label,
    }))
}

/// Notes what a device says of itself, and tells it where it stands.
#[utoipa::path(
    post, path = "/api/v1/device/contact", tag = "devices", operation_id = "reportContact",
    params(("Nghe-Dan-Format" = Option<u32>, Header, description = "The format in which the device sends; 1 without it.")),
    request_body = ContactReport,
    responses(
        (status = 200, description = "Noted", body = StandingDocument),
        (status = 400, description = "No JSON of this form, or a format that is too old", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No token, or an unknown one", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Wrong fields, each named by its path", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "A format of a newer server", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("device" = [])),
)]
pub async fn contact(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Json<StandingDocument>, Problem> {
    let device = device(&state, &headers).await?;
    let until = check_format(&state, &headers)?;
    let report: ContactReport = body::json(&body)?;
    let (contact, abandoned) = noted(report, format(&headers)?, state.clock().now())?;
    let service = state.service();
    service.note_contact(&device, &contact, &abandoned).await?;
    Ok(Json(StandingDocument {
        state: device.state.as_str(),
        revoked: device.state == DeviceState::Revoked,
        format_until: until.map(civil::format),
        standing: DurableDocument::of(service.standing().await?),
    }))
}

type Noted = (DeviceContact, Vec<(Date, String, i32)>);

fn noted(report: ContactReport, format: u32, now: OffsetDateTime) -> Result<Noted, Problem> {
    let mut wrong = Vec::new();
    let clock = OffsetDateTime::parse(&report.clock, &Rfc3339).ok();
    if clock.is_none() {
        wrong.push(expected("/clock", "RFC 3339 instant"));
    }
    let mut abandoned = Vec::new();
    for (index, given_up) in report.abandoned.iter().enumerate() {
        match civil::parse(&given_up.on) {
            Some(on) => abandoned.push((on, given_up.question.clone(), given_up.attempts)),
            None => wrong.push(expected(format!("/abandoned/{index}/on"), "date")),
        }
    }
    let wrong = shape::wrong(&report, wrong);
    let (Some(clock), true) = (clock, wrong.is_empty()) else {
        return Err(ServiceError::Fields(wrong).into());
    };
    let contact = DeviceContact {
        contact_at: now,
        clock_skew_s: (clock - now).whole_seconds(),
        unsent: report.unsent,
        oldest_unsent_s: report.oldest_unsent_s,
        refused: report.refused,
        last_delivery_s: report.last_delivery_s,
        program: report.program,
        format: i32::try_from(format).unwrap_or(i32::MAX),
        storage_used: report.storage_used,
        storage_quota: report.storage_quota,
        persisted: report.persisted,
        storage_failing: report.storage_failing,
    };
    Ok((contact, abandoned))
}

fn expected(path: impl Into<String>, what: &'static str) -> FieldError {
    FieldError::new(path, FieldErrorCode::Expected { what })
}

pub(super) async fn device(state: &ApiState, headers: &HeaderMap) -> Result<Device, Problem> {
    let token = bearer(headers)?.ok_or_else(Problem::malformed_authorization)?;
    Ok(state.service().device_of(&token).await?)
}

fn format(headers: &HeaderMap) -> Result<u32, Problem> {
    let Some(value) = headers.get(FORMAT_HEADER) else {
        return Ok(1);
    };
    // Formats are counted from 1, so a 0 is a mistake and not a newer format.
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number
        .filter(|format| *format > 0)
        .ok_or_else(|| Problem::bad_parameter("Nghe-Dan-Format", "a number, 1 or higher"))
}

/// The last day of the device's format, if it has one; a format that is not taken is a problem.
pub(super) fn check_format(state: &ApiState, headers: &HeaderMap) -> Result<Option<Date>, Problem> {
    let format = format(headers)?;
    match state.service().acceptance(format) {
        Acceptance::Taken { until } => Ok(until),
        Acceptance::TooOld => Err(Problem::format_too_old(format)),
        Acceptance::Unknown => Err(Problem::format_unknown(format)),
    }
}

/// Whether the device says that the answer was given in trial. Any other value than `1` is refused: a device that
/// sends `0` means the opposite, and what once became a trial never counts.
pub(super) fn trial(headers: &HeaderMap) -> Result<bool, Problem> {
    match headers.get(TRIAL_HEADER).map(HeaderValue::as_bytes) {
        None => Ok(false),
        Some(b"1") => Ok(true),
        Some(_) => Err(Problem::bad_parameter("Nghe-Dan-Trial", "the value 1")),
    }
}

/// What the clock shows that dated what a device sends, if it says so.
pub(super) fn clock(headers: &HeaderMap) -> Option<i64> {
    headers.get(CLOCK_HEADER)?.to_str().ok()?.parse().ok()
}

impl From<DeviceRefusal> for Problem {
    fn from(refusal: DeviceRefusal) -> Self {
        match refusal {
            DeviceRefusal::Unknown => Self::unknown_device(),
            DeviceRefusal::Revoked(on) => Self::revoked_device(on),
            DeviceRefusal::Code => Self::unknown_enrolment(),
            DeviceRefusal::Token => Self::bad_token(),
            DeviceRefusal::Service(error) => error.into(),
        }
    }
}
