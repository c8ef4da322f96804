//! One section of the questionnaire, with its place among those that are asked.

use domain::form::Walk;
use leptos::prelude::*;

use super::{actions, error_summary, message};
use crate::i18n::{Tongue, Words};
use crate::pages::survey::flow::questions_of;
use crate::pages::survey::question::{self, Page};

/// The place of a section among those that are asked, and how many these are.
fn place_of(walk: &Walk<'_>, index: usize) -> (usize, usize) {
    let visible = walk.visible_sections();
    let at = visible.iter().position(|known| *known == index);
    (at.map_or(1, |at| at + 1), visible.len())
}

/// The same in words.
pub(super) fn progress(tongue: Tongue, walk: &Walk<'_>, index: usize) -> Words {
    let (at, total) = place_of(walk, index);
    let count = |n: usize| tongue.count(n as u64);
    tongue.tr("survey-progress", &[("at", &count(at)), ("total", &count(total))])
}

/// One section, with its place among those that are asked.
pub(super) fn section(page: &Page<'_>, index: usize) -> AnyView {
    let view = page.view;
    let tongue = view.tongue;
    let version = &view.desk.version;
    let Some(section) = version.definition().sections.get(index) else {
        return ().into_any();
    };
    let (title, lang) = view.text(&section.title);
    let title = title.to_owned();
    let intro = section.intro.as_ref().map(|intro| {
        let (text, lang) = view.text(intro);
        view! { <p lang=lang>{text.to_owned()}</p> }
    });
    let questions: Vec<AnyView> = questions_of(version, index)
        .map(|(place, (_, question))| question::question(page, place, question))
        .collect();
    let (at, total) = place_of(page.walk, index);
    let progress = progress(tongue, page.walk, index);
    view! {
        <div class="progress">
            <p id="progress">{progress.clone()}</p>
            <progress value=at.to_string() max=total.to_string() aria-labelledby="progress"></progress>
        </div>
        {error_summary(page)}
        {message(page)}
        <h1 lang=lang>{title}</h1>
        {intro}
        {questions}
        {actions(Some(tongue.t("survey-back")), tongue.t("survey-next"), "next")}
    }
    .into_any()
}
