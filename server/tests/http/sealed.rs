//! Sealed responses: the route, rotation, and the same bytes read by another implementation.

use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::canonical;
use domain::id::ResponseId;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Kem, Serializable};
use serde_json::{Value, json};
use server::master_key::MasterKey;
use server::sealed::{self, Keyring, ROTATE_AFTER, Sealed};
use service::clock::Clock as _;
use uuid::Uuid;

use crate::world::{Reply, World, new_id, put};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sealed-vectors.json");
const WEB_CRYPTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sealed.mjs");

async fn key(world: &World) -> (u32, Vec<u8>) {
    let keys = world.get("/api/v1/keys").await.json();
    let key = &keys["keys"][0];
    let public: [u8; 65] = canonical::from_hex(key["public"].as_str().unwrap()).unwrap();
    (
        u32::try_from(key["id"].as_u64().unwrap()).unwrap(),
        public.to_vec(),
    )
}

async fn send(world: &World, id: ResponseId, body: Vec<u8>) -> Reply {
    let request =
        Request::put(format!("/api/v1/responses/{id}")).header(header::CONTENT_TYPE, sealed::MEDIA_TYPE);
    world.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_sealed_response_is_the_same_response() {
    let world = World::new().await;
    let (id, document, point) = (new_id(), world.document(), world.point.code.clone());
    let (key, public) = key(&world).await;
    let body = sealed::seal(document.to_string().as_bytes(), id.0, key, &point, &public).unwrap();
    let token = world.device(&world.point).await;
    let mut request = put(id, &Value::Null, Some(&token));
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, sealed::MEDIA_TYPE.parse().unwrap());
    *request.body_mut() = Body::from(body.clone());
    assert_eq!(world.send(request).await.status, StatusCode::CREATED);
    assert_eq!(send(&world, id, body).await.status, StatusCode::OK);
    assert_eq!(
        world.put(id, &document).await.status,
        StatusCode::OK,
        "sealed or not, the content is the same"
    );
}

#[tokio::test]
async fn a_body_for_another_id_key_or_point_does_not_open() {
    let world = World::new().await;
    let (id, document, point) = (new_id(), world.document(), world.point.code.clone());
    let (key, public) = key(&world).await;
    let text = document.to_string();
    let seal =
        |id: ResponseId, key, point: &str| sealed::seal(text.as_bytes(), id.0, key, point, &public).unwrap();

    let other_id = send(&world, new_id(), seal(id, key, &point)).await;
    assert_eq!(
        (other_id.status, other_id.code().as_str()),
        (StatusCode::BAD_REQUEST, "sealed.unreadable")
    );
    let other_key = send(&world, id, seal(id, 77, &point)).await;
    assert_eq!(
        (other_key.status, other_key.code().as_str()),
        (StatusCode::BAD_REQUEST, "sealed.unknown_key")
    );
    let other_point = send(&world, id, seal(id, key, "23456789")).await;
    assert_eq!(other_point.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other_point.json()["errors"][0]["path"], "/point");
    assert_eq!(
        send(&world, id, b"no sealed body".to_vec()).await.code(),
        "sealed.unreadable"
    );
    assert_eq!(
        send(&world, id, seal(id, key, &point)).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn keys_rotate_and_old_ones_still_open() {
    let world = World::new().await;
    let (old, public) = key(&world).await;
    let (id, document, point) = (new_id(), world.document(), world.point.code.clone());
    let held = sealed::seal(document.to_string().as_bytes(), id.0, old, &point, &public).unwrap();

    // Another server of the same database rotates; this one learns of it when it meets the new key.
    let other = Keyring::load(&world.service, MasterKey::new([9; 32]), world.clock.now())
        .await
        .unwrap();
    assert!(
        !other
            .rotate_when_due(&world.service, world.clock.now())
            .await
            .unwrap(),
        "the pair is of today"
    );
    world.clock.advance(ROTATE_AFTER);
    assert!(
        other
            .rotate_when_due(&world.service, world.clock.now())
            .await
            .unwrap()
    );
    let public = other.public();
    assert_eq!(public.len(), 1, "nobody seals to the old one");
    assert_ne!(public[0].id, old);
    let second = new_id();
    let document = world.document().to_string();
    let fresh = sealed::seal(
        document.as_bytes(),
        second.0,
        public[0].id,
        &point,
        &public[0].bytes,
    )
    .unwrap();
    assert_eq!(send(&world, second, fresh).await.status, StatusCode::CREATED);
    assert_eq!(send(&world, id, held).await.status, StatusCode::CREATED);

    let stranger = Keyring::load(&world.service, MasterKey::new([1; 32]), world.clock.now()).await;
    assert!(stranger.is_err(), "another master key opens nothing");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "blessing is asked for by the environment, as in every tool"
)]
fn the_vectors_open() {
    if std::env::var("NGHE_DAN_BLESS").is_ok() && !std::path::Path::new(VECTORS).exists() {
        std::fs::write(VECTORS, serde_json::to_string_pretty(&vectors()).unwrap() + "\n").unwrap();
    }
    let text = std::fs::read_to_string(VECTORS).unwrap();
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(vectors.len() >= 3);
    for vector in vectors {
        let field = |name: &str| vector[name].as_str().unwrap();
        let (private, public) = DhP256HkdfSha256::derive_keypair(&from_hex(field("seed")));
        assert_eq!(canonical::hex(&private.to_bytes()), field("private"));
        assert_eq!(canonical::hex(&public.to_bytes()), field("public"));
        let body = from_hex(field("body"));
        let sealed = Sealed::parse(&body).unwrap();
        assert_eq!(
            (u64::from(sealed.key), sealed.point),
            (vector["key"].as_u64().unwrap(), field("point"))
        );
        let opened = sealed
            .open(Uuid::parse_str(field("id")).unwrap(), &private)
            .unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), field("document"));
    }
}

/// Another implementation, on `WebCrypto` alone as a browser has it, opens the vectors and seals what we open.
#[test]
fn web_crypto_agrees() {
    let output = Command::new("node")
        .args([WEB_CRYPTO, VECTORS])
        .output()
        .expect("node, which the browser tests need too");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let field = |name: &str| made[name].as_str().unwrap();
    let (private, _) = DhP256HkdfSha256::derive_keypair(&from_hex(field("seed")));
    let body = from_hex(field("body"));
    let opened = Sealed::parse(&body)
        .unwrap()
        .open(Uuid::parse_str(field("id")).unwrap(), &private)
        .unwrap();
    assert_eq!(String::from_utf8(opened).unwrap(), field("document"));
}

fn vectors() -> Vec<Value> {
    let documents = [
        r#"{"point":"23456786"}"#.to_owned(),
        "{}".to_owned(),
        format!(r#"{{"remark":"{}"}}"#, "ệ".repeat(700)),
    ];
    let mut made = Vec::new();
    for (number, document) in (1_u8..).zip(documents) {
        let seed = [number; 32];
        let (private, public) = DhP256HkdfSha256::derive_keypair(&seed);
        let id = new_id();
        let body = sealed::seal(
            document.as_bytes(),
            id.0,
            u32::from(number),
            "23456786",
            &public.to_bytes(),
        )
        .unwrap();
        made.push(json!({
            "seed": canonical::hex(&seed),
            "private": canonical::hex(&private.to_bytes()),
            "public": canonical::hex(&public.to_bytes()),
            "id": id,
            "key": number,
            "point": "23456786",
            "document": document,
            "body": canonical::hex(&body),
        }));
    }
    made
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}
