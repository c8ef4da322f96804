//! The survey's screens: what stands around and above each step. The steps have files of their own.

mod message;
mod outgoing;
mod review;
mod section;
pub(crate) mod start;

use domain::form::Walk;
use domain::questionnaire::{Question, Version};
use leptos::prelude::*;

use crate::i18n::Words;
use crate::layout::{DemoBanner, Lotus, SkipLink};
use crate::pages::survey::desk::View;
use crate::pages::survey::faces::faces;
use crate::pages::survey::flow::{Screen, Step};
use crate::pages::survey::form::{field_of, own};
use crate::pages::survey::question::{Page, anchor, sentence};

pub(crate) use message::{closed, expired_slip, thanks, used_slip};
pub(crate) use outgoing::outgoing;

const FORM: &str = "survey";

/// The whole body of a survey page: slim header, the form, and the bar with the button to go on.
pub(crate) fn body(view: &View, screen: &Screen, island: AnyView) -> AnyView {
    let version = &view.desk.version;
    let (answers, _) = screen.form.check(version);
    let walk = Walk::new(version, &answers.items);
    let page = Page {
        view,
        screen,
        walk: &walk,
    };
    let contents = match screen.step {
        Step::Start => start::start(&page),
        Step::Section(index) => section::section(&page, index),
        Step::Review => review::review(&page),
    };
    let own_fields: Vec<(String, String)> = screen
        .form
        .carried()
        // The code has a field of its own on the first screen.
        .filter(|(name, _)| !(*name == own::CODE && screen.step == Step::Start))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let carried: Vec<(String, String)> = match screen.step {
        Step::Section(index) => screen
            .form
            .answers()
            .carried(&walk, index)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        _ => screen.form.answers().pairs().to_vec(),
    };
    let hidden = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
    let tongue = view.tongue;
    view! {
        <SkipLink tongue/>
        {header(view)}
        {view.desk.demo.then(|| view! { <DemoBanner tongue/> })}
        <main id="main" class="survey" tabindex="-1">
            <div class="wrap">{island}</div>
            <form id=FORM class="wrap" method="post" action=view.href() novalidate=true>
                {own_fields.into_iter().map(hidden).collect_view()}
                <input type="hidden" name=own::AT value=screen.step.name()/>
                {carried.into_iter().map(hidden).collect_view()}
                {contents}
            </form>
        </main>
        {faces()}
    }
    .into_any()
}

/// The unit's name, and the languages; choosing one sends the form along, so that nothing is lost.
fn header(view: &View) -> AnyView {
    let others = view
        .desk
        .languages
        .iter()
        .filter(|(language, _)| *language != view.language);
    let buttons = others
        .map(|(language, name)| {
            view! {
                <button
                    class="link-button"
                    type="submit"
                    form=FORM
                    formaction=view.href_in(language)
                    name=own::GO
                    value="stay"
                    lang=language.to_string()
                >
                    {name.clone()}
                </button>
            }
        })
        .collect_view();
    view! {
        <header class="survey-header">
            <div class="wrap survey-header-row">
                <Lotus/>
                <p class="survey-place" lang=view.place_lang()>{view.place()}</p>
                <div class="survey-languages">{buttons}</div>
            </div>
        </header>
    }
    .into_any()
}

/// Wrong fields, listed at the top and linked.
fn error_summary(page: &Page<'_>) -> Option<AnyView> {
    if page.screen.errors.is_empty() {
        return None;
    }
    let tongue = page.view.tongue;
    let items: Vec<(String, Option<String>, Words)> = page
        .screen
        .errors
        .iter()
        .map(|error| {
            let field = field_of(error);
            let words = question_words(page, &field);
            let sentence = sentence(tongue, &error.code);
            let of = (!words.is_empty()).then(|| format!("{words} – "));
            (format!("#{}", anchor(&field)), of, sentence)
        })
        .collect();
    Some(
        view! {
            <div class="error-summary" role="alert" aria-labelledby="error-summary" tabindex="-1">
                <h2 id="error-summary">{tongue.tn("survey-error-summary", items.len() as u64)}</h2>
                <ul>
                    {items
                        .into_iter()
                        .map(|(href, of, sentence)| view! { <li><a href=href>{of} {sentence}</a></li> })
                        .collect_view()}
                </ul>
            </div>
        }
        .into_any(),
    )
}

/// The words of the question or row of a field.
fn question_words(page: &Page<'_>, field: &str) -> String {
    let version = &page.view.desk.version;
    let path = field.trim_start_matches("a.");
    let id = path.split('.').next().unwrap_or_default();
    let Some((_, question)) = version.questions().find(|(_, question)| question.id == id) else {
        return String::new();
    };
    row_words(page.view, version, question, path)
}

fn row_words(view: &View, version: &Version, question: &Question, path: &str) -> String {
    let row = path
        .strip_prefix(&question.id)
        .and_then(|rest| rest.strip_prefix('.'));
    let rows = domain::form::rows(version.definition(), question);
    let text = row
        .and_then(|row| rows.iter().find(|known| known.id == row))
        .map_or(&question.text, |row| row.text);
    view.text(text).0.to_owned()
}

fn message(page: &Page<'_>) -> Option<AnyView> {
    let key = page.screen.message?;
    let text = page.view.tongue.t(key);
    Some(view! { <p class="message" role="alert" tabindex="-1">{text}</p> }.into_any())
}

/// The bar at the thumb: on, and back. The first button of the form is what the Enter key presses.
fn actions(back: Option<Words>, next: Words, go: &'static str) -> AnyView {
    view! {
        <div class="survey-actions">
            <button class="button" type="submit" name=own::GO value=go>
                {next}
            </button>
            {back
                .map(|back| {
                    view! {
                        <button class="button quiet" type="submit" name=own::GO value="back">
                            {back}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

/// The title of a step's document, which is the first that is read aloud: what is wrong, how far one is, and where.
pub(crate) fn title(view: &View, screen: &Screen) -> String {
    let tongue = view.tongue;
    let definition = view.desk.version.definition();
    let step: String = match screen.step {
        Step::Start => tongue.t("survey-title").into(),
        Step::Review => tongue.t("survey-review-title").into(),
        Step::Section(index) => {
            let (answers, _) = screen.form.check(&view.desk.version);
            let walk = Walk::new(&view.desk.version, &answers.items);
            let progress = section::progress(tongue, &walk, index);
            let section = definition.sections.get(index);
            let title = section.map_or("", |section| view.text(&section.title).0);
            format!("{progress}: {title}")
        }
    };
    let title = format!("{step} – {}", view.place());
    if screen.errors.is_empty() {
        title
    } else {
        tongue.tr("error-title-prefix", &[("title", &title)]).into()
    }
}
