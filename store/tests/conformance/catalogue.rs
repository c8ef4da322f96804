//! Reference data.

use domain::channel::Channel;
use domain::id::{DeviceId, PointId, UnitId};
use domain::questionnaire::Version;
use domain::unit::{Coordinates, Extent, Succession, Unit, UnitFact, UnitKind, UnitName};
use serde_json::json;
use store::StoreError;
use store::catalogue::{Device, DeviceState, KeyPair, Point, PointState, Revisions, UnitRows};
use time::macros::{date, datetime};

use crate::fixture;
use crate::world::{World, campaign_id, point, point_id, unit_id, uuid};

fn unit(number: u128, facts: usize) -> Unit {
    let kind = UnitKind::Xa;
    let facts = (0..facts)
        .map(|n| UnitFact {
            name: UnitName {
                vi: format!("Xã Tân Phú {n}"),
                en: format!("Tan Phu {n} Commune"),
            },
            kind,
            code: format!("{number:05}"),
            parent: (n > 0).then(unit_id),
            valid_from: (n > 0).then_some(date!(2025 - 07 - 01)),
            valid_to: (n + 1 < facts).then_some(date!(2025 - 07 - 01)),
            decision: Some("1663/NQ-UBTVQH15".to_owned()),
        })
        .collect();
    Unit {
        id: UnitId(uuid(number)),
        level: kind.level(),
        facts,
        coordinates: number.is_multiple_of(2).then_some(Coordinates {
            latitude_e6: 10_456_789,
            longitude_e6: 105_123_456,
        }),
    }
}

pub(crate) async fn units_come_back_and_are_replaced(world: &World) {
    let mut rows = UnitRows {
        units: (1..=100).map(|n| unit(n, 1 + usize::from(n % 3 == 0))).collect(),
        successions: vec![Succession {
            old: UnitId(uuid(1)),
            new: UnitId(uuid(2)),
            extent: Extent::Partial,
            date: date!(2025 - 07 - 01),
            decision: None,
        }],
    };
    let before = world.store.revisions().await.unwrap();
    world.store.put_units(&rows).await.unwrap();
    rows.units.sort_by_key(|unit| unit.id);
    let stored = world.store.units().await.unwrap();
    assert_eq!(stored.units, rows.units);
    assert_eq!(stored.successions, rows.successions);
    // A unit that loses a fact keeps none of the former ones.
    let shorter = UnitRows {
        units: vec![unit(3, 1)],
        successions: Vec::new(),
    };
    world.store.put_units(&shorter).await.unwrap();
    let stored = world.store.units().await.unwrap();
    assert_eq!(stored.units.len(), 100);
    assert_eq!(
        stored.units.iter().find(|unit| unit.id == UnitId(uuid(3))),
        Some(&shorter.units[0])
    );
    assert_eq!(
        world.store.revisions().await.unwrap(),
        Revisions {
            units: before.units + 2,
            ..before
        }
    );
    // A succession of a unit that is not there changes nothing at all.
    let dangling = UnitRows {
        units: vec![unit(500, 1)],
        successions: vec![Succession {
            old: UnitId(uuid(501)),
            ..rows.successions[0].clone()
        }],
    };
    assert!(matches!(
        world.store.put_units(&dangling).await,
        Err(StoreError::Conflict(_))
    ));
    assert_eq!(world.store.units().await.unwrap().units.len(), 100);
}

pub(crate) async fn a_published_version_is_frozen(world: &World) {
    assert_eq!(
        world.store.put_version(&world.version).await.unwrap(),
        world.version_id
    );
    let mut changed = fixture::small_definition();
    changed["title"] = json!({"vi": "Khác", "en": "Other"});
    let other = Version::parse(&changed.to_string()).unwrap();
    assert!(matches!(
        world.store.put_version(&other).await,
        Err(StoreError::Conflict(_))
    ));
    changed["version"] = json!("2");
    let second = Version::parse(&changed.to_string()).unwrap();
    let second_id = world.store.put_version(&second).await.unwrap();
    assert_ne!(second_id, world.version_id);
    // Another server reads what this one wrote.
    let stored = world.another().await.versions().await.unwrap();
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[1].id, second_id);
    assert_eq!(*stored[1].version, second);
}

