//! Released figures: their shape, and the reasons for which there are none.

use axum::http::StatusCode;
use domain::id::ResponseId;
use serde_json::{Value, json};
use server::api::figures::FiguresDocument;
use service::error::ServiceError;
use time::Duration;
use time::macros::date;

use crate::world::{OTHER_WARD, PROVINCE, WARD, World};

/// So many answers of October at the world's point, and the release of the night after.
async fn released(respondents: usize) -> World {
    let world = World::new().await;
    for _ in 0..respondents {
        let mut document = world.document();
        document["answered_on"] = json!("2026-10-15");
        let id = ResponseId::new(date!(2026 - 10 - 15), service::clock::random());
        assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    }
    world.service.release_all().await.unwrap();
    world
}

pub(crate) async fn figures(world: &World, query: &str) -> Value {
    let reply = world.get(&format!("/api/v1/indicators?{query}")).await;
    assert_eq!(
        reply.status,
        StatusCode::OK,
        "{query}: {}",
        String::from_utf8_lossy(&reply.body)
    );
    reply.json()
}

#[tokio::test]
async fn figures_have_the_shape_that_is_described() {
    let world = released(12).await;
    let document = figures(&world, "unit=29954&period=2026-10").await;
    assert_eq!(document["cell"]["state"], "shown");
    let read: FiguresDocument = serde_json::from_value(document["cell"]["figures"].clone()).unwrap();
    assert_eq!(
        (read.respondents, read.answers, read.selection.as_str()),
        (12, 24, "open")
    );
    let whole = &read.nodes[0];
    let share = whole.share.as_ref().unwrap();
    assert_eq!(
        (whole.kind.as_str(), share.numerator, share.denominator),
        ("whole", 24, 24)
    );
    assert_eq!(share.covers, "chance_without_self_selection");
    assert!(
        share.low < 1.0 && share.high <= 1.0,
        "an interval stands with the figure"
    );
    let access = read
        .items
        .iter()
        .find(|item| item.path == "aspects.access")
        .unwrap();
    assert_eq!(access.counts.as_ref().unwrap().options, [0, 0, 0, 0, 12]);
    assert_eq!(document["questionnaire"]["key"], "desk-rating");
    assert_eq!(document["release"]["number"], 1);
}

#[tokio::test]
async fn every_unit_above_has_the_answers_and_children_are_listed() {
    let world = released(12).await;
    let document = figures(
        &world,
        &format!("unit={PROVINCE}&campaign=desk-2026&period=2026-10&children=name"),
    )
    .await;
    assert_eq!(document["cell"]["figures"]["respondents"], 12);
    assert_eq!(document["children"]["total"], 2);
    let states: Vec<&Value> = document["children"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["cell"]["state"])
        .collect();
    assert_eq!(states, ["shown", "no_answers"]);
    let first = &document["children"]["rows"][0];
    assert_eq!(
        (&first["unit"]["id"], &first["cell"]["figures"]["items"]),
        (&json!(WARD), &json!([]))
    );
    let paged = figures(
        &world,
        &format!("unit={PROVINCE}&period=2026-10&children=code&offset=1&limit=1"),
    )
    .await;
    assert_eq!(paged["children"]["rows"][0]["unit"]["id"], json!(OTHER_WARD));
}

#[tokio::test]
async fn few_answers_stay_hidden_and_tell_no_number() {
    let world = released(9).await;
    let document = figures(&world, "unit=29954&period=2026-10").await;
    assert_eq!(document["cell"], json!({"state": "hidden"}));
}

