//! `PUT /api/v1/responses/{id}`: one response, as JSON or sealed.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::answer::Unasked;
use domain::id::ResponseId;
use domain::response::{FieldError, FieldErrorCode};
use domain::status::{Reason, Status};
use serde::Serialize;
use serde_json::Value;
use service::Service;
use service::intake::{Accepted, Delivery, FromDevice};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ApiState;
use super::body;
use super::devices::{self, DurableDocument};
use super::query::Segments;
use crate::problem::{Problem, ProblemDocument};
use crate::sealed::{self, Keyring, Sealed};

/// The longest body, in bytes. A whole SIPAS response with remarks is a tenth of it.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What became of a response.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// It is on disk. Sending it again changes nothing.
    pub recorded: bool,
    /// `late`, `held` or `trial` when it is not counted; told to devices only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<String>, example = "late")]
    pub not_counted: Option<&'static str>,
    /// Why it is not counted, such as `closed`, `clock` or `burst`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<String>, example = "closed")]
    pub reason: Option<&'static str>,
    /// Told to devices only.
    #[serde(flatten)]
    #[schema(value_type = Option<DurableDocument>)]
    pub standing: Option<DurableDocument>,
}

/// Records a response under an id that the client chose.
///
/// Repeating the request with the same content is safe and answers 200. The id is a `UUIDv7` whose time is the
/// civil date of the answer at 00:00 UTC and whose other 74 bits are random, or a `UUIDv4`.
#[utoipa::path(
    put, path = "/api/v1/responses/{id}", tag = "responses", operation_id = "putResponse",
    params(
        ("id" = Uuid, Path, description = "Chosen by the client; it may tell no time of day."),
        ("Nghe-Dan-Format" = Option<u32>, Header, description = "The format in which a device sends; 1 without it."),
        ("Nghe-Dan-Clock" = Option<i64>, Header, description = "What the clock that dated the answer shows now, in Unix seconds: the device's clock, less what it was set by since."),
        ("Nghe-Dan-Trial" = Option<String>, Header, description = "Sent with `1` when the device's screen said that the answer would not count; no other value is taken."),
    ),
    request_body(content(
        (super::openapi::ResponseDocument = "application/json"),
        (Vec<u8> = "application/nghe-dan-sealed"),
    )),
    responses(
        (status = 200, description = "The same content was recorded before", body = Receipt),
        (status = 201, description = "Recorded", body = Receipt),
        (status = 202, description = "Recorded but not counted; told to devices only", body = Receipt),
        (status = 400, description = "No JSON, no UUID, a header that cannot be read, or a sealed body that does not open", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "The device's token is unknown", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The device belongs to another point, or was revoked more than 30 days ago", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No point has the code", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Other content is recorded under the id, or the one-time code was used", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "Answered after the campaign's last day, or refused before and decided about since", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "Longer than 64 KB", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "Neither JSON nor sealed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Wrong or unknown fields, each named by its path", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "The device sends faster than people answer", body = ProblemDocument, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds to wait"))),
        (status = 503, description = "Too many responses wait, or the database cannot be reached", body = ProblemDocument, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds to wait"))),
    ),
    security((), ("device" = [])),
)]
pub async fn put(
    State(state): State<ApiState>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Response, Problem> {
    let id = Uuid::try_parse(&id).map_err(|_| Problem::malformed_id())?;
    let (parts, body) = request.into_parts();
    let format = Format::of(&parts.headers)?;
    let trial = devices::trial(&parts.headers)?;
    let device = bearer(&parts.headers)?.map(|token| FromDevice {
        clock: devices::clock(&parts.headers),
        trial,
        ..FromDevice::with_token(&token)
    });
    devices::check_format(&state, &parts.headers)?;
    let body = body::bytes(&parts.headers, body, BODY_LIMIT).await?;
    let from_device = device.is_some();
    let service = state.service();
    let accepted = match take(service, state.keyring(), ResponseId(id), format, &body, device).await {
        // Asked only when it is refused anyway.
        Err(problem)
            if from_device
                && problem.code.status().is_client_error()
                && service.is_settled(ResponseId(id)).await? =>
        {
            return Err(Problem::settled());
        }
        other => other?,
    };
    // It is recorded; what else the device could be told may wait for another time.
    let standing = if accepted.device {
        service.standing().await.ok().map(DurableDocument::of)
    } else {
        None
    };
    Ok(receipt(accepted, standing))
}

/// Reads a body and hands it in: the one way for a request and for a file that was carried here.
pub(crate) async fn take(
    service: &Service,
    keyring: &Keyring,
    id: ResponseId,
    format: Format,
    body: &[u8],
    device: Option<FromDevice>,
) -> Result<Accepted, Problem> {
    let document = match format {
        Format::Json => body::json(body)?,
        Format::Sealed => open(service, keyring, id.0, body).await?,
    };
    let delivery = Delivery {
        id,
        document,
        device,
        unasked: Unasked::Refuse,
    };
    // A task of its own: a client that hangs up now still has a stored answer.
    let service = service.clone();
    let submitted = tokio::spawn(async move { service.submit(delivery).await }).await;
    Ok(submitted.map_err(|error| Problem::internal(error.to_string()))??)
}

/// How a response is written down.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Json,
    Sealed,
}

