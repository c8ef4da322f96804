//! Built files and the headers of every kind of reply.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use server::middleware::headers::Policy;

use crate::world::World;

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed() {
    let world = World::new().await;
    let plain = world.get("/pkg/main.0123456789ab.css").await;
    assert_eq!(plain.status, StatusCode::OK);
    assert_eq!(
        plain.header(header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(plain.header(header::CONTENT_TYPE), "text/css");
    assert_eq!(plain.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    for (accepted, encoding, body) in [("gzip, br", "br", "as brotli"), ("gzip", "gzip", "as gzip")] {
        let request = Request::get("/pkg/main.0123456789ab.css").header(header::ACCEPT_ENCODING, accepted);
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.header(header::CONTENT_ENCODING), encoding);
        assert_eq!(reply.body, body.as_bytes());
        assert_eq!(reply.header(header::VARY).to_ascii_lowercase(), "accept-encoding");
    }
}

#[tokio::test]
async fn other_files_keep_their_name_and_are_asked_for_again() {
    let world = World::new().await;
    let reply = world.get("/favicon.svg").await;
    assert_eq!(
        (reply.status, reply.header(header::CACHE_CONTROL)),
        (StatusCode::OK, "no-cache")
    );
    assert_eq!(reply.header(header::CONTENT_TYPE), "image/svg+xml");
}

#[tokio::test]
async fn nothing_else_of_the_folder_or_outside_it_is_served() {
    let world = World::new().await;
    for path in [
        "/manifest.json",
        "/pkg/main.0123456789ab.css.br/",
        "/pkg/..%2fmanifest.json",
        "/pkg/%2e%2e%2f%2e%2e%2ftest.db",
        "/pkg/missing.css",
        "/pkg/",
    ] {
        let reply = world.get(path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            !reply.header(header::CACHE_CONTROL).contains("immutable"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn https_is_made_to_stay_only_where_there_is_https() {
    let plain = World::new().await;
    let secure = World::with(64, Policy::new(true, &[])).await;
    for path in ["/api/v1/keys", "/favicon.svg", "/"] {
        assert_eq!(
            plain.get(path).await.header(header::STRICT_TRANSPORT_SECURITY),
            "",
            "{path}"
        );
        assert_eq!(
            secure.get(path).await.header(header::STRICT_TRANSPORT_SECURITY),
            "max-age=31536000",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_allows_its_own_scripts_alone() {
    let world = World::new().await;
    let policy = |reply: &crate::world::Reply| reply.header(header::CONTENT_SECURITY_POLICY).to_owned();
    let (first, second) = (world.get("/").await, world.get("/").await);
    let nonce = policy(&first)
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(nonce.len(), 32);
    assert_ne!(policy(&first), policy(&second), "each page has its own nonce");
    for part in [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ] {
        assert!(policy(&first).contains(part), "{part}");
    }
    assert!(!policy(&first).contains("unsafe-inline") && !policy(&first).contains("'unsafe-eval'"));
    let html = String::from_utf8(first.body.clone()).unwrap();
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(
            tag.contains(&nonce) || tag.contains("src="),
            "a script without the nonce: {tag}"
        );
    }
    assert_eq!(first.header(header::REFERRER_POLICY), "same-origin");
    assert_eq!(first.header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(first.header(header::CACHE_CONTROL), "no-cache");
}

#[tokio::test]
async fn health_tells_the_process_from_the_database() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(world.get("/readyz").await.status, StatusCode::OK);
    world.service.close().await;
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
    let reply = world.get("/readyz").await;
    assert_eq!(
        (reply.status, reply.header(header::RETRY_AFTER)),
        (StatusCode::SERVICE_UNAVAILABLE, "5")
    );
}
