//! The description of the API: checked in, and of every route.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::world::World;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "blessing is asked for by the environment, as in every tool"
)]
fn the_checked_in_description_is_the_generated_one() {
    let generated = format!("{}\n", server::api::openapi::json());
    if std::env::var("NGHE_DAN_BLESS").is_ok() {
        std::fs::write(CHECKED_IN, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(Path::new(CHECKED_IN)).unwrap_or_default();
    assert!(
        checked_in == generated,
        "server/openapi.json is not what the handlers say; run `cargo xtask bless`"
    );
}

#[test]
fn every_route_is_described() {
    let source = include_str!("../../src/api.rs");
    let routes: BTreeSet<&str> = source
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|route| *route != "/api/v1/" && !route.contains("{*"))
        .collect();
    let description: Value = serde_json::from_str(server::api::openapi::json()).unwrap();
    let described: BTreeSet<&str> = description["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert!(routes.len() > 5, "the source is read: {routes:?}");
    assert_eq!(routes, described);
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name() {
    let description: Value = serde_json::from_str(server::api::openapi::json()).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut references = Vec::new();
    collect(&description, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("references stay inside");
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
    for (path, methods) in description["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            assert!(
                operation["operationId"].is_string() && operation["summary"].is_string(),
                "{path}"
            );
        }
    }
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn the_server_gives_its_description() {
    let reply = World::new().await.get("/api/v1/openapi.json").await;
    assert_eq!(
        (reply.status, reply.header(header::CONTENT_TYPE)),
        (StatusCode::OK, "application/json")
    );
    assert_eq!(reply.json()["info"]["title"], "Nghe Dân");
}
