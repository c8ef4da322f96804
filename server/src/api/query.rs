//! Addresses and queries, read strictly: a parameter that is unknown or stands twice is an error, not a silence.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The query of a request.
#[derive(Clone, Copy, Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0)).map_err(|_| Problem::bad_query())
    }
}

/// The variable parts of an address.
#[derive(Clone, Copy, Debug)]
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0))
            .map_err(|_| Problem::malformed_path())
    }
}

/// Reads an optional parameter.
pub fn parsed<T: std::str::FromStr>(
    value: Option<&str>,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, Problem> {
    value
        .map(|text| text.parse().map_err(|_| Problem::bad_parameter(name, expected)))
        .transpose()
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub offset: usize,
    pub limit: usize,
}

impl Page {
    /// Reads `offset` (default 0, at most what 31 bits hold) and `limit` (default 50, at most 200).
    pub fn of(offset: Option<&str>, limit: Option<&str>) -> Result<Self, Problem> {
        let offset: usize = parsed(offset, "offset", OFFSETS)?.unwrap_or(0);
        if offset > MAX_OFFSET {
            return Err(Problem::bad_parameter("offset", OFFSETS));
        }
        let limit = parsed(limit, "limit", LIMITS)?.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::bad_parameter("limit", LIMITS));
        }
        Ok(Self { offset, limit })
    }
}

const MAX_OFFSET: usize = 0x7fff_ffff;
const OFFSETS: &str = "a number from 0 to 2147483647";
const LIMITS: &str = "a number from 1 to 200";
