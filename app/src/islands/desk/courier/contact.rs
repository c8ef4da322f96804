//! A contact with the server: how the device is, where it stands, and what is asked.

use domain::civil;
use domain::outbox::{Contact, Millis};
use leptos::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use super::super::browser;
use super::super::device::{Desk, Standing, now};
use super::super::net::{Body, ask};
use super::{Courier, DESK, with, write};

/// Tells how the device is, hears where it stands, and takes over what is asked.
pub(super) async fn contact() {
    let (storage, persisted) = browser::storage().await;
    let told = with(|courier| {
        courier.watched.status.update(|status| {
            status.storage = storage;
            status.persisted = persisted;
        });
        (
            courier.identity.tokens.present().to_owned(),
            courier.report(storage, persisted),
            std::mem::take(&mut courier.failed),
        )
    });
    let Some((token, report, failed)) = told else {
        return;
    };
    let answer = ask("POST", "/api/v1/device/contact", Some(&token), Body::Json(report)).await;
    let standing = answer
        .as_ref()
        .filter(|answer| answer.status == 200)
        .and_then(|answer| serde_json::from_str::<Standing>(&answer.body).ok());
    let heard = with(|courier| {
        courier.watched.status.update(|status| {
            status.connected = standing.is_some();
            status.unknown = answer.as_ref().is_some_and(|answer| answer.status == 401);
            // What was told is told; what still fails, and what failed meanwhile, is for the next time.
            courier.failed |= if standing.is_some() {
                status.failing
            } else {
                failed
            };
        });
        let contact = answer.as_ref().and_then(|answer| Contact::read(&answer.body));
        let contact = contact.filter(|_| standing.is_some())?;
        let changes = courier.step(|outbox, now| outbox.heard(&contact, now));
        Some((courier.store.clone(), changes))
    });
    if let Some(Some((store, changes))) = heard {
        write(&store, &changes).await;
    }
    if standing.is_some_and(|standing| standing.state != "revoked") {
        refresh(&token).await;
    }
}

/// Takes over what is asked, whole or not at all.
async fn refresh(token: &str) {
    let answer = ask("GET", "/api/v1/device", Some(token), Body::None).await;
    let Some(answer) = answer.filter(|answer| answer.status == 200) else {
        return;
    };
    let fresh = with(|courier| (courier.desk != answer.body).then(|| courier.store.clone()));
    let (Some(Some(store)), Some(desk)) = (fresh, Desk::read(&answer.body)) else {
        return;
    };
    if store.put_meta(DESK, &answer.body).await.is_ok() {
        with(|courier| {
            courier.desk = answer.body;
            courier.watched.desk.set(Some(desk));
        });
    }
}

impl Courier {
    fn report(&self, storage: Option<(f64, f64)>, persisted: Option<bool>) -> String {
        let now = now();
        let census = self.outbox.census();
        let age = |at: Millis| (now - at).max(0) / 1_000;
        let clock = OffsetDateTime::from_unix_timestamp(now / 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let abandoned: Vec<_> = self
            .abandoned
            .iter()
            .filter_map(|(key, attempts)| {
                let (on, question) = key.split_once(' ')?;
                Some(json!({"on": on, "question": question, "attempts": attempts}))
            })
            .collect();
        #[expect(clippy::cast_possible_truncation, reason = "a number of bytes is whole")]
        let bytes = |bytes: f64| bytes as i64;
        let mut report = json!({
            "clock": civil::format_instant(clock),
            "unsent": census.unsent,
            "oldest_unsent_s": census.oldest_unsent.map(age),
            "refused": census.refused,
            "last_delivery_s": self.outbox.ledger().last_delivery.map(age),
            "program": browser::program(),
            "storage_used": storage.map(|(used, _)| bytes(used)),
            "storage_quota": storage.map(|(_, quota)| bytes(quota)),
            "persisted": persisted,
            "abandoned": abandoned,
        });
        // Said only when it is so: an older server, to which a newer one was put back, takes no field that it does not know.
        if self.failed || self.watched.status.with_untracked(|status| status.unreadable > 0) {
            report["storage_failing"] = true.into();
        }
        report.to_string()
    }
}
