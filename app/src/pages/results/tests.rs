//! What a page and a file say of each kind of cell, in both languages.

mod sample;

use std::sync::Arc;

use domain::answer::{Answers, Unasked};
use domain::channel::ChannelClass;
use domain::id::{CampaignId, UnitId};
use domain::method::Selection;
use domain::period::Period;
use domain::questionnaire::Version;
use domain::release::{self, Atom, Column, Disclosed, Input, Opening, Row, Rules, Units};
use domain::status::Status;
use domain::tally::{Rated, Tally, contributions};
use domain::text::Text;
use domain::unit::{Unit, UnitDirectory, UnitFact, UnitKind, UnitName};
use leptos::prelude::*;
use serde_json::{Value, json};
use service::results::{CellState, Children, ReleaseInfo, Results, Unpublished};
use store::catalogue::{Campaign, ReleaseRule, StoredVersion, VersionId};
use time::macros::{date, datetime};
use uuid::Uuid;

use super::choice::Choice;
use super::export;
use super::sheet::Sheet;
use crate::i18n::Locale;

const OCTOBER: Period = Period::Month(2026, 10);
const NOVEMBER: Period = Period::Month(2026, 11);

fn id(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

/// The country (1), a province (2) and four of its communes.
fn units() -> UnitDirectory {
    let unit = |number: u128, kind: UnitKind, vi: &str, en: &str, code: &str, parent: Option<u128>| Unit {
        id: id(number),
        level: kind.level(),
        facts: vec![UnitFact {
            name: UnitName {
                vi: vi.to_owned(),
                en: en.to_owned(),
            },
            kind,
            code: code.to_owned(),
            parent: parent.map(id),
            valid_from: None,
            valid_to: None,
            decision: None,
        }],
        coordinates: None,
    };
    let rows = vec![
        unit(1, UnitKind::Country, "Cả nước", "Viet Nam", "", None),
        unit(
            2,
            UnitKind::Province,
            "Tỉnh Đồng Tháp",
            "Dong Thap Province",
            "82",
            Some(1),
        ),
        unit(
            3,
            UnitKind::Phuong,
            "Phường Hồng Ngự",
            "Hong Ngu Ward",
            "29954",
            Some(2),
        ),
        unit(
            4,
            UnitKind::Xa,
            "Xã Tân Hồng",
            "Tan Hong Commune",
            "29926",
            Some(2),
        ),
        unit(
            5,
            UnitKind::Xa,
            "Xã Lai Vung",
            "Lai Vung Commune",
            "30169",
            Some(2),
        ),
        unit(
            6,
            UnitKind::Xa,
            "Xã Tháp Mười",
            "Thap Muoi Commune",
            "30037",
            Some(2),
        ),
    ];
    UnitDirectory::new(rows, Vec::new()).unwrap()
}

fn version() -> Version {
    Version::parse(include_str!("../../../../data/questionnaires/desk-rating-1.json")).unwrap()
}

/// The cell of so many content people and half as many discontent ones; hidden when they are few.
fn cell(version: &Version, content: i64) -> CellState {
    let people = [
        (
            content,
            json!({"overall": 5, "aspects": {"access": 5, "procedures": 4, "officials": 4}}),
        ),
        (
            content / 2,
            json!({"overall": 2, "aspects": {"access": 4, "procedures": 2, "officials": 2}}),
        ),
    ];
    let mut tally = tally(version, &people);
    for (count, status) in [(3, Status::Held), (2, Status::Late), (1, Status::Excluded)] {
        for _ in 0..count {
            tally.add(&one(version, &people[0].1, status));
        }
    }
    opened(version, &tally, Vec::new(), Selection::Open)
}

/// Counted responses: so many of each.
fn tally(version: &Version, people: &[(i64, Value)]) -> Tally {
    let mut tally = Tally::empty(version.layout());
    for (count, answers) in people {
        for _ in 0..*count {
            tally.add(&one(version, answers, Status::Counted));
        }
    }
    tally
}

/// The cell that a release makes of a tally.
fn opened(version: &Version, tally: &Tally, clusters: Vec<u8>, selection: Selection) -> CellState {
    let units = Units::new(&[(id(3), None, true)]);
    let atom = Atom {
        unit: id(3),
        month: NOVEMBER,
        class: ChannelClass::Desk,
        counts: tally.pack(),
        clusters,
    };
    let input = Input {
        version,
        units: &units,
        periods: &[NOVEMBER],
        rules: Rules {
            live: true,
            ..Rules::PUBLIC
        },
    };
    let rows = release::plan(input, &[atom], Vec::new()).unwrap();
    let row: Row = rows
        .into_iter()
        .find(|row| row.column == Column::All && row.period == NOVEMBER)
        .unwrap();
    let opening = Opening {
        version,
        selection,
        minimum: 10,
    };
    match release::open(&opening, row.state, &row.nodes, &row.items).unwrap() {
        Disclosed::Shown(figures) => CellState::Shown(figures),
        Disclosed::Withheld(_) => CellState::Hidden,
    }
}

fn one(version: &Version, answers: &Value, status: Status) -> Tally {
    let receives = answers["aspects"].get("result").is_some();
    let purpose = if receives { "receive_result" } else { "submit" };
    let respondent = json!({"purpose": purpose, "respondent_type": "person"});
    let answers = Answers::parse(
        version,
        respondent.as_object().unwrap(),
        answers.as_object().unwrap(),
        Unasked::Refuse,
    )
    .unwrap();
    let rated = Rated {
        served_at: id(3),
        handled_by: None,
    };
    contributions(version, &answers, status, rated).remove(0).1
}

/// The page of the province with that cell and one child of each state.
fn sheet(locale: Locale, cell_of: impl FnOnce(&Version) -> CellState) -> Sheet {
    let version = version();
    let cell = cell_of(&version);
    let version = StoredVersion {
        id: VersionId(1),
        version: Arc::new(version),
    };
    let campaign = Campaign {
        id: CampaignId(Uuid::from_u128(9)),
        key: "desk-2026".to_owned(),
        title: Text::new("Đánh giá tại quầy 2026", "Desk rating 2026"),
        agency: Text::new("Sở Nội vụ", "Department of Home Affairs"),
        hotline: "1022".to_owned(),
        motto: None,
        versions: vec![(date!(2026 - 01 - 01), VersionId(1))],
        units: vec![id(1)],
        selection: Selection::Open,
        channels: Vec::new(),
        release: ReleaseRule::Nightly,
        demo: false,
        starts_on: date!(2026 - 01 - 01),
        ends_on: None,
        closed_on: None,
    };
    let rows = vec![
        (id(3), self::cell(&version.version, 40)),
        (id(4), CellState::Hidden),
        (id(5), CellState::NoAnswers),
        (id(6), CellState::NotInSample),
    ];
    let results = Results {
        unit: id(2),
        campaign: Arc::new(campaign),
        release: Some(ReleaseInfo {
            number: 12,
            made_at: datetime!(2026-11-21 19:30 UTC),
        }),
        period: NOVEMBER,
        periods: vec![NOVEMBER, OCTOBER],
        channel: None,
        channels: vec![
            (ChannelClass::Desk, self::cell(&version.version, 40)),
            (ChannelClass::Online, CellState::Hidden),
        ],
        series: vec![
            (Period::Month(2026, 9), self::cell(&version.version, 30)),
            (OCTOBER, CellState::Hidden),
            (NOVEMBER, self::cell(&version.version, 40)),
        ],
        children: Some(Children {
            total: rows.len(),
            offset: 0,
            rows,
        }),
        version: version.clone(),
        versions: vec![version],
        cell,
    };
    Sheet {
        locale,
        units: Arc::new(units()),
        day: date!(2026 - 11 - 22),
        choice: Choice::default(),
        results,
        campaigns: vec![
            ("desk-2026".to_owned(), "Đánh giá tại quầy 2026".to_owned()),
            ("sipas-2026".to_owned(), "SIPAS 2026".to_owned()),
        ],
    }
}

fn html(sheet: &Sheet) -> String {
    let owner = Owner::new();
    owner.with(|| sheet.view().to_html())
}

/// Text only: tags and the markers between text nodes taken out.
fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (_, rest) = piece.split_once('>').unwrap_or(("", piece));
        text.push_str(rest);
    }
    text
}

