//! Slips: who may issue them, that a dossier has one and rates once, and what is known from it.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::status::Status;
use serde_json::{Value, json};
use time::Duration;

use crate::world::{OTHER_WARD, Reply, World, new_id, new_point};

async fn issue(world: &World, token: Option<&str>, point: &str, body: &Value) -> Reply {
    let mut request = Request::post(format!("/api/v1/points/{point}/slips"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    world
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn issuer(world: &World) -> String {
    world
        .service
        .add_issuer("desk-2026", "Cổng của tỉnh")
        .await
        .unwrap()
}

/// The slip of a dossier about land that another ward decides.
async fn slip(world: &World, number: &str) -> String {
    let token = issuer(world).await;
    let asked =
        json!({"dossiers": [{"number": number, "handled_by": OTHER_WARD.to_string(), "field": "land"}]});
    let reply = issue(world, Some(&token), &world.point.code, &asked).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.json());
    reply.json()["slips"][0]["token"].as_str().unwrap().to_owned()
}

fn with_code(mut document: Value, code: &str) -> Value {
    document["code"] = json!(code);
    document
}

#[tokio::test]
async fn a_portal_gets_one_slip_for_a_dossier_and_where_it_leads() {
    let world = World::new().await;
    let token = issuer(&world).await;
    let asked = json!({
        "dossiers": [
            {"number": "H20.18-261122-0001", "handled_by": OTHER_WARD.to_string(), "field": "land"},
            {"number": "H20.18-261122-0002"},
        ],
        "valid_days": 10,
    });
    let first = issue(&world, Some(&token), &world.point.code, &asked)
        .await
        .json();
    let slips = first["slips"].as_array().unwrap();
    assert_eq!(slips.len(), 2);
    assert_ne!(slips[0]["token"], slips[1]["token"]);
    let code = slips[0]["token"].as_str().unwrap();
    assert_eq!(slips[0]["link"], format!("/s/{}?slip={code}", world.point.code));
    assert_eq!(slips[0]["expires_on"], "2026-12-02");
    assert_eq!(slips[0]["state"], "new");
    assert_eq!(slips[0]["slip"].as_str().unwrap().replace('-', ""), code);
    let again = json!({"dossiers": [{"number": " h20.18-261122-0001 "}]});
    let again = issue(&world, Some(&token), &world.point.code, &again)
        .await
        .json();
    assert_eq!(
        (&again["slips"][0]["token"], &again["slips"][0]["state"]),
        (&json!(code), &json!("renewed"))
    );
}

#[tokio::test]
async fn only_those_who_may_issue_do_and_a_wrong_line_issues_nothing() {
    let world = World::new().await;
    let token = issuer(&world).await;
    let point = world.point.code.as_str();
    let asked = json!({"dossiers": [{"number": "1"}]});
    let without = issue(&world, None, point, &asked).await;
    assert_eq!(
        (without.status, without.code().as_str()),
        (StatusCode::UNAUTHORIZED, "issuer.unknown")
    );
    let device = world.device(&world.point).await;
    let as_device = issue(&world, Some(&device), point, &asked).await;
    assert_eq!(as_device.code(), "issuer.unknown");
    let long = "9".repeat(65);
    for (wrong, path, code) in [
        (
            json!({"dossiers": [{"number": "1"}, {"number": "2", "field": "none"}]}),
            "/dossiers/1/field",
            "not_an_option",
        ),
        (
            json!({"dossiers": [{"number": "1"}, {"number": " "}]}),
            "/dossiers/1/number",
            "missing",
        ),
        (
            json!({"dossiers": [{"number": long}]}),
            "/dossiers/0/number",
            "too_long",
        ),
        (
            json!({"dossiers": [{"number": "1", "handled_by": "nobody"}]}),
            "/dossiers/0/handled_by",
            "not_found",
        ),
        (
            json!({"dossiers": [{"number": "1"}], "valid_days": 0}),
            "/valid_days",
            "out_of_range",
        ),
        (
            json!({"dossiers": vec![json!({"number": "1"}); 1001]}),
            "/dossiers",
            "too_many",
        ),
    ] {
        let reply = issue(&world, Some(&token), point, &wrong).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "request.invalid")
        );
        let error = &reply.json()["errors"][0];
        assert_eq!((&error["path"], &error["code"]), (&json!(path), &json!(code)));
    }
    let unknown = json!({"dossiers": [{"number": "1", "name": "A"}]});
    let reply = issue(&world, Some(&token), point, &unknown).await;
    assert_eq!(reply.code(), "request.malformed_json");
    let right = issue(&world, Some(&token), point, &asked).await.json();
    assert_eq!(right["slips"][0]["state"], "new", "nothing was issued before");
    let unknown = issue(&world, Some(&token), "2222-2222", &asked).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let issuer = world.service.issuer_of(&token).await.unwrap().unwrap();
    world.service.revoke_issuer(&issuer).await.unwrap();
    let revoked = issue(&world, Some(&token), point, &asked).await;
    assert_eq!(revoked.code(), "issuer.unknown");
}

