//! Pages that say one thing: thanks, and that it is over.

use domain::questionnaire::{AnswerKind, Definition};
use domain::text::Text;
use leptos::prelude::*;

use super::row_words;
use crate::i18n::Words;
use crate::layout::{DemoBanner, Lotus, SkipLink};
use crate::pages::survey::desk::View;
use crate::pages::survey::form::Form;
use crate::tick::tick;

/// After sending; the same page for a repeat.
pub(crate) fn thanks(view: &View, island: AnyView) -> AnyView {
    let tongue = view.tongue;
    message_page(
        view,
        Some(tick()),
        tongue.t("survey-thanks-title"),
        vec![tongue.t("survey-thanks-text"), tongue.t("survey-thanks-close")],
        island,
    )
}

/// The campaign is over. What was typed meanwhile is not lost to the one who typed it.
pub(crate) fn closed(view: &View, on: &str, form: Option<&Form>) -> AnyView {
    let tongue = view.tongue;
    let unit = view.desk.unit.get(tongue.locale());
    let given = form
        .map(|form| given(view, form))
        .filter(|given| !given.is_empty());
    let given = given.map(|given| {
        let answers = given.into_iter().map(|(question, answer)| {
            view! {
                <dt>{question}</dt>
                <dd>{answer}</dd>
            }
        });
        view! {
            <details class="details given">
                <summary>{tongue.t("survey-closed-answers")}</summary>
                <dl>{answers.collect_view()}</dl>
            </details>
        }
    });
    message_page(
        view,
        None,
        tongue.t("survey-closed-title"),
        vec![
            tongue.tr("survey-closed-text", &[("date", on), ("unit", unit)]),
            tongue.t("survey-closed-next"),
        ],
        given.into_any(),
    )
}

/// The dossier was rated.
pub(crate) fn used_slip(view: &View) -> AnyView {
    let tongue = view.tongue;
    let lines = vec![tongue.t("survey-slip-used-text")];
    message_page(
        view,
        None,
        tongue.t("survey-slip-used-title"),
        lines,
        without_slip(view),
    )
}

/// The slip had its time.
pub(crate) fn expired_slip(view: &View, on: &str) -> AnyView {
    let tongue = view.tongue;
    let lines = vec![tongue.tr("survey-slip-expired-text", &[("date", on)])];
    message_page(
        view,
        None,
        tongue.t("survey-slip-expired-title"),
        lines,
        without_slip(view),
    )
}

/// The way to answer all the same, where a point does not insist on a code.
fn without_slip(view: &View) -> AnyView {
    let words = view.tongue.t("survey-slip-without");
    (!view.desk.needs_code)
        .then(|| view! { <p><a href=view.href()>{words}</a></p> })
        .into_any()
}

/// The answers in words, in the order in which they were given.
fn given(view: &View, form: &Form) -> Vec<(String, String)> {
    let version = &view.desk.version;
    let definition = version.definition();
    let mut given: Vec<(String, String)> = Vec::new();
    for (field, value) in form.answers().pairs() {
        let path = field.trim_start_matches("a.");
        let id = path.split('.').next().unwrap_or_default();
        let Some((_, question)) = version.questions().find(|(_, question)| question.id == id) else {
            continue;
        };
        let words = row_words(view, version, question, path);
        let answer = words_of(view, definition, &question.answer, value);
        match given.last_mut() {
            // Several options of one question.
            Some((known, answers)) if *known == words => {
                answers.push_str("; ");
                answers.push_str(&answer);
            }
            _ => given.push((words, answer)),
        }
    }
    given
}

/// The words that stood beside a value.
fn words_of(view: &View, definition: &Definition, kind: &AnswerKind, value: &str) -> String {
    let text = |text: &Text| view.text(text).0.to_owned();
    let (scale, no_opinion) = match kind {
        AnswerKind::Satisfaction {
            scale, no_opinion, ..
        }
        | AnswerKind::Grid {
            scale, no_opinion, ..
        }
        | AnswerKind::Rating { scale, no_opinion } => (definition.scale(scale), no_opinion.as_ref()),
        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
            let option = options.iter().find(|option| option.id == value);
            return option.map_or_else(|| value.to_owned(), |option| text(&option.text));
        }
        AnswerKind::YesNo {} => {
            let words = if value == "yes" { "survey-yes" } else { "survey-no" };
            return view.tongue.t(words).into();
        }
        _ => return value.to_owned(),
    };
    let level = value.parse::<usize>().ok().and_then(|score| score.checked_sub(1));
    let words = scale
        .zip(level)
        .and_then(|(scale, level)| scale.levels.get(level));
    words.or(no_opinion).map_or_else(|| value.to_owned(), text)
}

/// A page of a title and some lines, under the sign of what was done where something was.
fn message_page(
    view: &View,
    sign: Option<AnyView>,
    title: Words,
    lines: Vec<Words>,
    more: AnyView,
) -> AnyView {
    let tongue = view.tongue;
    view! {
        <SkipLink tongue/>
        {header_without_languages(view)}
        {view.desk.demo.then(|| view! { <DemoBanner tongue/> })}
        <main id="main" class="survey survey-message" tabindex="-1">
            <div class="wrap">
                {sign}
                <h1>{title}</h1>
                {lines.into_iter().map(|line| view! { <p class="lead">{line}</p> }).collect_view()}
                <p>
                    <a href=tongue.href("/results")>{tongue.t("survey-see-results")}</a>
                </p>
                {more}
            </div>
        </main>
    }
    .into_any()
}

fn header_without_languages(view: &View) -> AnyView {
    view! {
        <header class="survey-header">
            <div class="wrap survey-header-row">
                <Lotus/>
                <p class="survey-place" lang=view.place_lang()>{view.place()}</p>
            </div>
        </header>
    }
    .into_any()
}
