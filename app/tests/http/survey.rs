//! `/s/{code}`: from the notice to a stored response, without scripting.

use axum::http::{StatusCode, header};
use time::macros::date;

use crate::world::{Page, World};

/// Goes from the notice to the last page before sending, answering little.
async fn up_to_review(world: &World, address: &str, code: Option<&str>) -> Page {
    let start = world.get(address).await;
    assert_eq!(start.status, StatusCode::OK, "{}", start.html);
    let code: Vec<(&str, &str)> = code.map(|code| ("_code", code)).into_iter().collect();
    let visit = world.post(address, &start.filled(&code, "next")).await;
    let rating = world
        .post(address, &visit.filled(&[("a.purpose", "ask")], "next"))
        .await;
    let chosen = [("a.overall", "5"), ("a.aspects.access", "4")];
    let experience = world.post(address, &rating.filled(&chosen, "next")).await;
    let closing = world.post(address, &experience.filled(&[], "next")).await;
    let review = world
        .post(address, &closing.filled(&[("a.remark", "Tốt")], "next"))
        .await;
    assert_eq!(review.status, StatusCode::OK);
    assert!(review.html.contains("value=\"send\""), "{}", review.html);
    review
}

#[tokio::test]
async fn an_answer_is_stored_once_however_often_it_is_sent() {
    let world = World::new().await;
    let address = format!("/s/{}", world.desk(None, false).await);
    let review = up_to_review(&world, &address, None).await;
    assert_eq!(review.headers[header::CACHE_CONTROL], "no-store");
    assert!(review.html.contains("<script type=\"module\" nonce=\"n0nce\">"));
    for _ in 0..2 {
        let sent = world.post(&address, &review.filled(&[], "send")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
        assert_eq!(sent.headers[header::LOCATION], format!("{address}/thanks"));
    }
    assert_eq!(world.responses().await, 1);
    let thanks = world.get(&format!("{address}/thanks")).await;
    assert!(thanks.html.contains("Đã gửi. Cảm ơn Ông/Bà."));
}

#[tokio::test]
async fn other_content_under_the_same_id_comes_back_and_can_be_sent_again() {
    let world = World::new().await;
    let address = format!("/en/s/{}", world.desk(None, false).await);
    let review = up_to_review(&world, &address, None).await;
    world.post(&address, &review.filled(&[], "send")).await;
    let refused = world
        .post(&address, &review.filled(&[("a.helped", "alone")], "send"))
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.html.contains("was sent before with other answers"));
    let again = world.post(&address, &refused.filled(&[], "send")).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(world.responses().await, 2);
}

#[tokio::test]
async fn a_one_time_code_works_once_and_a_used_one_is_asked_for_again() {
    let world = World::new().await;
    let address = format!("/s/{}", world.desk(None, true).await);
    let codes = world.codes(1).await;
    let first = up_to_review(&world, &address, Some(&codes[0])).await;
    let second = up_to_review(&world, &address, Some(&codes[0])).await;
    // Two forms must not get the same id by standing still.
    let id = |page: &Page| page.filled(&[], "").into_iter().find(|(name, _)| name == "_id");
    assert_ne!(id(&first), id(&second));
    let sent = world.post(&address, &first.filled(&[], "send")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let refused = world.post(&address, &second.filled(&[], "send")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.html.contains("đã được dùng"));
    assert!(refused.html.contains("value=\"Tốt\""));
    assert_eq!(world.responses().await, 1);
}

#[tokio::test]
async fn a_closed_campaign_says_so_and_takes_nothing() {
    let world = World::new().await;
    let address = format!("/s/{}", world.desk(Some(date!(2026 - 11 - 20)), false).await);
    let page = world.get(&address).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.html.contains("20/11/2026"));
    let pairs = [
        ("_go".to_owned(), "send".to_owned()),
        ("a.overall".to_owned(), "5".to_owned()),
    ];
    let page = world.post(&address, &pairs).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert_eq!(world.responses().await, 0);
}

#[tokio::test]
async fn codes_are_told_apart() {
    let world = World::new().await;
    let code = world.desk(None, false).await;
    let (first, second) = code.split_at(4);
    let written_otherwise = world
        .get(&format!("/en/s/{}-{second}", first.to_lowercase()))
        .await;
    assert_eq!(written_otherwise.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(
        written_otherwise.headers[header::LOCATION],
        format!("/en/s/{code}")
    );
    let unknown = world.get("/s/2222-2222").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.html.contains("Không có điểm lấy ý kiến nào"));
    let mistyped = world.get("/s/2222-2223").await;
    assert_eq!(mistyped.status, StatusCode::NOT_FOUND);
    assert!(mistyped.html.contains("Mã chưa đúng"));
    // A language that the questionnaire does not have.
    assert_eq!(
        world.get(&format!("/km/s/{code}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn too_much_text_is_refused_in_words() {
    let world = World::new().await;
    let address = format!("/s/{}", world.desk(None, false).await);
    let page = world
        .post(&address, &[("a.remark".to_owned(), "x".repeat(70_000))])
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.html.contains("Nội dung gửi quá dài"));
}
