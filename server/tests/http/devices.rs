//! Desk devices over HTTP: enrolment, what they are told, and what becomes of a revoked one.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::canonical;
use domain::id::DeviceId;
use domain::status::{Reason, Status};
use serde_json::{Value, json};
use store::catalogue::DeviceState;
use time::macros::date;
use time::{Date, Duration};

use crate::world::{OTHER_WARD, Reply, World, new_id, new_point, put};

const TOKEN: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn post(path: &str, token: Option<&str>, body: &Value) -> Request<Body> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(body.to_string())).unwrap()
}

fn get(path: &str, token: &str) -> Request<Body> {
    Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap()
}

async fn code(world: &World) -> String {
    let made = world
        .service
        .invite_device(&world.point.code, "Máy ở quầy 3", None);
    made.await.unwrap().code
}

async fn redeem(world: &World, code: &str, token: &str) -> Reply {
    let body = json!({"code": code, "token": token});
    world.send(post("/api/v1/devices", None, &body)).await
}

fn contact(unsent: i32) -> Value {
    json!({
        "clock": "2026-11-22T02:00:30Z", "unsent": unsent, "oldest_unsent_s": 4_000, "refused": 0,
        "program": "0.1.0", "storage_used": 1, "storage_quota": 100, "persisted": false,
        "abandoned": [{"on": "2026-11-22", "question": "overall", "attempts": 2}],
    })
}

/// A response that a device delivers as given while its screen said that it does not count.
fn put_in_trial(world: &World, id: domain::id::ResponseId, token: &str) -> Request<Body> {
    let mut request = put(id, &world.document(), Some(token));
    request
        .headers_mut()
        .insert("nghe-dan-trial", "1".parse().unwrap());
    request
}

/// The one device of the world.
async fn only(world: &World) -> DeviceId {
    world.service.devices().await.unwrap()[0].0.device.id
}

#[tokio::test]
async fn a_code_ties_one_device_to_its_point() {
    let world = World::new().await;
    let code = code(&world).await;
    let reply = redeem(&world, &code, TOKEN).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.json());
    let document = reply.json();
    assert_eq!(
        (document["state"].as_str(), document["label"].as_str()),
        (Some("trial"), Some("Máy ở quầy 3"))
    );
    assert_eq!(document["pin"]["salt"].as_str().map(str::len), Some(32));
    assert_eq!(document["pin"]["iterations"], 100_000);
    // The reply was lost: the same device may ask again, another one may not.
    let again = redeem(&world, &code.to_lowercase(), TOKEN).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, document));
    let stranger = redeem(&world, &code, &"ab".repeat(32)).await;
    assert_eq!(
        (stranger.status, stranger.code().as_str()),
        (StatusCode::NOT_FOUND, "device.unknown_code")
    );
}

#[tokio::test]
async fn codes_expire_and_wrong_ones_say_why() {
    let world = World::new().await;
    let code = code(&world).await;
    let mistyped = redeem(&world, "2345-6789-ABC2", TOKEN).await;
    assert_eq!(
        (mistyped.status, mistyped.code().as_str()),
        (StatusCode::NOT_FOUND, "point.mistyped")
    );
    let short = redeem(&world, &code, "abc").await;
    assert_eq!(
        (short.status, short.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "device.bad_token")
    );
    let nonsense = world
        .send(post("/api/v1/devices", None, &json!({"code": 1})))
        .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    world.clock.advance(Duration::hours(24));
    let expired = redeem(&world, &code, TOKEN).await;
    assert_eq!(expired.code(), "device.unknown_code");
}

#[tokio::test]
async fn a_device_gets_all_that_it_asks_in_one_piece() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let reply = world.send(get("/api/v1/device", &token)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let desk = reply.json();
    assert_eq!(desk["point"]["code"], world.point.code.as_str());
    assert_eq!(desk["state"], "in_service");
    assert_eq!(desk["keys"][0]["public"].as_str().map(str::len), Some(130));
    let definition = domain::questionnaire::Version::parse(&desk["definitions"][0].to_string()).unwrap();
    assert_eq!(
        desk["point"]["questionnaire"]["hash"],
        canonical::hex(&definition.hash()).as_str()
    );
    let without = world
        .send(Request::get("/api/v1/device").body(Body::empty()).unwrap())
        .await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    let unknown = world.send(get("/api/v1/device", TOKEN)).await;
    assert_eq!(unknown.code(), "device.unknown");
}

