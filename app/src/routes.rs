//! The router of all HTML pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State as AxumState};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{Redirect, Response};
use axum::routing::{MethodRouter, get};
use service::Service;

use crate::error::{AppError, ErrorCode};
use crate::i18n::Interfaces;
use crate::pages;
use crate::shell::PageRequest;
use crate::site::Site;

/// The nonce of the content security policy, minted by the server for each request and found in the
/// request's extensions; inline scripts carry it.
#[derive(Clone, Debug)]
pub struct Nonce(pub String);

/// Found in the extensions of a reply whose page other sites may frame, as far as the server allows them.
#[derive(Clone, Copy, Debug)]
pub struct Framable;

/// What pages need.
#[derive(Clone)]
pub struct State {
    pub site: Arc<Site>,
    pub service: Service,
    /// The origin that people use, without a slash at its end: what a QR code leads to.
    pub public_url: Arc<str>,
    /// The interface in the languages of packs.
    pub interfaces: Interfaces,
}

impl FromRef<State> for Arc<Site> {
    fn from_ref(state: &State) -> Self {
        Self::clone(&state.site)
    }
}

/// All HTML pages, with translated pages for what goes wrong.
pub fn routes(state: State) -> Router {
    Router::new()
        .merge(in_both_languages("/", get(pages::home::home)))
        .merge(in_both_languages("/api", get(pages::api::api)))
        .merge(in_both_languages("/s", get(pages::code::ask)))
        .merge(in_both_languages("/results", get(pages::results::country)))
        .merge(in_both_languages(
            "/results.csv",
            get(pages::results::country_csv),
        ))
        .merge(in_both_languages(
            "/results.json",
            get(pages::results::country_json),
        ))
        .merge(in_both_languages("/results/{unit}", get(pages::results::unit)))
        .merge(in_both_languages("/about/method", get(pages::method::method)))
        .route("/kiosk/", get(pages::kiosk::kiosk))
        .route("/kiosk", get(|| async { Redirect::permanent("/kiosk/") }))
        .merge(survey())
        .fallback(|| async { AppError::not_found() })
        .method_not_allowed_fallback(|| async { AppError::new(ErrorCode::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(state.clone(), error_pages))
        .with_state(state)
}

/// The survey, in the languages of the interface and any further one of its questionnaire.
fn survey() -> Router<State> {
    let form = get(pages::survey::open)
        .post(pages::survey::answer)
        // As much as a response may have as a document.
        .layer(DefaultBodyLimit::max(64 * 1024));
    Router::new()
        .merge(in_both_languages("/s/{code}", form.clone()))
        .merge(in_both_languages("/s/{code}/thanks", get(pages::survey::thanks)))
        .merge(in_both_languages("/s/{code}/poster", get(pages::survey::poster)))
        .merge(in_both_languages("/s/{code}/embed", get(pages::survey::embed)))
        // The code is the same in every language: the phone's person chooses one on the first page.
        .route("/s/{code}/qr.svg", get(pages::survey::qr_svg))
        .route("/s/{code}/qr.png", get(pages::survey::qr_png))
        .route("/{lang}/s/{code}", form)
        .route("/{lang}/s/{code}/thanks", get(pages::survey::thanks))
}

/// The same handler at `path` and at `/en` + `path`.
pub(crate) fn in_both_languages(path: &str, handler: MethodRouter<State>) -> Router<State> {
    let english = crate::i18n::Locale::En.href(path);
    let router = Router::new()
        .route(path, handler.clone())
        .route(&english, handler.clone());
    // `/en/` is what people type.
    if path == "/" {
        router.route("/en/", handler)
    } else {
        router
    }
}

/// Turns errors into pages in the language of the address.
async fn error_pages(AxumState(state): AxumState<State>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let page = PageRequest::of(&parts, Arc::clone(&state.site));
    let response = next.run(Request::from_parts(parts, body)).await;
    if let Some(error) = response.extensions().get::<AppError>() {
        return error.page(&page).await;
    }
    // What extractors refuse comes as plain text in English.
    let code = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY
            if !is_html(&response) =>
        {
            ErrorCode::BadRequest
        }
        _ => return response,
    };
    AppError::new(code).page(&page).await
}

fn is_html(response: &Response) -> bool {
    response
        .headers()
        .get(axum::http::header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"))
}
