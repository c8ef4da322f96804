//! The questionnaires that come with the program: their counts, languages, sizes and frozen hashes.

use std::fmt::Write as _;

use domain::answer::{Answer, Answers, Unasked};
use domain::canonical;
use domain::layout::{ItemKind, NodeKind};
use domain::official;
use domain::questionnaire::{AnswerKind, Rates, Version};
use domain::text::Language;
use serde_json::{Map, Value, json};

/// A change that breaks a file.
type Change = fn(&mut Value);

fn version(file: &str) -> Version {
    Version::parse(file).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// Criteria of each factor, by part.
fn sizes(version: &Version) -> Vec<Vec<usize>> {
    let parts = &version.definition().parts;
    parts
        .iter()
        .map(|part| part.factors.iter().map(|factor| factor.criteria.len()).collect())
        .collect()
}

#[test]
fn the_structures_are_the_published_ones() {
    let current = version(official::SIPAS_2023);
    assert_eq!(sizes(&current), [vec![2, 2, 9, 10], vec![3, 4, 3, 3, 3]]);
    // 39 criteria, 9 factors, 2 parts and the whole are the "51 sub-indexes" of SIPAS 2024.
    assert_eq!(current.layout().criteria() + current.layout().nodes().len(), 51);

    let earlier = version(official::SIPAS_2022);
    assert_eq!(sizes(&earlier), [vec![2, 2, 8, 2], vec![4, 4, 5, 3, 3]]);
    // The same sum gives the "45 indicators" of SIPAS 2022.
    assert_eq!(earlier.layout().criteria() + earlier.layout().nodes().len(), 45);

    let desk = version(official::DESK_RATING_1);
    assert_eq!(sizes(&desk), [vec![1, 1, 1, 2, 1]]);
    let handled: Vec<&str> = desk
        .definition()
        .factors()
        .filter(|factor| factor.rates == Rates::HandledBy)
        .map(|factor| factor.id.as_str())
        .collect();
    assert_eq!(handled, ["result"]);
}

#[test]
fn criteria_are_numbered_through_as_printed() {
    for (file, count) in [(official::SIPAS_2023, 39), (official::SIPAS_2022, 33)] {
        let version = version(file);
        let criteria: Vec<(String, Option<String>)> = version
            .definition()
            .factors()
            .flat_map(|factor| &factor.criteria)
            .map(|criterion| (criterion.id.clone(), criterion.number.clone()))
            .collect();
        let expected: Vec<(String, Option<String>)> = (1..=count)
            .map(|number| (format!("c{number:02}"), Some(number.to_string())))
            .collect();
        assert_eq!(criteria, expected);
    }
}

#[test]
fn the_printed_questions_are_there() {
    let numbers = |file| {
        let version = version(file);
        let mut numbers: Vec<String> = version
            .questions()
            .filter_map(|(_, question)| question.number.as_deref())
            .filter_map(|number| number.split('.').next().map(str::to_owned))
            .collect();
        numbers.dedup();
        numbers.join(" ")
    };
    assert_eq!(numbers(official::SIPAS_2023), "1 2 3 4 5 6 7 8 9 10");
    assert_eq!(numbers(official::SIPAS_2022), "1 2 3 4 5 6 7 8 9 10");
    let rows = |file, id: &str| {
        let version = version(file);
        let items = version.layout().items().iter();
        items
            .filter(|item| item.path.split('.').next() == Some(id))
            .count()
    };
    assert_eq!(rows(official::SIPAS_2023, "q1"), 9);
    assert_eq!(rows(official::SIPAS_2023, "q3"), 7);
    assert_eq!(rows(official::SIPAS_2023, "q8"), 7);
    assert_eq!(rows(official::SIPAS_2023, "q10"), 10);
    assert_eq!(rows(official::SIPAS_2022, "q1"), 8);
    // Line 8 of Câu 10 is missing in the source, and nothing was made up for it.
    assert_eq!(rows(official::SIPAS_2022, "q10"), 9);
    assert!(version(official::SIPAS_2022).layout().item("q10.w08").is_none());
}

#[test]
fn sensitive_questions_are_closed_and_never_split_results() {
    for (name, file) in official::FILES {
        let version = version(file);
        for (_, question) in version.questions() {
            if question.id == "ethnicity" {
                assert!(question.sensitive, "{name}");
                assert!(
                    matches!(&question.answer, AnswerKind::Single { options } if options.len() == 2),
                    "{name}"
                );
            }
            assert!(
                !question.required,
                "{name}: {} may be skipped, as the notice says",
                question.id
            );
        }
        // What is asked about money, gifts and harassment is published by the same rules, and not called personal data.
        let delicate: Vec<&str> = version
            .questions()
            .filter(|(_, question)| question.delicate)
            .map(|(_, question)| question.id.as_str())
            .collect();
        let expected: &[&str] = match name {
            "desk-rating-1.json" => &["asked_for_money"],
            "sipas-2022.json" => &["q4", "q5"],
            "sipas-2023.json" => &["q5", "q6"],
            _ => &[],
        };
        assert_eq!(delicate, expected, "{name}");
        let words = ["phiền hà, sách nhiễu", "đưa tiền"];
        for (_, question) in version.questions() {
            let text = question.text.get(&Language::vi());
            let is_about_it = words.iter().any(|word| text.contains(word));
            assert_eq!(question.delicate, is_about_it, "{name}: {text}");
        }
        // Only the visit itself may raise an alert on one answer, never an opinion asked by SIPAS.
        let own: Vec<&str> = version
            .questions()
            .filter(|(_, question)| question.own_experience)
            .map(|(_, question)| question.id.as_str())
            .collect();
        let expected: &[&str] = if name.starts_with("desk") {
            &["asked_for_money"]
        } else {
            &[]
        };
        assert_eq!(own, expected, "{name}");
    }
}

#[test]
fn every_text_exists_in_both_languages_and_is_no_copy() {
    fn walk(value: &Value, path: &str, texts: &mut usize) {
        match value {
            Value::Object(fields) if fields.contains_key("vi") => {
                let read = |tag: &str| fields.get(tag).and_then(Value::as_str).unwrap_or_default();
                for tag in ["vi", "en"] {
                    let text = read(tag);
                    assert!(!text.is_empty() && text == text.trim(), "{path}/{tag}: `{text}`");
                    assert!(
                        !text.contains('!') && !text.contains("  "),
                        "{path}/{tag}: `{text}`"
                    );
                }
                for short in ["TTHC", "HCC", "PVHCC", "CB,", "TTĐT", "CNTT", "PKĐK"] {
                    assert!(
                        !read("vi").contains(short),
                        "{path}: `{short}` is to be spelled out"
                    );
                }
                let words = read("vi").chars().any(char::is_alphabetic);
                assert!(
                    !words || read("vi") != read("en") || read("vi") == "Kinh",
                    "{path} is not translated"
                );
                *texts += 1;
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    walk(value, &format!("{path}/{key}"), texts);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    walk(value, &format!("{path}/{index}"), texts);
                }
            }
            _ => {}
        }
    }
    for (name, file) in official::FILES {
        let mut texts = 0;
        walk(
            &serde_json::from_str(file).expect("the file is JSON"),
            name,
            &mut texts,
        );
        assert!(texts >= 8, "{name} has {texts} texts");
    }
}