#[tokio::test]
async fn a_contact_is_noted_and_answered_with_what_is_safe() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let report = async |unsent| {
        let reply = world.send(post("/api/v1/device/contact", Some(&token), &contact(unsent)));
        let reply = reply.await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.json());
        reply.json()
    };
    let told = report(3).await;
    assert_eq!(
        (&told["state"], &told["revoked"], &told["server_time"]),
        (
            &json!("in_service"),
            &json!(false),
            &json!("2026-11-22T02:00:00Z")
        )
    );
    assert!(told["durable_until"].is_null(), "no backup was verified yet");
    let (known, troubles) = world.service.devices().await.unwrap().remove(0);
    let noted = known.contact.as_ref().unwrap();
    assert_eq!((noted.unsent, noted.clock_skew_s, known.abandoned()), (3, 30, 2));
    assert_eq!(troubles, [domain::device::Trouble::Stuck]);
    let mut ill = contact(0);
    ill["oldest_unsent_s"] = Value::Null;
    ill["storage_failing"] = json!(true);
    let reply = world
        .send(post("/api/v1/device/contact", Some(&token), &ill))
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.json());
    let (_, troubles) = world.service.devices().await.unwrap().remove(0);
    assert_eq!(troubles, [domain::device::Trouble::Failing]);

    world.clock.advance(Duration::hours(1));
    let backup = world.service.now() - Duration::minutes(10);
    world.service.set_durable_until(backup).await.unwrap();
    world.service.declare_restored().await.unwrap();
    let later = report(0).await;
    assert_eq!(later["durable_until"], "2026-11-22T02:50:00Z");
    assert_ne!(later["incarnation"], told["incarnation"]);
    let receipt = world.put_as(&token, new_id(), &world.document()).await.json();
    assert_eq!(receipt["durable_until"], "2026-11-22T02:50:00Z");
    assert_eq!(receipt["incarnation"], later["incarnation"]);
    let open = world.put(new_id(), &world.document()).await.json();
    assert_eq!(open, json!({"recorded": true}), "nobody else is told");
}

#[tokio::test]
async fn a_revoked_device_delivers_for_a_while_and_is_marked() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let id = only(&world).await;
    world.service.set_device(id, DeviceState::Revoked).await.unwrap();
    let desk = world.send(get("/api/v1/device", &token)).await;
    assert_eq!(
        (desk.status, desk.code().as_str()),
        (StatusCode::FORBIDDEN, "device.revoked")
    );
    let told = world
        .send(post("/api/v1/device/contact", Some(&token), &contact(1)))
        .await;
    assert_eq!(told.json()["revoked"], true);
    let response = new_id();
    let reply = world.put_as(&token, response, &world.document()).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED);
    assert_eq!(
        world.standing(response).await,
        (Status::Held, Some(Reason::Revoked))
    );
    world.clock.advance(Duration::days(31));
    let reply = world.put_as(&token, new_id(), &world.document()).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::FORBIDDEN, "device.revoked")
    );
}

#[tokio::test]
async fn answers_in_trial_never_count_and_those_after_it_do() {
    let world = World::new().await;
    let code = code(&world).await;
    redeem(&world, &code, TOKEN).await;
    let trial = world.send(put_in_trial(&world, new_id(), TOKEN)).await;
    assert_eq!(trial.json()["not_counted"], "trial");
    let id = only(&world).await;
    world
        .service
        .set_device(id, DeviceState::InService)
        .await
        .unwrap();
    let counted = world.put_as(TOKEN, new_id(), &world.document()).await;
    assert_eq!(counted.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_wrong_clock_moves_no_answer_unnoticed() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let now = world.service.now().unix_timestamp();
    let mut statuses = Vec::new();
    for clock in [now - 3_600, now - 86_400, i64::MIN] {
        let id = new_id();
        let mut request = put(id, &world.document(), Some(&token));
        let value = clock.to_string().parse().unwrap();
        request.headers_mut().insert("nghe-dan-clock", value);
        world.send(request).await;
        statuses.push(world.standing(id).await);
    }
    let held = (Status::Held, Some(Reason::Clock));
    assert_eq!(statuses, [(Status::Counted, None), held, held]);
}

#[tokio::test]
async fn a_clock_that_runs_days_ahead_is_held_and_not_refused() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let id = domain::id::ResponseId::new(date!(2030 - 01 - 01), service::clock::random());
    let mut document = world.document();
    document["answered_on"] = json!("2030-01-01");
    let reply = world.put_as(&token, id, &document).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.json());
    assert_eq!(world.standing(id).await, (Status::Held, Some(Reason::Clock)));
    let another = domain::id::ResponseId::new(date!(2030 - 01 - 01), service::clock::random());
    let stranger = world.put(another, &document).await;
    assert_eq!(stranger.code(), "response.invalid");
}

#[tokio::test]
async fn what_was_given_in_trial_stays_trial() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let request = put_in_trial(&world, new_id(), &token);
    assert_eq!(world.send(request).await.json()["not_counted"], "trial");
}

