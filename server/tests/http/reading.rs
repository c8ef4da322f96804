//! What a client reads before it can give a response: points, versions, units, keys.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::world::{PROVINCE, WARD, World, new_id};

#[tokio::test]
async fn a_client_that_reads_only_the_api_can_answer() {
    let world = World::new().await;
    let typed = format!(
        "{}-{}",
        &world.point.code[..4].to_lowercase(),
        &world.point.code[4..]
    );
    let point = world.get(&format!("/api/v1/points/{typed}")).await.json();
    assert_eq!(point["units"][0]["name"]["vi"], "Phường Hồng Ngự");
    assert_eq!(point["units"].as_array().unwrap().len(), 3);
    assert_eq!(point["campaign"]["selection"], "open");
    let (key, version) = (
        point["questionnaire"]["key"].as_str().unwrap(),
        point["questionnaire"]["version"].as_str().unwrap(),
    );
    let questionnaire = world
        .get(&format!("/api/v1/questionnaires/{key}/{version}"))
        .await;
    assert_eq!(
        questionnaire.header(header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
    let questionnaire = questionnaire.json();
    assert_eq!(questionnaire["hash"], point["questionnaire"]["hash"]);
    let criterion = questionnaire["definition"]["parts"][0]["factors"][0]["criteria"][0]["id"]
        .as_str()
        .unwrap();
    let document = json!({
        "point": point["code"],
        "questionnaire": {"key": key, "version": version, "hash": questionnaire["hash"]},
        "campaign": point["campaign"]["id"],
        "nonce": "00112233445566778899aabbccddeeff",
        "language": point["questionnaire"]["languages"][1],
        "mode": "self_screen",
        "answered_on": "2026-11-22",
        "duration_s": 9,
        "respondent": {},
        "answers": {"aspects": {criterion: 2}},
    });
    assert_eq!(world.put(new_id(), &document).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_closed_campaign_still_says_what_it_was() {
    let world = World::new().await;
    world
        .service
        .close_campaign("desk-2026", time::macros::date!(2026 - 11 - 21))
        .await
        .unwrap();
    let point = world
        .get(&format!("/api/v1/points/{}", world.point.code))
        .await
        .json();
    assert_eq!(
        (&point["closed"], &point["campaign"]["closed_on"]),
        (&json!(true), &json!("2026-11-21"))
    );
}

#[tokio::test]
async fn units_are_found_by_name_and_walked_down() {
    let world = World::new().await;
    let found = world.get("/api/v1/units?q=hong%20ngu").await.json();
    assert_eq!(found["units"][0]["id"], WARD.to_string());
    assert_eq!(found["units"][0]["code"], "29954");
    let top = world.get("/api/v1/units").await.json();
    assert_eq!(
        (&top["total"], &top["units"][0]["level"]),
        (&json!(1), &json!("country"))
    );
    let below = world
        .get(&format!("/api/v1/units?parent={PROVINCE}&limit=1&offset=1"))
        .await
        .json();
    assert_eq!(
        (&below["total"], &below["offset"], &below["units"][0]["code"]),
        (&json!(2), &json!(1), &json!("29955"))
    );
    let before = world
        .get(&format!("/api/v1/units?parent={PROVINCE}&on=2025-06-30"))
        .await
        .json();
    assert_eq!(before["total"], 0, "neither ward existed then");
}

#[tokio::test]
async fn keys_and_campaigns_are_listed() {
    let world = World::new().await;
    let keys = world.get("/api/v1/keys").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(keys["keys"][0]["public"].as_str().unwrap().len(), 130);
    assert_eq!(keys["keys"][0]["made_on"], "2026-11-22");
    let campaigns = world.get("/api/v1/campaigns").await.json();
    assert_eq!(campaigns["campaigns"][0]["key"], "desk-2026");
}
