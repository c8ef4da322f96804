//! A response from its JSON document to its digest, its packed form and its tally.

mod fixture;

use domain::answer::{Answers, Unasked};
use domain::canonical::{self, hex};
use domain::id::UnitId;
use domain::response::{Document, digest};
use domain::status::Status;
use domain::tally::{HandledBy, Rated, Tally, contributions};
use fixture::{answers_of, document, small_version};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const DESK: UnitId = UnitId(Uuid::from_u128(1));
const DECIDER: UnitId = UnitId(Uuid::from_u128(2));
const PROVINCE: UnitId = UnitId(Uuid::from_u128(3));

fn parse(answers: &Value) -> Result<Answers, Vec<String>> {
    let empty = serde_json::Map::new();
    Answers::parse(
        &small_version(),
        &empty,
        answers.as_object().expect("an object"),
        Unasked::Refuse,
    )
    .map_err(|errors| {
        errors
            .iter()
            .map(|e| format!("{} {}", e.path, e.code.as_str()))
            .collect()
    })
}

#[test]
fn every_wrong_answer_is_named_by_its_path() {
    let errors = parse(&json!({
        "rate": {"seats": 6, "polite": "great", "other": 3},
        "purpose": "party",
        "nothing": 1,
        "reasons": ["slow"],
    }))
    .expect_err("five errors");
    assert_eq!(
        errors,
        [
            "/answers/nothing unknown_field",
            "/answers/purpose not_an_option",
            "/answers/rate/seats out_of_range",
            "/answers/rate/polite expected",
            "/answers/rate/other unknown_field",
            "/answers/reasons not_asked",
        ]
    );
}

#[test]
fn a_condition_decides_what_is_asked() {
    let version = small_version();
    let unasked = parse(&json!({"purpose": "ask", "rate": {"seats": 5, "on_time": 4}}));
    assert_eq!(
        unasked.expect_err("result not received"),
        ["/answers/rate/on_time not_asked"]
    );
    let asked = answers_of(
        &version,
        &json!({"purpose": "receive", "rate": {"seats": 2, "on_time": 4}, "reasons": ["slow"]}),
    );
    let (_, written) = asked.to_json(&version);
    assert_eq!(
        Value::Object(written),
        json!({"purpose": "receive", "rate": {"seats": 2, "on_time": 4}, "reasons": ["slow"]})
    );
}

#[test]
fn the_digest_is_the_documented_one_and_covers_what_it_says() {
    let version = small_version();
    let base = document(&version);
    let digest_of = |value: &Value| {
        let document = Document::read(value.clone());
        let answers = Answers::parse(&version, &document.respondent, &document.answers, Unasked::Refuse)
            .expect("valid answers");
        hex(&digest(
            &document.envelope.expect("a valid envelope"),
            &version,
            &answers,
        ))
    };
    let first = digest_of(&base);
    insta::assert_snapshot!(first);
    for (field, other) in [
        ("language", json!("en")),
        ("sent_at", json!("2026-11-22T10:00:00Z")),
        ("receipt", json!("ab".repeat(32))),
    ] {
        let mut changed = base.clone();
        changed[field] = other;
        assert_eq!(digest_of(&changed), first, "{field} is outside the digest");
    }
    for (field, other) in [
        ("nonce", json!("00".repeat(16))),
        ("answered_on", json!("2026-11-21")),
        ("duration_s", json!(31)),
        ("mode", json!("interviewer")),
        ("handled_by", json!("00000000-0000-4000-8000-000000000002")),
        ("case", json!("A1")),
        ("answers", json!({"purpose": "ask"})),
    ] {
        let mut changed = base.clone();
        changed[field] = other;
        assert_ne!(digest_of(&changed), first, "{field} is covered");
    }
}

#[test]
fn every_wrong_field_of_the_envelope_is_named() {
    let version = small_version();
    let mut value = document(&version);
    let fields = value.as_object_mut().expect("an object");
    fields.remove("nonce");
    fields.insert("point".to_owned(), json!("ABCD-EFGH"));
    fields.insert("name".to_owned(), json!("Nguyễn Văn A"));
    fields.insert("answered_on".to_owned(), json!("22/11/2026"));
    fields.insert("duration_s".to_owned(), json!(-1));
    let errors = Document::read(value).envelope.expect_err("five errors");
    let named: Vec<String> = errors
        .iter()
        .map(|e| format!("{} {}", e.path, e.code.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            "/name unknown_field",
            "/point mistyped",
            "/nonce missing",
            "/answered_on expected",
            "/duration_s out_of_range"
        ]
    );
}