impl Format {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let media_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
        let charset = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("charset="));
        let utf8 = charset.is_none_or(|charset| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
        if essence.trim().eq_ignore_ascii_case("application/json") && utf8 {
            Ok(Self::Json)
        } else if essence.trim().eq_ignore_ascii_case(sealed::MEDIA_TYPE) {
            Ok(Self::Sealed)
        } else {
            Err(Problem::unsupported_media_type())
        }
    }
}

/// The token of `Authorization: Bearer`, if there is the header at all.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        .map(|(_, token)| token.trim().to_owned());
    token.map(Some).ok_or_else(Problem::malformed_authorization)
}

/// Opens a sealed body, and checks that the document in it is of the point in the clear.
pub(crate) async fn open(
    service: &Service,
    keyring: &Keyring,
    id: Uuid,
    body: &[u8],
) -> Result<Value, Problem> {
    let sealed = Sealed::parse(body).map_err(|_| Problem::sealed_unreadable())?;
    let key = if let Some(key) = keyring.private(sealed.key) {
        key
    } else {
        // Another server may have made the key since we looked.
        keyring
            .refresh(service)
            .await
            .map_err(|error| Problem::internal(error.to_string()))?;
        keyring
            .private(sealed.key)
            .ok_or_else(|| Problem::sealed_unknown_key(sealed.key))?
    };
    let document: Value = body::json(&sealed.open(id, &key).map_err(|_| Problem::sealed_unreadable())?)?;
    let typed = document.get("point").and_then(Value::as_str).unwrap_or_default();
    let same = domain::code::Code::parse(typed, domain::code::POINT_LENGTH)
        .is_ok_and(|code| code.as_str() == sealed.point);
    if !same {
        return Err(Problem::invalid(vec![FieldError::new(
            "/point",
            FieldErrorCode::NotAskedHere,
        )]));
    }
    Ok(document)
}

/// Everyone but devices is told the same: a stuffer learns nothing, and nobody honest is doubted.
fn receipt(accepted: Accepted, standing: Option<DurableDocument>) -> Response {
    let told = accepted.not_counted.filter(|_| accepted.device);
    let not_counted = told.and_then(status_of);
    let status = match (accepted.repeat, not_counted) {
        (true, _) => StatusCode::OK,
        (false, Some(_)) => StatusCode::ACCEPTED,
        (false, None) => StatusCode::CREATED,
    };
    let receipt = Receipt {
        recorded: true,
        not_counted: not_counted.map(Status::as_str),
        reason: told.filter(|_| not_counted.is_some()).map(Reason::as_str),
        standing,
    };
    (status, Json(receipt)).into_response()
}

/// The status that goes with a reason. What a review decided later is no business of the device.
const fn status_of(reason: Reason) -> Option<Status> {
    match reason {
        Reason::Closed => Some(Status::Late),
        Reason::Trial => Some(Status::Trial),
        Reason::Burst | Reason::Clock | Reason::Revoked | Reason::UntoldTrial => Some(Status::Held),
        Reason::Duplicate | Reason::Review => None,
    }
}
