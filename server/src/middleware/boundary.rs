//! Where a request ends: problems become documents, faults are logged once, and every reply gets its line in
//! the access log and its headers.
//!
//! The access log holds method, route, status and duration. A route is the pattern (`/s/{code}`), so neither
//! codes, ids, units nor addresses can stand in it.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::middleware::headers::{self, Policy};
use crate::problem::{Problem, Tongue};

/// What a problem needs of the request that caused it; read before the request is given away.
struct Asked {
    uri: Uri,
    headers: HeaderMap,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(language) = request.headers().get(header::ACCEPT_LANGUAGE) {
            headers.insert(header::ACCEPT_LANGUAGE, language.clone());
        }
        Self {
            uri: request.uri().clone(),
            headers,
        }
    }

    fn tongue(&self) -> Tongue {
        Tongue::asked(&self.uri, &self.headers)
    }
}

/// The boundary of the API.
pub async fn api(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let line = Line::of(&request);
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        log_fault(&problem, &line);
        response = document(&problem, asked.tongue(), response);
    }
    headers::api(&policy, response.headers_mut());
    line.log(response.status());
    response
}

/// The boundary of pages: a nonce for their scripts, and the headers that keep them to themselves.
pub async fn pages(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let line = Line::of(&request);
    let nonce = headers::mint();
    request.extensions_mut().insert(app::Nonce(nonce.clone()));
    let mut response = next.run(request).await;
    let framable = response.extensions().get::<app::Framable>().is_some();
    headers::page(&policy, &nonce, framable, response.headers_mut());
    line.log(response.status());
    response
}

/// The boundary of built files.
pub async fn files(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let line = Line::of(&request);
    let hashed = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    headers::file(
        &policy,
        hashed && response.status().is_success(),
        response.headers_mut(),
    );
    line.log(response.status());
    response
}

/// A problem as its document; the headers of the reply that carried it stay.
fn document(problem: &Problem, tongue: Tongue, reply: Response) -> Response {
    let (parts, _) = reply.into_parts();
    let mut response = match serde_json::to_vec(&problem.document(tongue)) {
        Ok(body) => (parts.status, body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let headers = response.headers_mut();
    headers.extend(parts.headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tongue.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    response
}

fn log_fault(problem: &Problem, line: &Line) {
    if let Some(internal) = &problem.internal {
        tracing::error!(
            code = problem.code.as_str(),
            route = line.route(),
            error = internal,
            "request failed: {internal}"
        );
    }
}

/// One line of the access log.
struct Line {
    started: Instant,
    method: Method,
    route: Option<MatchedPath>,
}

impl Line {
    fn of(request: &Request) -> Self {
        Self {
            started: Instant::now(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
        }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("-", MatchedPath::as_str)
    }

    fn log(&self, status: StatusCode) {
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            route = self.route(),
            status = status.as_u16(),
            duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
        );
    }
}