#[test]
fn the_sentence_comes_before_the_figure_and_both_before_the_bars() {
    let html = html(&sheet(Locale::Vi, |version| cell(version, 40)));
    let text = text(&html);
    let sentence = "Chỉ số hài lòng 77,78%. Cứ 100 lượt đánh giá thì khoảng 78 lượt là hài lòng hoặc rất hài lòng \
                    (khoảng tin cậy 95%: ";
    let at = text.find(sentence).unwrap_or_else(|| panic!("{text}"));
    assert!(text[at..].contains("; 60 người trả lời)."));
    assert!(html.find("class=\"headline\"") < html.find("class=\"index-figure\""));
    assert!(html.find("class=\"index-figure\"") < html.find("class=\"rows\""));
    assert!(text.contains("Kết quả từ người tự nguyện trả lời; không đại diện cho mọi người dân"));
    assert!(text.contains("dao động ngẫu nhiên, chưa kể người trả lời tự chọn"));
    assert!(text.contains("Đánh giá nhanh tại nơi phục vụ"));
    assert!(text.contains("gộp các lượt đánh giá"));
    // The release was made after midnight in Việt Nam.
    assert!(text.contains("Kỳ công bố số 12, số liệu ngày 22/11/2026"));
    assert!(text.contains("60 phiếu hợp lệ; không tính vào số liệu: 3 phiếu chờ xem xét"));
}

