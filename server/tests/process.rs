//! The program as it is run: from an empty folder to a stored answer, a stop, and what the commands then say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_nghe-dan");

fn program(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .current_dir(folder)
        .env_clear()
        .env("NGHE_DAN_LOG", "info")
        .env("DATABASE_URL", "sqlite:data.db");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

/// Runs a command that must succeed and returns what it printed.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

struct Running {
    child: Child,
    address: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut child = program(folder)
            .args(["serve", "--listen", "127.0.0.1:0", "--site", "site"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(
                log.read_line(&mut line).unwrap() > 0,
                "the server ended before it listened"
            );
            let event: Value = serde_json::from_str(&line).unwrap();
            if let Some(address) = event["listening"].as_str() {
                break address.to_owned();
            }
        };
        Self { child, address, log }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let status = reply.split(' ').nth(1).unwrap().parse().unwrap();
        let body = reply.split_once("\r\n\r\n").unwrap().1.to_owned();
        (status, body)
    }

    /// SIGTERM, and the rest of the log.
    fn stop(mut self) -> String {
        let killed = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(killed.success());
        let deadline = Instant::now() + Duration::from_secs(30);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the server does not stop");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(status.success(), "{status}");
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        rest
    }
}

#[test]
fn from_nothing_to_an_exported_answer() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir_all(folder.join("site/pkg")).unwrap();
    std::fs::write(folder.join("site/manifest.json"), "{}").unwrap();

    let unprepared = run(folder, &["campaign", "list"]);
    assert!(!unprepared.status.success());
    assert!(
        String::from_utf8_lossy(&unprepared.stderr).contains("nghe-dan migrate"),
        "it says what to do"
    );
    done(folder, &["migrate"]);
    done(folder, &["migrate"]);
    let campaign = done(
        folder,
        &[
            "campaign",
            "add",
            "desk-2026",
            "--title-vi",
            "Đánh giá",
            "--title-en",
            "Rating",
            "--agency-vi",
            "Sở Nội vụ",
            "--agency-en",
            "Home Affairs",
            "--questionnaire",
            "desk-rating/1",
            "--unit",
            "82",
            "--selection",
            "open",
            "--starts-on",
            "2026-01-01",
        ],
    );
    let listed = done(folder, &["campaign", "list"]);
    assert!(
        listed.contains("desk-2026") && listed.contains(campaign.trim()),
        "{listed}"
    );
    let point = done(
        folder,
        &[
            "point",
            "add",
            "--campaign",
            "desk-2026",
            "--unit",
            "29954",
            "--label",
            "Quầy 1",
        ],
    );
    let code = point.split('\t').next().unwrap().to_owned();
    assert_eq!(done(folder, &["point", "list", "29954"]), point);
    let device = done(folder, &["device", "enrol", &code, "--label", "Máy ở quầy 3"]);
    assert!(
        device.starts_with("code\t") && device.contains("\npin\t"),
        "{device}"
    );
    assert_eq!(
        done(folder, &["point", "codes", "desk-2026", "--count", "3"])
            .lines()
            .count(),
        3
    );

    let server = Running::start(folder);
    assert_eq!(server.request("GET", "/readyz", "").0, 200);
    let (status, described) = server.request("GET", &format!("/api/v1/points/{code}"), "");
    assert_eq!(status, 200, "{described}");
    let described: Value = serde_json::from_str(&described).unwrap();
    assert_eq!(described["questionnaire"]["from"], "2026-01-01");
    let document = json!({
        "point": code,
        "questionnaire": {
            "key": "desk-rating", "version": "1", "hash": described["questionnaire"]["hash"],
        },
        "campaign": campaign.trim(),
        "nonce": "00112233445566778899aabbccddeeff",
        "language": "vi", "mode": "self_screen", "answered_on": "2026-01-02", "duration_s": 5,
        "respondent": {}, "answers": {"overall": 4},
    });
    let path = "/api/v1/responses/3f2b1c7e-8c1d-4b6e-9d5a-0a1b2c3d4e5f";
    assert_eq!(server.request("PUT", path, &document.to_string()).0, 201);
    assert_eq!(server.request("PUT", path, &document.to_string()).0, 200);
    let log = server.stop();
    assert!(log.contains("every accepted response is on disk"), "{log}");

    let exported = done(folder, &["export", "desk-2026", "--format", "jsonl"]);
    let row: Value = serde_json::from_str(exported.trim()).unwrap();
    assert_eq!(
        (&row["answers"], &row["served_at"]),
        (&json!({"overall": 4}), &json!("29954"))
    );
    assert!(
        !exported.contains("3f2b1c7e") && !exported.contains(&code),
        "neither id nor point leaves"
    );
    assert_eq!(done(folder, &["export", "desk-2026"]).lines().count(), 2);
    assert!(done(folder, &["recount", "--check"]).contains("agrees"));

    done(folder, &["campaign", "close", "desk-2026"]);
    assert!(done(folder, &["campaign", "list"]).contains("closed"));
}

#[test]
fn broken_files_are_refused_with_the_place_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("broken.json"), r#"{"format": 1, "key": "x"}"#).unwrap();
    let output = run(folder, &["import-questionnaire", "--check", "broken.json"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken.json"));
}

#[test]
fn help_names_every_flag_with_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let help = done(folder.path(), &["serve", "--help"]);
    for (flag, variable) in [
        ("--config", "NGHE_DAN_CONFIG"),
        ("--database", "DATABASE_URL"),
        ("--master-key-file", "NGHE_DAN_MASTER_KEY_FILE"),
        ("--allow-unsafe-database", "NGHE_DAN_ALLOW_UNSAFE_DATABASE"),
        ("--log", "NGHE_DAN_LOG"),
        ("--listen", "NGHE_DAN_LISTEN"),
        ("--public-url", "NGHE_DAN_PUBLIC_URL"),
        ("--tls-cert", "NGHE_DAN_TLS_CERT"),
        ("--tls-key", "NGHE_DAN_TLS_KEY"),
        ("--trusted-proxy", "NGHE_DAN_TRUSTED_PROXY"),
        ("--site", "NGHE_DAN_SITE"),
        ("--queue", "NGHE_DAN_QUEUE"),
    ] {
        assert!(
            help.contains(flag) && help.contains(variable),
            "{flag} {variable}\n{help}"
        );
    }
    let missing = run(folder.path(), &["serve", "--listen", "0.0.0.0:0"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("--public-url is needed"));
}
