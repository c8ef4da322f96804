//! The jobs of two servers on one database.

use std::time::Duration;

use server::jobs::Jobs;
use service::lease::TALLIES;

use crate::unpublished::answered;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_release_of_a_night_is_made_once_and_leaves_no_lease() {
    let world = answered().await;
    let tonight = world.service.today();
    assert!(!world.service.is_night_done(tonight).await.unwrap());
    let servers = [0, 1].map(|_| Jobs::start(world.api.clone(), Duration::ZERO));
    let done = async {
        while !world.service.is_night_done(tonight).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), done).await.unwrap();
    for server in servers {
        server.stop().await;
    }
    let campaign = world.service.campaign_by_key("desk-2026").unwrap();
    let release = world.store.latest(campaign.id).await.unwrap().unwrap();
    assert_eq!(release.number, 1);
    let tomorrow = tonight.next_day().unwrap();
    assert!(!world.service.is_night_done(tomorrow).await.unwrap());
    let now = world.service.now();
    assert!(world.store.lease(TALLIES, "a command", now, now).await.unwrap());
}
