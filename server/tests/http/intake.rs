//! Every answer that `PUT /api/v1/responses/{id}` may give.

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use domain::id::ResponseId;
use domain::status::{Reason, Status};
use serde_json::{Value, json};
use server::middleware::headers::Policy;
use store::catalogue::Campaign;
use time::Duration;
use time::macros::date;
use tower::ServiceExt as _;

use crate::world::{OTHER_WARD, World, new_id, new_point, put};

#[tokio::test]
async fn a_response_is_recorded_once_however_often_it_is_sent() {
    let world = World::new().await;
    let (id, document) = (new_id(), world.document());
    let first = world.put(id, &document).await;
    assert_eq!(
        (first.status, first.json()),
        (StatusCode::CREATED, json!({"recorded": true}))
    );
    // The language and the time of sending lie outside the digest: a queued answer may be sent again later.
    let again = Value::Object(
        document
            .as_object()
            .unwrap()
            .clone()
            .into_iter()
            .filter(|(key, _)| key != "sent_at")
            .collect(),
    );
    let second = world.put(id, &again).await;
    assert_eq!(
        (second.status, second.json()),
        (StatusCode::OK, json!({"recorded": true}))
    );
    let stored = world.stored(id).await;
    assert_eq!(
        (stored.status, stored.answered_on),
        (Status::Counted, date!(2026 - 11 - 22))
    );
}

#[tokio::test]
async fn other_content_under_the_same_id_is_a_conflict() {
    let world = World::new().await;
    let (id, mut document) = (new_id(), world.document());
    assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    document["answers"]["overall"] = json!(1);
    let reply = world.put(id, &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::CONFLICT, "response.already_recorded")
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_400() {
    let world = World::new().await;
    let send = async |path: &str, body: &str| {
        let request = Request::put(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()));
        let reply = world.send(request.unwrap()).await;
        (reply.status, reply.code())
    };
    let path = format!("/api/v1/responses/{}", new_id());
    let bad = |code: &str| (StatusCode::BAD_REQUEST, code.to_owned());
    assert_eq!(send(&path, "{\"point\": ").await, bad("request.malformed_json"));
    assert_eq!(send(&path, "").await, bad("request.malformed_json"));
    assert_eq!(
        send("/api/v1/responses/42", "{}").await,
        bad("request.malformed_id")
    );
}

#[tokio::test]
async fn a_device_must_be_known_and_stand_at_the_point() {
    let world = World::new().await;
    let document = world.document();
    let reply = world.put_as("nobody's", new_id(), &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::UNAUTHORIZED, "device.unknown")
    );
    assert_eq!(
        reply.header(header::WWW_AUTHENTICATE),
        "Bearer error=\"invalid_token\""
    );

    let mut request = put(new_id(), &document, None);
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
    let reply = world.send(request).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::UNAUTHORIZED, "device.malformed_authorization")
    );

    let elsewhere = world.add_point(new_point(OTHER_WARD)).await;
    let token = world.device(&elsewhere).await;
    let reply = world.put_as(&token, new_id(), &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::FORBIDDEN, "device.foreign")
    );
    assert_eq!(
        world
            .put_as(&token, new_id(), &world.document_at(&elsewhere))
            .await
            .status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn an_unknown_point_is_404_and_a_mistyped_one_a_wrong_field() {
    let world = World::new().await;
    let mut document = world.document();
    let unknown = domain::code::Code::from_random(domain::code::POINT_LENGTH, &[1; 16]).unwrap();
    document["point"] = json!(unknown.as_str());
    let reply = world.put(new_id(), &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::NOT_FOUND, "point.unknown")
    );
    document["point"] = json!("2345 6789");
    let reply = world.put(new_id(), &document).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.json()["errors"][0]["path"], "/point");
}

#[tokio::test]
async fn other_methods_are_405_and_name_the_one() {
    let world = World::new().await;
    for method in ["GET", "POST", "DELETE", "PATCH"] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/responses/{}", new_id()));
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::METHOD_NOT_ALLOWED, "request.method_not_allowed")
        );
        assert_eq!(reply.header(header::ALLOW), "PUT");
    }
}

