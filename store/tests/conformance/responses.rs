//! Review, scan and retention.

use std::collections::BTreeSet;

use domain::id::ResponseId;
use domain::status::{Reason, Status};
use store::StoreError;
use store::intake::{NewResponse, Recorded};
use store::responses::After;
use time::macros::{date, datetime};

use crate::world::{World, campaign_id, unit_id, uuid};

pub(crate) async fn a_status_moves_the_tallies(world: &World) {
    let at = datetime!(2026-11-21 01:00:00 UTC);
    let batch: Vec<NewResponse> = (0..5).map(|n| world.response(n)).collect();
    world.store.record(&batch).await.unwrap();
    let before = world.tally(unit_id()).await;
    let id = batch[2].id;
    let set = async |status, reason| world.store.set_status(id, status, reason, at).await;
    assert_eq!(
        set(Status::Excluded, Some(Reason::Duplicate)).await.unwrap(),
        Status::Counted
    );
    let tally = world.tally(unit_id()).await;
    assert_eq!((tally.responses(), tally.of_status(Status::Excluded)), (4, 1));
    let stored = world.store.response(id).await.unwrap().unwrap();
    assert_eq!(
        (stored.status, stored.reason),
        (Status::Excluded, Some(Reason::Duplicate))
    );
    // Another reason for the same status counts nothing twice.
    assert_eq!(
        set(Status::Excluded, Some(Reason::Review)).await.unwrap(),
        Status::Excluded
    );
    assert_eq!(world.tally(unit_id()).await, tally);
    assert_eq!(set(Status::Counted, None).await.unwrap(), Status::Excluded);
    assert_eq!(world.tally(unit_id()).await, before);
    assert_eq!(
        world.store.count_by_status(campaign_id()).await.unwrap(),
        [(Status::Counted, 5)]
    );
    let unknown = world
        .store
        .set_status(ResponseId(uuid(404)), Status::Held, None, at)
        .await;
    assert!(matches!(unknown, Err(StoreError::NotFound("response"))));
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn a_scan_sees_everything_once(world: &World) {
    let batch: Vec<NewResponse> = (0..130)
        .map(|n| NewResponse {
            answered_on: if n < 60 {
                date!(2026 - 10 - 30)
            } else {
                date!(2026 - 11 - 20)
            },
            ..world.response(n)
        })
        .collect();
    world.store.record(&batch).await.unwrap();
    let mut seen = BTreeSet::new();
    let mut after = After::default();
    loop {
        let (page, next) = world.store.scan(campaign_id(), after, 50).await.unwrap();
        if page.is_empty() {
            break;
        }
        for response in page {
            assert!(seen.insert(response.id), "{} twice", response.id);
        }
        after = next;
    }
    assert_eq!(seen, batch.iter().map(|response| response.id).collect());
}

pub(crate) async fn retention_keeps_what_recognises_a_repeat(world: &World) {
    let old = NewResponse {
        answered_on: date!(2026 - 11 - 01),
        ..world.response(1)
    };
    let recent = world.response(2);
    world.store.record(&[old.clone(), recent.clone()]).await.unwrap();
    let counts = async || {
        world
            .store
            .days(campaign_id(), unit_id(), old.answered_on, old.answered_on)
            .await
            .unwrap()
    };
    let before = counts().await;
    let removed = world
        .store
        .retain(campaign_id(), date!(2026 - 11 - 10))
        .await
        .unwrap();
    assert_eq!(removed, 1);
    assert_eq!(
        world
            .store
            .retain(campaign_id(), date!(2026 - 11 - 10))
            .await
            .unwrap(),
        0
    );
    let stored = world.store.response(old.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.answers, stored.arrived_at, stored.duration_s),
        (None, None, None)
    );
    assert_eq!(
        (stored.digest, stored.status, stored.served_at),
        (old.digest, Status::Counted, unit_id())
    );
    assert!(world.store.remarks(old.id).await.unwrap().is_empty());
    assert!(!world.store.remarks(recent.id).await.unwrap().is_empty());
    let after = counts().await;
    assert_eq!(after[0].counts, before[0].counts);
    assert!(after[0].sealed && !before[0].sealed);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
    // A repeat is still known, and the answer can no longer be taken out.
    let same = Recorded::Same {
        status: Status::Counted,
        reason: None,
    };
    assert_eq!(
        world.store.record(std::slice::from_ref(&old)).await.unwrap(),
        [same]
    );
    let at = datetime!(2026-11-21 01:00:00 UTC);
    let refused = world.store.set_status(old.id, Status::Excluded, None, at).await;
    assert!(matches!(refused, Err(StoreError::Sealed)));
    // What still arrives for a sealed day is counted, and the seal follows.
    let straggler = NewResponse {
        answered_on: old.answered_on,
        ..world.response(3)
    };
    world.store.record(&[straggler]).await.unwrap();
    let after = counts().await;
    assert!(after[0].sealed && after[0].counts != before[0].counts);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}
