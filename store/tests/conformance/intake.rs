//! Taking responses in.

use std::collections::BTreeSet;

use domain::canonical::sha256;
use domain::id::{ResponseId, UnitId};
use domain::status::{Reason, Status};
use domain::tally::{HandledBy, Rated, Tally};
use sqlx::{Connection as _, Row as _};
use store::StoreError;
use store::intake::{NewResponse, Recorded};
use time::macros::date;

use crate::world::{World, campaign_id, unit_id, uuid};

const COUNTED: Recorded = Recorded::New {
    status: Status::Counted,
    reason: None,
};

pub(crate) async fn what_is_recorded_is_there_once(world: &World) {
    let response = NewResponse {
        cluster: Some("Ấp 3".to_owned()),
        case: Some("H-17".to_owned()),
        ..world.response(3)
    };
    assert_eq!(world.store.record(&[]).await.unwrap(), []);
    assert_eq!(
        world.store.record(std::slice::from_ref(&response)).await.unwrap(),
        [COUNTED]
    );
    let stored = world.store.response(response.id).await.unwrap().unwrap();
    assert_eq!(stored.id, response.id);
    assert_eq!(stored.digest, response.digest);
    assert_eq!(
        (stored.point, stored.campaign),
        (response.point, response.campaign)
    );
    assert_eq!((stored.version, stored.served_at), (world.version_id, unit_id()));
    assert_eq!((stored.channel, stored.mode), (response.channel, response.mode));
    assert_eq!(
        (stored.language.as_str(), stored.answered_on),
        ("vi", response.answered_on)
    );
    assert_eq!(
        (stored.arrived_at, stored.duration_s),
        (Some(response.arrived_at), Some(61))
    );
    assert_eq!(
        (stored.cluster.as_deref(), stored.case.as_deref()),
        (Some("Ấp 3"), Some("H-17"))
    );
    assert_eq!((stored.status, stored.reason), (Status::Counted, None));
    assert_eq!(stored.answers, Some(response.answers.pack()));
    assert_eq!(
        world.store.remarks(response.id).await.unwrap(),
        response.answers.remarks
    );
    assert!(
        world
            .store
            .response(ResponseId(uuid(404)))
            .await
            .unwrap()
            .is_none()
    );
    let tally = world.tally(unit_id()).await;
    assert_eq!(
        (tally.responses(), tally.respondents(world.version.layout())),
        (1, 1)
    );
    let stranger = NewResponse {
        campaign: domain::id::CampaignId(uuid(404)),
        ..world.response(4)
    };
    assert!(matches!(
        world.store.record(&[stranger]).await,
        Err(StoreError::NotFound("campaign"))
    ));
}