/// A response of October with these answers, to the world's point.
async fn answer(world: &World, respondent: &Value, answers: &Value) {
    let mut document = world.document();
    document["answered_on"] = json!("2026-10-15");
    document["respondent"] = respondent.clone();
    document["answers"] = answers.clone();
    let id = ResponseId::new(date!(2026 - 10 - 15), service::clock::random());
    assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_three_people_said_of_a_result_is_not_published_beside_the_rest() {
    let world = World::new().await;
    let asking = json!({"purpose": "ask", "respondent_type": "person"});
    let receiving = json!({"purpose": "receive_result", "respondent_type": "person"});
    let rated = json!({"access": 5, "procedures": 5, "officials": 5});
    for _ in 0..20 {
        answer(&world, &asking, &json!({"overall": 5, "aspects": rated})).await;
    }
    for _ in 0..3 {
        let mut rated = rated.clone();
        (rated["result"], rated["punctuality"]) = (json!(4), json!(5));
        answer(&world, &receiving, &json!({"overall": 5, "aspects": rated})).await;
    }
    world.service.release_all().await.unwrap();
    let document = figures(&world, "unit=29954&period=2026-10").await;
    let read: FiguresDocument = serde_json::from_value(document["cell"]["figures"].clone()).unwrap();
    assert_eq!(read.respondents, 23);
    for node in &read.nodes {
        // The part less the other factors would be the result, so one of them is hidden with it.
        let withheld = ["access", "result"].contains(&node.id.as_str());
        assert_eq!(
            node.withheld.as_deref(),
            withheld.then_some("hidden"),
            "{}",
            node.id
        );
        assert_eq!(node.respondents.is_none(), withheld, "{}", node.id);
        assert!(!withheld || node.share.is_none() && node.mean.is_none());
    }
    for item in &read.items {
        // Of the question about money nothing is said before twenty people have answered it.
        let withheld = [
            "aspects.access",
            "aspects.result",
            "aspects.punctuality",
            "asked_for_money",
        ]
        .contains(&&*item.path);
        assert_eq!(
            item.withheld.as_deref(),
            withheld.then_some("hidden"),
            "{}",
            item.path
        );
        assert_eq!(item.counts.is_none(), withheld, "{}", item.path);
    }
    let page = world.page("/results/29954?period=2026-10").await;
    assert!(page.contains("Không công bố để bảo vệ người trả lời"), "{page}");
}

#[tokio::test]
async fn figures_of_one_version_never_give_way_to_those_of_another() {
    let world = released(12).await;
    let mut definition: Value =
        serde_json::from_str(include_str!("../../../data/questionnaires/desk-rating-1.json")).unwrap();
    definition["version"] = json!("2");
    let other = domain::questionnaire::Version::parse(&definition.to_string()).unwrap();
    let other = world.service.publish(&other).await.unwrap();
    let campaign = world.service.campaign_by_key("desk-2026").unwrap();
    let mut replaced = (*campaign).clone();
    replaced.versions = vec![(date!(2026 - 01 - 01), other)];
    let refused = world.service.put_campaign(&replaced).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{refused:?}");
    let mut both = (*campaign).clone();
    both.versions.push((date!(2026 - 11 - 01), other));
    world.service.put_campaign(&both).await.unwrap();

    // Twelve answered the first version in October, and twelve answer the second one.
    let before = figures(&world, "unit=29954&period=2026-10").await;
    for _ in 0..12 {
        let mut document = world.document();
        document["questionnaire"] = json!(
            world
                .service
                .version("desk-rating", "2")
                .unwrap()
                .version
                .reference()
        );
        let id = ResponseId::new(date!(2026 - 11 - 22), service::clock::random());
        assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    }
    world.clock.advance(Duration::days(60));
    world.service.release_all().await.unwrap();
    let after = figures(&world, "unit=29954&period=2026-10").await;
    assert_eq!(after["cell"], before["cell"]);
    assert_eq!(after["questionnaire"]["version"], "1");
    // Each has figures of its own, the newest where nothing else is asked for; the quarter of neither holds both.
    let newest = figures(&world, "unit=29954&period=2026-Q4").await;
    let first = figures(&world, "unit=29954&period=2026-Q4&questionnaire=desk-rating/1").await;
    for (quarter, version) in [(&newest, "2"), (&first, "1")] {
        assert_eq!(quarter["questionnaire"]["version"], version);
        assert_eq!(quarter["cell"]["figures"]["respondents"], 12);
        let versions: Vec<&Value> = quarter["questionnaires"]
            .as_array()
            .unwrap()
            .iter()
            .map(|asked| &asked["version"])
            .collect();
        assert_eq!(versions, ["1", "2"]);
    }
    assert_eq!(newest["periods"], json!(["2026-11", "2026-Q4", "2026"]));
    assert_eq!(first["periods"], json!(["2026-10", "2026-Q4", "2026"]));
    let province = figures(&world, "unit=82&period=2026-11&children=code").await;
    assert_eq!(province["questionnaire"]["version"], "2");
    assert_eq!(province["cell"]["figures"]["respondents"], 12);
    // Releasing again changes nothing.
    assert!(world.service.release_all().await.unwrap().is_empty());

    let page = world
        .page("/results/29954?period=2026-Q4&questionnaire=desk-rating/1")
        .await;
    assert!(page.contains("questionnaire=desk-rating%2F2"), "{page}");
    assert!(page.contains("không cộng chung"), "{page}");
    let unknown = world
        .get("/api/v1/indicators?unit=29954&questionnaire=desk-rating/3")
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let world = World::new().await;
    for (query, status, code) in [
        ("unit=99999", StatusCode::NOT_FOUND, "not_found"),
        ("unit=29954&campaign=none", StatusCode::NOT_FOUND, "not_found"),
        (
            "unit=29954&period=2026-13",
            StatusCode::BAD_REQUEST,
            "request.bad_parameter",
        ),
        (
            "unit=29954&channel=air",
            StatusCode::BAD_REQUEST,
            "request.bad_parameter",
        ),
        (
            "unit=29954&children=all",
            StatusCode::BAD_REQUEST,
            "request.bad_parameter",
        ),
        ("period=2026", StatusCode::BAD_REQUEST, "request.bad_query"),
    ] {
        let reply = world.get(&format!("/api/v1/indicators?{query}")).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{query}");
    }
}
