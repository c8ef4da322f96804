//! What the check of a questionnaire file finds, and what the hash covers.

mod fixture;

use domain::official;
use domain::questionnaire::Version;
use fixture::{small_definition, small_version};
use serde_json::{Value, json};

fn problems(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut definition = small_definition();
    change(&mut definition);
    let problems = Version::parse(&definition.to_string()).expect_err("the change breaks the file");
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_broken_file_is_told_where_and_what_to_change() {
    let found =
        problems(|d| d["parts"][0]["factors"][2]["criteria"][0]["when"]["is"]["option"] = json!("collect"));
    assert_eq!(
        found,
        ["/parts/0/factors/2/criteria/0/when: `purpose` has no option `collect`"]
    );
    let found = problems(|d| d["sections"][0]["questions"][0]["text"] = json!({"vi": "Để làm gì"}));
    assert_eq!(
        found,
        ["/sections/0/questions/0/text: the text is missing in `en`"]
    );
    let found =
        problems(|d| d["sections"][0]["questions"][1]["answer"]["factors"] = json!(["access", "officials"]));
    assert_eq!(
        found,
        ["/parts: no question asks the factor `result`; name it in a satisfaction question"]
    );
    let found =
        problems(|d| d["sections"][0]["questions"][0]["when"] = json!({"answered": {"item": "rate.seats"}}));
    assert_eq!(
        found,
        [
            "/sections/0/questions/0/when: `rate.seats` is not asked before this place; name an earlier question, or `question.row`"
        ]
    );
    let found = problems(|d| d["sections"][0]["questions"][0]["colour"] = json!("red"));
    assert!(
        found[0].starts_with("line 1, column ") && found[0].contains("unknown field `colour`"),
        "{found:?}"
    );
}

#[test]
fn a_score_is_compared_where_there_is_one_and_where_it_says_something() {
    let compared = |when: Value| problems(|d| d["sections"][0]["questions"][2]["when"] = when);
    // The server would compare the place among the options, the browser nothing at all.
    assert_eq!(
        compared(json!({"at_most": {"item": "purpose", "score": 1}})),
        [
            "/sections/0/questions/2/when: `purpose` is on no scale and has no score; compare it with `is`, or name a \
             rated item"
        ]
    );
    for (bound, score, from, to) in [
        ("at_most", 0, 1, 4),
        ("at_most", 5, 1, 4),
        ("at_least", 1, 2, 5),
        ("at_least", 6, 2, 5),
    ] {
        assert_eq!(
            compared(json!({"not": {bound: {"item": "rate.seats", "score": score}}})),
            [format!(
                "/sections/0/questions/2/when: `{bound}` {score} says nothing about `rate.seats`, whose scale has 5 \
                 levels; give a score from {from} to {to}, or use `answered`"
            )]
        );
    }
    for (bound, score) in [("at_most", 1), ("at_most", 4), ("at_least", 2), ("at_least", 5)] {
        let mut definition = small_definition();
        definition["sections"][0]["questions"][2]["when"] =
            json!({bound: {"item": "rate.seats", "score": score}});
        assert!(Version::parse(&definition.to_string()).is_ok(), "{bound} {score}");
    }
    // On a scale of one level no score says anything.
    let alone = problems(|d| {
        d["sections"][0]["questions"][2]["when"] = json!({"at_most": {"item": "rate.seats", "score": 1}});
        let levels = d["scales"][0]["levels"].as_array_mut().expect("levels");
        levels.truncate(1);
    });
    assert!(
        alone.contains(
            &"/sections/0/questions/2/when: `at_most` 1 says nothing about `rate.seats`, whose scale has 1 levels; use \
              `answered`"
                .to_owned()
        ),
        "{alone:?}"
    );
    // A scale that is missing is one problem, not two.
    assert_eq!(
        problems(|d| d["sections"][0]["questions"][1]["answer"]["scale"] = json!("stars")),
        ["/sections/0/questions/1/answer: there is no scale `stars` under /scales"]
    );
}

#[test]
fn several_answers_may_be_limited_to_one_or_more() {
    for most in [0, 3] {
        assert_eq!(
            problems(|d| d["sections"][0]["questions"][2]["answer"]["at_most"] = json!(most)),
            [
                "/sections/0/questions/2/answer/at_most: `at_most` lies between 1 and the 2 options; leave it out to \
                 allow all"
            ]
        );
    }
    for most in [1, 2] {
        let mut definition = small_definition();
        definition["sections"][0]["questions"][2]["answer"]["at_most"] = json!(most);
        assert!(Version::parse(&definition.to_string()).is_ok(), "{most}");
    }
}

#[test]
fn the_hash_follows_the_content_and_nothing_else() {
    let version = small_version();
    let mut definition = small_definition();
    definition["$schema"] = json!("questionnaire.schema.json");
    let spaced = serde_json::to_string_pretty(&definition).expect("text");
    assert_eq!(
        Version::parse(&spaced).expect("valid").hash(),
        version.hash(),
        "white space and $schema do not count"
    );
    definition["title"]["en"] = json!("Another title");
    assert_ne!(
        Version::parse(&definition.to_string()).expect("valid").hash(),
        version.hash()
    );
}

#[test]
fn a_device_takes_over_what_has_the_hash_that_was_named() {
    let version = Version::parse(official::DESK_RATING_1).expect("valid");
    let hash = version.reference().hash;
    let mut sent = serde_json::to_value(version.definition()).expect("a definition has a form");
    let taken = Version::received(&sent, &hash).expect("what was published");
    assert_eq!(taken.reference(), version.reference());
    assert_eq!(taken.layout(), version.layout());
    sent["title"]["vi"] = serde_json::json!("Khác");
    assert_eq!(Version::received(&sent, &hash), None);
}
