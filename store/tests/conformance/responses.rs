//! Review, scan and retention.

use std::collections::BTreeSet;

use domain::canonical::sha256;
use domain::id::{CampaignId, ResponseId};
use domain::status::{Reason, Status};
use sqlx::Connection as _;
use store::StoreError;
use store::intake::{NewResponse, Recorded};
use store::responses::{After, Review, Standing};
use store::tallies::Grain;
use time::macros::{date, datetime};

use crate::world::{DAY, World, campaign_id, point_id, unit_id, uuid};

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
        case: Some("H-17".to_owned()),
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
        (stored.answers, stored.arrived_at, stored.duration_s, stored.case),
        (None, None, None, None)
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

/// Runs a statement with one value of bytes behind the program's back.
async fn tamper(world: &World, text: &'static str, bytes: &[u8]) {
    if world.is_postgres() {
        let mut connection = sqlx::PgConnection::connect(&world.url).await.unwrap();
        let query = sqlx::query(text).bind(bytes.to_vec());
        assert_eq!(query.execute(&mut connection).await.unwrap().rows_affected(), 1);
    } else {
        let mut connection = sqlx::SqliteConnection::connect(&world.url).await.unwrap();
        let query = sqlx::query(text).bind(bytes.to_vec());
        assert_eq!(query.execute(&mut connection).await.unwrap().rows_affected(), 1);
    }
}

/// The answers behind a sealed day are gone: its hash is all that tells that nobody changed it.
pub(crate) async fn a_broken_seal_is_found(world: &World) {
    let batch: Vec<NewResponse> = (0..12).map(|n| world.response(n)).collect();
    world.store.record(&batch).await.unwrap();
    world
        .store
        .retain(campaign_id(), date!(2026 - 12 - 01))
        .await
        .unwrap();
    let day = world
        .store
        .days(campaign_id(), unit_id(), DAY, DAY)
        .await
        .unwrap();
    let counts = day[0].counts.clone();
    let broken = async || {
        let found = world.store.recount(campaign_id(), false).await.unwrap();
        let of_day = found.into_iter().find(|found| found.grain == Grain::Day(DAY));
        of_day.map(|found| found.what)
    };
    assert_eq!(broken().await, None);
    let mut forged = counts.clone();
    *forged.last_mut().unwrap() ^= 1;
    tamper(
        world,
        "update tally_day set counts = $1 where seal is not null",
        &forged,
    )
    .await;
    assert_eq!(broken().await, Some("the sealed counts do not have their hash"));
    // It cannot be put right from the responses, and is not covered up.
    world.store.recount(campaign_id(), true).await.unwrap();
    assert!(broken().await.is_some());
    tamper(
        world,
        "update tally_day set counts = $1 where seal is not null",
        &counts,
    )
    .await;
    world.store.recount(campaign_id(), true).await.unwrap();
    assert_eq!(broken().await, None);
    let mut seal = sha256(&counts).to_vec();
    seal[7] ^= 0x80;
    tamper(
        world,
        "update tally_day set seal = $1 where seal is not null",
        &seal,
    )
    .await;
    assert!(broken().await.is_some());
}

/// Exact times serve quality checks until a day is public, and no longer.
pub(crate) async fn published_days_lose_their_times(world: &World) {
    let on = |n: u128, answered_on| NewResponse {
        answered_on,
        ..world.response(n)
    };
    let (old, recent) = (on(1, date!(2026 - 10 - 30)), on(2, date!(2026 - 11 - 01)));
    world.store.record(&[old.clone(), recent.clone()]).await.unwrap();
    let time = async |id| world.store.response(id).await.unwrap().unwrap().arrived_at;
    let before = date!(2026 - 11 - 01);
    assert_eq!(world.store.erase_times(campaign_id(), before).await.unwrap(), 1);
    assert_eq!(world.store.erase_times(campaign_id(), before).await.unwrap(), 0);
    assert_eq!(time(old.id).await, None);
    assert_eq!(time(recent.id).await, Some(recent.arrived_at));
    // A device brings an answer of a published day: it is counted, and its time is not kept.
    let late = on(3, date!(2026 - 10 - 31));
    world.store.record(std::slice::from_ref(&late)).await.unwrap();
    let stored = world.store.response(late.id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.arrived_at), (Status::Counted, None));
    assert_eq!(stored.duration_s, Some(61), "the duration stays");
    assert_eq!(stored.answers, Some(late.answers.pack()));
    // An earlier day gives nothing back.
    let earlier = date!(2026 - 10 - 01);
    assert_eq!(world.store.erase_times(campaign_id(), earlier).await.unwrap(), 0);
    let later = on(4, date!(2026 - 10 - 31));
    world.store.record(std::slice::from_ref(&later)).await.unwrap();
    assert_eq!(time(later.id).await, None);
    let unknown = world.store.erase_times(CampaignId(uuid(404)), before).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("campaign"))));
}

pub(crate) async fn standings_and_decisions_are_kept(world: &World) {
    let held = |n: u128| NewResponse {
        status: Status::Held,
        reason: Some(Reason::Burst),
        ..world.response(n)
    };
    let elsewhere = NewResponse {
        answered_on: date!(2026 - 11 - 19),
        ..held(3)
    };
    let trial = NewResponse {
        status: Status::Trial,
        reason: Some(Reason::Trial),
        ..world.response(4)
    };
    let batch = [world.response(0), held(1), held(2), elsewhere, trial];
    world.store.record(&batch).await.unwrap();
    let of = |answered_on, status, reason| Standing {
        point: point_id(),
        answered_on,
        status,
        reason,
    };
    let burst = of(DAY, Status::Held, Some(Reason::Burst));
    assert_eq!(
        world.store.standings(campaign_id()).await.unwrap(),
        [
            (of(date!(2026 - 11 - 19), Status::Held, Some(Reason::Burst)), 1),
            (burst, 2),
            (of(DAY, Status::Trial, Some(Reason::Trial)), 1),
        ]
    );
    let mut expected = [batch[1].id, batch[2].id];
    expected.sort_unstable();
    let found = async |of| world.store.of_standing(campaign_id(), of).await.unwrap();
    assert_eq!(found(burst).await, expected);
    assert_eq!(found(of(DAY, Status::Counted, None)).await, [batch[0].id]);
    assert!(found(of(DAY, Status::Held, Some(Reason::Clock))).await.is_empty());
    let review = |number: u128, decided_at| Review {
        id: uuid(number),
        campaign: campaign_id(),
        of: burst,
        new_status: Status::Counted,
        new_reason: None,
        responses: 2,
        purpose: "Một lớp học đến cùng cô giáo.".to_owned(),
        decided_at,
    };
    let second = review(70, datetime!(2026-11-22 02:00:00 UTC));
    let first = Review {
        new_status: Status::Excluded,
        new_reason: Some(Reason::Review),
        ..review(71, datetime!(2026-11-21 02:00:00 UTC))
    };
    for review in [&second, &first] {
        world.store.put_review(review).await.unwrap();
    }
    assert_eq!(world.store.reviews(campaign_id()).await.unwrap(), [first, second]);
    // What retention emptied can no longer be decided about.
    world
        .store
        .retain(campaign_id(), date!(2026 - 12 - 01))
        .await
        .unwrap();
    assert!(found(burst).await.is_empty());
}
