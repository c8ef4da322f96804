//! What must not be kept: neither logs nor database learn who answered.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use server::telemetry;
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{World, new_id, put};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_address_nor_browser_nor_code_nor_id_is_logged_or_stored() {
    let world = World::new().await;
    let lines = Lines::default();
    let _logging =
        tracing::subscriber::set_default(telemetry::subscriber("trace,sqlx=off", lines.clone()).unwrap());
    let id = new_id();
    let mut request = put(id, &world.document(), None);
    for (name, value) in [
        ("user-agent", "Telltale/1.0"),
        ("x-forwarded-for", "203.0.113.77"),
        ("forwarded", "for=203.0.113.77"),
        ("referer", "https://telltale.example/"),
        ("cookie", "telltale=1"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let reply = world.send(request).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert!(!reply.headers.contains_key("set-cookie"));
    world.get(&format!("/api/v1/points/{}", world.point.code)).await;
    world.get(&format!("/s/{}", world.point.code)).await;

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = log
        .lines()
        .find(|line| line.contains("/api/v1/responses/{id}"))
        .expect("a line in the access log");
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["target"], &line["method"], &line["status"]),
        (&"access".into(), &"PUT".into(), &201.into())
    );
    let id = id.to_string();
    for secret in [
        "Telltale",
        "telltale",
        "203.0.113.77",
        id.as_str(),
        world.point.code.as_str(),
    ] {
        assert!(!log.contains(secret), "`{secret}` is in the log: {log}");
    }

    world.service.close().await;
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for secret in ["Telltale", "telltale", "203.0.113.77"] {
                let found = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "`{secret}` is in {}", path.display());
            }
        }
    }
}
