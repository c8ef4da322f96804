//! The commands: from an empty folder to a stored answer, a stop, and what they then say.

use std::net::TcpStream;
use std::time::Duration;

use domain::canonical;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use server::sealed;
use service::clock::{Clock as _, SystemClock};
use service::lease::TALLIES;
use tokio::runtime::Runtime;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::survey::{Survey, campaign};

#[test]
fn from_nothing_to_an_exported_answer() {
    let place = Place::sqlite();
    let unprepared = place.run(&["campaign", "list"]);
    assert!(!unprepared.status.success());
    assert!(
        String::from_utf8_lossy(&unprepared.stderr).contains("nghe-dan migrate"),
        "it says what to do"
    );
    place.done(&["migrate"]);
    place.done(&["migrate"]);
    let campaign = Survey::add_campaign(&place, "desk-2026");
    let listed = place.done(&["campaign", "list"]);
    assert!(
        listed.contains("desk-2026") && listed.contains(campaign.as_str()),
        "{listed}"
    );
    let add = ["point", "add", "--campaign", "desk-2026", "--unit", "29954"];
    let point = place.done(&[add.as_slice(), &["--label", "Quầy 1"]].concat());
    let code = point.split('\t').next().unwrap().to_owned();
    assert_eq!(place.done(&["point", "list", "29954"]), point);
    let device = place.done(&["device", "enrol", &code, "--label", "Máy ở quầy 3"]);
    assert!(
        device.starts_with("code\t") && device.contains("\npin\t"),
        "{device}"
    );
    assert_eq!(
        place
            .done(&["point", "codes", "desk-2026", "--count", "3"])
            .lines()
            .count(),
        3
    );

    let server = place.start();
    let mut client = server.client();
    assert_eq!(client.get("/readyz").unwrap().status, 200);
    let described = client.get(&format!("/api/v1/points/{code}")).unwrap();
    assert_eq!(described.status, 200, "{}", described.body);
    let described = described.json();
    assert_eq!(described["questionnaire"]["from"], "2026-01-01");
    let document = json!({
        "point": code,
        "questionnaire": {
            "key": "desk-rating", "version": "1", "hash": described["questionnaire"]["hash"],
        },
        "campaign": campaign.as_str(),
        "nonce": "00112233445566778899aabbccddeeff",
        "language": "vi", "mode": "self_screen", "answered_on": "2026-01-02", "duration_s": 5,
        "respondent": {}, "answers": {"overall": 4},
    });
    let path = "/api/v1/responses/3f2b1c7e-8c1d-4b6e-9d5a-0a1b2c3d4e5f";
    assert_eq!(client.put(path, &document.to_string()).unwrap().status, 201);
    assert_eq!(client.put(path, &document.to_string()).unwrap().status, 200);
    let log = server.stop();
    assert!(log.contains("every accepted response is on disk"), "{log}");

    let export = ["export", "desk-2026", "--reason", "Compared with the print."];
    let exported = place.done(&[export.as_slice(), &["--format", "jsonl"]].concat());
    let row: Value = serde_json::from_str(exported.trim()).unwrap();
    assert_eq!(
        (&row["answers"], &row["served_at"]),
        (&json!({"overall": 4}), &json!("29954"))
    );
    assert!(
        !exported.contains("3f2b1c7e") && !exported.contains(&code),
        "neither id nor point leaves"
    );
    assert_eq!(place.done(&export).lines().count(), 2);
    assert!(place.done(&["recount", "--check"]).contains("agrees"));

    place.done(&["campaign", "close", "desk-2026"]);
    assert!(place.done(&["campaign", "list"]).contains("closed"));
}

#[test]
fn a_motto_stands_where_a_form_begins_in_both_languages() {
    let place = Place::sqlite();
    place.done(&["migrate"]);
    let motto = [
        "--motto-vi",
        "Nghe dân để hành động",
        "--motto-en",
        "Listening to act",
    ];
    let add = [campaign("dong-thap", "desk-rating/1", "open").as_slice(), &motto].concat();
    let half = &add[..add.len() - 2];
    assert!(
        place.refused(half).contains("--motto-en"),
        "one language is not enough"
    );
    place.done(&add);
    let point = place.done(&["point", "add", "--campaign", "dong-thap", "--unit", "29954"]);
    let code = point.split('\t').next().unwrap();
    let server = place.start();
    let mut client = server.client();
    for (path, motto) in [("", "Nghe dân để hành động"), ("/en", "Listening to act")] {
        let page = client.get(&format!("{path}/s/{code}")).unwrap();
        assert!(page.body.contains(motto), "{}", page.body);
    }
    server.stop();
}

