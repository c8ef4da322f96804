//! Slips on the form: typed or in the link, known, used, expired, without scripting.

use axum::http::{StatusCode, header};
use domain::id::UnitId;
use service::slips::{Dossier, Order};
use uuid::Uuid;

use crate::world::{Page, World};

const PROVINCE: UnitId = UnitId(Uuid::from_u128(2));

/// The code of a dossier's slip.
async fn slip(world: &World, number: &str) -> String {
    let campaign = world.service.campaign_by_key("desk").expect("the campaign").id;
    let dossier = Dossier {
        number: number.to_owned(),
        handled_by: Some(PROVINCE.to_string()),
        field: Some("land".to_owned()),
    };
    let order = Order {
        dossiers: vec![dossier],
        valid_days: 60,
    };
    let issued = world.service.issue_slips(campaign, &order).await.expect("a slip");
    issued[0].code.as_str().to_owned()
}

/// Goes on from the start to the end and sends.
async fn send(world: &World, address: &str, start: &Page, code: &[(&str, &str)]) -> Page {
    let mut page = world.post(address, &start.filled(code, "next")).await;
    while !page.html.contains("value=\"send\"") {
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        page = world.post(address, &page.filled(&[], "next")).await;
    }
    world.post(address, &page.filled(&[], "send")).await
}

#[tokio::test]
async fn a_link_with_a_slip_asks_nothing_that_is_known_and_rates_once() {
    let world = World::new().await;
    let point = world.desk(None, false).await;
    let code = slip(&world, "1").await;
    let address = format!("/s/{point}");
    let link = format!("{address}?slip={code}");
    let start = world.get(&link).await;
    assert_eq!(start.status, StatusCode::OK);
    assert!(
        start.html.contains("Hồ sơ do Tỉnh Đồng Tháp giải quyết.")
            && start.html.contains("Lĩnh vực: Đất đai.")
    );
    let visit = world.post(&address, &start.filled(&[], "next")).await;
    assert!(
        visit
            .html
            .contains("type=\"hidden\" name=\"a.field\" value=\"land\"")
    );
    assert!(!visit.html.contains("type=\"radio\" name=\"a.field\""));
    // The language changes, and the slip goes along.
    let english = world
        .post(&format!("/en{address}"), &visit.filled(&[], "stay"))
        .await;
    assert!(english.html.contains("As your slip says") && english.html.contains(&code));
    let sent = send(&world, &address, &start, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    assert_eq!(world.responses().await, 1);
    let again = world.get(&link).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.html.contains("Hồ sơ này đã được đánh giá"));
    assert!(
        again.html.contains(&format!("href=\"{address}\"")),
        "one may answer without"
    );
}

#[tokio::test]
async fn what_the_point_knows_is_not_asked() {
    let world = World::new().await;
    let code = world.desk(None, false).await;
    let ward = UnitId(Uuid::from_u128(3));
    let mut point = world.service.points_of(ward).await.expect("points").remove(0);
    point.field = Some("land".to_owned());
    world.service.put_point(&point).await.expect("a change");
    let address = format!("/s/{code}");
    let start = world.get(&address).await;
    let visit = world.post(&address, &start.filled(&[], "next")).await;
    assert!(
        visit
            .html
            .contains("type=\"hidden\" name=\"a.field\" value=\"land\"")
    );
    assert!(!visit.html.contains("type=\"radio\" name=\"a.field\""));
    assert!(visit.html.contains("Theo điểm lấy ý kiến"));
    let sent = send(&world, &address, &start, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
}

#[tokio::test]
async fn a_form_that_was_opened_twice_is_sent_once_and_its_repeat_is_thanked() {
    let world = World::new().await;
    let point = world.desk(None, false).await;
    let code = slip(&world, "1").await;
    let address = format!("/s/{point}");
    let link = format!("{address}?slip={code}");
    let (one, other) = (world.get(&link).await, world.get(&link).await);
    assert_eq!(
        send(&world, &address, &one, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    // Meanwhile the second one was nearly through.
    let late = world.post(&address, &other.filled(&[], "next")).await;
    assert!(late.html.contains("Hồ sơ này đã được đánh giá"));
    assert_eq!(world.responses().await, 1);
}

#[tokio::test]
async fn a_slip_can_be_typed_and_a_wrong_one_comes_back() {
    let world = World::new().await;
    let point = world.desk(None, false).await;
    let address = format!("/s/{point}");
    let without = world.get(&address).await;
    assert!(
        !without.html.contains("name=\"_code\""),
        "no slips are issued here"
    );
    let code = slip(&world, "1").await;
    let start = world.get(&address).await;
    assert!(start.html.contains("Tôi có mã trên phiếu hẹn"));
    for (typed, said) in [
        ("2222 2222 2222 2223", "Mã chưa đúng"),
        ("2222-2222-2222-2222", "Không có mã này trong đợt lấy ý kiến"),
    ] {
        let page = world
            .post(&address, &start.filled(&[("_code", typed)], "next"))
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains(said), "{}", page.html);
        let details = page.html.rsplit("<details").next().unwrap_or_default();
        let (tag, inside) = details.split_once('>').expect("a tag");
        assert!(tag.contains(" open"), "{tag}");
        assert!(inside.contains(&format!("value=\"{typed}\"")), "{inside}");
    }
    let typed = format!("{} {}", code[..8].to_lowercase(), &code[8..]);
    let sent = send(&world, &address, &start, &[("_code", &typed)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let used = world
        .post(&address, &start.filled(&[("_code", &typed)], "next"))
        .await;
    assert!(used.html.contains("Hồ sơ này đã được đánh giá"));
    // Nobody has to have one.
    let start = world.get(&address).await;
    let without = send(&world, &address, &start, &[]).await;
    assert_eq!(without.status, StatusCode::SEE_OTHER, "{}", without.html);
    assert_eq!(world.responses().await, 2);
}

#[tokio::test]
async fn an_address_that_is_written_otherwise_keeps_its_slip() {
    let world = World::new().await;
    let point = world.desk(None, false).await;
    let code = slip(&world, "1").await;
    let (first, second) = point.split_at(4);
    let page = world.get(&format!("/en/s/{first}-{second}?slip={code}")).await;
    assert_eq!(page.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(
        page.headers[header::LOCATION],
        format!("/en/s/{point}?slip={code}")
    );
    let mistyped = world.get(&format!("/s/{point}?slip=ABC")).await;
    assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mistyped.html.contains("value=\"ABC\""));
}
