//! The vectors of `docs/digest.md`; `vectors/check.py` recomputes the same file independently.

use std::path::Path;
use std::process::Command;

use domain::answer::{Answers, Unasked};
use domain::canonical::{NotCanonical, canonical_json, digest, hex, sha256};
use domain::official;
use domain::questionnaire::Version;
use domain::response::{self, Document};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    canonical: Vec<Canonical>,
    refused: Vec<Refused>,
    questionnaires: Vec<Published>,
    responses: Vec<Sent>,
}

#[derive(Deserialize)]
struct Canonical {
    name: String,
    value: Value,
    text: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Refused {
    name: String,
    value: Value,
}

#[derive(Deserialize)]
struct Published {
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Sent {
    name: String,
    document: Value,
    text: String,
    sha256: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/digest.json")).expect("the vectors are readable")
}

#[test]
fn canonical_texts_and_their_hashes() {
    let vectors = vectors();
    assert!(vectors.canonical.len() >= 9 && vectors.refused.len() >= 4);
    for case in vectors.canonical {
        assert_eq!(canonical_json(&case.value), Ok(case.text), "{}", case.name);
        assert_eq!(
            digest(&case.value).map(|hash| hex(&hash)),
            Ok(case.sha256),
            "{}",
            case.name
        );
    }
    for case in vectors.refused {
        assert_eq!(canonical_json(&case.value), Err(NotCanonical), "{}", case.name);
    }
}

#[test]
fn the_hash_of_a_version_is_that_of_its_file() {
    let published = vectors().questionnaires;
    assert_eq!(published.len(), official::FILES.len());
    for case in published {
        let (_, file) = official::FILES
            .iter()
            .find(|(name, _)| *name == case.file)
            .expect("a known file");
        let version = Version::parse(file).expect("valid");
        assert_eq!(hex(&version.hash()), case.sha256, "{}", case.file);
    }
}

#[test]
fn the_digest_of_a_response_is_the_documented_one() {
    let versions = official::FILES.map(|(_, file)| Version::parse(file).expect("valid"));
    let responses = vectors().responses;
    assert!(responses.len() >= 5);
    for case in &responses {
        let document = Document::read(case.document.clone());
        let version = versions
            .iter()
            .find(|version| Some(version.reference()) == document.questionnaire)
            .expect("a version that comes with the program");
        let answers = Answers::parse(version, &document.respondent, &document.answers, Unasked::Refuse)
            .unwrap_or_else(|errors| panic!("{}: {errors:?}", case.name));
        let envelope = document
            .envelope
            .unwrap_or_else(|errors| panic!("{}: {errors:?}", case.name));
        let found = response::digest(&envelope, version, &answers);
        assert_eq!(hex(&found), case.sha256, "{}", case.name);
        assert_eq!(hex(&sha256(case.text.as_bytes())), case.sha256, "{}", case.name);
    }
    assert_eq!(
        responses[0].sha256, responses[1].sha256,
        "a repeat keeps its digest"
    );
}

#[test]
fn an_independent_program_computes_the_same_vectors() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/check.py");
    // It needs nothing but the standard library, so any Python will do.
    let output = Command::new("python3")
        .arg(script)
        .output()
        .expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
