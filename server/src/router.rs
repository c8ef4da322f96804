//! Every route, each behind the boundary of its kind.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::api::{self, ApiState};
use crate::middleware::boundary;
use crate::middleware::headers::Policy;

/// What the router is made of.
pub struct Parts {
    pub api: ApiState,
    /// All HTML pages, without a boundary.
    pub pages: Router,
    /// Built files; see [`crate::assets`].
    pub files: Router,
    pub policy: Policy,
}

/// Puts the routes together.
pub fn build(parts: Parts) -> Router {
    let Parts {
        api: state,
        pages,
        files,
        policy,
    } = parts;
    let health = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(state.clone());
    // Small replies, such as those of intake, are cheaper sent as they are.
    let compression = CompressionLayer::new().compress_when(
        SizeAbove::new(1024)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::SSE),
    );
    let api = api::routes(state)
        .merge(health)
        .layer(compression.clone())
        .layer(from_fn_with_state(policy.clone(), boundary::api));
    let files = files.layer(from_fn_with_state(policy.clone(), boundary::files));
    let pages = pages
        .layer(compression)
        .layer(from_fn_with_state(policy, boundary::pages));
    pages.merge(api).merge(files)
}

/// The process runs.
async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers and its schema is ours, so requests may be sent here.
async fn ready(State(state): State<ApiState>) -> impl IntoResponse {
    let retry = [(header::RETRY_AFTER, HeaderValue::from_static("5"))];
    match state.service().ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(error = %error, "not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, retry, "not ready\n").into_response()
        }
    }
}