#[test]
fn a_full_sipas_row_packs_into_200_bytes() {
    for file in [official::SIPAS_2023, official::SIPAS_2022] {
        let version = version(file);
        let items = version
            .layout()
            .items()
            .iter()
            .map(|item| match item.kind {
                ItemKind::Choice { options } => Answer::Choice(options - 1),
                ItemKind::Multiple { options } => Answer::Multiple((1 << options) - 1),
                ItemKind::Number { .. } | ItemKind::Date => Answer::Skipped,
            })
            .collect();
        let answers = Answers {
            items,
            remarks: Vec::new(),
        };
        let packed = answers.pack();
        assert!(packed.len() <= 200, "{} bytes", packed.len());
        assert_eq!(Answers::unpack(&version, &packed), Ok(answers));
    }
}

#[test]
fn what_is_only_imported_carries_five_factors_and_cannot_be_answered() {
    let version = version(official::SIPAS_2017);
    let factors = version
        .layout()
        .nodes()
        .iter()
        .filter(|node| node.kind == NodeKind::Factor)
        .count();
    assert_eq!((factors, version.layout().criteria()), (5, 0));
    let errors =
        Answers::parse(&version, &Map::new(), &Map::new(), Unasked::Refuse).expect_err("nobody can answer");
    assert_eq!(errors[0].path, "/questionnaire");
}

