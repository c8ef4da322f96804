//! A router over a database of its own.

use std::sync::Arc;

use app::{Nonce, Site, State};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use service::clock::Clock;
use service::{Options, Service};
use time::OffsetDateTime;
use time::macros::datetime;
use tower::ServiceExt as _;

/// A clock that stands still.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-20 05:00 UTC)
    }
}

/// Use cases over an empty database; the folder goes with it.
pub(crate) async fn service() -> (Service, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("pages.db").display());
    let store = store::connect(&url, store::Options::default())
        .await
        .expect("a database");
    store.migrate().await.expect("a schema");
    let options = Options {
        queue: 16,
        pepper: [7; 32],
    };
    let service = Service::open(store, Arc::new(Noon), options)
        .await
        .expect("a service");
    (service, folder)
}

/// All pages over a service.
pub(crate) fn router(service: Service) -> Router {
    let site = Site::of(&[("main.css", "main.abc.css")]);
    app::routes(State {
        site: Arc::new(site),
        service,
        public_url: "https://nghedan.example.vn".into(),
    })
}

/// Status, headers and text of a page.
pub(crate) async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(Nonce("n0nce".to_owned()));
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4_000_000).await.expect("a body");
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (parts.status, parts.headers, text)
}
