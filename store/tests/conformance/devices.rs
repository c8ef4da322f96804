//! Desk devices.

use domain::id::{DeviceId, PointId, ResponseId};
use store::StoreError;
use store::catalogue::{Device, DeviceState};
use store::devices::{DeviceContact, Enrolment, PinHash, Redeemed};
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::world::{World, past_the_store, point, point_id, uuid};

fn device(number: u128, token: u8) -> Device {
    Device {
        id: DeviceId(uuid(number)),
        point: PointId(Uuid::nil()),
        token_hash: [token; 32],
        state: DeviceState::Trial,
        revoked_on: None,
        label: String::new(),
    }
}

async fn enrol(world: &World) {
    let enrolment = Enrolment {
        code_hash: [1; 32],
        point: point_id(),
        label: "Máy ở quầy 3".to_owned(),
        pin: PinHash {
            salt: [2; 16],
            hash: [3; 32],
        },
        expires_at: datetime!(2026-11-23 02:00 UTC),
    };
    world.store.put_enrolment(&enrolment).await.unwrap();
}

pub(crate) async fn a_code_ties_one_device(world: &World) {
    enrol(world).await;
    let now = datetime!(2026-11-23 01:59:59 UTC);
    let redeem =
        async |code: u8, device: Device, now| world.store.redeem(&[code; 32], &device, now).await.unwrap();
    assert!(matches!(
        redeem(1, device(10, 1), datetime!(2026-11-23 02:00 UTC)).await,
        Redeemed::Refused
    ));
    assert!(matches!(redeem(9, device(10, 1), now).await, Redeemed::Refused));
    let Redeemed::New(first, pin) = redeem(1, device(10, 1), now).await else {
        panic!("the code is good");
    };
    assert_eq!((first.point, first.label.as_str()), (point_id(), "Máy ở quầy 3"));
    assert_eq!((pin.salt, pin.hash), ([2; 16], [3; 32]));
    // The reply was lost, and the device asks again under the token that it made; its id is the first one.
    let Redeemed::Same(again, _) = redeem(1, device(11, 1), now).await else {
        panic!("it asked before");
    };
    assert_eq!(again.id, first.id);
    assert!(matches!(redeem(1, device(12, 2), now).await, Redeemed::Refused));
    let found = world.store.device_by_token(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{first:?}"));

    let revoked = Some(date!(2026 - 11 - 24));
    world
        .store
        .set_device(first.id, DeviceState::Revoked, revoked)
        .await
        .unwrap();
    let known = world.store.devices().await.unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].device.state, known[0].device.revoked_on),
        (DeviceState::Revoked, revoked)
    );
    assert_eq!(known[0].point_code, point().code);
    assert!(known[0].contact.is_none());
    let missing = world
        .store
        .set_device(DeviceId(uuid(99)), DeviceState::Trial, None)
        .await;
    assert!(matches!(missing, Err(StoreError::NotFound("device"))));
}

pub(crate) async fn the_last_contact_is_kept(world: &World) {
    enrol(world).await;
    let now = datetime!(2026-11-22 02:00 UTC);
    let redeemed = world.store.redeem(&[1; 32], &device(10, 1), now).await.unwrap();
    assert!(matches!(redeemed, Redeemed::New(..)));
    let id = DeviceId(uuid(10));
    let mut contact = DeviceContact {
        contact_at: now,
        clock_skew_s: -86_400,
        unsent: 100,
        oldest_unsent_s: Some(i64::from(i32::MAX) + 1),
        refused: 1,
        last_delivery_s: None,
        program: "0.1.0".to_owned(),
        format: 1,
        storage_used: Some(5_000_000_000),
        storage_quota: Some(6_000_000_000),
        persisted: Some(true),
        storage_failing: Some(true),
    };
    let given_up = |attempts| vec![(date!(2026 - 11 - 22), "overall".to_owned(), attempts)];
    world
        .store
        .note_contact(id, &contact, &given_up(2))
        .await
        .unwrap();
    let known = world.store.devices().await.unwrap();
    assert_eq!(known[0].contact, Some(contact.clone()));
    assert_eq!(known[0].abandoned(), 2);
    contact.unsent = 0;
    contact.oldest_unsent_s = None;
    contact.storage_used = None;
    contact.persisted = Some(false);
    contact.storage_failing = None;
    // Totals of the day replace totals, so a report that is sent twice counts once.
    world
        .store
        .note_contact(id, &contact, &given_up(3))
        .await
        .unwrap();
    world
        .store
        .note_contact(id, &contact, &given_up(3))
        .await
        .unwrap();
    let known = world.store.devices().await.unwrap();
    assert_eq!(known[0].contact, Some(contact.clone()));
    assert_eq!(known[0].abandoned(), 3);
    // Another question and another day are told apart by question, and not by day.
    let more = [
        (date!(2026 - 11 - 23), "overall".to_owned(), 1),
        (date!(2026 - 11 - 23), "purpose".to_owned(), 5),
    ];
    world.store.note_contact(id, &contact, &more).await.unwrap();
    let known = world.store.devices().await.unwrap();
    assert_eq!(known[0].abandoned(), 9);
    let at = known[0].abandoned_at.iter();
    let at: Vec<(&str, i64)> = at
        .map(|(question, attempts)| (question.as_str(), *attempts))
        .collect();
    assert_eq!(at, [("overall", 4), ("purpose", 5)]);
    let stranger = world.store.note_contact(DeviceId(uuid(99)), &contact, &[]).await;
    assert!(matches!(stranger, Err(StoreError::Conflict(_))), "{stranger:?}");
}

pub(crate) async fn facts_are_replaced(world: &World) {
    let mut facts = world.store.facts().await.unwrap();
    assert_eq!(facts["incarnation"].len(), 16);
    assert!(!facts.contains_key("durable_until"), "{facts:?}");
    world.store.put_fact("durable_until", "1").await.unwrap();
    world.store.put_fact("durable_until", "2").await.unwrap();
    facts.insert("durable_until".to_owned(), "2".to_owned());
    assert_eq!(world.store.facts().await.unwrap(), facts);
}

pub(crate) async fn what_was_decided_about_stays_settled(world: &World) {
    let response = |number| ResponseId(uuid(number));
    let settled = async |number| world.store.is_settled(response(number)).await.unwrap();
    assert!(!settled(20).await);
    world.store.settle(&[], date!(2026 - 11 - 22)).await.unwrap();
    let both = [response(20), response(21)];
    world.store.settle(&both, date!(2026 - 11 - 22)).await.unwrap();
    // A file is handed in again, with one more.
    let more = [response(21), response(22)];
    world.store.settle(&more, date!(2026 - 11 - 23)).await.unwrap();
    for number in 20..=22 {
        assert!(settled(number).await, "{number}");
    }
    assert!(!settled(23).await);
    let days: Vec<i32>;
    past_the_store!(world, |connection| {
        let read = sqlx::query_scalar("select settled_on from response_settled order by settled_on");
        days = read.fetch_all(connection).await.unwrap();
    });
    let first = domain::civil::days_since_epoch(date!(2026 - 11 - 22));
    assert_eq!(
        days,
        [first, first, first + 1],
        "those noted before keep their day"
    );
}
