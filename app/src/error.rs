//! Errors of pages.
//!
//! Which type where: handlers of pages return [`AppError`], which holds what the reader may know (a code with
//! its status) and, apart, what only the log needs. Use cases have their own errors in `service`; they become
//! an `AppError` here and nowhere else. The router turns it into a page in the reader's language as the last
//! step, and logs what is the server's fault once. A form with wrong input is not an error but a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use service::error::ServiceError;

use crate::i18n::Locale;
use crate::shell::{Page, PageRequest};

/// What went wrong, as far as the reader may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    NotFound,
    /// No point has the code of the address.
    PointUnknown,
    /// The code of the address has a wrong or missing character.
    PointMistyped,
    MethodNotAllowed,
    /// The request could not be read, for example because it was too large.
    BadRequest,
    TooLarge,
    /// The server is at fault.
    Internal,
    /// The server has too much to do, or its database does not answer.
    Busy,
}

impl ErrorCode {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::PointUnknown | Self::PointMistyped => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title and advice in the reader's language.
    fn words(self, locale: Locale) -> (String, String) {
        let (title, advice) = match self {
            Self::NotFound => ("error-not-found", "error-not-found-advice"),
            Self::PointUnknown => ("error-point-unknown", "error-point-unknown-advice"),
            Self::PointMistyped => ("error-point-mistyped", "error-point-mistyped-advice"),
            Self::MethodNotAllowed | Self::BadRequest => ("error-bad-request", "error-bad-request-advice"),
            Self::TooLarge => ("error-too-large", "error-too-large-advice"),
            Self::Internal => ("error-internal", "error-internal-advice"),
            Self::Busy => ("error-busy", "error-busy-advice"),
        };
        (locale.t(title), locale.t(advice))
    }
}

/// Why a page could not be made.
#[derive(Clone, Debug)]
pub struct AppError {
    code: ErrorCode,
    /// For the log only: may hold text of the database.
    internal: Option<String>,
}

impl AppError {
    /// An error of the reader's request.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, internal: None }
    }

    /// There is no such page, unit or campaign.
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound)
    }

    /// An error of the server; the reason goes to the log.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        Self {
            code: ErrorCode::Internal,
            internal: Some(reason.to_string()),
        }
    }

    /// The server cannot answer now and may be able to soon; the reason goes to the log.
    pub fn busy(reason: impl std::fmt::Display) -> Self {
        Self {
            code: ErrorCode::Busy,
            internal: Some(reason.to_string()),
        }
    }

    /// What the reader may know.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The error as a page.
    pub(crate) async fn page(&self, request: &PageRequest) -> Response {
        if let Some(internal) = &self.internal {
            tracing::error!(error = internal.as_str(), "a page could not be made");
        }
        let locale = request.locale;
        let (title, advice) = self.code.words(locale);
        let mut page = Page::new(title.clone(), advice.clone());
        page.status = self.code.status();
        page.unlisted = true;
        let points = matches!(self.code, ErrorCode::PointUnknown | ErrorCode::PointMistyped);
        let view = move || {
            view! {
                <div class="narrow error-page">
                    <h1>{title}</h1>
                    <p class="lead">{advice}</p>
                    <p class="actions">
                        {points
                            .then(|| {
                                view! { <a class="button" href=locale.href("/s")>{locale.t("nav-answer")}</a> }
                            })}
                        <a class=if points { "button quiet" } else { "button" } href=locale.href("/")>
                            {locale.t("error-home")}
                        </a>
                    </p>
                </div>
            }
        };
        request.render(page, view).await
    }
}

impl From<ServiceError> for AppError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound(_) => Self::not_found(),
            ServiceError::Mistyped => Self::new(ErrorCode::PointMistyped),
            passing if passing.is_passing() => Self::busy(passing),
            other => Self::internal(other),
        }
    }
}

/// Carries the error to the router, which knows the reader's language.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