#[test]
fn only_counted_responses_enter_the_counts() {
    let version = small_version();
    let answers = answers_of(
        &version,
        &json!({"purpose": "ask", "rate": {"seats": 5, "polite": 2}}),
    );
    let rated = Rated {
        served_at: DESK,
        handled_by: None,
    };
    for (status, respondents) in [
        (Status::Counted, 1),
        (Status::Held, 0),
        (Status::Late, 0),
        (Status::Excluded, 0),
        (Status::Trial, 0),
    ] {
        let rows = contributions(&version, &answers, status, rated);
        let [(unit, tally)] = rows.as_slice() else {
            panic!("one row")
        };
        assert_eq!((*unit, tally.respondents(version.layout())), (DESK, respondents));
        assert_eq!(tally.is_zero(), status == Status::Trial);
        if status == Status::Held {
            assert_eq!((tally.responses(), tally.of_status(Status::Held)), (0, 1));
        }
    }
}

#[test]
fn a_missing_answer_is_counted_as_skipped_and_never_as_dissatisfied() {
    let version = small_version();
    let layout = version.layout();
    let answers = answers_of(
        &version,
        &json!({"purpose": "ask", "rate": {"seats": 5, "polite": "no_opinion"}}),
    );
    let rows = contributions(
        &version,
        &answers,
        Status::Counted,
        Rated {
            served_at: DESK,
            handled_by: None,
        },
    );
    let tally = &rows[0].1;
    let whole = tally.moments(layout, 0);
    assert_eq!(
        (whole.respondents, whole.answers, whole.satisfied, whole.complete),
        (1, 1, 1, 0)
    );
    let polite = tally.item(layout, layout.item("rate.polite").expect("an item"));
    assert_eq!(
        (polite.shown, polite.answered, polite.no_opinion, polite.skipped),
        (1, 0, 1, 0)
    );
    let on_time = tally.item(layout, layout.item("rate.on_time").expect("an item"));
    assert_eq!(on_time.shown, 0);
}

#[test]
fn two_rated_units_add_up_to_one_person_above_both() {
    let version = small_version();
    let layout = version.layout();
    let answers = answers_of(
        &version,
        &json!({"purpose": "receive", "rate": {"seats": 5, "polite": 4, "on_time": 1}}),
    );
    let one = contributions(
        &version,
        &answers,
        Status::Counted,
        Rated {
            served_at: DESK,
            handled_by: None,
        },
    );
    let handled_by = Some(HandledBy {
        unit: DECIDER,
        meeting: PROVINCE,
    });
    let two = contributions(
        &version,
        &answers,
        Status::Counted,
        Rated {
            served_at: DESK,
            handled_by,
        },
    );
    assert_eq!(two.len(), 3);
    let mut sum = Tally::empty(layout);
    for (_, tally) in &two {
        sum.add(tally);
    }
    assert_eq!(
        sum, one[0].1,
        "a unit above both sees one person with three answers"
    );
    let at = |unit| {
        two.iter()
            .find(|(known, _)| *known == unit)
            .map(|(_, tally)| tally.moments(layout, 0))
            .expect("a row")
    };
    assert_eq!((at(DESK).respondents, at(DESK).answers), (1, 2));
    assert_eq!(
        (
            at(DECIDER).respondents,
            at(DECIDER).answers,
            at(DECIDER).satisfied
        ),
        (1, 1, 0)
    );

    // The deciding unit lies below the desk's: the desk's row takes the correction in.
    let below = Rated {
        served_at: DESK,
        handled_by: Some(HandledBy {
            unit: DECIDER,
            meeting: DESK,
        }),
    };
    assert_eq!(contributions(&version, &answers, Status::Counted, below).len(), 2);
}

