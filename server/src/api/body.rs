//! Reading the body of a request, with an end to its length.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The bytes of a body, if they are no more than `limit`.
pub(super) async fn bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    to_bytes(body, limit).await.map_err(|error| {
        use std::error::Error as _;
        if error
            .source()
            .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
        {
            Problem::too_large(limit)
        } else {
            Problem::unreadable_body()
        }
    })
}

/// What the JSON of a body says.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::malformed_json(&error))
}