/// A new device at the point, and what it needs to seal: its token, the number of the key, and the key.
fn enrolled(place: &Place, client: &mut Client<TcpStream>, point: &str) -> (String, u32, Vec<u8>) {
    let made = place.done(&["device", "enrol", point]);
    let code = made.lines().find_map(|line| line.strip_prefix("code\t")).unwrap();
    let token = "0f".repeat(32);
    let redemption = json!({"code": code, "token": token}).to_string();
    let reply = client
        .request("POST", "/api/v1/devices", None, &redemption)
        .unwrap();
    assert_eq!(reply.status, 201, "{}", reply.body);
    place.done(&["device", "service", reply.json()["id"].as_str().unwrap()]);
    let keys = client.get("/api/v1/keys").unwrap().json();
    let key = &keys["keys"][0];
    let public: [u8; 65] = canonical::from_hex(key["public"].as_str().unwrap()).unwrap();
    let number = u32::try_from(key["id"].as_u64().unwrap()).unwrap();
    (token, number, public.to_vec())
}

#[test]
fn a_file_that_a_device_saved_is_handed_in_and_settled() {
    let place = Place::sqlite();
    let survey = Survey::prepare(&place);
    let server = place.start();
    let mut client = server.client();
    let (token, number, public) = enrolled(&place, &mut client, &survey.point);
    let device = canonical::hex(&canonical::sha256(token.as_bytes()));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut carried = |change: fn(&mut Value), offset: Option<i64>, trial: bool| {
        let letter = survey.letter(&mut rng);
        let mut document: Value = serde_json::from_str(&letter.body).unwrap();
        change(&mut document);
        let document = document.to_string();
        let body = sealed::seal(document.as_bytes(), letter.id.0, number, &survey.point, &public).unwrap();
        json!({"id": letter.id, "clock_offset_s": offset, "trial": trial, "sealed": canonical::hex(&body)})
    };
    let responses = [
        carried(|_| {}, Some(0), false),
        carried(|_| {}, Some(-86_400), false),
        carried(|_| {}, None, true),
        carried(
            |document| document["answers"]["overall"] = json!(9),
            Some(0),
            false,
        ),
    ];
    let file = json!({"format": 1, "device": device, "responses": responses}).to_string();
    std::fs::write(place.path().join("saved.json"), file).unwrap();
    let outcomes = |arguments: &[&str]| -> Vec<String> {
        let printed = place.done(arguments);
        let lines = printed.lines().filter(|line| !line.starts_with("response\t"));
        lines
            .map(|line| line.split_once('\t').unwrap().1.to_owned())
            .collect()
    };
    assert_eq!(
        outcomes(&["device", "deliver", "saved.json"]),
        [
            "recorded\t-",
            "recorded\tclock",
            "recorded\ttrial",
            "refused\tresponse.invalid"
        ]
    );
    let show = ["device", "deliver", "saved.json", "--show"];
    assert!(place.refused(&show).contains("--reason"));
    let again = outcomes(&[show.as_slice(), &["--reason", "Was it a nine?"]].concat());
    assert_eq!(again[..3], ["known\t-", "known\tclock", "known\ttrial"]);
    assert!(again[3].contains("\"overall\":9"), "{again:?}");
    assert_eq!(
        outcomes(&["device", "settle", "saved.json"]),
        ["recorded", "recorded", "recorded", "settled"]
    );
    assert_eq!(
        outcomes(&["device", "deliver", "saved.json"])[3],
        "settled\tresponse.invalid"
    );
    let reviews = place.done(&["campaign", "reviews", "desk-2026"]);
    assert_eq!(
        reviews.lines().count(),
        2,
        "only what is shown is noted: {reviews}"
    );
    assert!(
        reviews.ends_with("\t-\t-\t-\tshown\t1\tWas it a nine?\n"),
        "{reviews}"
    );
    let rows = place.done(&["export", "desk-2026", "--format", "jsonl", "--reason", "Counted."]);
    assert_eq!(rows.lines().count(), 3);
    assert_eq!(rows.matches("\"channel\":\"desk_device\"").count(), 3);
    let stranger = json!({"format": 1, "device": "00".repeat(32), "responses": responses}).to_string();
    std::fs::write(place.path().join("strange.json"), stranger).unwrap();
    assert_eq!(
        outcomes(&["device", "deliver", "strange.json"])[0],
        "refused\tdevice.unknown"
    );
    server.stop();
}

/// A desk rating under another version, with a change.
fn questionnaire(place: &Place, file: &str, version: &str, change: impl FnOnce(&mut Value)) {
    let text = include_str!("../../../data/questionnaires/desk-rating-1.json");
    let mut definition: Value = serde_json::from_str(text).unwrap();
    definition["version"] = json!(version);
    change(&mut definition);
    std::fs::write(place.path().join(file), definition.to_string()).unwrap();
}

/// The published versions, as a campaign may name them.
fn is_published(place: &Place, version: &str) -> bool {
    let name = format!("desk-rating/{version}");
    let add = campaign("Not A Key", &name, "open");
    !place.refused(&add).contains("is not published")
}

