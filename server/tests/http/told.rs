//! What a device is told of an answer that is not counted, and nobody else.

use axum::http::StatusCode;
use domain::status::{Reason, Status};
use serde_json::{Value, json};
use service::setup::NewPoint;
use store::catalogue::PointState;
use time::Duration;
use time::macros::date;

use crate::world::{Reply, WARD, World, new_id, new_point, put};

/// What a device in trial is told, with the standing that every reply to a device has.
fn told(reply: &Reply) -> Value {
    let incarnation = reply.json()["incarnation"].clone();
    assert_eq!(incarnation.as_str().map(str::len), Some(16));
    json!({
        "recorded": true, "not_counted": "trial", "reason": "trial",
        "server_time": "2026-11-22T02:00:00Z", "incarnation": incarnation,
    })
}

#[tokio::test]
async fn only_a_device_is_told_that_an_answer_does_not_count() {
    let world = World::new().await;
    let trial = world
        .add_point(NewPoint {
            state: PointState::Trial,
            ..new_point(WARD)
        })
        .await;
    let (open, by_device) = (new_id(), new_id());
    let reply = world.put(open, &world.document_at(&trial)).await;
    assert_eq!(
        (reply.status, reply.json()),
        (StatusCode::CREATED, json!({"recorded": true}))
    );
    let token = world.device(&trial).await;
    let document = world.document_at(&trial);
    let reply = world.put_as(&token, by_device, &document).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::ACCEPTED, told(&reply)));
    let reply = world.put_as(&token, by_device, &document).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, told(&reply)));
    for id in [open, by_device] {
        assert_eq!(world.standing(id).await, (Status::Trial, Some(Reason::Trial)));
    }
}

/// Status, reason and what stands beside them, of a reply to a device.
fn not_counted(reply: &Reply) -> (StatusCode, Value, Value) {
    let document = reply.json();
    assert_eq!(document["recorded"], true);
    (
        reply.status,
        document["not_counted"].clone(),
        document["reason"].clone(),
    )
}

fn accepted(not_counted: &str, reason: &str) -> (StatusCode, Value, Value) {
    (StatusCode::ACCEPTED, json!(not_counted), json!(reason))
}

#[tokio::test]
async fn a_device_is_told_of_a_burst() {
    let world = World::new().await;
    let point = world.narrow_point().await;
    let token = world.device(&point).await;
    for _ in 0..10 {
        let reply = world.put_as(&token, new_id(), &world.document_at(&point)).await;
        let counted = (StatusCode::CREATED, Value::Null, Value::Null);
        assert_eq!(not_counted(&reply), counted, "a day without a network counts");
    }
    let reply = world.put_as(&token, new_id(), &world.document_at(&point)).await;
    assert_eq!(not_counted(&reply), accepted("held", "burst"));
}

#[tokio::test]
async fn a_device_is_told_that_its_clock_is_wrong() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let mut request = put(new_id(), &world.document(), Some(&token));
    let yesterday = world.service.now() - Duration::days(1);
    let shows = yesterday.unix_timestamp().to_string();
    request
        .headers_mut()
        .insert("nghe-dan-clock", shows.parse().unwrap());
    let reply = world.send(request).await;
    assert_eq!(not_counted(&reply), accepted("held", "clock"));
}

#[tokio::test]
async fn a_device_is_told_that_it_came_late() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let (id, document) = (new_id(), world.document());
    world
        .service
        .close_campaign("desk-2026", date!(2026 - 11 - 22))
        .await
        .unwrap();
    let late = world.put_as(&token, id, &document).await;
    assert_eq!(not_counted(&late), accepted("late", "closed"));
    // The repeat is told the same, and everybody else nothing.
    let again = world.put_as(&token, id, &document).await;
    assert_eq!(
        not_counted(&again),
        (StatusCode::OK, json!("late"), json!("closed"))
    );
    let reply = world.put(new_id(), &world.document()).await;
    assert_eq!(
        (reply.status, reply.json()),
        (StatusCode::CREATED, json!({"recorded": true}))
    );
}
