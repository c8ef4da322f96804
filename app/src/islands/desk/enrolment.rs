//! Tying this device to a point by a code. What lies in the outbox stays, and is sent in the name of the enrolment
//! under which it was given.

use domain::canonical::hex;
use domain::device::Tokens;
use serde_json::json;

use super::courier::{self, ABANDONED, DESK, IDENTITY, Watched};
use super::device::{Desk, Enrolled, Identity};
use super::idb::Store;
use super::net::{Body, ask};
use super::seal;

/// The token of the next enrolment, kept before it is sent, so that a lost reply can be asked for again.
const TOKEN: &str = "token";

/// Why a device was not enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotEnrolled {
    Code,
    Network,
    Storage,
}

/// Ties this device to the point of a code.
pub(super) async fn enrol(code: &str, watched: Watched) -> Result<(), NotEnrolled> {
    let storage = |_| NotEnrolled::Storage;
    let store = Store::open().await.map_err(storage)?;
    let token = match store.meta(TOKEN).await.map_err(storage)? {
        Some(token) => token,
        None => new_token()?,
    };
    store.put_meta(TOKEN, &token).await.map_err(storage)?;
    let body = Body::Json(json!({"code": code, "token": token}).to_string());
    let answer = ask("POST", "/api/v1/devices", None, body).await;
    let answer = answer.ok_or(NotEnrolled::Network)?;
    if !matches!(answer.status, 200 | 201) {
        let wrong = matches!(answer.status, 400..=499);
        return Err(if wrong {
            NotEnrolled::Code
        } else {
            NotEnrolled::Network
        });
    }
    let enrolled: Enrolled = serde_json::from_str(&answer.body).map_err(|_| NotEnrolled::Network)?;
    let desk = ask("GET", "/api/v1/device", Some(&token), Body::None).await;
    let desk = desk.filter(|answer| answer.status == 200 && Desk::read(&answer.body).is_some());
    let desk = desk.ok_or(NotEnrolled::Network)?;
    let before = store.meta(IDENTITY).await.map_err(storage)?;
    let before: Option<Identity> = before.and_then(|text| serde_json::from_str(&text).ok());
    let identity = Identity {
        tokens: Tokens::enrolled(before.map(|before| before.tokens), token),
        pin: enrolled.pin,
    };
    let text = serde_json::to_string(&identity).unwrap_or_default();
    // The next enrolment of this device is another one.
    let next = new_token()?;
    // What was given up before was told in the name of the enrolment before.
    let metas = [
        (DESK, desk.body.as_str()),
        (ABANDONED, "{}"),
        (IDENTITY, &text),
        (TOKEN, &next),
    ];
    store.put_metas(&metas).await.map_err(storage)?;
    courier::start(store, identity, watched).await.map_err(storage)
}

fn new_token() -> Result<String, NotEnrolled> {
    let bytes = seal::random::<32>().map_err(|_| NotEnrolled::Storage)?;
    Ok(hex(&bytes))
}
