//! Stored releases.

use domain::id::UnitId;
use store::StoreError;
use store::catalogue::VersionId;
use store::releases::{CellQuery, CellRow};
use time::macros::datetime;

use crate::world::{World, campaign_id, uuid};

/// What the next release of a version begins from.
async fn predecessor(world: &World, version: VersionId) -> Vec<CellRow> {
    let mut cells = Vec::new();
    let store = &world.store;
    store
        .predecessor(campaign_id(), version, 2, 5, &mut |cell| cells.push(cell))
        .await
        .unwrap();
    cells
}

pub(crate) async fn a_release_replaces_what_changed(world: &World) {
    let cell = |unit: u128, period: &str| CellRow {
        unit: UnitId(uuid(unit)),
        period: period.to_owned(),
        channel: "all".to_owned(),
        version: world.version_id,
        nodes: vec![1, 2, 3],
        items: vec![4; 2000],
        hidden: None,
        changed_in: 0,
    };
    assert!(world.store.latest(campaign_id()).await.unwrap().is_none());
    let cells: Vec<CellRow> = (0..100)
        .flat_map(|unit| [cell(unit, "2026"), cell(unit, "2026-11")])
        .collect();
    let at = datetime!(2026-11-21 18:00:00 UTC);
    let first = world.store.put_release(campaign_id(), at, &cells).await.unwrap();
    assert_eq!(world.store.latest(campaign_id()).await.unwrap(), Some(first));
    let hidden = CellRow {
        nodes: Vec::new(),
        items: Vec::new(),
        hidden: Some(1),
        ..cell(7, "2026-11")
    };
    let second = world
        .store
        .put_release(
            campaign_id(),
            datetime!(2026-11-22 18:00:00 UTC),
            std::slice::from_ref(&hidden),
        )
        .await
        .unwrap();
    assert!(second.number > first.number);
    assert_eq!(world.store.latest(campaign_id()).await.unwrap(), Some(second));

    let units: Vec<UnitId> = (0..90).map(|unit| UnitId(uuid(unit))).collect();
    let mut query = CellQuery {
        campaign: campaign_id(),
        version: world.version_id,
        units: &units,
        periods: &["2026-11", "2026-10"],
        channels: &["all"],
        items: false,
    };
    let mut read = world.store.cells(&query).await.unwrap();
    assert_eq!(read.len(), 90, "at most one row for each unit and period");
    assert!(read.iter().all(|cell| cell.items.is_empty()));
    // Another version in the same place is another cell.
    let later = CellRow {
        version: VersionId(world.version_id.0 + 1),
        ..cell(7, "2026-11")
    };
    let third = world
        .store
        .put_release(
            campaign_id(),
            datetime!(2026-11-23 18:00:00 UTC),
            std::slice::from_ref(&later),
        )
        .await
        .unwrap();
    let of_later = CellQuery {
        version: later.version,
        items: true,
        ..query.clone()
    };
    let expected = CellRow {
        changed_in: third.number,
        ..later.clone()
    };
    assert_eq!(world.store.cells(&of_later).await.unwrap(), [expected]);
    assert_eq!(predecessor(world, later.version).await.len(), 1);
    query.items = true;
    read = world.store.cells(&query).await.unwrap();
    let seventh = read.iter().find(|cell| cell.unit == UnitId(uuid(7))).unwrap();
    assert_eq!(
        *seventh,
        CellRow {
            changed_in: second.number,
            ..hidden
        }
    );
    let other = read.iter().find(|cell| cell.unit == UnitId(uuid(8))).unwrap();
    assert_eq!(
        *other,
        CellRow {
            changed_in: first.number,
            ..cell(8, "2026-11")
        }
    );
}

pub(crate) async fn a_large_release_is_drafted_and_published_at_once(world: &World) {
    let cell = |unit: u128, hidden: Option<i16>| CellRow {
        unit: UnitId(uuid(unit)),
        period: "2026".to_owned(),
        channel: "all".to_owned(),
        version: world.version_id,
        nodes: vec![1, 2, 3],
        items: vec![4, 5, 6, 7],
        hidden,
        changed_in: 0,
    };
    let (store, at) = (&world.store, datetime!(2026-11-21 18:00:00 UTC));
    let mut lost = store.begin_draft(campaign_id(), [1; 16]).await.unwrap();
    store.add_to_draft(&mut lost, &[cell(1, None)]).await.unwrap();
    let mut draft = store.begin_draft(campaign_id(), [2; 16]).await.unwrap();
    let first: Vec<CellRow> = (0..70).map(|unit| cell(unit, None)).collect();
    store.add_to_draft(&mut draft, &first).await.unwrap();
    store
        .add_to_draft(&mut draft, &[cell(70, Some(5))])
        .await
        .unwrap();

    let busy = store.publish_draft(lost, at).await;
    assert!(
        matches!(busy, Err(StoreError::Busy)),
        "it was dropped by the other"
    );
    assert!(store.latest(campaign_id()).await.unwrap().is_none());
    assert!(predecessor(world, world.version_id).await.is_empty());

    let release = store.publish_draft(draft, at).await.unwrap();
    assert_eq!(store.latest(campaign_id()).await.unwrap(), Some(release));
    let cells = predecessor(world, world.version_id).await;
    assert_eq!(cells.len(), 71);
    assert!(cells.iter().all(|cell| cell.changed_in == release.number));
    let bytes = |unit: u128| {
        let cell = cells.iter().find(|cell| cell.unit == UnitId(uuid(unit))).unwrap();
        (cell.nodes.as_slice(), cell.items.as_slice())
    };
    assert_eq!(bytes(7), ([].as_slice(), [4, 5].as_slice()), "tags only");
    assert_eq!(
        bytes(70),
        ([1, 2, 3].as_slice(), [4, 5, 6, 7].as_slice()),
        "the ledger whole"
    );
}
