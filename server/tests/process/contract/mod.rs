//! The description of the API, held against the running program by schemathesis: whoever reads nothing but
//! `openapi.json` meets no server error and no answer that is not described.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::canonical;
use domain::code::{Code, POINT_LENGTH};
use rand_chacha::ChaCha12Rng;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::place::{Place, Running};
use crate::support::say::skip;
use crate::support::seed;
use crate::support::survey::Survey;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/contract");
const DESCRIPTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn a_stranger_meets_only_what_is_described() {
    hold_to_the_description(25);
}

#[test]
#[ignore = "takes minutes"]
fn a_stranger_meets_only_what_is_described_in_two_hundred_examples() {
    hold_to_the_description(200);
}

fn hold_to_the_description(examples: u32) {
    let Some(python) = python() else { return };
    let mut random = seed::draw("contract");
    let place = Place::sqlite();
    let (open, closed) = (Survey::prepare(&place), Survey::add(&place, "closed"));
    let server = place.start();
    let tokens = json!({
        "device": device(&place, &server, &open.point, &mut random),
        "elsewhere": device(&place, &server, &closed.point, &mut random),
        "issuer": place.done(&["slip", "add-issuer", "desk-2026"]).trim(),
    });
    let taken = put(&server, &open, &mut random);
    place.done(&["campaign", "close", "closed", "--on", "2026-11-19"]);
    let world = json!({
        "points": {"open": open.point, "closed": closed.point, "unknown": unknown(&mut random)},
        "tokens": tokens,
        "units": ["VN", "82", "29954", "00001", "khong-co"],
        "documents": [open.document(&mut random), closed.document(&mut random)],
        "taken": taken,
        "sealed": sealed(&server, &open, &mut random),
        "code": invited(&place, &open.point),
    });
    std::fs::write(place.path().join("world.json"), world.to_string()).unwrap();

    let output = Command::new(python)
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(Path::new(FOLDER).join("schemathesis.toml"))
        .args(["run", DESCRIPTION, "--url", &format!("http://{}", server.address)])
        .args(["--checks", "all", "--continue-on-failure", "--no-color"])
        .args(["--max-examples", &examples.to_string()])
        .args(["--seed", &rand::Rng::next_u32(&mut random).to_string()])
        .args(["--report", "har", "--report-har-path", "seen.har"])
        .current_dir(place.path())
        .env("SCHEMATHESIS_HOOKS", Path::new(FOLDER).join("hooks.py"))
        .env("NGHE_DAN_CONTRACT", place.path().join("world.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let (seen, failures) = seen(&place.path().join("seen.har"));
    // The one 503 that a stranger may meet without the server being in trouble: a format of the future.
    assert!(
        failures.iter().all(|body| body.contains("device.format_unknown")),
        "{failures:?}"
    );
    for status in [200, 201, 202, 400, 401, 403, 404, 409, 410, 415, 422] {
        assert!(seen.contains(&status), "nothing was answered {status}: {seen:?}");
    }
    let log = server.stop();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
}

/// The Python that has schemathesis.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is configured by its environment"
)]
fn python() -> Option<PathBuf> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/venv/bin/python");
    let named = std::env::var("NGHE_DAN_PYTHON").ok().map(PathBuf::from);
    let found = named.or_else(|| usual.exists().then_some(usual));
    if found.is_none() {
        skip("no Python with schemathesis; set NGHE_DAN_PYTHON or run `cargo xtask test`");
    }
    found
}

/// The token of a new device, which is in trial.
fn device(place: &Place, server: &Running, point: &str, random: &mut ChaCha12Rng) -> String {
    let code = invited(place, point);
    let mut bytes = [0; 32];
    rand::Rng::fill_bytes(random, &mut bytes);
    let token = canonical::hex(&bytes);
    let body = json!({"code": code, "token": token}).to_string();
    let reply = server.client().request("POST", "/api/v1/devices", None, &body);
    assert_eq!(reply.unwrap().status, 201);
    token
}

/// A code that ties a device to a point.
fn invited(place: &Place, point: &str) -> String {
    let printed = place.done(&["device", "enrol", point]);
    let code = printed.lines().find_map(|line| line.strip_prefix("code\t"));
    code.unwrap().to_owned()
}

/// A code that no point has.
fn unknown(random: &mut ChaCha12Rng) -> String {
    let mut bytes = [0; 16];
    rand::Rng::fill_bytes(random, &mut bytes);
    Code::from_random(POINT_LENGTH, &bytes)
        .unwrap()
        .as_str()
        .to_owned()
}

/// A response that is there.
fn put(server: &Running, survey: &Survey, random: &mut ChaCha12Rng) -> Value {
    let letter = survey.letter(random);
    let Reply { status, body } = server.client().put(&letter.path(), &letter.body).unwrap();
    assert_eq!(status, 201, "{body}");
    let document: Value = serde_json::from_str(&letter.body).unwrap();
    json!({"id": letter.id, "document": document})
}

/// A response as a device seals it.
fn sealed(server: &Running, survey: &Survey, random: &mut ChaCha12Rng) -> Value {
    let keys = server.client().get("/api/v1/keys").unwrap().json();
    let key = &keys["keys"][0];
    let public = canonical::from_hex::<65>(key["public"].as_str().unwrap()).unwrap();
    let number = u32::try_from(key["id"].as_u64().unwrap()).unwrap();
    let letter = survey.letter(random);
    let body = server::sealed::seal(
        letter.body.as_bytes(),
        letter.id.0,
        number,
        &survey.point,
        &public,
    );
    json!({"id": letter.id, "body": canonical::hex(&body.unwrap())})
}

/// The statuses that were answered, and the bodies of those that say that the server failed.
fn seen(report: &Path) -> (BTreeSet<u64>, Vec<String>) {
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let entries = report["log"]["entries"].as_array().unwrap();
    let answered = entries.iter().map(|entry| &entry["response"]);
    let status = |response: &Value| response["status"].as_u64();
    let failed = answered.clone().filter(|response| status(response) >= Some(500));
    let bodies = failed.map(|response| response["content"]["text"].to_string());
    (answered.filter_map(status).collect(), bodies.collect())
}