#[tokio::test]
async fn after_a_campaign_closed_late_deliveries_are_kept_and_later_answers_are_gone() {
    let world = World::new().await;
    let token = world.device(&world.point).await;
    world
        .service
        .close_campaign("desk-2026", date!(2026 - 11 - 22))
        .await
        .unwrap();
    world.clock.advance(Duration::days(1));
    let late = world.put_as(&token, new_id(), &world.document()).await;
    assert_eq!(late.status, StatusCode::ACCEPTED);
    assert_eq!(
        world.put(new_id(), &world.document()).await.status,
        StatusCode::CREATED
    );
    let mut document = world.document();
    document["answered_on"] = json!("2026-11-23");
    let id = ResponseId::new(date!(2026 - 11 - 23), service::clock::random());
    let gone = world.put(id, &document).await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::GONE, "campaign.closed")
    );
    assert_eq!(gone.json()["params"]["closed_on"], "2026-11-22");
    assert!(world.store.response(id).await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_answered_after_the_announced_end_is_taken() {
    let world = World::new().await;
    let (known, document) = (new_id(), world.document());
    assert_eq!(world.put(known, &document).await.status, StatusCode::CREATED);
    let mut campaign = Campaign::clone(&world.service.campaign_by_key("desk-2026").unwrap());
    campaign.ends_on = Some(date!(2026 - 11 - 21));
    world.service.put_campaign(&campaign).await.unwrap();

    let id = new_id();
    let gone = world.put(id, &world.document()).await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::GONE, "campaign.closed")
    );
    assert_eq!(gone.json()["params"]["closed_on"], "2026-11-21");
    assert!(world.store.response(id).await.unwrap().is_none());

    let mut in_time = world.document();
    in_time["answered_on"] = json!("2026-11-21");
    let id = new_id();
    assert_eq!(world.put(id, &in_time).await.status, StatusCode::CREATED);
    let stored = world.stored(id).await;
    assert_eq!(stored.status, Status::Counted, "an end is no closing");
    assert_eq!(
        world.put(known, &document).await.status,
        StatusCode::OK,
        "a lost reply does not become a refusal"
    );
}

#[tokio::test]
async fn a_body_over_64_kb_is_413_whether_announced_or_not() {
    let world = World::new().await;
    let mut document = world.document();
    document["answers"]["remark"] = json!("a".repeat(70_000));
    let reply = world.put(new_id(), &document).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "request.too_large")
    );
    let mut chunked = put(new_id(), &document, None);
    let text = Bytes::from(document.to_string());
    let chunks = futures_util::stream::iter(vec![
        Ok::<_, std::io::Error>(text.slice(..40_000)),
        Ok(text.slice(40_000..)),
    ]);
    *chunked.body_mut() = Body::from_stream(chunks);
    assert_eq!(world.send(chunked).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn other_media_types_are_415() {
    let world = World::new().await;
    let document = world.document();
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        let mut request = put(new_id(), &document, None);
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type.parse().unwrap());
        let reply = world.send(request).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media_type}");
        assert_eq!(
            reply.header(header::ACCEPT),
            "application/json, application/nghe-dan-sealed"
        );
    }
    let mut request = put(new_id(), &document, None);
    request.headers_mut().insert(
        header::CONTENT_TYPE,
        "Application/JSON; charset=\"UTF-8\"".parse().unwrap(),
    );
    assert_eq!(world.send(request).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_runaway_device_is_told_to_wait_and_nobody_else_is() {
    let world = World::new().await;
    let point = world.narrow_point().await;
    let token = world.device(&point).await;
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(
            world
                .put_as(&token, new_id(), &world.document_at(&point))
                .await
                .status,
        );
    }
    // A day without a network is brought in one hour and counts; more than that is looked at first.
    let all =
        |range: std::ops::Range<usize>, expected| statuses[range].iter().all(|status| *status == expected);
    assert!(all(0..10, StatusCode::CREATED), "{statuses:?}");
    assert!(all(10..20, StatusCode::ACCEPTED), "{statuses:?}");
    assert_eq!(statuses[20], StatusCode::TOO_MANY_REQUESTS);
    let reply = world.put_as(&token, new_id(), &world.document_at(&point)).await;
    assert_eq!(
        (reply.code().as_str(), reply.header(header::RETRY_AFTER)),
        ("device.too_fast", "3600")
    );
    // Nobody else's answers are doubted for it: neither at the code on the wall, nor on another device.
    let another = world.device(&point).await;
    for token in [None, Some(another.as_str())] {
        let id = new_id();
        let reply = world.send(put(id, &world.document_at(&point), token)).await;
        assert_eq!(reply.status, StatusCode::CREATED);
        assert_eq!(world.standing(id).await, (Status::Counted, None));
    }
}

