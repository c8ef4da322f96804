//! Wrong fields of a response: all of them named at once, each by its path.

use axum::http::StatusCode;
use domain::id::ResponseId;
use domain::questionnaire::Version;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{QUESTIONNAIRE, Reply, World, new_id};

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let world = World::new().await;
    let mut document = world.document();
    document["nickname"] = json!("Tí");
    document["nonce"] = json!("short");
    document["mode"] = json!("shouting");
    document["duration_s"] = json!(-1);
    document["respondent"]["purpose"] = json!("chat");
    document["answers"]["overall"] = json!(6);
    document["answers"]["aspects"]["result"] = json!(5);
    document["answers"]["sympathy"] = json!(5);
    document.as_object_mut().unwrap().remove("language");
    let with_time = ResponseId(Uuid::parse_str("019aa9b0-1234-7000-8000-000000000000").unwrap());
    let reply = world.put(with_time, &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "response.invalid")
    );
    let expected = [
        "/answers/aspects/result",
        "/answers/overall",
        "/answers/sympathy",
        "/duration_s",
        "/id",
        "/language",
        "/mode",
        "/nickname",
        "/nonce",
        "/respondent/purpose",
    ];
    assert_eq!(paths(&reply), expected);
}

/// The places of the wrong fields, in order.
fn paths(reply: &Reply) -> Vec<String> {
    let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
    let mut paths: Vec<String> = errors
        .iter()
        .map(|error| error["path"].as_str().unwrap().to_owned())
        .collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn what_only_the_server_sees_is_named_with_the_rest() {
    let world = World::new().await;
    let point = world.coded_point().await;
    let mut document = world.document_at(&point);
    document["campaign"] = json!(Uuid::nil());
    document["handled_by"] = json!(Uuid::nil());
    document["case"] = json!("H-17");
    document["nonce"] = json!("short");
    document["answers"]["overall"] = json!(6);
    let reply = world.put(new_id(), &document).await;
    assert_eq!(
        paths(&reply),
        [
            "/answers/overall",
            "/campaign",
            "/case",
            "/code",
            "/handled_by",
            "/nonce"
        ]
    );
    // Another version than the point's, which is published all the same.
    let mut other = Version::parse(QUESTIONNAIRE).unwrap().definition().clone();
    other.version = "2".to_owned();
    let other = Version::parse(&serde_json::to_string(&other).unwrap()).unwrap();
    world.service.publish(&other).await.unwrap();
    let mut document = world.document_at(&point);
    document["questionnaire"] = json!(other.reference());
    document["mode"] = json!("shouting");
    let reply = world.put(new_id(), &document).await;
    assert_eq!(paths(&reply), ["/code", "/mode", "/questionnaire"]);
}

#[tokio::test]
async fn what_is_not_asked_at_the_point_is_a_wrong_field() {
    let world = World::new().await;
    let wrong = async |change: fn(&mut Value)| {
        let mut document = world.document();
        change(&mut document);
        let reply = world.put(new_id(), &document).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        reply.json()["errors"][0]["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        wrong(|document| document["campaign"] = json!(Uuid::nil())).await,
        "/campaign"
    );
    assert_eq!(
        wrong(|document| document["questionnaire"]["version"] = json!("9")).await,
        "/questionnaire"
    );
    assert_eq!(
        wrong(|document| document["questionnaire"]["hash"] = json!("0".repeat(64))).await,
        "/questionnaire/hash"
    );
    assert_eq!(
        wrong(|document| document["handled_by"] = json!(Uuid::nil())).await,
        "/handled_by"
    );
}
