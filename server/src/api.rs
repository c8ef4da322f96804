//! `/api/v1`: taking responses in, and what a client needs to give one or to read the figures.
//!
//! Handlers read the request, call one use case and shape its result; they decide nothing. What the routes
//! take and answer is described in `openapi.json`, which is generated from here.

mod body;
pub mod devices;
pub mod figures;
pub mod indicators;
pub mod keys;
pub mod languages;
pub mod openapi;
pub mod points;
pub mod query;
pub mod questionnaires;
pub mod responses;
pub mod slips;
pub mod units;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};
use service::Service;
use service::clock::Clock;

use crate::problem::Problem;
use crate::sealed::Keyring;

/// What handlers need.
#[derive(Clone)]
pub struct ApiState(Arc<Inner>);

struct Inner {
    service: Service,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
}

impl ApiState {
    /// The state of one server.
    pub fn new(service: Service, keyring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            service,
            keyring,
            clock,
        }))
    }

    /// The use cases.
    pub fn service(&self) -> &Service {
        &self.0.service
    }

    /// The keys for sealed answers.
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }
}

/// The routes below `/api/v1`. Everything else there is a problem document too.
pub fn routes(state: ApiState) -> Router {
    Router::new()
        .route("/api/v1/responses/{id}", put(responses::put))
        .route("/api/v1/devices", post(devices::enrol))
        .route("/api/v1/device", get(devices::desk))
        .route("/api/v1/device/contact", post(devices::contact))
        .route("/api/v1/device/slip", post(slips::standing))
        .route("/api/v1/points/{code}", get(points::get))
        .route("/api/v1/points/{code}/slips", post(slips::issue))
        .route("/api/v1/questionnaires/{key}/{version}", get(questionnaires::get))
        .route("/api/v1/units", get(units::list))
        .route("/api/v1/campaigns", get(points::campaigns))
        .route("/api/v1/indicators", get(indicators::get))
        .route("/api/v1/keys", get(keys::list))
        .route("/api/v1/languages", get(languages::list))
        .route("/api/v1/openapi.json", get(openapi::get))
        .route("/api/v1/", axum::routing::any(no_route))
        .route("/api/v1/{*rest}", axum::routing::any(no_route))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(state)
}

async fn no_route() -> Problem {
    Problem::no_route()
}
