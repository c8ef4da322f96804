//! Errors as clients of the API see them: RFC 9457 problem documents with a stable `code`.
//!
//! Which type is used where:
//! - `anyhow` off the request path: the command line, start, stop.
//! - [`service::error::ServiceError`] and [`service::intake::Refusal`] in use cases; they know no HTTP.
//! - [`Problem`] in handlers: made by a constructor named for the fact, or `From` the two above.
//!
//! A problem carries no language. [`crate::middleware::boundary`], the one place that knows the request and
//! its reply, writes the document in the asked language and logs what the server itself did wrong, once.
//! What a problem says to the client and what it says to the log are two fields, and only the first leaves.

mod code;
mod document;
mod words;

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::civil;
use domain::response::FieldError;
use service::error::ServiceError;
use service::intake::Refusal;

pub use code::Code;
pub(crate) use document::detail;
pub use document::{FieldDocument, ProblemDocument, Tongue};

/// How long a client is told to wait when the server cannot know better, in seconds.
const RETRY_AFTER_S: u32 = 5;
/// How long a device waits for a server of its own age, in seconds.
const RETRY_AFTER_UPDATE_S: u32 = 300;

/// Why a request is not carried out.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(crate) code: Code,
    /// What the sentence of the code speaks of.
    pub(crate) params: BTreeMap<&'static str, String>,
    pub(crate) fields: Vec<FieldError>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// For the log alone.
    pub(crate) internal: Option<String>,
}

impl Problem {
    fn new(code: Code) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
            fields: Vec::new(),
            header: None,
            internal: None,
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.insert(name, value.into());
        self
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    fn retry_after(self, seconds: u32) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
            .with("seconds", seconds.to_string())
    }

    /// The body is not JSON.
    pub fn malformed_json(error: &serde_json::Error) -> Self {
        Self::new(Code::MalformedJson)
            .with("line", error.line().to_string())
            .with("column", error.column().to_string())
    }

    /// The id in the address is not a UUID.
    pub fn malformed_id() -> Self {
        Self::new(Code::MalformedId)
    }

    /// The address has bytes that are no text.
    pub fn malformed_path() -> Self {
        Self::new(Code::MalformedPath)
    }

    /// The body could not be read to its end.
    pub fn unreadable_body() -> Self {
        Self::new(Code::UnreadableBody)
    }

    /// A parameter of the query does not fit.
    pub fn bad_parameter(name: &'static str, expected: &'static str) -> Self {
        Self::new(Code::BadParameter)
            .with("name", name)
            .with("expected", expected)
    }

    /// The query has a parameter that the route does not know, or one twice.
    pub fn bad_query() -> Self {
        Self::new(Code::BadQuery)
    }

    /// The sealed body does not open.
    pub fn sealed_unreadable() -> Self {
        Self::new(Code::SealedUnreadable)
    }

    /// The sealed body names a key that this server does not have.
    pub fn sealed_unknown_key(id: u32) -> Self {
        Self::new(Code::SealedUnknownKey).with("key", id.to_string())
    }

    /// The `Authorization` header is not `Bearer` and a token.
    pub fn malformed_authorization() -> Self {
        Self::new(Code::MalformedAuthorization)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// It was refused, and whoever runs the survey has decided about it.
    pub fn settled() -> Self {
        Self::new(Code::Settled)
    }

    /// No device has the token.
    pub fn unknown_device() -> Self {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(Code::UnknownDevice).header(header::WWW_AUTHENTICATE, challenge)
    }

    /// The device was revoked on that day.
    pub fn revoked_device(on: time::Date) -> Self {
        Self::new(Code::RevokedDevice).with("revoked_on", civil::format(on))
    }

    /// The code to enrol a device is none that can be redeemed.
    pub fn unknown_enrolment() -> Self {
        Self::new(Code::UnknownEnrolment)
    }

    /// What a device sent as its token is none.
    pub fn bad_token() -> Self {
        Self::new(Code::BadToken)
    }

    /// No system that may issue slips has the token.
    pub fn unknown_issuer() -> Self {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(Code::UnknownIssuer).header(header::WWW_AUTHENTICATE, challenge)
    }

    /// The system may issue slips in another campaign.
    pub fn foreign_issuer() -> Self {
        Self::new(Code::ForeignIssuer)
    }

    /// The format of the device had its year.
    pub fn format_too_old(format: u32) -> Self {
        Self::new(Code::FormatTooOld).with("format", format.to_string())
    }

    /// The format of the device is newer than this server, which will be put right.
    pub fn format_unknown(format: u32) -> Self {
        Self::new(Code::FormatUnknown)
            .retry_after(RETRY_AFTER_UPDATE_S)
            .with("format", format.to_string())
    }

    /// There is nothing at the address.
    pub fn no_route() -> Self {
        Self::new(Code::NoRoute)
    }

    /// There is no such thing; `what` is its name in English.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound).with("what", what)
    }

    /// The code's check character does not fit.
    pub fn mistyped() -> Self {
        Self::new(Code::Mistyped)
    }

    /// The address does not take the method.
    pub fn method_not_allowed() -> Self {
        Self::new(Code::MethodNotAllowed)
    }

    /// The body is longer than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(Code::TooLarge).with("limit", limit.to_string())
    }

    /// The body is of a media type that the address does not take.
    pub fn unsupported_media_type() -> Self {
        let accepted = HeaderValue::from_static("application/json, application/nghe-dan-sealed");
        Self::new(Code::UnsupportedMediaType).header(header::ACCEPT, accepted)
    }

    /// Fields of the response are wrong.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self {
            fields,
            ..Self::new(Code::Invalid)
        }
    }

    /// Something went wrong that the client cannot change; `internal` goes to the log.
    pub fn internal(internal: impl Into<String>) -> Self {
        Self {
            internal: Some(internal.into()),
            ..Self::new(Code::Internal)
        }
    }

    /// The database cannot be reached now.
    pub fn unavailable(internal: impl Into<String>) -> Self {
        Self {
            internal: Some(internal.into()),
            ..Self::new(Code::Unavailable).retry_after(RETRY_AFTER_S)
        }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound(what) => Self::not_found(what),
            ServiceError::Mistyped => Self::mistyped(),
            ServiceError::Fields(fields) => Self {
                fields,
                ..Self::new(Code::WrongFields)
            },
            ServiceError::Invalid(why) => Self::new(Code::Unprocessable).with("why", why),
            passing if passing.is_passing() => Self::unavailable(chain(&passing)),
            ServiceError::Store(error) => Self::internal(chain(&error)),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(fields) => Self::invalid(fields),
            Refusal::UnknownPoint => Self::new(Code::UnknownPoint),
            Refusal::UnknownDevice => Self::unknown_device(),
            Refusal::ForeignDevice => Self::new(Code::ForeignDevice),
            Refusal::RevokedDevice { revoked_on } => Self::revoked_device(revoked_on),
            Refusal::Conflict => Self::new(Code::Conflict),
            Refusal::CodeUsed => Self::new(Code::CodeUsed),
            Refusal::Gone { closed_on } => Self::new(Code::Gone).with("closed_on", civil::format(closed_on)),
            Refusal::DeviceTooFast { retry_after_s } => {
                Self::new(Code::DeviceTooFast).retry_after(retry_after_s)
            }
            Refusal::Full { retry_after_s } => Self::new(Code::Full).retry_after(retry_after_s),
            Refusal::Service(error) => error.into(),
        }
    }
}

/// An error with what lies behind it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl IntoResponse for Problem {
    /// Status and headers; the boundary takes the problem out of the extensions and writes the document.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        if let Some((name, value)) = self.header.as_deref() {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}
