//! Taking responses in.

use domain::canonical::sha256;
use domain::id::{CampaignId, DeviceId, ResponseId, UnitId};
use domain::status::{Reason, Status};
use domain::tally::{HandledBy, Rated, Tally};
use store::catalogue::{Campaign, Device, DeviceState};
use store::intake::{NewResponse, Recorded};
use store::{SharedStore, StoreError};
use time::macros::date;
use tokio::sync::watch;

use crate::world::{DAY, World, campaign_id, point_id, unit_id, uuid};

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
        campaign: CampaignId(uuid(404)),
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

/// The random part of an id, another one for each number.
fn random_of(number: u128) -> [u8; 10] {
    let hash = sha256(&number.to_le_bytes());
    std::array::from_fn(|index| hash[index])
}

/// Writers that never pause, and a closing among them: what is counted when it returns stays.
pub(crate) async fn nothing_enters_behind_a_closing(world: &World) {
    const WRITERS: u128 = 4;
    let counted = async |campaign| {
        let counts = world.store.count_by_status(campaign).await.unwrap();
        let of = |status| {
            let found = counts.iter().find(|(known, _)| *known == status);
            found.map_or(0, |(_, number)| *number)
        };
        (of(Status::Counted), of(Status::Late))
    };
    let mut stores = Vec::new();
    for _ in 0..WRITERS {
        stores.push(world.another().await);
    }
    for round in 0..6 {
        let campaign = Campaign {
            id: CampaignId(uuid(900 + round)),
            key: format!("round-{round}"),
            ..world.campaign()
        };
        world.store.put_campaign(&campaign).await.unwrap();
        let (batches, mut written) = watch::channel(0_u32);
        let (close, closed) = watch::channel(false);
        let writers: Vec<_> = (0..WRITERS)
            .zip(&stores)
            .map(|(writer, store)| {
                let (store, batches, closed) = (SharedStore::clone(store), batches.clone(), closed.clone());
                let one = NewResponse {
                    campaign: campaign.id,
                    ..world.response(0)
                };
                let first = (round * WRITERS + writer) * 100_000;
                let mut batches_to_come = (first..).step_by(8).map(move |from| {
                    let of = |n: u128| NewResponse {
                        id: ResponseId::new(DAY, random_of(n)),
                        digest: sha256(&n.to_be_bytes()),
                        ..one.clone()
                    };
                    (from..from + 8).map(of).collect::<Vec<_>>()
                });
                tokio::spawn(async move {
                    // Some batches more, begun after the closing.
                    let mut left = 3;
                    while left > 0 {
                        left -= u8::from(*closed.borrow());
                        let batch = batches_to_come.next().unwrap();
                        store.record(&batch).await.unwrap();
                        batches.send_modify(|number| *number += 1);
                    }
                })
            })
            .collect();
        // With this one gone only the writers send: should they all fail, the waiting ends.
        drop(batches);
        written.wait_for(|number| *number >= 12).await.unwrap();
        world.store.close_campaign(campaign.id, DAY).await.unwrap();
        let (cut, _) = counted(campaign.id).await;
        close.send(true).unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        let (after, late) = counted(campaign.id).await;
        assert_eq!(after, cut, "something entered behind the cut");
        assert!(cut > 0 && late > 0, "{cut} counted, {late} late");
        assert_eq!(world.store.recount(campaign.id, false).await.unwrap(), []);
    }
}

pub(crate) async fn nothing_of_a_revoked_device_counts(world: &World) {
    let device = |number: u8, state| Device {
        id: DeviceId(uuid(700 + u128::from(number))),
        point: point_id(),
        token_hash: [number; 32],
        state,
        revoked_on: (state == DeviceState::Revoked).then_some(DAY),
        label: String::new(),
    };
    let (serving, revoked) = (device(1, DeviceState::InService), device(2, DeviceState::Revoked));
    for device in [&serving, &revoked] {
        world.store.put_device(device).await.unwrap();
    }
    let of = |number, device: Option<&Device>| NewResponse {
        device: device.map(|device| device.id),
        ..world.response(number)
    };
    // The service found all three to count: the second device was revoked after it had looked.
    let batch = [of(1, None), of(2, Some(&serving)), of(3, Some(&revoked))];
    let held = Recorded::New {
        status: Status::Held,
        reason: Some(Reason::Revoked),
    };
    assert_eq!(
        world.store.record(&batch).await.unwrap(),
        [COUNTED, COUNTED, held]
    );
    assert_eq!(world.tally(unit_id()).await.responses(), 2);
    assert_eq!(world.store.recount(campaign_id(), false).await.unwrap(), []);
    // A trial stays one, and what was counted before stays counted.
    let trial = NewResponse {
        status: Status::Trial,
        reason: Some(Reason::Trial),
        ..of(4, Some(&revoked))
    };
    assert_eq!(
        world.store.record(&[trial]).await.unwrap(),
        [Recorded::New {
            status: Status::Trial,
            reason: Some(Reason::Trial),
        }]
    );
    world
        .store
        .set_device(serving.id, DeviceState::Revoked, Some(DAY))
        .await
        .unwrap();
    assert_eq!(
        world.store.record(&[of(2, Some(&serving))]).await.unwrap(),
        [Recorded::Same {
            status: Status::Counted,
            reason: None,
        }]
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
    let other = CampaignId(uuid(70));
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
