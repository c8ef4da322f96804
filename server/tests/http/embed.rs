//! Which pages other sites may frame.

use axum::http::{StatusCode, header};
use server::middleware::headers::Policy;

use crate::world::World;

async fn policy_of(world: &World, path: &str) -> String {
    let reply = world.get(path).await;
    let policy = reply.header(header::CONTENT_SECURITY_POLICY);
    let (_, ancestors) = policy.split_once("frame-ancestors ").expect("a policy");
    ancestors.to_owned()
}

#[tokio::test]
async fn only_forms_can_be_framed_and_only_by_the_sites_of_the_list() {
    let sites = ["https://dichvucong.example.vn", "https://portal.example.vn:8443"];
    let sites = sites.map(|site| site.parse().unwrap());
    let world = World::with(64, Policy::new(false, &sites)).await;
    let code = world.point.code.clone();
    let listed = "https://dichvucong.example.vn https://portal.example.vn:8443";
    for path in [
        format!("/s/{code}"),
        format!("/en/s/{code}"),
        format!("/s/{code}/thanks"),
    ] {
        assert_eq!(policy_of(&world, &path).await, listed, "{path}");
    }
    for path in [
        "/".to_owned(),
        "/results".to_owned(),
        "/kiosk/".to_owned(),
        "/s/22222222".to_owned(),
        format!("/s/{code}/poster"),
        format!("/s/{code}/embed"),
        format!("/api/v1/points/{code}"),
    ] {
        assert_eq!(policy_of(&world, &path).await, "'none'", "{path}");
    }
}

#[tokio::test]
async fn without_a_list_nothing_can_be_framed() {
    let world = World::new().await;
    let code = world.point.code.clone();
    assert_eq!(policy_of(&world, &format!("/s/{code}")).await, "'none'");
}

#[tokio::test]
async fn the_page_of_a_point_gives_its_snippets() {
    let world = World::new().await;
    let code = world.point.code.clone();
    let page = world.get(&format!("/en/s/{code}/embed")).await;
    assert_eq!(page.status, StatusCode::OK);
    let html = String::from_utf8(page.body).unwrap();
    for text in [
        format!("href=\"https://nghedan.example.vn/s/{code}\"").replace('"', "&quot;"),
        "https://nghedan.example.vn/embed.js".to_owned(),
        "data-nghe-dan=\"frame\"".replace('"', "&quot;"),
        format!("https://nghedan.example.vn/s/{code}?slip="),
    ] {
        assert!(
            html.contains(&text) || html.contains(&text.replace("&quot;", "\"")),
            "{text}: {html}"
        );
    }
}
