//! The form as a browser without scripting gets it, from opening to what is sent.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::http::{Request, StatusCode};
use domain::channel::Mode;
use domain::id::{CampaignId, ResponseId};
use domain::questionnaire::Version;
use domain::response::Document;
use domain::text::{Language, Text};
use serde_json::{Value, json};
use time::macros::{date, datetime};

use super::desk::{Desk, UnitName, View};
use super::flow::{self, Next, Screen, Step};
use super::form::{Form, Pressed, own};
use super::render;
use crate::i18n::Locale;
use crate::shell::PageRequest;
use crate::site::Site;

fn view_of(file: &str, locale: Locale) -> View {
    let unit = UnitName {
        vi: "Phường Hồng Ngự".to_owned(),
        en: "Hong Ngu Ward".to_owned(),
    };
    let desk = Desk {
        code: "22222222".to_owned(),
        campaign: CampaignId(uuid::Uuid::from_u128(1)),
        version: Arc::new(Version::parse(file).unwrap()),
        languages: vec![
            (Language::vi(), "Tiếng Việt".to_owned()),
            (Language::en(), "English".to_owned()),
        ],
        unit,
        above: vec![UnitName {
            vi: "Tỉnh Đồng Tháp".to_owned(),
            en: "Dong Thap Province".to_owned(),
        }],
        label: "Quầy 3".to_owned(),
        agency: Text::new(
            "Sở Nội vụ tỉnh Đồng Tháp",
            "Department of Home Affairs of Dong Thap",
        ),
        hotline: "0277 3851 431".to_owned(),
        motto: Some(Text::new(
            "Nghe dân để hành động",
            "Listen to the people, then act",
        )),
        needs_code: false,
        takes_slips: false,
        field: None,
        demo: true,
        closed: None,
    };
    View {
        desk: Arc::new(desk),
        tongue: locale.into(),
        language: locale.language(),
        slip: None,
    }
}

fn desk_rating() -> View {
    view_of(domain::official::DESK_RATING_1, Locale::Vi)
}

fn sipas() -> View {
    view_of(domain::official::SIPAS_2023, Locale::Vi)
}

async fn html(view: &View, screen: &Screen) -> String {
    let (parts, ()) = Request::get(view.href()).body(()).unwrap().into_parts();
    let site = Site::of(&[
        ("main.css", "main.css"),
        ("citizen.js", "c.js"),
        ("citizen.wasm", "c.wasm"),
    ]);
    let request = PageRequest::of(&parts, Arc::new(site));
    let response = render::screen(&request, view, screen.clone(), StatusCode::OK).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    String::from_utf8(to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec()).unwrap()
}

/// What the browser would post from a page: its hidden fields, what the person chose there, the button.
fn post(html: &str, chosen: &[(&str, &str)], go: &str) -> (Form, Pressed) {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut switched_off = false;
    for tag in html.split('<').skip(1) {
        let attribute = |name: &str| {
            let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
            Some(
                value
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">"),
            )
        };
        if tag.starts_with("fieldset") && tag.contains("class=\"conditional\"") {
            switched_off = tag.contains(" disabled");
        }
        let kept = tag.starts_with("input") && (tag.contains("\"hidden\"") || tag.contains(" checked"));
        if kept && !switched_off {
            pairs.push((attribute("name").unwrap(), attribute("value").unwrap_or_default()));
        }
        if tag.starts_with("/fieldset") {
            switched_off = false;
        }
    }
    pairs.extend(
        chosen
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    pairs.push((own::GO.to_owned(), go.to_owned()));
    Form::read(pairs)
}

fn opened() -> Screen {
    Screen::of(
        Step::Start,
        flow::opened(datetime!(2026-11-22 02:00 UTC), [7; 10], [9; 16]),
    )
}

/// Presses a button on a screen, having chosen this.
async fn press(view: &View, screen: &Screen, chosen: &[(&str, &str)], go: &str) -> Next {
    let page = html(view, screen).await;
    let (form, pressed) = post(&page, chosen, go);
    flow::decide(view, form, &pressed)
}

async fn shown(view: &View, screen: &Screen, chosen: &[(&str, &str)], go: &str) -> Screen {
    match press(view, screen, chosen, go).await {
        Next::Show(screen) => screen,
        Next::Send(_) => panic!("sent"),
    }
}