proptest! {
    #[test]
    fn answers_survive_packing_and_json(seats in 0_u8..=6, polite in 0_u8..=6, on_time in 0_u8..=5, purpose in 0_usize..3) {
        let version = small_version();
        let mut rate = serde_json::Map::new();
        for (id, score) in [("seats", seats), ("polite", polite), ("on_time", on_time)] {
            match score {
                0 => {}
                6 => { rate.insert(id.to_owned(), json!("no_opinion")); }
                score => { rate.insert(id.to_owned(), json!(score)); }
            }
        }
        let mut map = serde_json::Map::from_iter([("rate".to_owned(), Value::Object(rate))]);
        if let Some(purpose) = ["receive", "ask"].get(purpose) {
            map.insert("purpose".to_owned(), json!(purpose));
        }
        map.insert("remark".to_owned(), json!("  Rất tốt "));
        let empty = serde_json::Map::new();
        let answers = Answers::parse(&version, &empty, &map, Unasked::Drop).expect("valid");
        prop_assert_eq!(&answers.remarks[0].1, "Rất tốt");
        let unpacked = Answers::unpack(&version, &answers.pack()).expect("the same layout");
        prop_assert_eq!(&unpacked.items, &answers.items);
        let (_, written) = answers.to_json(&version);
        let again = Answers::parse(&version, &empty, &written, Unasked::Refuse).expect("normal form is valid");
        prop_assert_eq!(again, answers);
    }

    #[test]
    fn the_digest_is_that_of_the_canonical_document(
        seats in 1_u8..=5, purpose in 0_usize..3, remark in "\\PC{0,20}[\"\\\\\n\t\u{1}đ😀]?", case in prop::option::of("[a-zA-Z0-9\"/é]{1,20}"),
        handled in any::<bool>(), duration in 0_u32..259_200,
    ) {
        let version = small_version();
        let mut value = document(&version);
        value["duration_s"] = json!(duration);
        value["answers"] = json!({"rate": {"seats": seats, "polite": "no_opinion"}, "remark": remark});
        if let Some(purpose) = ["receive", "ask"].get(purpose) { value["answers"]["purpose"] = json!(purpose); }
        if let Some(case) = case { value["case"] = json!(case); }
        if handled { value["handled_by"] = json!(DECIDER.to_string()); }
        let read = Document::read(value.clone());
        let answers = Answers::parse(&version, &read.respondent, &read.answers, Unasked::Drop).expect("valid");
        let (respondent, given) = answers.to_json(&version);
        let envelope = read.envelope.expect("a valid envelope");
        let covered = value.as_object_mut().expect("an object");
        covered.retain(|key, _| !["language", "sent_at", "code", "receipt"].contains(&key.as_str()));
        covered.insert("form".to_owned(), json!(1));
        covered.insert("point".to_owned(), json!(envelope.point));
        covered.insert("respondent".to_owned(), Value::Object(respondent));
        covered.insert("answers".to_owned(), Value::Object(given));
        prop_assert_eq!(Ok(digest(&envelope, &version, &answers)), canonical::digest(&value));
    }

    #[test]
    fn damaged_answers_are_refused_or_read_but_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let version = small_version();
        if let Ok(answers) = Answers::unpack(&version, &bytes) {
            let rows = contributions(&version, &answers, Status::Counted, Rated { served_at: DESK, handled_by: None });
            prop_assert_eq!(rows[0].1.responses(), 1);
        }
    }

    #[test]
    fn tallies_add_in_any_order_and_subtract(choices in prop::collection::vec((1_u8..=5, 1_u8..=5, any::<bool>()), 1..20)) {
        let version = small_version();
        let layout = version.layout();
        let tallies: Vec<Tally> = choices.iter().map(|(seats, polite, receive)| {
            let purpose = if *receive { "receive" } else { "ask" };
            let answers = answers_of(&version, &json!({"purpose": purpose, "rate": {"seats": seats, "polite": polite}}));
            contributions(&version, &answers, Status::Counted, Rated { served_at: DESK, handled_by: None }).remove(0).1
        }).collect();
        let sum = |order: &mut dyn Iterator<Item = &Tally>| {
            let mut total = Tally::empty(layout);
            for tally in order { total.add(tally); }
            total
        };
        let forward = sum(&mut tallies.iter());
        prop_assert_eq!(&sum(&mut tallies.iter().rev()), &forward);
        prop_assert_eq!(forward.respondents(layout), i64::try_from(choices.len()).expect("small"));
        let unpacked = Tally::unpack(layout, &forward.pack()).expect("the same layout");
        prop_assert_eq!(&unpacked, &forward);
        let mut rest = forward.clone();
        for tally in &tallies { rest.subtract(tally); }
        prop_assert!(rest.is_zero());
    }
}