#[test]
fn a_questionnaire_is_published_once_and_a_broken_one_never() {
    let place = Place::sqlite();
    place.done(&["migrate"]);
    questionnaire(&place, "broken.json", "2", |definition| {
        definition["sections"][0]["questions"][0]["answer"] = json!({"kind": "rating", "scale": "nine"});
    });
    for more in [&["--check"][..], &[]] {
        let said = place.refused(&[&["import-questionnaire", "broken.json"][..], more].concat());
        assert!(said.contains("broken.json: /sections/0/questions/0/"), "{said}");
        assert!(said.contains("nothing was published"), "{said}");
    }
    assert!(!is_published(&place, "2"));

    questionnaire(&place, "good.json", "2", |_| {});
    let checked = place.done(&["import-questionnaire", "--check", "good.json"]);
    assert!(!is_published(&place, "2"), "a check publishes nothing");
    let published = place.done(&["import-questionnaire", "good.json"]);
    assert_eq!(published, checked);
    assert!(published.starts_with("desk-rating/2 "), "{published}");
    assert!(is_published(&place, "2"));
    assert_eq!(
        place.done(&["import-questionnaire", "good.json"]),
        published,
        "again"
    );

    questionnaire(&place, "other.json", "2", |definition| {
        definition["title"]["en"] = json!("Another");
    });
    let said = place.refused(&["import-questionnaire", "other.json"]);
    assert!(
        said.contains("frozen") && said.contains("another version"),
        "{said}"
    );
}

#[test]
fn units_come_in_all_or_none() {
    let place = Place::sqlite();
    place.done(&["migrate"]);
    let write = |file: &str, rows: &[&str]| {
        let header = "code,name_vi,name_en,kind,parent_code,valid_from";
        let text = [&[header][..], rows].concat().join("\n");
        std::fs::write(place.path().join(file), text).unwrap();
    };
    let desk = "DT.AB.1,Quầy 1,Counter 1,counter,29954,01/07/2025";
    write(
        "bad.csv",
        &[desk, "DT.AB.2,Quầy 2,Counter 2,counter,00000,01/07/2025"],
    );
    let said = place.refused(&["import-units", "bad.csv"]);
    assert!(said.contains("bad.csv, line 3, parent_code: "), "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    let unknown = place.refused(&["point", "list", "DT.AB.1"]);
    assert!(
        unknown.contains("there is no unit"),
        "the good row did not come in: {unknown}"
    );

    write("good.csv", &[desk]);
    let checked = place.done(&["import-units", "--check", "good.csv"]);
    assert_eq!(checked, "1 new, 0 changed, 0 unchanged\n");
    place.refused(&["point", "list", "DT.AB.1"]);
    assert_eq!(place.done(&["import-units", "good.csv"]), checked);
    place.done(&["point", "list", "DT.AB.1"]);
    assert_eq!(
        place.done(&["import-units", "good.csv"]),
        "0 new, 0 changed, 1 unchanged\n"
    );
}

#[test]
fn a_release_is_made_by_hand() {
    let place = Place::sqlite();
    let survey = Survey::prepare(&place);
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let server = place.start();
    let mut client = server.client();
    for _ in 0..12 {
        let mut document = survey.document(&mut random);
        document["answers"] = json!({"aspects": {"access": 4}});
        let letter = survey.letter(&mut random);
        assert_eq!(
            client.put(&letter.path(), &document.to_string()).unwrap().status,
            201
        );
    }
    let shown = |client: &mut Client<TcpStream>| {
        let path = "/api/v1/indicators?unit=29954&campaign=desk-2026&period=campaign";
        client.get(path).unwrap().json()["cell"]["figures"]["respondents"].clone()
    };
    assert_eq!(shown(&mut client), Value::Null);
    // Closed days ago, so that nothing more can come and all of it may be shown.
    place.done(&["campaign", "close", "desk-2026", "--on", "2026-11-20"]);
    let made = place.done(&["release", "desk-2026"]);
    assert!(made.starts_with("desk-2026\trelease 1\t"), "{made}");
    server.stop();
    let waited = while_another_works(&place, &["release"]);
    assert_eq!(waited, "nothing changed since the last release\n");
    let waited = while_another_works(&place, &["recount"]);
    assert_eq!(waited, "every tally agrees with its responses\n");
    let server = place.start();
    assert_eq!(shown(&mut server.client()), json!(12));
    server.stop();
}

/// Runs a command while another process has the lease on the tallies for a second more, and returns what it printed.
fn while_another_works(place: &Place, arguments: &[&str]) -> String {
    Runtime::new().unwrap().block_on(async {
        let store = place.store().await;
        let now = SystemClock.now();
        let until = now + Duration::from_secs(2);
        assert!(store.lease(TALLIES, "another", now, until).await.unwrap());
        store.close().await;
    });
    let output = place.run(arguments);
    assert!(output.status.success(), "{arguments:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("another process folds"), "{said}");
    String::from_utf8(output.stdout).unwrap()
}
