//! Tallies under many writers, and the recount.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::id::UnitId;
use domain::moments::{ClusterMoments, Moments};
use domain::status::{Reason, Status};
use domain::tally::{HandledBy, Rated, Tally, contributions};
use domain::varint::Reader;
use store::SharedStore;
use store::intake::NewResponse;
use store::tallies::{Dimension, Folded, Grain, PeriodTally};
use time::Date;
use time::macros::{date, datetime};

use crate::world::{DAY, World, campaign_id, past_the_store, unit_id, uuid};

/// Two servers take 10,000 answers for one unit and day while a third job excludes and restores.
pub(crate) async fn two_writers_and_a_reviewer_lose_nothing(world: &World) {
    const EACH: u128 = 5_000;
    let others = [world.another().await, world.another().await];
    let known: Vec<NewResponse> = (0..20).map(|n| world.response(1_000_000 + n)).collect();
    world.store.record(&known).await.unwrap();
    let write = |store: SharedStore, from: u128| {
        let all: Vec<NewResponse> = (from..from + EACH).map(|n| world.response(n)).collect();
        async move {
            for batch in all.chunks(64) {
                store.record(batch).await.unwrap();
            }
        }
    };
    let review = {
        let store = world.another().await;
        let at = datetime!(2026-11-21 01:00:00 UTC);
        let known = &known;
        let (on, out) = ((Status::Counted, None), (Status::Excluded, Some(Reason::Review)));
        async move {
            for round in 0..3 {
                for response in known {
                    let [former, new] = if round % 2 == 0 { [on, out] } else { [out, on] };
                    assert!(store.set_status(response.id, former, new, at).await.unwrap());
                }
            }
        }
    };
    let [first, second] = others;
    tokio::join!(write(first, 0), write(second, EACH), review);
    let tally = world.tally(unit_id()).await;
    assert_eq!(u128::try_from(tally.responses()).unwrap(), 2 * EACH);
    assert_eq!(tally.of_status(Status::Excluded), 20);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn a_recount_finds_and_repairs(world: &World) {
    let batch: Vec<NewResponse> = (0..10).map(|n| world.response(n)).collect();
    world.store.record(&batch).await.unwrap();
    let whole = world.tally(unit_id()).await;
    // One flipped byte, and a tally of nobody.
    let copy = "insert into tally_day (bucket, campaign, unit, day, version, channel, rev, counts) \
         select bucket, campaign, $1, day, version, channel, rev, counts from tally_day where unit = $2";
    let stray = UnitId(uuid(33));
    let mut bytes = whole.pack();
    bytes[0] ^= 2;
    let spoil = "update tally_day set counts = $1 where unit = $2";
    past_the_store!(world, |connection| {
        let copied = sqlx::query(copy).bind(stray.0).bind(unit_id().0);
        copied.execute(&mut *connection).await.unwrap();
        let spoilt = sqlx::query(spoil).bind(&bytes).bind(unit_id().0);
        spoilt.execute(&mut *connection).await.unwrap();
    });
    let mut found = world.store.recount(campaign_id(), false).await.unwrap();
    found.sort_by_key(|disagreement| disagreement.unit);
    let units: Vec<UnitId> = found.iter().map(|disagreement| disagreement.unit).collect();
    assert_eq!(units, [unit_id(), stray]);
    assert!(
        found
            .iter()
            .all(|disagreement| disagreement.grain == Grain::Day(DAY))
    );
    assert_eq!(world.store.recount(campaign_id(), true).await.unwrap().len(), 2);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(world.tally(unit_id()).await, whole);
    assert!(world.tally(stray).await.is_zero());
}

pub(crate) async fn months_and_the_campaign_are_folded(world: &World) {
    let layout = world.version.layout();
    let in_october = |n: u128| NewResponse {
        answered_on: date!(2026 - 10 - 31),
        ..world.response(n)
    };
    let mut batch: Vec<NewResponse> = (0..40).map(|n| world.response(n)).collect();
    batch.extend((40..60).map(in_october));
    world.store.record(&batch).await.unwrap();
    assert_eq!(world.store.fold(None, 100).await.unwrap().groups, 2);
    assert_eq!(world.store.fold(None, 100).await.unwrap(), Folded::default());
    let months = [date!(2026 - 10 - 01), date!(2026 - 11 - 01)];
    let whole = world.store.periods(campaign_id(), None).await.unwrap();
    let by_month: BTreeMap<_, _> = whole.iter().map(|row| (row.key.month, row)).collect();
    let tally = |month: Option<Date>| Tally::unpack(layout, &by_month[&month].counts).unwrap();
    assert_eq!(
        by_month.keys().copied().collect::<Vec<_>>(),
        [None, Some(months[0]), Some(months[1])]
    );
    assert_eq!(tally(Some(months[1])), world.tally(unit_id()).await);
    assert_eq!(tally(None).responses(), 60);
    let mut sum = tally(Some(months[0]));
    sum.add(&tally(Some(months[1])));
    assert_eq!(sum, tally(None));
    let some = world
        .store
        .periods(campaign_id(), Some(&months[..1]))
        .await
        .unwrap();
    assert_eq!(some.len(), 1);

    // One point and one day a month: each month is one cluster, squared as a whole.
    let answers = tally(Some(months[1])).moments(layout, 0).answers;
    let first_cluster = |row: &PeriodTally| {
        let mut reader = Reader::new(&row.clusters);
        [0, 1].map(|_| reader.next_signed().unwrap())
    };
    assert_eq!(first_cluster(by_month[&Some(months[1])]), [1, answers * answers]);
    assert_eq!(first_cluster(by_month[&None])[0], 2);

    // The parts by report dimensions and the cross-products come to the whole.
    let split = world.store.split(campaign_id(), unit_id()).await.unwrap();
    let mut parts = Tally::empty(layout);
    for row in split
        .iter()
        .filter(|row| row.key.month.is_none() && row.dimensions[0] != Dimension::All)
    {
        parts.add(&Tally::unpack(layout, &row.counts).unwrap());
    }
    assert_eq!(parts, tally(None));
    let cross = world.store.cross(campaign_id(), unit_id()).await.unwrap();
    let respondents: i64 = cross.iter().map(|row| row.products.respondents()).sum();
    assert_eq!(respondents, 60);

    // An exclusion makes its month dirty, and only it.
    let at = datetime!(2026-11-21 01:00:00 UTC);
    world
        .store
        .set_status(
            batch[50].id,
            (Status::Counted, None),
            (Status::Excluded, None),
            at,
        )
        .await
        .unwrap();
    assert_eq!(world.store.fold(None, 100).await.unwrap().groups, 1);
    let after = world.store.periods(campaign_id(), None).await.unwrap();
    let campaign = after.iter().find(|row| row.key.month.is_none()).unwrap();
    assert_eq!(Tally::unpack(layout, &campaign.counts).unwrap().responses(), 59);
    let cross = world.store.cross(campaign_id(), unit_id()).await.unwrap();
    assert_eq!(
        cross.iter().map(|row| row.products.respondents()).sum::<i64>(),
        59
    );
}

/// A folded row with a flipped byte is found, and so are cross-products.
pub(crate) async fn a_recount_sees_folded_rows(world: &World) {
    let batch: Vec<NewResponse> = (0..10).map(|n| world.response(n)).collect();
    world.store.record(&batch).await.unwrap();
    world.store.fold(None, 10).await.unwrap();
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
    let spoil = [
        "update tally_period set counts = clusters where month = -1 and dim1 = -1",
        "update tally_cross set products = (select counts from tally_day limit 1) where month <> -1",
    ];
    past_the_store!(world, |connection| {
        for text in spoil {
            sqlx::query(text).execute(&mut *connection).await.unwrap();
        }
    });
    let found = world.store.recount(campaign_id(), true).await.unwrap();
    let grains: BTreeSet<Grain> = found.iter().map(|disagreement| disagreement.grain).collect();
    assert_eq!(
        grains,
        BTreeSet::from([Grain::Month(date!(2026 - 11 - 01)), Grain::Campaign])
    );
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}

/// People of one village, whatever the day and month, are one cluster of the campaign.
pub(crate) async fn sampling_clusters_are_squared_as_a_whole(world: &World) {
    let layout = world.version.layout();
    let batch: Vec<NewResponse> = (0..30)
        .map(|n| NewResponse {
            cluster: Some(format!("village {}", n % 3)),
            answered_on: if n < 15 { DAY } else { date!(2026 - 10 - 02) },
            ..world.response(n)
        })
        .collect();
    world.store.record(&batch).await.unwrap();
    world.store.fold(None, 100).await.unwrap();
    let rows = world.store.periods(campaign_id(), None).await.unwrap();
    let campaign = rows.iter().find(|row| row.key.month.is_none()).unwrap();
    let mut villages = vec![Moments::default(); 3];
    for (n, response) in batch.iter().enumerate() {
        let counted = contributions(&world.version, &response.answers, Status::Counted, response.rated);
        villages[n % 3] += counted[0].1.moments(layout, 0);
    }
    let expected: ClusterMoments = villages.iter().map(ClusterMoments::of).sum();
    let mut reader = Reader::new(&campaign.samples);
    let whole = [0; ClusterMoments::FIELDS].map(|_| reader.next_signed().unwrap());
    assert_eq!(whole, expected.to_array());
}

/// The whole row of a unit's campaign.
async fn campaign_row(world: &World, unit: UnitId) -> PeriodTally {
    while world.store.fold(None, 100).await.unwrap().groups > 0 {}
    let rows = world.store.periods(campaign_id(), None).await.unwrap();
    let mut rows = rows.into_iter().filter(|row| row.key.unit == unit);
    rows.find(|row| row.key.month.is_none()).unwrap()
}

/// Squares over the clusters of some people do not go with the totals of all.
pub(crate) async fn people_outside_clusters_leave_a_row_without_cluster_sums(world: &World) {
    let (deciding, above) = (UnitId(uuid(20)), UnitId(uuid(21)));
    let of = |n: u128, cluster: Option<&str>| NewResponse {
        cluster: cluster.map(str::to_owned),
        rated: Rated {
            served_at: unit_id(),
            handled_by: Some(HandledBy {
                unit: deciding,
                meeting: above,
            }),
        },
        ..world.response(n)
    };
    let names = ["A", "B"].into_iter().cycle();
    let sampled: Vec<NewResponse> = (0..8).zip(names).map(|(n, name)| of(n, Some(name))).collect();
    world.store.record(&sampled).await.unwrap();
    for unit in [unit_id(), deciding, above] {
        assert!(!campaign_row(world, unit).await.samples.is_empty(), "{unit}");
    }
    // Held ones are in no total.
    let held = NewResponse {
        status: Status::Held,
        reason: Some(Reason::Burst),
        ..of(8, None)
    };
    world.store.record(&[held]).await.unwrap();
    assert!(!campaign_row(world, unit_id()).await.samples.is_empty());
    let stranger = of(9, None);
    world.store.record(std::slice::from_ref(&stranger)).await.unwrap();
    for unit in [unit_id(), deciding, above] {
        assert!(campaign_row(world, unit).await.samples.is_empty(), "{unit}");
    }
    let at = datetime!(2026-11-21 01:00:00 UTC);
    let (on, out) = ((Status::Counted, None), (Status::Excluded, Some(Reason::Review)));
    let excluded = world.store.set_status(stranger.id, on, out, at).await;
    assert!(excluded.unwrap());
    for unit in [unit_id(), deciding, above] {
        assert!(!campaign_row(world, unit).await.samples.is_empty(), "{unit}");
    }
    assert_eq!(world.store.recount(campaign_id(), false).await.unwrap(), []);
}

/// Which village somebody is of goes with the answers; what the villages come to stays.
pub(crate) async fn cluster_sums_outlive_the_answers(world: &World) {
    let of = |n: u128| NewResponse {
        cluster: Some(format!("village {}", n % 3)),
        case: Some(format!("H-{n}")),
        ..world.response(n)
    };
    let batch: Vec<NewResponse> = (0..12).map(of).collect();
    world.store.record(&batch).await.unwrap();
    let before = campaign_row(world, unit_id()).await;
    assert_eq!(
        world
            .store
            .retain(campaign_id(), date!(2027 - 01 - 01))
            .await
            .unwrap(),
        12
    );
    let stored = world.store.response(batch[0].id).await.unwrap().unwrap();
    assert_eq!((stored.cluster, stored.case), (None, None));
    // The number of late ones changes the day, and nothing of the sample.
    let late = NewResponse {
        status: Status::Late,
        reason: Some(Reason::Closed),
        ..of(12)
    };
    world.store.record(&[late]).await.unwrap();
    let after = campaign_row(world, unit_id()).await;
    assert_ne!(after.counts, before.counts);
    assert_eq!(after.samples, before.samples);
    assert_eq!(world.store.recount(campaign_id(), false).await.unwrap(), []);
    // Somebody more may be of a village that is no longer known.
    world.store.record(&[of(13)]).await.unwrap();
    assert!(campaign_row(world, unit_id()).await.samples.is_empty());
    assert_eq!(world.store.recount(campaign_id(), false).await.unwrap(), []);
}

/// What arrives between the reading and the writing of a fold is folded by the next.
pub(crate) async fn folding_under_load_loses_nothing(world: &World) {
    let layout = world.version.layout();
    let writer = world.another().await;
    let all: Vec<NewResponse> = (0..1_500).map(|n| world.response(n)).collect();
    let write = async {
        for batch in all.chunks(10) {
            writer.record(batch).await.unwrap();
        }
    };
    let fold = async {
        for _ in 0..30 {
            world.store.fold(None, 10).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::join!(write, fold);
    while world.store.fold(None, 10).await.unwrap().groups > 0 {}
    let rows = world.store.periods(campaign_id(), None).await.unwrap();
    for row in &rows {
        assert_eq!(
            Tally::unpack(layout, &row.counts).unwrap(),
            world.tally(unit_id()).await
        );
    }
    assert_eq!(rows.len(), 2);
}

/// Units that change all the time keep neither a pass from its end nor other units from their turn.
pub(crate) async fn a_pass_comes_to_every_unit_once(world: &World) {
    let units = [0x0a, 0x0b, 0x0c].map(|unit| UnitId(uuid::Uuid::from_u128(unit)));
    let record = async |first: u128| {
        let batch: Vec<NewResponse> = (first..)
            .zip(units)
            .map(|(n, unit)| NewResponse {
                rated: Rated {
                    served_at: unit,
                    handled_by: None,
                },
                ..world.response(n)
            })
            .collect();
        world.store.record(&batch).await.unwrap();
    };
    record(0).await;
    let mut after = None;
    let mut passed = Vec::new();
    for round in 1..10 {
        let pass = world.store.fold(after, 1).await.unwrap();
        passed.extend(pass.last.map(|(_, unit)| unit));
        after = pass.last;
        if after.is_none() {
            break;
        }
        record(round * 10).await;
    }
    assert_eq!(after, None, "the pass ends");
    assert_eq!(passed, units[..2], "the third unit is the end");
}