pub(crate) async fn campaigns_come_back_and_stay_closed(world: &World) {
    let stored = world.store.campaigns().await.unwrap();
    assert_eq!(format!("{stored:?}"), format!("{:?}", [world.campaign()]));
    world
        .store
        .close_campaign(campaign_id(), date!(2026 - 11 - 20))
        .await
        .unwrap();
    // Neither closing again nor writing the campaign anew moves the cut.
    world
        .store
        .close_campaign(campaign_id(), date!(2026 - 12 - 31))
        .await
        .unwrap();
    let mut renamed = world.campaign();
    "0277 1022".clone_into(&mut renamed.hotline);
    renamed.units.clear();
    renamed.channels = vec![Channel::PointQr, Channel::DeskDevice];
    world.store.put_campaign(&renamed).await.unwrap();
    let stored = world.store.campaigns().await.unwrap();
    assert_eq!(stored[0].closed_on, Some(date!(2026 - 11 - 20)));
    assert_eq!(
        (stored[0].hotline.as_str(), stored[0].units.len()),
        ("0277 1022", 0)
    );
    assert_eq!(stored[0].channels, [Channel::PointQr, Channel::DeskDevice]);
    let unknown = domain::id::CampaignId(uuid(77));
    let refused = world.store.close_campaign(unknown, date!(2026 - 11 - 20)).await;
    assert!(matches!(refused, Err(StoreError::NotFound("campaign"))));
    let twin = store::catalogue::Campaign {
        id: unknown,
        ..world.campaign()
    };
    let refused = world.store.put_campaign(&twin).await;
    assert!(
        matches!(&refused, Err(StoreError::Conflict(name)) if name == "campaign_key"),
        "{refused:?}"
    );
}

pub(crate) async fn points_and_devices_are_found(world: &World) {
    let found = world.store.point_by_code("2345679A").await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{:?}", point()));
    assert!(world.store.point_by_code("23456789").await.unwrap().is_none());
    let second = Point {
        id: PointId(uuid(5)),
        code: "BCDFGHJK".to_owned(),
        label: String::new(),
        needs_code: true,
        cluster: Some("29954-A3".to_owned()),
        field: Some("land".to_owned()),
        ..point()
    };
    let trial = Point {
        state: PointState::Trial,
        ..point()
    };
    let before = world.store.revisions().await.unwrap();
    world.store.put_points(&[second.clone(), trial]).await.unwrap();
    assert_eq!(world.store.revisions().await.unwrap().points, before.points + 1);
    assert_eq!(
        world.store.point(point_id()).await.unwrap().unwrap().state,
        PointState::Trial
    );
    let points = world.store.points_of(unit_id()).await.unwrap();
    let codes: Vec<&str> = points.iter().map(|point| point.code.as_str()).collect();
    assert_eq!(codes, ["BCDFGHJK", "2345679A"]);
    assert_eq!(format!("{:?}", points[0]), format!("{second:?}"));
    let in_clusters = world.store.points_in_clusters(campaign_id()).await.unwrap();
    assert_eq!(format!("{in_clusters:?}"), format!("{:?}", [&second]));
    let elsewhere = domain::id::CampaignId(uuid(77));
    assert!(
        world
            .store
            .points_in_clusters(elsewhere)
            .await
            .unwrap()
            .is_empty()
    );
    let taken = Point {
        id: PointId(uuid(6)),
        ..second
    };
    let refused = world.store.put_points(&[taken]).await;
    assert!(
        matches!(&refused, Err(StoreError::Conflict(name)) if name == "point_code"),
        "{refused:?}"
    );

    let mut device = Device {
        id: DeviceId(uuid(7)),
        point: point_id(),
        token_hash: [7; 32],
        state: DeviceState::InService,
        revoked_on: None,
        label: "Máy ở quầy 3".to_owned(),
    };
    world.store.put_device(&device).await.unwrap();
    device.state = DeviceState::Revoked;
    device.revoked_on = Some(date!(2026 - 11 - 21));
    world.store.put_device(&device).await.unwrap();
    let found = world.store.device_by_token(&[7; 32]).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{device:?}"));
    assert!(world.store.device_by_token(&[8; 32]).await.unwrap().is_none());
}

pub(crate) async fn key_pairs_come_back(world: &World) {
    let mut pair = KeyPair {
        id: 1,
        public: vec![4; 65],
        sealed_private: vec![9; 48],
        made_at: datetime!(2026-11-01 00:00:00 UTC),
        retired_at: None,
    };
    world.store.put_key_pair(&pair).await.unwrap();
    pair.retired_at = Some(datetime!(2026-11-20 01:02:03 UTC));
    world.store.put_key_pair(&pair).await.unwrap();
    assert_eq!(world.store.key_pairs().await.unwrap(), [pair]);
}
