//! `GET /api/v1/keys`: the keys to which devices seal answers.

use axum::Json;
use axum::extract::State;
use domain::{canonical, civil};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;

/// The keys, the one to use first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    pub keys: Vec<Key>,
}

/// A public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// The number that stands in a sealed body.
    pub id: u32,
    /// Always `DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM` (RFC 9180: 0x0010, 0x0001, 0x0002).
    pub suite: &'static str,
    /// The uncompressed point, 130 hexadecimal digits.
    pub public: String,
    /// The civil date on which it was made.
    #[schema(value_type = String, format = Date)]
    pub made_on: String,
}

/// The keys for sealed answers.
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "responses", operation_id = "listKeys",
    responses((status = 200, description = "The keys, the one to use first", body = Keys)),
)]
pub async fn list(State(state): State<ApiState>) -> Json<Keys> {
    Json(Keys { keys: usable(&state) })
}

/// The keys, the one to use first.
pub(super) fn usable(state: &ApiState) -> Vec<Key> {
    state
        .keyring()
        .public()
        .into_iter()
        .map(|key| Key {
            id: key.id,
            suite: "DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM",
            public: canonical::hex(&key.bytes),
            made_on: civil::format(civil::date_of(key.made_at)),
        })
        .collect()
}
