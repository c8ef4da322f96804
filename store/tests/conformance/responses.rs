//! Review, scan and retention.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::canonical::sha256;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, ResponseId, UnitId};
use domain::status::{Reason, Status};
use domain::tally::Rated;
use store::StoreError;
use store::intake::{NewResponse, Recorded};
use store::responses::{After, Handout, Review, Standing, Way};
use store::tallies::Grain;
use time::Date;
use time::macros::{date, datetime};

use crate::world::{DAY, World, campaign_id, past_the_store, point_id, unit_id, uuid};

pub(crate) async fn a_status_moves_the_tallies(world: &World) {
    let at = datetime!(2026-11-21 01:00:00 UTC);
    let batch: Vec<NewResponse> = (0..5).map(|n| world.response(n)).collect();
    world.store.record(&batch).await.unwrap();
    let before = world.tally(unit_id()).await;
    let id = batch[2].id;
    let set = async |former, new| world.store.set_status(id, former, new, at).await.unwrap();
    let counted = (Status::Counted, None);
    let duplicate = (Status::Excluded, Some(Reason::Duplicate));
    let review = (Status::Excluded, Some(Reason::Review));
    assert!(set(counted, duplicate).await);
    let tally = world.tally(unit_id()).await;
    assert_eq!((tally.responses(), tally.of_status(Status::Excluded)), (4, 1));
    let stands = async || {
        let stored = world.store.response(id).await.unwrap().unwrap();
        (stored.status, stored.reason)
    };
    assert_eq!(stands().await, duplicate);
    // Another reason for the same status counts nothing twice.
    assert!(set(duplicate, review).await);
    assert_eq!(world.tally(unit_id()).await, tally);
    // Whoever read it before somebody else decided changes nothing, whether the status moved or the reason alone.
    for read in [counted, duplicate, (Status::Excluded, None)] {
        assert!(!set(read, (Status::Held, Some(Reason::Burst))).await);
    }
    assert_eq!(stands().await, review);
    assert_eq!(world.tally(unit_id()).await, tally);
    assert!(set(review, counted).await);
    assert_eq!(world.tally(unit_id()).await, before);
    assert_eq!(
        world.store.count_by_status(campaign_id()).await.unwrap(),
        [(Status::Counted, 5)]
    );
    let unknown = world
        .store
        .set_status(ResponseId(uuid(404)), counted, (Status::Held, None), at)
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
    let (counted, out) = ((Status::Counted, None), (Status::Excluded, None));
    let refused = world.store.set_status(old.id, counted, out, at).await;
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
    past_the_store!(world, |connection| {
        let query = sqlx::query(text).bind(bytes.to_vec());
        assert_eq!(query.execute(connection).await.unwrap().rows_affected(), 1);
    });
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

/// How many that were answered before a day have their exact time.
async fn with_times(world: &World, answered_before: Date) -> usize {
    let mut found = 0;
    let mut after = After::default();
    loop {
        let (page, next) = world.store.scan(campaign_id(), after, 500).await.unwrap();
        if page.is_empty() {
            return found;
        }
        let old = page
            .iter()
            .filter(|response| response.answered_on < answered_before);
        found += old.filter(|response| response.arrived_at.is_some()).count();
        after = next;
    }
}

/// A run that was killed after its beginning leaves nothing for ever: the next finds all that it had not come to.
pub(crate) async fn times_left_by_a_run_that_was_cut_short_go(world: &World) {
    // More than one step of a day, and a unit that alone is more than one.
    let of = |n: u128| NewResponse {
        answered_on: if n < 2_600 {
            date!(2026 - 10 - 30)
        } else {
            date!(2026 - 10 - 31)
        },
        rated: Rated {
            served_at: UnitId(uuid(if n < 1_200 { 5_000 } else { 5_000 + n % 40 })),
            handled_by: None,
        },
        ..world.response(n)
    };
    let batch: Vec<NewResponse> = (0..2_700).map(of).collect();
    world.store.record(&batch).await.unwrap();
    let before = date!(2026 - 11 - 01);
    // What a run leaves that is killed before its first step.
    past_the_store!(world, |connection| {
        sqlx::query("update campaign set times_kept_from = $1")
            .bind(days_since_epoch(before))
            .execute(connection)
            .await
            .unwrap();
    });
    assert_eq!(with_times(world, before).await, 2_700);
    // And one that is dropped somewhere on its way.
    let run = world.store.erase_times(campaign_id(), before);
    let _ = tokio::time::timeout(Duration::from_millis(10), run).await;
    world.store.erase_times(campaign_id(), before).await.unwrap();
    assert_eq!(with_times(world, before).await, 0);
    assert_eq!(world.store.erase_times(campaign_id(), before).await.unwrap(), 0);
}

/// Whatever is recorded while a run goes on, for days that it has seen and days that it has not, keeps no time.
pub(crate) async fn nothing_enters_behind_the_erasing_of_times(world: &World) {
    let days = [
        date!(2026 - 10 - 27),
        date!(2026 - 10 - 29),
        date!(2026 - 10 - 31),
    ];
    let of = |n: u128, answered_on| NewResponse {
        answered_on,
        ..world.response(n)
    };
    let first: Vec<NewResponse> = (0..300).map(|n| of(n, days[1])).collect();
    world.store.record(&first).await.unwrap();
    let writer = world.another().await;
    let write = async {
        for round in 0..40 {
            let batch: Vec<NewResponse> = days
                .iter()
                .zip(1_000 + round * 10..)
                .map(|(day, n)| of(n, *day))
                .collect();
            writer.record(&batch).await.unwrap();
        }
    };
    let before = date!(2026 - 11 - 01);
    let erase = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        world.store.erase_times(campaign_id(), before).await.unwrap()
    };
    let ((), erased) = tokio::join!(write, erase);
    assert!(erased >= 300, "{erased}");
    assert_eq!(with_times(world, before).await, 0);
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
    let unexplained = NewResponse {
        reason: None,
        ..held(5)
    };
    let batch = [
        world.response(0),
        held(1),
        held(2),
        elsewhere,
        trial,
        unexplained.clone(),
    ];
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
            // Both databases have what gives no reason first.
            (of(DAY, Status::Held, None), 1),
            (burst, 2),
            (of(DAY, Status::Trial, Some(Reason::Trial)), 1),
        ]
    );
    let mut expected = [batch[1].id, batch[2].id];
    expected.sort_unstable();
    let found = async |of| world.store.of_standing(campaign_id(), of).await.unwrap();
    assert_eq!(found(burst).await, expected);
    assert_eq!(found(of(DAY, Status::Counted, None)).await, [batch[0].id]);
    assert_eq!(found(of(DAY, Status::Held, None)).await, [unexplained.id]);
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

pub(crate) async fn handouts_are_kept_with_their_purpose(world: &World) {
    let handout = |number: u128, way, handed_at| Handout {
        id: uuid(number),
        campaign: campaign_id(),
        way,
        responses: 36_525,
        purpose: "Đối chiếu với bản in.".to_owned(),
        handed_at,
    };
    assert!(world.store.handouts(campaign_id()).await.unwrap().is_empty());
    let second = handout(80, Way::Exported, datetime!(2026-11-22 02:00:00 UTC));
    let first = handout(81, Way::Shown, datetime!(2026-11-21 02:00:00 UTC));
    for handout in [&second, &first] {
        world.store.put_handout(handout).await.unwrap();
    }
    assert_eq!(
        world.store.handouts(campaign_id()).await.unwrap(),
        [first, second]
    );
    assert!(
        world
            .store
            .handouts(CampaignId(uuid(404)))
            .await
            .unwrap()
            .is_empty()
    );
}