#[test]
fn english_says_the_same() {
    let text = text(&html(&sheet(Locale::En, |version| cell(version, 40))));
    assert!(text.contains("Satisfaction index 77.78%. Of every 100 answers about 78 say satisfied"));
    assert!(text.contains("; 60 respondents)."));
    assert!(text.contains("Dong Thap Province"));
    for words in [
        "Not published, to protect those who answered",
        "No responses yet",
        "Not in the sample of this campaign",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn the_reasons_for_no_figure_are_different_things() {
    let children = text(&html(&sheet(Locale::Vi, |version| cell(version, 40))));
    for words in [
        "Không công bố để bảo vệ người trả lời",
        "Chưa có phiếu trả lời",
        "Không thuộc mẫu khảo sát đợt này",
    ] {
        assert!(children.contains(words), "{words}");
    }
    let not_due = Unpublished::NotDue(Some(date!(2026 - 12 - 06)));
    let cases = [
        (
            CellState::Hidden,
            "Không công bố để bảo vệ người trả lời",
            "Quá ít người trả lời",
        ),
        (
            CellState::NoAnswers,
            "Chưa có phiếu trả lời",
            "chưa có phiếu nào từ đây",
        ),
        (
            CellState::NotInSample,
            "Không thuộc mẫu khảo sát đợt này",
            "không hỏi ở đơn vị này",
        ),
        (
            CellState::NotPublished(Unpublished::NoRelease),
            "Chưa công bố",
            "chưa có lần công bố nào kể từ đó",
        ),
        (
            CellState::NotPublished(not_due),
            "Chưa công bố",
            "sớm nhất ngày 06/12/2026",
        ),
        (
            CellState::NotPublished(Unpublished::NotDue(None)),
            "Chưa công bố",
            "khi đợt khảo sát đã kết thúc",
        ),
        (
            CellState::NotPublished(Unpublished::NotAsked),
            "Kỳ này không lấy ý kiến",
            "không được hỏi trong kỳ này",
        ),
        (
            CellState::NotPublished(Unpublished::WholeCampaignOnly),
            "Không công bố riêng",
            "không theo tháng, quý, năm",
        ),
        (
            CellState::NotPublished(Unpublished::ChannelsTogether),
            "Không công bố riêng",
            "Số liệu theo kênh chỉ công bố",
        ),
    ];
    for (state, words, why) in &cases {
        let html = html(&alone(state.clone()));
        assert!(
            html.contains(words) && html.contains(why) && !html.contains("class=\"index-figure\""),
            "{words}"
        );
        for (_, other_words, other_why) in cases.iter().filter(|(.., other)| other != why) {
            assert!(!html.contains(other_why), "{words}: {other_why}");
            assert!(
                other_words == words || !html.contains(&format!(">{other_words}<")),
                "{words}"
            );
        }
    }
}

/// A page of nothing but a cell.
fn alone(state: CellState) -> Sheet {
    let mut page = sheet(Locale::Vi, |_| state);
    page.results.children = None;
    page.results.series.clear();
    page.results.channels.clear();
    page
}

#[test]
fn a_file_says_why_nothing_is_published() {
    let due = Unpublished::NotDue(Some(date!(2026 - 12 - 06)));
    let file = export::csv(&alone(CellState::NotPublished(due))).unwrap();
    let (rows, at) = table(&file);
    let fields = ["state", "reason", "due_on", "responses", "kind"].map(|name| &rows[0][at(name)]);
    assert_eq!(fields, ["not_published", "not_due", "2026-12-06", "", ""]);
}

#[test]
fn few_people_are_hidden_by_the_release_itself() {
    assert!(matches!(cell(&version(), 4), CellState::Hidden));
}

#[test]
fn pages_hold_no_style_and_no_script() {
    let html = html(&sheet(Locale::Vi, |version| cell(version, 40)));
    for forbidden in [" style=", "<style", "<script", "onclick"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    // Every table has a caption, and every header a scope.
    assert_eq!(html.matches("<table").count(), html.matches("<caption").count());
    assert_eq!(
        html.matches("<th ").count() + html.matches("<th>").count(),
        html.matches(" scope=").count()
    );
    assert!(!html.contains("<th>"));
}

#[test]
fn weakest_first_puts_the_lowest_criterion_on_top() {
    let mut page = sheet(Locale::Vi, |version| cell(version, 40));
    let printed = html(&page);
    page.choice.weakest = true;
    let weakest = html(&page);
    let order = |html: &str| {
        let rows = html.split("id=\"criteria\"").nth(1).unwrap();
        (
            rows.find("Nơi tiếp đón:").unwrap(),
            rows.find("Công chức:").unwrap(),
        )
    };
    let (access, officials) = order(&printed);
    assert!(access < officials);
    // Everyone is satisfied with the place, 40 of 60 with the officials.
    let (access, officials) = order(&weakest);
    assert!(officials < access);
    assert!(weakest.contains("Từng tiêu chí, thấp nhất trước"));
}

#[test]
fn children_lead_on_with_what_was_chosen() {
    let mut page = sheet(Locale::En, |version| cell(version, 40));
    page.choice.period = Some(NOVEMBER);
    let html = html(&page);
    assert!(html.contains("href=\"/en/results/phuong-hong-ngu-00000003?period=2026-11\""));
    assert!(
        html.contains("href=\"/en/results?period=2026-11\""),
        "the country has the short address"
    );
    assert!(html.contains("campaign=sipas-2026"));
}

/// The rows of a file, and where a column stands in them.
fn table(file: &str) -> (Vec<csv::StringRecord>, impl Fn(&str) -> usize + use<>) {
    let rest = file.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(rest.starts_with("unit_id,unit_code,unit,") && rest.contains("\r\n"));
    let mut reader = csv::Reader::from_reader(rest.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = move |name: &str| header.iter().position(|field| field == name).unwrap();
    (reader.records().map(Result::unwrap).collect(), at)
}

#[test]
fn the_file_is_a_table_that_every_program_reads() {
    let page = sheet(Locale::Vi, |version| cell(version, 40));
    let (rows, at) = table(&export::csv(&page).unwrap());
    let whole = rows
        .iter()
        .find(|row| &row[at("unit_code")] == "82" && &row[at("kind")] == "whole")
        .unwrap();
    assert_eq!(
        (&whole[at("numerator")], &whole[at("denominator")]),
        ("140", "180")
    );
    assert_eq!(
        (&whole[at("respondents")], &whole[at("share_percent")]),
        ("60", "77.7778")
    );
    assert_eq!(&whole[at("covers")], "chance_without_self_selection");
    assert_eq!(&whole[at("rollup")], "pooled_answers");
    // What was not counted stands beside every figure.
    let of_november =
        |row: &&csv::StringRecord| &row[at("state")] == "shown" && &row[at("period")] == "2026-11";
    for row in rows.iter().filter(of_november) {
        let counts = ["responses", "held", "late", "excluded"].map(|name| &row[at(name)]);
        assert_eq!(counts, ["60", "3", "2", "1"], "{row:?}");
    }
    assert_eq!(
        (&whole[at("all_satisfied_percent")], &whole[at("complete")]),
        ("66.6667", "60")
    );
    assert_eq!(
        (&whole[at("release")], &whole[at("released_on")]),
        ("12", "2026-11-22")
    );
    let low: f64 = whole[at("share_low_percent")].parse().unwrap();
    let high: f64 = whole[at("share_high_percent")].parse().unwrap();
    assert!(low < 77.0 && high > 78.5);
    let states: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row[at("kind")].is_empty())
        .map(|row| (&row[at("unit_code")], &row[at("state")]))
        .collect();
    assert_eq!(
        states,
        [
            ("82", "hidden"),
            ("82", "hidden"),
            ("29926", "hidden"),
            ("30169", "no_answers"),
            ("30037", "not_in_sample")
        ]
    );
    let option = rows
        .iter()
        .find(|row| &row[at("id")] == "aspects.access#5")
        .unwrap();
    assert_eq!(
        (&option[at("numerator")], &option[at("title")]),
        ("40", "Rất hài lòng")
    );
    // Wilson: two thirds of sixty people.
    let fields = [
        "share_percent",
        "share_low_percent",
        "share_high_percent",
        "covers",
    ];
    assert_eq!(
        fields.map(|name| &option[at(name)]),
        ["66.6667", "54.0569", "77.2707", "chance_without_self_selection"]
    );
    // The channels and the periods before are in it as on the page.
    let wholes: Vec<[&str; 3]> = rows
        .iter()
        .filter(|row| &row[at("unit_code")] == "82" && ["whole", ""].contains(&&row[at("kind")]))
        .map(|row| ["period", "channel", "state"].map(|name| &row[at(name)]))
        .collect();
    assert_eq!(
        wholes,
        [
            ["2026-11", "all", "shown"],
            ["2026-11", "desk", "shown"],
            ["2026-11", "online", "hidden"],
            ["2026-09", "all", "shown"],
            ["2026-10", "all", "hidden"],
        ]
    );
}
