//! Problem documents: their form, their languages, and that everything under `/api` is one.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use sqlx::Connection as _;

use crate::world::{World, new_id, put};

#[tokio::test]
async fn a_problem_names_its_fields_in_the_language_asked_for() {
    let world = World::new().await;
    let mut document = world.document();
    document["answers"]["overall"] = json!(6);
    let id = domain::id::ResponseId(uuid::Uuid::from_u128(0x0f0f_0f0f_0f0f_4f0f_8f0f_0f0f_0f0f_0f0f));
    let vietnamese = world.put(id, &document).await;
    assert_eq!(
        vietnamese.header(header::CONTENT_TYPE),
        "application/problem+json"
    );
    assert_eq!(vietnamese.header(header::CONTENT_LANGUAGE), "vi");
    assert_eq!(vietnamese.header(header::VARY), "Accept-Language");
    insta::assert_json_snapshot!("invalid_vi", vietnamese.json());
    let mut request = put(id, &document, None);
    request.headers_mut().insert(
        header::ACCEPT_LANGUAGE,
        "en-US,en;q=0.9,vi;q=0.1".parse().unwrap(),
    );
    let english = world.send(request).await;
    assert_eq!(english.header(header::CONTENT_LANGUAGE), "en");
    insta::assert_json_snapshot!("invalid_en", english.json());
}

#[tokio::test]
async fn everything_wrong_under_api_is_a_problem_document() {
    let world = World::new().await;
    let cases = [
        ("GET", "/api/v1/nothing?lang=en", StatusCode::NOT_FOUND),
        ("GET", "/api/v1/", StatusCode::NOT_FOUND),
        ("GET", "/api/v1/points/22222222?lang=en", StatusCode::NOT_FOUND),
        ("GET", "/api/v1/points/%FF", StatusCode::BAD_REQUEST),
        (
            "GET",
            "/api/v1/questionnaires/desk-rating/77",
            StatusCode::NOT_FOUND,
        ),
        ("GET", "/api/v1/units?limit=0&lang=en", StatusCode::BAD_REQUEST),
        ("GET", "/api/v1/units?colour=red&lang=en", StatusCode::BAD_REQUEST),
        (
            "GET",
            "/api/v1/units?parent=00000000-0000-0000-0000-000000000000",
            StatusCode::NOT_FOUND,
        ),
        ("POST", "/api/v1/units", StatusCode::METHOD_NOT_ALLOWED),
        ("DELETE", "/api/v1/openapi.json", StatusCode::METHOD_NOT_ALLOWED),
    ];
    let mut seen = Vec::new();
    for (method, path, status) in cases {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let reply = world.send(request).await;
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(
            reply.header(header::CONTENT_TYPE),
            "application/problem+json",
            "{method} {path}"
        );
        assert_eq!(reply.header(header::CACHE_CONTROL), "no-store", "{method} {path}");
        seen.push(json!({"request": format!("{method} {path}"), "problem": reply.json()}));
    }
    insta::assert_json_snapshot!("problems", seen);
}

#[tokio::test]
async fn a_repeat_does_not_depend_on_who_asks_in_which_language() {
    let world = World::new().await;
    let (id, document) = (new_id(), world.document());
    world.put(id, &document).await;
    let mut request = put(id, &document, None);
    request
        .headers_mut()
        .insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
    assert_eq!(world.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_server_cannot_do_says_whether_to_come_back() {
    let world = World::new().await;
    let code = world.point.code.as_str();
    let asked = async |status: StatusCode, problem: &str, words: [&str; 2]| {
        let reply = world.get(&format!("/api/v1/points/{code}")).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, problem));
        let pages = [format!("/s/{code}"), format!("/en/s/{code}")];
        for (path, words) in pages.iter().zip(words) {
            let page = world.get(path).await;
            assert_eq!(page.status, status, "{path}");
            let html = String::from_utf8(page.body).unwrap();
            assert!(html.contains(words), "{path}: {html}");
            assert!(!html.contains("unknown number") && !html.contains("database failed"));
        }
    };
    // What is stored and cannot be read: nothing that waiting would mend.
    let url = format!("sqlite:{}", world.folder.path().join("test.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("update point set channel = 99")
        .execute(&mut connection)
        .await
        .unwrap();
    let words = ["Máy chủ gặp lỗi", "The server made an error"];
    asked(StatusCode::INTERNAL_SERVER_ERROR, "server.internal", words).await;
    // A database that does not answer may answer again.
    world.store.close().await;
    let words = ["Máy chủ đang bận", "The server is busy"];
    asked(StatusCode::SERVICE_UNAVAILABLE, "server.unavailable", words).await;
}