pub(crate) async fn repeats_and_conflicts_are_told_apart(world: &World) {
    let first = world.response(1);
    let forged = NewResponse {
        digest: sha256(b"other"),
        ..first.clone()
    };
    let same = Recorded::Same {
        status: Status::Counted,
        reason: None,
    };
    // Inside one batch, the first of an id wins.
    let batch = [first.clone(), first.clone(), forged.clone(), world.response(2)];
    let recorded = world.store.record(&batch).await.unwrap();
    assert_eq!(recorded, [COUNTED, same, Recorded::Conflict, COUNTED]);
    // And across batches, between new ones.
    let batch = [world.response(5), first, forged, world.response(6)];
    let recorded = world.store.record(&batch).await.unwrap();
    assert_eq!(recorded, [COUNTED, same, Recorded::Conflict, COUNTED]);
    assert_eq!(world.tally(unit_id()).await.responses(), 4);
    let held = NewResponse {
        status: Status::Held,
        reason: Some(Reason::Burst),
        ..world.response(7)
    };
    let as_held = (Status::Held, Some(Reason::Burst));
    let recorded = world.store.record(std::slice::from_ref(&held)).await.unwrap();
    assert_eq!(
        recorded,
        [Recorded::New {
            status: as_held.0,
            reason: as_held.1
        }]
    );
    let recorded = world.store.record(&[held]).await.unwrap();
    assert_eq!(
        recorded,
        [Recorded::Same {
            status: as_held.0,
            reason: as_held.1
        }]
    );
    let tally = world.tally(unit_id()).await;
    assert_eq!((tally.responses(), tally.of_status(Status::Held)), (4, 1));
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn closing_is_a_barrier(world: &World) {
    let early = world.response(1);
    world.store.record(std::slice::from_ref(&early)).await.unwrap();
    world
        .store
        .close_campaign(campaign_id(), date!(2026 - 11 - 20))
        .await
        .unwrap();
    let late = world.response(2);
    let trial = NewResponse {
        status: Status::Trial,
        reason: Some(Reason::Trial),
        ..world.response(3)
    };
    let after = NewResponse {
        answered_on: date!(2026 - 11 - 21),
        ..world.response(4)
    };
    let recorded = world
        .store
        .record(&[late.clone(), trial, after.clone(), early])
        .await
        .unwrap();
    assert_eq!(
        recorded,
        [
            Recorded::New {
                status: Status::Late,
                reason: Some(Reason::Closed)
            },
            Recorded::New {
                status: Status::Trial,
                reason: Some(Reason::Trial)
            },
            Recorded::Gone,
            Recorded::Same {
                status: Status::Counted,
                reason: None
            },
        ]
    );
    assert!(world.store.response(after.id).await.unwrap().is_none());
    let tally = world.tally(unit_id()).await;
    assert_eq!((tally.responses(), tally.of_status(Status::Late)), (1, 1));
    assert_eq!(
        world.store.response(late.id).await.unwrap().unwrap().status,
        Status::Late
    );
}

pub(crate) async fn an_announced_end_is_the_last_day(world: &World) {
    let of = |number, answered_on| NewResponse {
        answered_on,
        ..world.response(number)
    };
    let known = of(1, date!(2026 - 11 - 20));
    world.store.record(std::slice::from_ref(&known)).await.unwrap();
    let mut campaign = world.campaign();
    campaign.ends_on = Some(date!(2026 - 11 - 19));
    world.store.put_campaign(&campaign).await.unwrap();
    // A clock that is a year ahead says nothing about the end of a campaign that is open.
    let unclear = NewResponse {
        status: Status::Held,
        reason: Some(Reason::Clock),
        ..of(4, date!(2027 - 11 - 20))
    };
    let batch = [
        of(2, date!(2026 - 11 - 19)),
        of(3, date!(2026 - 11 - 20)),
        unclear.clone(),
        known.clone(),
    ];
    let held = Recorded::New {
        status: Status::Held,
        reason: Some(Reason::Clock),
    };
    let same = Recorded::Same {
        status: Status::Counted,
        reason: None,
    };
    assert_eq!(
        world.store.record(&batch).await.unwrap(),
        [COUNTED, Recorded::Gone, held, same]
    );
    // Once it is closed, no clock opens it again; the earlier of the two days holds.
    world
        .store
        .close_campaign(campaign_id(), date!(2026 - 11 - 20))
        .await
        .unwrap();
    let another = NewResponse {
        id: of(5, date!(2027 - 11 - 20)).id,
        ..unclear
    };
    let batch = [another, of(6, date!(2026 - 11 - 20)), known];
    assert_eq!(
        world.store.record(&batch).await.unwrap(),
        [Recorded::Gone, Recorded::Gone, same]
    );
}

pub(crate) async fn a_code_is_used_once(world: &World) {
    let (code, second, foreign) = ([1; 32], [2; 32], [3; 32]);
    world
        .store
        .issue_codes(campaign_id(), &[code, second])
        .await
        .unwrap();
    let other = domain::id::CampaignId(uuid(70));
    world.store.issue_codes(other, &[foreign]).await.unwrap();
    let with = |number, code| NewResponse {
        code: Some(code),
        ..world.response(number)
    };
    let first = with(1, code);
    let batch = [first.clone(), with(2, code), with(3, foreign), with(4, [9; 32])];
    let recorded = world.store.record(&batch).await.unwrap();
    assert_eq!(
        recorded,
        [
            COUNTED,
            Recorded::CodeUsed,
            Recorded::CodeUsed,
            Recorded::CodeUsed
        ]
    );
    // A repeat after a lost reply is the same, not a used code; another response is.
    let recorded = world
        .store
        .record(&[first, with(5, code), with(6, second)])
        .await
        .unwrap();
    let same = Recorded::Same {
        status: Status::Counted,
        reason: None,
    };
    assert_eq!(recorded, [same, Recorded::CodeUsed, COUNTED]);
    assert_eq!(world.tally(unit_id()).await.responses(), 2);
}

/// Whoever holds the whole database tries to find the response of each code and each receipt.
pub(crate) async fn codes_and_receipts_do_not_line_up_with_responses(world: &World) {
    const PEOPLE: u128 = 120;
    let code = |n: u128| sha256(format!("code {n}").as_bytes());
    let receipt = |n: u128| sha256(format!("receipt {n}").as_bytes());
    let codes: Vec<_> = (0..PEOPLE).map(code).collect();
    world.store.issue_codes(campaign_id(), &codes).await.unwrap();
    // One response a transaction: the worst case, as on a quiet day.
    for n in 0..PEOPLE {
        let response = NewResponse {
            code: Some(code(n)),
            receipt: Some(receipt(n)),
            ..world.response(n)
        };
        assert_eq!(world.store.record(&[response]).await.unwrap(), [COUNTED]);
    }
    assert_eq!(
        world.store.settle_receipts().await.unwrap(),
        u64::try_from(PEOPLE).unwrap()
    );
    assert_eq!(world.store.settle_receipts().await.unwrap(), 0);
    let dump = Dump::read(world).await;
    assert_eq!(dump.open, 0);
    assert_eq!(dump.waiting, 0);
    let truth = |hashes: &[Vec<u8>], of: &dyn Fn(u128) -> [u8; 32]| -> Vec<usize> {
        hashes
            .iter()
            .map(|hash| {
                (0..PEOPLE)
                    .position(|n| of(n).as_slice() == hash.as_slice())
                    .unwrap()
            })
            .collect()
    };
    // Whatever order the tables lie in, it finds no more pairs than chance: one expected, eight is below 1e-5.
    for hashes in [&dump.codes, &dump.receipts] {
        let of: &dyn Fn(u128) -> [u8; 32] = if hashes == &dump.codes { &code } else { &receipt };
        let order = truth(hashes, of);
        for responses in &dump.responses {
            let forward = order.iter().zip(responses).filter(|(a, b)| a == b).count();
            let backward = order.iter().rev().zip(responses).filter(|(a, b)| a == b).count();
            assert!(
                forward <= 8 && backward <= 8,
                "{forward} and {backward} found by order"
            );
        }
    }
    // And no mark of the transaction is shared.
    assert!(
        dump.code_marks.is_disjoint(&dump.response_marks),
        "{:?}",
        dump.code_marks
    );
    assert_eq!(dump.receipt_marks.len(), 1, "{:?}", dump.receipt_marks);
    assert!(
        dump.receipt_marks.is_disjoint(&dump.response_marks),
        "{:?}",
        dump.receipt_marks
    );
}

/// What a reader of the whole database sees of orders and marks.
struct Dump {
    codes: Vec<Vec<u8>>,
    receipts: Vec<Vec<u8>>,
    /// The people in several orders of the response table.
    responses: Vec<Vec<usize>>,
    open: i64,
    waiting: i64,
    code_marks: BTreeSet<String>,
    receipt_marks: BTreeSet<String>,
    response_marks: BTreeSet<String>,
}

macro_rules! dump {
    ($connection:expr, $mark:literal, $place:literal, $row:literal, $row_mark:literal, $people:expr) => {{
        let connection = $connection;
        let hashes = |table: &str| {
            let text = format!("select hash, {} from {table} order by {}", $mark, $place);
            sqlx::AssertSqlSafe(text)
        };
        let mut found = Vec::new();
        for table in ["code_issued", "receipt"] {
            let rows = sqlx::query(hashes(table))
                .fetch_all(&mut *connection)
                .await
                .unwrap();
            let marks: BTreeSet<String> = rows.iter().map(|row| row.get::<String, _>(1)).collect();
            let hashes: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
            found.push((hashes, marks));
        }
        let mut responses = Vec::new();
        let mut response_marks = BTreeSet::new();
        for order in [$row, "bucket, id", "arrived_at, digest"] {
            let text = format!("select digest, {} from response order by {order}", $row_mark);
            let rows = sqlx::query(sqlx::AssertSqlSafe(text))
                .fetch_all(&mut *connection)
                .await
                .unwrap();
            response_marks.extend(rows.iter().map(|row| row.get::<String, _>(1)));
            let people = rows.iter().map(|row| $people(row.get::<Vec<u8>, _>(0))).collect();
            responses.push(people);
        }
        let count = |table: &str| sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let open = sqlx::query_scalar(count("code_open"))
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let waiting = sqlx::query_scalar(count("receipt_waiting"))
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let (receipts, receipt_marks) = found.pop().unwrap();
        let (codes, code_marks) = found.pop().unwrap();
        Dump {
            codes,
            receipts,
            responses,
            open,
            waiting,
            code_marks,
            receipt_marks,
            response_marks,
        }
    }};
}

impl Dump {
    async fn read(world: &World) -> Self {
        let person = |digest: Vec<u8>| {
            (0_u128..1000)
                .position(|n| sha256(&n.to_be_bytes()).as_slice() == digest.as_slice())
                .unwrap()
        };
        if world.is_postgres() {
            let mut connection = sqlx::PgConnection::connect(&world.url).await.unwrap();
            dump!(
                &mut connection,
                "xmin::text",
                "ctid",
                "ctid",
                "xmin::text",
                person
            )
        } else {
            // Tables without row ids have no mark of a row and no order but their key's.
            let mut connection = sqlx::SqliteConnection::connect(&world.url).await.unwrap();
            dump!(
                &mut connection,
                "'none'",
                "bucket, hash",
                "rowid",
                "cast(rowid as text)",
                person
            )
        }
    }
}

pub(crate) async fn two_units_are_counted_under_each_and_once_above(world: &World) {
    let (deciding, above) = (UnitId(uuid(20)), UnitId(uuid(21)));
    let rated = Rated {
        served_at: unit_id(),
        handled_by: Some(HandledBy {
            unit: deciding,
            meeting: above,
        }),
    };
    let response = NewResponse {
        rated,
        ..world.response(4)
    };
    world.store.record(std::slice::from_ref(&response)).await.unwrap();
    let layout = world.version.layout();
    let mut sum = Tally::empty(layout);
    for unit in [unit_id(), deciding, above] {
        sum.add(&world.tally(unit).await);
    }
    assert_eq!((sum.responses(), sum.respondents(layout)), (1, 1));
    assert_eq!(sum.moments(layout, 0).answers, 3);
    let stored = world.store.response(response.id).await.unwrap().unwrap();
    assert_eq!(stored.rated(), rated);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn batches_of_every_size_are_counted(world: &World) {
    let mut number = 0;
    for size in [1, 3, 4, 5, 16, 21, 64, 65, 150] {
        let batch: Vec<NewResponse> = (number..number + size)
            .map(|n| NewResponse {
                rated: Rated {
                    served_at: UnitId(uuid(1000 + n % 70)),
                    handled_by: None,
                },
                ..world.response(n)
            })
            .collect();
        number += size;
        let recorded = world.store.record(&batch).await.unwrap();
        assert!(recorded.iter().all(|recorded| *recorded == COUNTED));
    }
    let mut total = 0;
    for n in 0..70 {
        total += world.tally(UnitId(uuid(1000 + n))).await.responses();
    }
    assert_eq!(u128::try_from(total).unwrap(), number);
    assert!(
        world
            .store
            .recount(campaign_id(), false)
            .await
            .unwrap()
            .is_empty()
    );
}
