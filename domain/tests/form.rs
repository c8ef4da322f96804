//! Walking a questionnaire and reading form fields: by example, and as laws over random answers.

use std::sync::LazyLock;

use domain::answer::{Answer, Answers, Unasked};
use domain::channel::Mode;
use domain::form::{self, RawForm, Walk};
use domain::layout::ItemKind;
use domain::official;
use domain::questionnaire::{AnswerKind, Version};
use domain::text::Text;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const RATING: usize = 1;
const REASONS: usize = 2;

fn desk() -> Version {
    Version::parse(official::DESK_RATING_1).expect("valid")
}

fn form(pairs: &[(&str, &str)]) -> RawForm {
    RawForm::new(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

fn answers(version: &Version, form: &RawForm) -> Answers {
    let (respondent, answers) = form.read(version);
    Answers::parse(version, &respondent, &answers, Unasked::Drop).expect("valid answers")
}

/// The places of the rows asked by the satisfaction question of the desk rating.
fn aspects(walk: &Walk<'_>) -> Vec<usize> {
    walk.asked_in(RATING)
        .flat_map(|asked| asked.rows.clone())
        .collect()
}

#[test]
fn answers_decide_which_sections_and_rows_are_asked() {
    let version = desk();
    let walk = Walk::new(&version, &[]);
    assert_eq!(walk.visible_sections(), [0, 1, 3, 4]);
    assert_eq!(
        (walk.next_section(RATING), walk.previous_section(3)),
        (Some(3), Some(RATING))
    );
    assert_eq!((walk.next_section(4), walk.previous_section(0)), (None, None));
    assert_eq!(aspects(&walk), [0, 1, 2]);

    let received = form(&[("a.purpose", "receive_result"), ("a.aspects.punctuality", "3")]);
    let given = answers(&version, &received);
    let walk = Walk::new(&version, &given.items);
    assert_eq!(aspects(&walk), [0, 1, 2, 3, 4]);
    assert_eq!(walk.next_section(RATING), Some(REASONS));
    let empty: Vec<&str> = walk
        .unanswered()
        .iter()
        .map(|left| version.layout().items()[left.item].path.as_str())
        .collect();
    assert_eq!(
        empty,
        [
            "respondent_type",
            "field",
            "overall",
            "aspects.access",
            "aspects.procedures",
            "aspects.officials",
            "aspects.result",
            "disappointed",
            "asked_for_money",
            "helped",
        ]
    );
}

#[test]
fn the_mode_is_who_helped_where_that_is_asked() {
    let version = desk();
    let mode = |chosen: &[(&str, &str)]| answers(&version, &form(chosen)).mode(&version);
    assert_eq!(mode(&[("a.helped", "family")]), Mode::HelpedByFamily);
    assert_eq!(mode(&[("a.helped", "volunteer")]), Mode::HelpedByVolunteer);
    assert_eq!(mode(&[("a.helped", "official")]), Mode::HelpedByOfficial);
    assert_eq!(mode(&[("a.helped", "alone")]), Mode::SelfScreen);
    assert_eq!(mode(&[]), Mode::SelfScreen);
    // The official survey does not ask it.
    let sipas = Version::parse(official::SIPAS_2023).expect("valid");
    let nobody = Answers::read(&sipas, &Map::new(), &Map::new(), Unasked::Drop).0;
    assert_eq!(nobody.mode(&sipas), Mode::SelfScreen);
}

#[test]
fn a_page_carries_what_it_does_not_ask() {
    let version = desk();
    // The person had received a result, rated it, went back and chose another purpose.
    let typed = form(&[
        ("a.purpose", "ask"),
        ("a.overall", "5"),
        ("a.aspects.access", "4"),
        ("a.aspects.punctuality", "2"),
        ("a.disappointed", "late"),
        ("a.disappointed", "other"),
        ("language", "en"),
        ("a.unknown", "1"),
    ]);
    let given = answers_read(&version, &typed).0;
    let walk = Walk::new(&version, &given.items);
    let carried: Vec<(&str, &str)> = typed.carried(&walk, RATING).collect();
    assert_eq!(
        carried,
        [
            ("a.purpose", "ask"),
            ("a.aspects.punctuality", "2"),
            ("a.disappointed", "late"),
            ("a.disappointed", "other"),
        ]
    );
}

fn answers_read(version: &Version, form: &RawForm) -> (Answers, Vec<String>) {
    let (respondent, answers) = form.read(version);
    let (answers, errors) = Answers::read(version, &respondent, &answers, Unasked::Drop);
    (answers, errors.into_iter().map(|error| error.path).collect())
}

#[test]
fn a_wrong_value_is_named_and_comes_back() {
    let version = desk();
    let typed = form(&[
        ("a.purpose", "dance"),
        ("a.overall", "five"),
        ("a.aspects.access", "9"),
        ("a.aspects.colour", "1"),
        ("a.aspects", "1"),
        ("a.purpose.x", "1"),
        ("a.remark", "  Dòng một\r\nDòng hai "),
    ]);
    let (read, errors) = answers_read(&version, &typed);
    assert_eq!(
        errors,
        [
            "/answers/purpose.x",
            "/respondent/purpose",
            "/answers/overall",
            "/answers/aspects/access",
            "/answers/aspects/colour",
        ]
    );
    assert_eq!(typed.value("a.overall"), Some("five"));
    assert_eq!(read.remarks[0].1, "Dòng một\nDòng hai");
    assert_eq!(
        form::section_of(&version, "/answers/aspects/access"),
        Some(RATING)
    );
    assert_eq!(form::section_of(&version, "/respondent/purpose"), Some(0));
    assert_eq!(form::section_of(&version, "/answers/purpose"), None);
}

#[test]
fn the_other_kinds_of_answer_read_as_json() {
    let text = |vi: &str| json!({"vi": vi});
    let question = |id: &str, answer: Value| json!({"id": id, "text": text("Hỏi"), "answer": answer});
    let version = Version::parse(
        &json!({
            "format": 1, "key": "k", "version": "1", "method": "desk-rating-1", "title": text("Phiếu"),
            "provenance": {"kind": "own", "note": text("Cho kiểm thử"), "sources": []},
            "languages": ["vi"], "scales": [], "parts": [],
            "sections": [{"id": "s", "title": text("Phần"), "questions": [
                question("again", json!({"kind": "yes_no"})),
                question("trips", json!({"kind": "number", "min": 0, "max": 20})),
                question("day", json!({"kind": "date"})),
                question("name", json!({"kind": "short_text", "max_length": 20})),
            ]}],
        })
        .to_string(),
    )
    .expect("valid");
    let typed = form(&[
        ("a.again", "no"),
        ("a.again", "yes"),
        ("a.trips", " 03 "),
        ("a.day", "2026-11-22"),
        ("a.name", " "),
    ]);
    let (_, read) = typed.read(&version);
    assert_eq!(
        Value::Object(read),
        json!({"again": true, "trips": 3, "day": "2026-11-22"})
    );
    let parts = |day, month, year| {
        let typed = form(&[("a.day.day", day), ("a.day.month", month), ("a.day.year", year)]);
        (typed.date_parts("a.day"), typed.read(&version).1)
    };
    let (_, read) = parts("5", " 11", "2026");
    assert_eq!(Value::Object(read), json!({"day": "2026-11-05"}));
    // A day that is none, and a year that would have to be guessed, come back as they were typed.
    for [day, month, year] in [["31", "2", "2026"], ["5", "11", "26"], ["5", "", ""]] {
        let (typed, read) = parts(day, month, year);
        assert_eq!(typed, [day, month, year]);
        let wrong = Answers::read(&version, &Map::new(), &read, Unasked::Drop).1;
        assert_eq!(wrong.len(), 1, "{read:?}");
        assert_eq!(wrong[0].path, "/answers/day");
    }
    assert_eq!(parts("", "", "").1, Map::new());
    assert_eq!(typed.date_parts("a.day"), ["22", "11", "2026"]);
    let on_another_page = form(&[("a.day.day", "5"), ("a.trips", "3")]);
    let walk = Walk::new(&version, &[]);
    assert_eq!(on_another_page.carried(&walk, 0).count(), 0);
    assert_eq!(on_another_page.carried(&walk, 1).count(), 2);
    let wrong = form(&[
        ("a.again", "perhaps"),
        ("a.trips", "2,5"),
        ("a.day", "22/11/2026"),
    ]);
    assert_eq!(
        answers_read(&version, &wrong).1,
        ["/answers/again", "/answers/trips", "/answers/day"]
    );
}

#[test]
fn the_number_of_the_unit_stands_in_the_note() {
    let version = desk();
    let note = version
        .questions()
        .find_map(|(_, question)| match &question.answer {
            AnswerKind::Single { options } => options.iter().find_map(|option| option.note.clone()),
            _ => None,
        })
        .expect("the question about money has a note");
    let shown = form::with_hotline(note.get(&domain::text::Language::vi()), "1022");
    assert!(
        shown.contains("xin Ông/Bà gọi 1022 hoặc gửi qua Cổng Dịch vụ công quốc gia."),
        "{shown}"
    );
}

/// An answer that the item takes, or none: what a person might have left at any time.
fn an_answer(kind: &ItemKind, seed: u64) -> Answer {
    match kind {
        ItemKind::Choice { options } => match seed % (u64::from(*options) + 2) {
            0 => Answer::Skipped,
            1 => Answer::NotShown,
            n => Answer::Choice(u8::try_from(n - 2).expect("fewer than 60 options")),
        },
        ItemKind::Multiple { options } => match seed % (1 << options) {
            0 => Answer::Skipped,
            set => Answer::Multiple(set),
        },
        ItemKind::Number { .. } | ItemKind::Date => Answer::Skipped,
    }
}

/// The versions that can be answered, read once for all cases.
static VERSIONS: LazyLock<[Version; 3]> = LazyLock::new(|| {
    [
        official::DESK_RATING_1,
        official::SIPAS_2023,
        official::SIPAS_2022,
    ]
    .map(|file| Version::parse(file).expect("valid"))
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The browser walks over its own state; the server reads what it was sent. Both must see the same.
    #[test]
    fn a_walk_asks_what_the_server_asks(which in 0_usize..3, seeds in prop::collection::vec(any::<u64>(), 90)) {
        let version = &VERSIONS[which];
        let layout = version.layout();
        let items: Vec<Answer> = layout.items().iter().zip(&seeds).map(|(item, seed)| an_answer(&item.kind, *seed)).collect();
        let walk = Walk::new(version, &items);

        let state = Answers { items, remarks: Vec::new() };
        let (respondent, answers) = state.to_json(version);
        let read = Answers::parse(version, &respondent, &answers, Unasked::Drop).expect("valid answers");
        prop_assert_eq!(walk.items(), &read.items[..]);

        let sections = walk.visible_sections();
        prop_assert!(sections.is_sorted_by(|a, b| a < b));
        for pair in sections.windows(2) {
            prop_assert_eq!(walk.next_section(pair[0]), Some(pair[1]));
            prop_assert_eq!(walk.previous_section(pair[1]), Some(pair[0]));
        }
        for left in walk.unanswered() {
            prop_assert!(sections.contains(&left.section));
            prop_assert_eq!(walk.items()[left.item], Answer::Skipped);
        }

        let (respondent, answers) = read.to_json(version);
        let shown_again = RawForm::write(version, &respondent, &answers);
        prop_assert_eq!(shown_again.read(version), (respondent, answers));
    }

    /// Whatever a browser sends, nothing panics, nothing typed is lost, and a hidden item has no answer.
    #[test]
    fn any_fields_can_be_read(which in 0_usize..3, typed in prop::collection::vec((any::<prop::sample::Index>(), "[a-z_0-9 .,-]{0,8}|[1-6]|no_opinion|receive_result"), 0..40)) {
        let version = &VERSIONS[which];
        let items = version.layout().items();
        let pairs: Vec<(String, String)> = typed
            .into_iter()
            .map(|(index, value)| (format!("a.{}", index.get(items).path), value))
            .collect();
        let form = RawForm::new(pairs.clone());
        prop_assert_eq!(form.pairs(), &pairs[..]);
        let (read, _) = answers_read(version, &form);
        let walk = Walk::new(version, &read.items);
        prop_assert_eq!(walk.items(), &read.items[..]);
        // Every pair is on exactly one page, or on none when its question is not asked.
        let shown: usize = walk.visible_sections().iter().map(|section| pairs.len() - form.carried(&walk, *section).count()).sum();
        let hidden = pairs.iter().filter(|(name, _)| {
            version.layout().item(&name[2..]).is_some_and(|item| read.items[item] == Answer::NotShown)
        }).count();
        prop_assert_eq!(shown + hidden, pairs.len());
    }
}

#[test]
fn nothing_is_asked_of_an_imported_version() {
    let version = Version::parse(official::SIPAS_2017).expect("valid");
    assert!(Walk::new(&version, &[]).visible_sections().is_empty());
    assert_eq!(form(&[]).read(&version), (Map::new(), Map::new()));
}

#[test]
fn names_are_asked_not_to_be_given_once() {
    let hinted = |version: &Version| -> Vec<String> {
        let questions = version.questions().map(|(_, question)| question);
        let hinted = questions.filter(|question| question.needs_names_hint());
        hinted.map(|question| question.id.clone()).collect()
    };
    // The shipped remark asks for it itself.
    assert_eq!(hinted(&desk()), Vec::<String>::new());
    let mut definition = desk().definition().clone();
    let remark = definition
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.questions);
    let remark = remark
        .filter(|question| matches!(question.answer, AnswerKind::LongText { .. }))
        .last()
        .expect("it ends with a remark");
    remark.help = None;
    let mut remark = remark.clone();
    assert!(remark.needs_names_hint(), "it has no help");
    for (help, asks) in [
        ("Không viết tắt; ghi rõ họ tên.", false),
        ("Ông/Bà đừng ngại; xin nêu họ tên người phục vụ.", false),
        ("Xin đừng viết họ tên của ai.", true),
        ("Không nêu họ tên.", true),
    ] {
        remark.help = Some(Text::new(help, "Help"));
        assert_eq!(remark.needs_names_hint(), !asks, "{help}");
    }
    let without = Version::parse(&serde_json::to_string(&definition).expect("JSON")).expect("valid");
    assert_eq!(hinted(&without), [remark.id]);
}