#[tokio::test]
async fn a_desk_rating_goes_from_the_notice_to_a_valid_document() {
    let view = desk_rating();
    let first = shown(&view, &opened(), &[], "next").await;
    assert_eq!(first.step, Step::Section(0));
    let rating = shown(
        &view,
        &first,
        &[("a.purpose", "ask"), ("a.respondent_type", "person")],
        "next",
    )
    .await;
    assert_eq!(rating.step, Step::Section(1));
    let chosen = [
        ("a.overall", "5"),
        ("a.aspects.access", "4"),
        ("a.aspects.officials", "no_opinion"),
    ];
    // Nothing was rated 3 or less, so the reasons are not asked.
    let experience = shown(&view, &rating, &chosen, "next").await;
    assert_eq!(experience.step, Step::Section(3));
    // What is asked about money is no sensitive personal data, and is not called so.
    let page = html(&view, &experience).await;
    assert!(page.contains("từ 20 người") && !page.contains("dữ liệu cá nhân nhạy cảm"));
    let closing = shown(&view, &experience, &[("a.asked_for_money", "no")], "next").await;
    let typed = [("a.helped", "family"), ("a.remark", "Chờ \"hơi\" lâu & <đông>")];
    let mut review = shown(&view, &closing, &typed, "next").await;
    assert_eq!(review.step, Step::Review);
    flow::settle(&mut review.form, datetime!(2026-11-22 02:01:05 UTC), [8; 10]);
    let Next::Send(form) = press(&view, &review, &[], "send").await else {
        panic!("not sent")
    };

    let document = Document::read(flow::document(&view, &form));
    let envelope = document.envelope.unwrap();
    assert_eq!(envelope.mode, Mode::HelpedByFamily);
    assert_eq!(envelope.duration_s, 65);
    assert_eq!(document.answers["remark"], "Chờ \"hơi\" lâu & <đông>");
    assert_eq!(document.answers["aspects"]["officials"], "no_opinion");
    assert_eq!(document.respondent["purpose"], "ask");
    assert!(flow::response_id(&form).is_some());
}

#[tokio::test]
async fn a_repeat_of_the_last_post_is_the_same_document() {
    let view = desk_rating();
    let mut review = Screen::of(Step::Review, opened().form);
    flow::settle(&mut review.form, datetime!(2026-11-22 02:01:05 UTC), [8; 10]);
    let page = html(&view, &review).await;
    let documents = [1, 2].map(|_| {
        let (form, pressed) = post(&page, &[], "send");
        let Next::Send(form) = flow::decide(&view, form, &pressed) else {
            panic!("not sent")
        };
        (flow::response_id(&form), flow::document(&view, &form))
    });
    assert_eq!(documents[0], documents[1]);
}

#[test]
fn the_id_of_a_form_tells_no_other_day_than_its_answer() {
    let mut form = opened().form;
    let first = flow::response_id(&form);
    flow::settle(&mut form, datetime!(2026-11-22 16:59 UTC), [8; 10]);
    assert_eq!(flow::response_id(&form), first, "it is the same day in Việt Nam");
    flow::settle(&mut form, datetime!(2026-11-22 17:00 UTC), [8; 10]);
    assert_eq!(form.own(own::ANSWERED_ON), Some("2026-11-23"));
    let second = flow::response_id(&form);
    assert_eq!(second.and_then(ResponseId::date), Some(date!(2026 - 11 - 23)));
    flow::settle(&mut form, datetime!(2026-11-22 17:01 UTC), [6; 10]);
    assert_eq!(
        flow::response_id(&form),
        second,
        "a form that is looked at again stays itself"
    );
}

#[tokio::test]
async fn going_back_and_changing_the_language_lose_nothing() {
    let view = desk_rating();
    let first = shown(&view, &opened(), &[], "next").await;
    let rating = shown(&view, &first, &[("a.purpose", "ask")], "next").await;
    let back = shown(&view, &rating, &[("a.overall", "2")], "back").await;
    assert_eq!(back.step, Step::Section(0));
    assert!(html(&view, &back).await.contains("value=\"ask\" checked"));
    let english = View {
        tongue: Locale::En.into(),
        language: Language::en(),
        ..view.clone()
    };
    let page = html(&view, &back).await;
    let (form, pressed) = post(&page, &[], "stay");
    let Next::Show(screen) = flow::decide(&english, form, &pressed) else {
        panic!("sent")
    };
    assert_eq!(screen.step, Step::Section(0));
    assert_eq!(screen.form.answers().value("a.purpose"), Some("ask"));
    assert_eq!(screen.form.answers().value("a.overall"), Some("2"));
}

#[tokio::test]
async fn what_an_answer_makes_asked_is_asked_before_going_on() {
    let view = desk_rating();
    let first = shown(&view, &opened(), &[], "next").await;
    let rating = shown(&view, &first, &[("a.purpose", "receive_result")], "next").await;
    let page = html(&view, &rating).await;
    // Asked because of the section before, so it was there to be seen.
    assert!(page.contains("name=\"a.aspects.result\""));
    let reasons = shown(&view, &rating, &[("a.overall", "1")], "next").await;
    assert_eq!(reasons.step, Step::Section(2));
}

