//! That nothing was published is not that nobody answered: pages, files and API say which it is, and why.

use axum::http::StatusCode;
use domain::channel::Channel;
use domain::id::{CampaignId, ResponseId};
use domain::method::Selection;
use domain::status::{Reason, Status};
use serde_json::{Value, json};
use store::catalogue::Campaign;
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

use crate::indicators::figures;
use crate::world::{OTHER_WARD, PROVINCE, WARD, World, new_point};

async fn answer(world: &World, day: Date, people: usize) {
    for _ in 0..people {
        let mut document = world.document();
        document["answered_on"] = json!(day.to_string());
        let id = ResponseId::new(day, service::clock::random());
        assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    }
}

/// A nightly campaign with answers of October and November, on 22 November.
pub(crate) async fn answered() -> World {
    let world = World::new().await;
    answer(&world, date!(2026 - 10 - 15), 12).await;
    answer(&world, date!(2026 - 11 - 20), 12).await;
    world
}

fn unpublished(reason: &str, due_on: Option<&str>) -> Value {
    let mut cell = json!({"state": "not_published", "reason": reason});
    if let Some(due_on) = due_on {
        cell["due_on"] = json!(due_on);
    }
    cell
}

async fn cell(world: &World, query: &str) -> Value {
    figures(world, query).await["cell"].clone()
}

#[tokio::test]
async fn before_the_first_release_nothing_is_said_of_who_answered() {
    let world = answered().await;
    let document = figures(&world, "unit=29954").await;
    assert_eq!(document["release"], Value::Null);
    assert_eq!(document["cell"], unpublished("no_release", None));
    assert_eq!(document["periods"], json!([]));
    for (period, reason, due_on) in [
        ("2026-10", "no_release", None),
        ("2026-11", "not_due", Some("2026-12-06")),
        ("2026", "not_due", Some("2027-01-06")),
        ("campaign", "not_due", None),
        ("2025-12", "not_asked", None),
    ] {
        let found = cell(&world, &format!("unit=29954&period={period}")).await;
        assert_eq!(found, unpublished(reason, due_on), "{period}");
    }
    for (path, expected) in [
        ("/results/29954?period=2026-10", "Chưa công bố"),
        ("/results/29954?period=2026-11", "06/12/2026"),
        ("/en/results/29954?period=2026-11", "Not published yet"),
    ] {
        let page = world.page(path).await;
        assert!(page.contains(expected), "{path}: {page}");
        for unanswered in ["Chưa có phiếu trả lời", "No responses yet"] {
            assert!(!page.contains(unanswered), "{path}: {page}");
        }
    }
    let csv = world.page("/results/82.csv?period=2026-11").await;
    assert!(
        csv.contains(",2026-11,all,not_published,not_due,2026-12-06,"),
        "{csv}"
    );
    assert!(!csv.contains("no_answers"), "{csv}");
}

#[tokio::test]
async fn a_running_month_is_not_published_beside_one_that_is() {
    let world = answered().await;
    world.service.release_all().await.unwrap();
    let query = format!("unit={PROVINCE}&period=2026-11&children=code");
    let document = figures(&world, &query).await;
    let running = unpublished("not_due", Some("2026-12-06"));
    assert_eq!(document["cell"], running);
    for row in document["children"]["rows"].as_array().unwrap() {
        assert_eq!(row["cell"], running, "{row}");
    }
    // What has been released says that nobody answered where nobody did.
    let other = cell(&world, &format!("unit={OTHER_WARD}&period=2026-10")).await;
    assert_eq!(other, json!({"state": "no_answers"}));
    let here = cell(&world, &format!("unit={WARD}&period=2026-10")).await;
    assert_eq!(here["state"], "shown");
    // It is due on the day that was named, and there with the release of that night.
    world.clock.advance(Duration::days(14));
    let due = cell(&world, "unit=29954&period=2026-11").await;
    assert_eq!(due, unpublished("no_release", None));
    world.service.release_all().await.unwrap();
    let released = cell(&world, "unit=29954&period=2026-11").await;
    assert_eq!(released["state"], "shown");
}

#[tokio::test]
async fn channels_of_a_month_are_not_told_apart() {
    let world = answered().await;
    world.service.release_all().await.unwrap();
    let month = cell(&world, "unit=29954&period=2026-10&channel=online").await;
    assert_eq!(month, unpublished("channels_together", None));
    let page = world.page("/results/29954?period=2026-10&channel=online").await;
    assert!(page.contains("Không công bố riêng"), "{page}");
    assert!(!page.contains("Chưa có phiếu trả lời"), "{page}");
    let quarter = cell(&world, "unit=29954&period=2026-Q4&channel=online").await;
    assert_eq!(quarter, unpublished("not_due", Some("2027-01-06")));
    world.clock.advance(Duration::days(60));
    world.service.release_all().await.unwrap();
    let of_channel = async |unit, channel| {
        let query = format!("unit={unit}&period=2026-Q4&channel={channel}");
        cell(&world, &query).await["state"].clone()
    };
    assert_eq!(of_channel(WARD, "online").await, "shown");
    // Nobody answered there by that channel, and nobody there at all.
    assert_eq!(of_channel(WARD, "field").await, "no_answers");
    assert_eq!(of_channel(OTHER_WARD, "online").await, "no_answers");
}