#[tokio::test]
async fn a_trial_is_told_by_1_alone() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let id = new_id();
    for value in ["0", "false", "", "01"] {
        let mut request = put_in_trial(&world, id, &token);
        request
            .headers_mut()
            .insert("nghe-dan-trial", value.parse().unwrap());
        let reply = world.send(request).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::BAD_REQUEST, "request.bad_parameter"),
            "{value:?}"
        );
        assert_eq!(reply.json()["params"]["name"], "Nghe-Dan-Trial");
    }
    assert!(world.store.response(id).await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_given_as_an_answer_is_held_by_a_device_in_trial_and_never_a_trial() {
    let world = World::new().await;
    let before = world.device(&world.point).await;
    let id = only(&world).await;
    world.service.set_device(id, DeviceState::Trial).await.unwrap();
    redeem(&world, &code(&world).await, TOKEN).await;
    // Put back into trial while the answer waited, or enrolled anew with a token of its own.
    for token in [before.as_str(), TOKEN] {
        let response = new_id();
        let reply = world.put_as(token, response, &world.document()).await;
        let told = reply.json();
        assert_eq!(
            (reply.status, &told["not_counted"], &told["reason"]),
            (StatusCode::ACCEPTED, &json!("held"), &json!("untold_trial"))
        );
        assert_eq!(
            world.standing(response).await,
            (Status::Held, Some(Reason::UntoldTrial))
        );
    }
}

#[tokio::test]
async fn a_refused_response_that_was_decided_about_need_not_be_kept() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let (id, other) = (new_id(), new_id());
    let mut document = world.document();
    document["answers"]["overall"] = json!(9);
    assert_eq!(
        world.put_as(&token, id, &document).await.code(),
        "response.invalid"
    );
    world.service.settle(&[id, id]).await.unwrap();
    let settled = world.put_as(&token, id, &document).await;
    assert_eq!(
        (settled.status, settled.code().as_str()),
        (StatusCode::GONE, "response.settled")
    );
    let body = String::from_utf8(settled.body).unwrap();
    assert_eq!(
        domain::outbox::Reply::read(410, &body, None),
        domain::outbox::Reply::Settled
    );
    assert_eq!(
        world.put_as(&token, other, &document).await.code(),
        "response.invalid"
    );
    // It stands against nothing that can be taken after all.
    assert_eq!(
        world.put_as(&token, id, &world.document()).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn a_device_names_its_format() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let with = |format: &'static str| {
        let mut request = put(new_id(), &world.document(), Some(&token));
        request
            .headers_mut()
            .insert("nghe-dan-format", format.parse().unwrap());
        world.send(request)
    };
    assert_eq!(with("1").await.status, StatusCode::CREATED);
    let newer = with("2").await;
    assert_eq!(
        (
            newer.status,
            newer.code().as_str(),
            newer.header(header::RETRY_AFTER)
        ),
        (StatusCode::SERVICE_UNAVAILABLE, "device.format_unknown", "300")
    );
    assert_eq!(with("one").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_next_version_comes_ahead_of_its_day() {
    let world = World::new().await;
    let text = include_str!("../../../data/questionnaires/desk-rating-1.json");
    let mut next: Value = serde_json::from_str(text).unwrap();
    next["version"] = json!("2");
    let next = domain::questionnaire::Version::parse(&next.to_string()).unwrap();
    let id = world.service.publish(&next).await.unwrap();
    let mut campaign = world.service.campaigns()[0].as_ref().clone();
    let from: Date = time::macros::date!(2026 - 12 - 01);
    campaign.versions.push((from, id));
    world.service.put_campaign(&campaign).await.unwrap();
    let token = world.device(&world.point).await;
    let desk = world.send(get("/api/v1/device", &token)).await.json();
    assert_eq!(desk["point"]["questionnaire"]["version"], "1");
    assert_eq!(desk["point"]["upcoming"][0]["from"], "2026-12-01");
    assert_eq!(desk["definitions"][1]["version"], "2");
    let elsewhere = world.add_point(new_point(OTHER_WARD)).await;
    assert_ne!(desk["point"]["code"], elsewhere.code.as_str());
}

#[tokio::test]
async fn what_is_wrong_with_a_contact_is_named() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    let mut report = contact(-1);
    report["clock"] = json!("noon");
    report["program"] = json!("x".repeat(65));
    report["abandoned"] = json!([{"on": "yesterday", "question": "overall", "attempts": -1}]);
    let reply = world
        .send(post("/api/v1/device/contact", Some(&token), &report))
        .await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "request.invalid")
    );
    let errors = reply.json()["errors"].as_array().unwrap().clone();
    let named: Vec<[&str; 3]> = errors
        .iter()
        .map(|error| ["path", "code", "detail"].map(|field| error[field].as_str().unwrap()))
        .collect();
    assert_eq!(
        named,
        [
            [
                "/abandoned/0/attempts",
                "out_of_range",
                "Phải từ 0 đến 2147483647."
            ],
            [
                "/abandoned/0/on",
                "expected",
                "Sai kiểu; cần ngày dạng 2026-11-22."
            ],
            ["/clock", "expected", "Sai kiểu; cần thời điểm dạng RFC 3339."],
            ["/program", "too_long", "Dài hơn 64 ký tự."],
            ["/unsent", "out_of_range", "Phải từ 0 đến 2147483647."],
        ]
    );
    let devices = world.service.devices().await.unwrap();
    assert!(devices[0].0.contact.is_none(), "nothing was noted");
}
