//! Leases and health.

use std::time::Duration;

use sqlx::Connection as _;
use store::{Options, StoreError};
use time::macros::datetime;

use crate::world::{World, past_the_store};

pub(crate) async fn a_lease_has_one_owner(world: &World) {
    let now = datetime!(2026-11-20 00:00:00 UTC);
    let minute = Duration::from_mins(1);
    let store = &world.store;
    assert!(store.lease("fold", "a", now, now + minute).await.unwrap());
    assert!(!store.lease("fold", "b", now, now + minute).await.unwrap());
    assert!(store.lease("release", "b", now, now + minute).await.unwrap());
    // The heartbeat renews it; when it stops, another takes over.
    assert!(
        store
            .lease("fold", "a", now + minute / 2, now + 2 * minute)
            .await
            .unwrap()
    );
    assert!(
        !store
            .lease("fold", "b", now + minute, now + 3 * minute)
            .await
            .unwrap()
    );
    assert!(
        store
            .lease("fold", "b", now + 2 * minute, now + 3 * minute)
            .await
            .unwrap()
    );
    assert!(
        !store
            .lease("fold", "a", now + 2 * minute, now + 3 * minute)
            .await
            .unwrap()
    );
    // Only the owner gives it back.
    store.release_lease("fold", "a").await.unwrap();
    assert!(
        !store
            .lease("fold", "a", now + 2 * minute, now + 3 * minute)
            .await
            .unwrap()
    );
    store.release_lease("fold", "b").await.unwrap();
    assert!(
        store
            .lease("fold", "a", now + 2 * minute, now + 3 * minute)
            .await
            .unwrap()
    );
}

pub(crate) async fn a_migrated_database_is_ready(world: &World) {
    world.store.ready().await.unwrap();
    // Migrating again, and from two servers at once, changes nothing.
    let other = world.another().await;
    let (first, second) = tokio::join!(world.store.migrate(), other.migrate());
    first.unwrap();
    second.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'later', true, '\\x00', 0)";
    past_the_store!(world, |connection| {
        sqlx::query(newer).execute(connection).await.unwrap();
    });
    assert!(matches!(other.ready().await, Err(StoreError::SchemaTooNew)));
    assert!(matches!(other.migrate().await, Err(StoreError::SchemaTooNew)));
    other.close().await;
    assert!(other.ready().await.is_err());
}

#[tokio::test]
async fn an_unknown_kind_of_database_is_named() {
    let refused = store::connect("mysql://x", Options::default()).await;
    assert!(matches!(refused, Err(StoreError::Unsafe(_))));
}

/// The cluster of the tests runs with `fsync=off`, as section 0 of the engineering notes has it.
#[tokio::test]
async fn a_server_that_may_lose_answers_is_refused() {
    let Some(url) = crate::world::postgres_url() else {
        return;
    };
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let fsync: String = sqlx::query_scalar("show fsync")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let opened = store::connect(&url, Options::default()).await;
    assert_eq!(opened.is_ok(), fsync == "on");
    if let Err(error) = opened {
        assert!(error.to_string().contains("fsync"), "{error}");
    }
}
