//! Pages without a database behind them, and what holds on every page.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::world::World;

#[tokio::test]
async fn the_address_decides_the_language() {
    let world = World::new().await;
    let page = world.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert!(page.html.starts_with("<!DOCTYPE html><html lang=\"vi\">"));
    assert!(page.html.contains("href=\"/en\""));
    assert!(page.html.contains("/pkg/main.abc.css"));
    for path in ["/en", "/en/"] {
        let page = world.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.html.contains("<html lang=\"en\">"));
        assert!(page.html.contains("href=\"/en/results\""));
    }
}

#[tokio::test]
async fn no_page_carries_a_style_attribute_or_a_script_it_does_not_need() {
    let world = World::new().await;
    for path in ["/", "/s", "/en/nothing"] {
        let page = world.get(path).await;
        assert!(!page.html.contains(" style="), "{path}");
        assert!(!page.html.contains("<style"), "{path}");
        assert!(!page.html.contains("<script"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_says_so_in_the_readers_language() {
    let world = World::new().await;
    let page = world.get("/khong-co").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.html.contains("Không tìm thấy trang"));
    let page = world.get("/en/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.html.contains("Page not found"));
    let page = world.post("/en", &[]).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.html.contains("<html lang=\"en\">"));
    // An address without a path, as who takes this for a proxy sends it.
    let request = Request::connect("example.com:443").body(Body::empty()).unwrap();
    let page = world.send(request).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.html.contains("<html lang=\"vi\">"));
}

#[tokio::test]
async fn a_typed_code_leads_to_its_desk_and_a_slip_comes_back_as_typed() {
    let world = World::new().await;
    let page = world.get("/en/s?code=2222+2222").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.headers[header::LOCATION], "/en/s/22222222");
    let page = world.get("/s?code=2222%202223").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("value=\"2222 2223\""));
    assert!(page.html.contains("id=\"code-error\""));
}