/// A channel that nobody used looks like one that a few people did, and neither is listed.
#[tokio::test]
async fn a_hidden_cell_has_no_channels_that_tell_whether_anybody_answered() {
    let world = World::new().await;
    let visits = world
        .add_point(service::setup::NewPoint {
            channel: Channel::Home,
            ..new_point(WARD)
        })
        .await;
    answer(&world, date!(2026 - 10 - 15), 4).await;
    for _ in 0..3 {
        let mut document = world.document_at(&visits);
        document["answered_on"] = json!("2026-10-15");
        let id = ResponseId::new(date!(2026 - 10 - 15), service::clock::random());
        assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    }
    world.clock.advance(Duration::days(60));
    world.service.release_all().await.unwrap();
    let document = figures(&world, "unit=29954&period=2026-Q4").await;
    assert_eq!(document["cell"], json!({"state": "hidden"}));
    assert_eq!(document["channels"], json!([]));
    for channel in ["online", "field", "desk"] {
        let query = format!("unit=29954&period=2026-Q4&channel={channel}");
        assert_eq!(cell(&world, &query).await, json!({"state": "hidden"}), "{query}");
    }
}

/// The first release of all of a campaign closes it, so that nothing enters behind what it published.
#[tokio::test]
async fn an_ended_campaign_is_closed_by_its_first_release() {
    let world = World::new().await;
    let mut campaign = Campaign::clone(&world.service.campaign_by_key("desk-2026").unwrap());
    campaign.ends_on = Some(date!(2026 - 11 - 22));
    world.service.put_campaign(&campaign).await.unwrap();
    answer(&world, date!(2026 - 11 - 22), 12).await;
    let in_time = async || {
        let id = ResponseId::new(date!(2026 - 11 - 22), service::clock::random());
        let reply = world.put(id, &world.document()).await;
        assert_eq!(reply.status, StatusCode::CREATED);
        let stored = world.stored(id).await;
        (stored.status, stored.reason)
    };
    let closed_on = || world.service.campaign_by_key("desk-2026").unwrap().closed_on;

    // A device without a network has five days, and releases of these days close nothing.
    world.clock.advance(Duration::days(5));
    world.service.release_all().await.unwrap();
    assert_eq!(in_time().await, (Status::Counted, None));
    assert_eq!(closed_on(), None);
    let all = "unit=29954&period=campaign";
    assert_eq!(
        cell(&world, all).await,
        unpublished("not_due", Some("2026-11-28"))
    );

    world.clock.advance(Duration::days(1));
    world.service.release_all().await.unwrap();
    let published = cell(&world, all).await;
    assert_eq!(published["figures"]["respondents"], 13);
    assert_eq!(closed_on(), Some(date!(2026 - 11 - 22)));
    for _ in 0..6 {
        assert_eq!(in_time().await, (Status::Late, Some(Reason::Closed)));
    }
    world.service.release("desk-2026").await.unwrap();
    assert_eq!(cell(&world, all).await["figures"]["respondents"], 13);
}

#[tokio::test]
async fn a_sample_has_no_months() {
    let world = World::new().await;
    let campaign = world.service.campaign_by_key("desk-2026").unwrap();
    let mut sample = (*campaign).clone();
    sample.id = CampaignId(Uuid::from_u128(0x2002));
    sample.key = "sample-2026".to_owned();
    sample.selection = Selection::Probability;
    sample.units = vec![WARD];
    sample.ends_on = Some(date!(2026 - 12 - 15));
    world.service.put_campaign(&sample).await.unwrap();
    let of_sample = async |query: &str| cell(&world, &format!("campaign=sample-2026&{query}")).await;
    assert_eq!(
        of_sample("unit=29954").await,
        unpublished("not_due", Some("2026-12-21"))
    );
    assert_eq!(
        of_sample("unit=29954&period=2026-10").await,
        unpublished("whole_campaign_only", None)
    );
    // Where it does not ask, nothing will be published, and that is another thing.
    assert_eq!(
        of_sample("unit=29955&period=2026-10").await,
        json!({"state": "not_in_sample"})
    );
}