#[tokio::test]
async fn a_dossier_rates_once_and_what_its_slip_knows_counts() {
    let world = World::new().await;
    let code = slip(&world, "H20.18-261122-0001").await;
    // A desk device without a network has asked for the field all the same; the slip knows better.
    let mut document = with_code(world.document(), &code);
    document["respondent"] = json!({"purpose": "ask", "field": "business"});
    document["answers"] = json!({"overall": 4});
    let id = new_id();
    let sent = world.put(id, &document).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.json());
    let stored = world.stored(id).await;
    assert_eq!(stored.status, Status::Counted);
    assert_eq!(
        stored.rated().handled_by.map(|handled| handled.unit),
        Some(OTHER_WARD)
    );
    let version = world.service.version("desk-rating", "1").unwrap().version;
    let answers = domain::answer::Answers::unpack(&version, &stored.answers.unwrap()).unwrap();
    assert_eq!(answers.to_json(&version).0["field"], "land");
    // Sent again after a lost reply it is the same; another one with the slip is refused.
    assert_eq!(world.put(id, &document).await.status, StatusCode::OK);
    let second = world.put(new_id(), &with_code(world.document(), &code)).await;
    assert_eq!(
        (second.status, second.code().as_str()),
        (StatusCode::CONFLICT, "code.used")
    );
    // Whatever it knew is gone from the database.
    world.service.close().await;
    let file = world.folder.path().join("test.db");
    let bytes = std::fs::read(file).unwrap();
    let number = b"261122-0001";
    assert!(!bytes.windows(number.len()).any(|window| window == number));
    assert!(!bytes.windows(code.len()).any(|window| window == code.as_bytes()));
}

#[tokio::test]
async fn a_slip_has_its_time_by_the_day_of_the_answer() {
    let world = World::new().await;
    let code = slip(&world, "1").await;
    let other = slip(&world, "2").await;
    world.clock.advance(Duration::days(61));
    let mut late = with_code(world.document(), &code);
    late["answered_on"] = json!("2027-01-22");
    let late = world.put(new_id(), &late).await;
    assert_eq!(late.code(), "code.used");
    // It lay on a device since its last day.
    let mut in_time = with_code(world.document(), &other);
    in_time["answered_on"] = json!("2027-01-21");
    assert_eq!(world.put(new_id(), &in_time).await.status, StatusCode::CREATED);
    world.clock.advance(Duration::days(31));
    assert_eq!(world.service.drop_expired_slips().await.unwrap(), 1);
}

#[tokio::test]
async fn a_slip_is_good_at_every_point_of_its_campaign() {
    let world = World::new().await;
    let code = slip(&world, "1").await;
    let elsewhere = world.add_point(new_point(OTHER_WARD)).await;
    let document = with_code(world.document_at(&elsewhere), &code);
    assert_eq!(world.put(new_id(), &document).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_device_asks_where_a_slip_stands() {
    let world = World::new().await;
    let device = world.device(&world.point).await;
    let ask = async |token: &str, code: &str| {
        let request = Request::post("/api/v1/device/slip")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(json!({ "code": code }).to_string()))
            .unwrap();
        world.send(request).await
    };
    let point = format!("/api/v1/points/{}", world.point.code);
    assert_eq!(world.get(&point).await.json()["takes_slips"], false);
    let slip = slip(&world, "H20.18-261122-0001").await;
    assert_eq!(world.get(&point).await.json()["takes_slips"], true);

    // Asking uses nothing up.
    for _ in 0..2 {
        let reply = ask(&device, &slip.to_lowercase()).await;
        assert_eq!(reply.json(), json!({"standing": "good", "field": "land"}));
    }
    let sent = world
        .put_as(&device, new_id(), &with_code(world.document(), &slip))
        .await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.json());
    assert_eq!(ask(&device, &slip).await.json()["standing"], "used");
    let other = domain::code::Code::from_random(16, &[3; 16]).unwrap();
    assert_eq!(ask(&device, other.as_str()).await.json()["standing"], "unknown");
    let late = self::slip(&world, "H20.18-261122-0002").await;
    world.clock.advance(Duration::days(61));
    assert_eq!(ask(&device, &late).await.json()["standing"], "expired");

    assert_eq!(ask(&device, "2222").await.json()["standing"], "mistyped");
    assert_eq!(ask("nobody", &slip).await.status, StatusCode::UNAUTHORIZED);
    let long = "2".repeat(5000);
    assert_eq!(ask(&device, &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