#[tokio::test]
async fn a_flood_under_the_code_on_the_wall_takes_nothing_from_the_device() {
    let world = World::new().await;
    let point = world.narrow_point().await;
    let token = world.device(&point).await;
    let mut last = new_id();
    for _ in 0..25 {
        last = new_id();
        let reply = world.put(last, &world.document_at(&point)).await;
        assert_eq!(reply.status, StatusCode::CREATED, "a stuffer learns nothing");
    }
    assert_eq!(world.standing(last).await, (Status::Held, Some(Reason::Burst)));
    let id = new_id();
    let reply = world.put_as(&token, id, &world.document_at(&point)).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.json());
    assert_eq!(world.standing(id).await, (Status::Counted, None));
}

#[tokio::test]
async fn a_lost_reply_is_repeated_to_a_device_that_is_told_to_wait() {
    let world = World::new().await;
    let point = world.narrow_point().await;
    let token = world.device(&point).await;
    let (id, mut document) = (new_id(), world.document_at(&point));
    assert_eq!(
        world.put_as(&token, id, &document).await.status,
        StatusCode::CREATED
    );
    for _ in 0..20 {
        world.put_as(&token, new_id(), &world.document_at(&point)).await;
    }
    let waits = world.put_as(&token, new_id(), &world.document_at(&point)).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
    let again = world.put_as(&token, id, &document).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json().get("not_counted"), None, "it counts, as it did");
    document["answers"]["overall"] = json!(1);
    let other = world.put_as(&token, id, &document).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_full_queue_is_503_and_loses_nothing_that_was_acknowledged() {
    let world = World::with(1, Policy::new(false, &[])).await;
    assert_eq!(
        world.put(new_id(), &world.document()).await.status,
        StatusCode::CREATED,
        "caches are warm"
    );
    let ids: Vec<ResponseId> = (0..64).map(|_| new_id()).collect();
    let sent = ids
        .iter()
        .map(|id| world.router.clone().oneshot(put(*id, &world.document(), None)));
    let replies = futures_util::future::join_all(sent).await;
    let mut refused = 0;
    for (id, reply) in ids.iter().zip(replies) {
        let reply = reply.unwrap();
        let stored = world.store.response(*id).await.unwrap();
        match reply.status() {
            StatusCode::CREATED => assert!(stored.is_some()),
            StatusCode::SERVICE_UNAVAILABLE => {
                refused += 1;
                assert!(reply.headers().contains_key(header::RETRY_AFTER));
                assert!(stored.is_none());
            }
            other => panic!("{other}"),
        }
    }
    assert!((1..64).contains(&refused), "{refused} refused");
}

#[tokio::test]
async fn a_client_that_hangs_up_still_has_a_stored_answer() {
    let world = World::new().await;
    assert_eq!(
        world.put(new_id(), &world.document()).await.status,
        StatusCode::CREATED,
        "caches are warm"
    );
    let id = new_id();
    let mut request = Box::pin(world.router.clone().oneshot(put(id, &world.document(), None)));
    tokio::select! {
        biased;
        _ = &mut request => panic!("the answer is not there before the commit"),
        () = std::future::ready(()) => drop(request),
    }
    for _ in 0..200 {
        if world.store.response(id).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the answer was lost");
}

#[tokio::test]
async fn a_one_time_code_is_good_for_one_response() {
    let world = World::new().await;
    let point = world.coded_point().await;
    let codes = world.service.issue_codes(point.campaign, 2).await.unwrap();
    let with_code = |code: &str| {
        let mut document = world.document_at(&point);
        document["code"] = json!(code);
        document
    };
    let without = world.put(new_id(), &world.document_at(&point)).await;
    assert_eq!(without.json()["errors"][0]["path"], "/code");

    let (id, document) = (new_id(), with_code(&codes[0]));
    assert_eq!(world.put(id, &document).await.status, StatusCode::CREATED);
    assert_eq!(
        world.put(id, &document).await.status,
        StatusCode::OK,
        "a lost reply is no second use"
    );
    let used = world.put(new_id(), &with_code(&codes[0])).await;
    assert_eq!(
        (used.status, used.code().as_str()),
        (StatusCode::CONFLICT, "code.used")
    );
    assert_eq!(
        world.put(new_id(), &with_code(&codes[1])).await.status,
        StatusCode::CREATED
    );

    let never_issued = domain::code::Code::from_random(domain::code::ONE_TIME_LENGTH, &[7; 16]).unwrap();
    let reply = world.put(new_id(), &with_code(never_issued.as_str())).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::CONFLICT, "code.used"),
        "told apart from nothing"
    );
}