#[test]
fn the_schema_accepts_every_file_and_refuses_what_the_program_refuses() {
    let schema: Value = serde_json::from_str(include_str!(
        "../../data/questionnaires/questionnaire.schema.json"
    ))
    .expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    for (name, file) in official::FILES {
        let file: Value = serde_json::from_str(file).expect("the file is JSON");
        let errors: Vec<String> = schema
            .iter_errors(&file)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }

    let broken: [(&str, Change); 12] = [
        ("another format", |f| f["format"] = json!(2)),
        ("an unknown field", |f| f["colour"] = json!("red")),
        ("an id in capitals", |f| {
            f["parts"][0]["factors"][0]["id"] = json!("Access");
        }),
        ("a scale of one level", |f| {
            f["scales"][0]["levels"] = json!([{"vi": "a", "en": "a"}]);
        }),
        ("three dimensions", |f| {
            f["dimensions"] = json!(["respondent_type", "field", "purpose"]);
        }),
        ("no Vietnamese", |f| f["languages"] = json!(["en"])),
        ("an unknown kind of answer", |f| {
            f["sections"][0]["questions"][0]["answer"] = json!({"kind": "colour"});
        }),
        ("an unknown condition", |f| {
            f["sections"][2]["when"] = json!({"maybe": {"item": "overall"}});
        }),
        ("a choice without options", |f| {
            f["sections"][0]["questions"][0]["answer"]["options"] = json!([]);
        }),
        ("a factor without criteria", |f| {
            f["parts"][0]["factors"][4]["criteria"] = json!([]);
        }),
        ("a text without bound", |f| {
            f["sections"][4]["questions"][1]["answer"]["max_length"] = json!(0);
        }),
        ("sections in what is only imported", |f| {
            f["import_only"] = json!(true);
        }),
    ];
    for (what, change) in broken {
        let mut file: Value = serde_json::from_str(official::DESK_RATING_1).expect("the file is JSON");
        change(&mut file);
        assert!(!schema.is_valid(&file), "the schema takes {what}");
        assert!(
            Version::parse(&file.to_string()).is_err(),
            "the program takes {what}"
        );
    }
}

#[test]
fn the_example_of_the_documentation_is_valid() {
    let page = include_str!("../../docs/questionnaires.md");
    let example = page
        .split("```json")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let version = version(example.expect("the page has an example"));
    assert_eq!(version.layout().criteria(), 1);
}

/// A published version is frozen: when this fails, make a new version instead of changing a file.
#[test]
fn the_published_versions_are_frozen() {
    let mut report = String::new();
    for (name, file) in official::FILES {
        let version = version(file);
        let longest = version
            .definition()
            .factors()
            .flat_map(|factor| &factor.criteria)
            .map(|criterion| criterion.text.get(&Language::vi()))
            .max_by_key(|text| text.chars().count())
            .unwrap_or_default();
        writeln!(
            report,
            "{name} {}\n  tally of {} numbers, {} items, longest criterion {}: {longest}",
            canonical::hex(&version.hash()),
            version.layout().tally_width(),
            version.layout().items().len(),
            longest.chars().count(),
        )
        .expect("a String takes every text");
    }
    insta::assert_snapshot!(report);
}
