//! What the server does not hold, as a file that staff can hand on.

use domain::canonical::{hex, sha256};
use domain::outbox::State;
use serde_json::json;

use super::{leave_out, with};

/// A file with what the server does not hold, sealed, so that it can be handed on.
pub(in crate::islands::desk) struct Rescued {
    pub(in crate::islands::desk) file: String,
    /// How many responses are in it, and how many should be.
    pub(in crate::islands::desk) saved: usize,
    pub(in crate::islands::desk) of: usize,
}

/// Puts together what the server does not hold. A response that cannot be read keeps none of the others back.
pub(in crate::islands::desk) async fn rescue() -> Option<Rescued> {
    let (store, device, held) = with(|courier| {
        let outbox = &courier.outbox;
        let held = outbox
            .items()
            .filter(|item| !matches!(item.state, State::Delivered { .. }))
            .map(|item| {
                let told = json!({
                    "id": item.id,
                    "clock_offset_s": outbox.offset_of(item.id).map(|ms| ms / 1_000),
                    "trial": item.trial,
                    "device": hash(courier.identity.tokens.of(item.enrolment)),
                });
                (item.id, told)
            });
        let device = hash(courier.identity.tokens.present());
        (courier.store.clone(), device, held.collect::<Vec<_>>())
    })?;
    let mut of = held.len();
    let mut responses = Vec::new();
    for (id, mut response) in held {
        match store.sealed(&id.to_string()).await {
            Ok(Some(body)) => {
                response["sealed"] = hex(&body.to_vec()).into();
                responses.push(response);
            }
            Ok(None) if leave_out(id) => {}
            // It was delivered and dropped meanwhile.
            Ok(None) => of -= 1,
            Err(_) => {}
        }
    }
    let saved = responses.len();
    let file = json!({"format": domain::device::FORMAT, "device": device, "responses": responses});
    let file = file.to_string();
    Some(Rescued { file, saved, of })
}

/// Says whose a token is, and opens nothing.
fn hash(token: &str) -> String {
    hex(&sha256(token.as_bytes()))
}
