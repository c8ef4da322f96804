//! Pages through the router, as a browser without scripting gets them.

#![cfg(feature = "ssr")]

mod support;

use axum::http::{StatusCode, header};

async fn get(path: &str) -> (StatusCode, header::HeaderMap, String) {
    let (service, _folder) = support::service().await;
    support::get(&support::router(service), path).await
}

#[tokio::test]
async fn the_address_decides_the_language() {
    let (status, headers, vi) = get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert!(vi.starts_with("<!DOCTYPE html><html lang=\"vi\">"));
    assert!(vi.contains("href=\"/en\""));
    assert!(vi.contains("/pkg/main.abc.css"));
    for path in ["/en", "/en/"] {
        let (status, _, en) = get(path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(en.contains("<html lang=\"en\">"));
        assert!(en.contains("href=\"/en/results\""));
    }
}

#[tokio::test]
async fn no_page_carries_a_style_attribute_or_a_script_it_does_not_need() {
    for path in ["/", "/s", "/en/nothing"] {
        let (_, _, html) = get(path).await;
        assert!(!html.contains(" style="), "{path}");
        assert!(!html.contains("<style"), "{path}");
        assert!(!html.contains("<script"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_says_so_in_the_readers_language() {
    let (status, _, html) = get("/khong-co").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("Không tìm thấy trang"));
    let (status, _, html) = get("/en/nothing").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("Page not found"));
}

#[tokio::test]
async fn a_typed_code_leads_to_its_desk_and_a_slip_comes_back_as_typed() {
    let (status, headers, _) = get("/en/s?code=2222+2222").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/en/s/2222-2222");
    let (status, _, html) = get("/s?code=2222%202223").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(html.contains("value=\"2222 2223\""));
    assert!(html.contains("id=\"code-error\""));
}