/// A date is typed in three fields, and a condition of a later page looks for one.
#[tokio::test]
async fn a_date_of_an_earlier_page_is_told_to_the_conditions_of_this_one() {
    let mut file: Value = serde_json::from_str(domain::official::DESK_RATING_1).unwrap();
    let mut add = |section: usize, question: Value| {
        let questions = file["sections"][section]["questions"].as_array_mut().unwrap();
        questions.push(question);
    };
    let text = json!({"vi": "Ngày nào?", "en": "Which day?"});
    add(
        0,
        json!({"id": "came_on", "text": text, "answer": {"kind": "date"}}),
    );
    add(
        1,
        json!({
            "id": "again_on", "text": text, "answer": {"kind": "date"},
            "when": {"answered": {"item": "came_on"}},
        }),
    );
    let view = view_of(&file.to_string(), Locale::Vi);
    let first = shown(&view, &opened(), &[], "next").await;
    for (typed, told) in [
        (
            ["3", "11", "2026"],
            r#"{"field":"a.came_on","values":["2026-11-03"]}"#,
        ),
        (["", "", ""], r#"{"field":"a.came_on","values":[]}"#),
    ] {
        let [day, month, year] = typed;
        let typed = [
            ("a.came_on.day", day),
            ("a.came_on.month", month),
            ("a.came_on.year", year),
        ];
        let next = shown(&view, &first, &typed, "next").await;
        assert_eq!(next.step, Step::Section(1));
        let page = html(&view, &next).await.replace("&quot;", "\"");
        assert!(page.contains(told), "{told}");
    }
}

#[tokio::test]
async fn a_wrong_value_comes_back_as_typed_with_its_error() {
    let file = domain::official::DESK_RATING_1.replacen(
        "\"questions\": [",
        r#""questions": [{"id": "visits", "required": true, "text": {"vi": "Số lần", "en": "Visits"},
            "answer": {"kind": "number", "min": 1, "max": 20}},"#,
        1,
    );
    let view = view_of(&file, Locale::Vi);
    let first = shown(&view, &opened(), &[], "next").await;
    let again = shown(
        &view,
        &first,
        &[("a.visits", "<ba>"), ("a.purpose", "ask")],
        "next",
    )
    .await;
    assert_eq!(again.step, Step::Section(0));
    let page = html(&view, &again).await;
    assert!(page.contains("value=\"&lt;ba&gt;\""));
    assert!(page.contains("href=\"#f-visits\""));
    assert!(page.contains("id=\"f-visits-error\""));
    assert!(page.contains("aria-invalid=\"true\""));
    assert!(page.contains("<title>Lỗi: "));
    // Going back is never refused.
    assert_eq!(shown(&view, &again, &[], "back").await.step, Step::Start);
    // Leaving out what is required is.
    let empty = shown(&view, &first, &[], "next").await;
    assert_eq!(empty.errors.len(), 1);
    // So is sending without it, which leads to its section.
    let review = Screen::of(Step::Review, opened().form);
    let sent = shown(&view, &review, &[], "send").await;
    assert_eq!((sent.step, sent.errors.len()), (Step::Section(0), 1));
}

#[tokio::test]
async fn the_review_leads_to_each_unanswered_row() {
    let view = sipas();
    let page = html(&view, &Screen::of(Step::Review, opened().form)).await;
    assert!(page.contains("formaction=\"/s/22222222#f-q1."));
    let rows = page.matches("formaction").count();
    assert!(rows > 60, "{rows}");
}

#[tokio::test]
async fn every_screen_of_every_version_has_labelled_controls_and_no_inline_style() {
    for file in [
        domain::official::DESK_RATING_1,
        domain::official::SIPAS_2023,
        domain::official::SIPAS_2022,
    ] {
        for locale in Locale::ALL {
            let view = view_of(file, locale);
            let sections = view.desk.version.definition().sections.len();
            let steps = [Step::Start, Step::Review]
                .into_iter()
                .chain((0..sections).map(Step::Section));
            for step in steps {
                let page = html(&view, &Screen::of(step, opened().form)).await;
                assert!(!page.contains(" style="));
                assert_eq!(page.matches("<h1").count(), 1);
                assert_eq!(
                    page.matches("class=\"question\"").count(),
                    page.matches("<legend>").count()
                );
                assert!(page.contains(&format!("<html lang=\"{}\"", locale.tag())));
            }
        }
    }
}

#[tokio::test]
async fn a_point_that_needs_a_code_asks_for_it_first() {
    let mut view = desk_rating();
    let desk = Desk {
        needs_code: true,
        ..(*view.desk).clone()
    };
    view.desk = Arc::new(desk);
    let refused = shown(&view, &opened(), &[("_code", "2222 2222 2222 2223")], "next").await;
    assert_eq!((refused.step, refused.errors.len()), (Step::Start, 1));
    assert!(
        html(&view, &refused)
            .await
            .contains("value=\"2222 2222 2222 2223\"")
    );
    let first = shown(&view, &opened(), &[("_code", "2222-2222-2222-2222")], "next").await;
    assert_eq!(first.step, Step::Section(0));
    assert_eq!(flow::document(&view, &first.form)["code"], "2222-2222-2222-2222");
}
