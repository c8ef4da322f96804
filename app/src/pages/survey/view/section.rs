//! One section of the questionnaire, with its place among those that are asked.

use leptos::prelude::*;

use super::{actions, error_summary, message};
use crate::pages::survey::flow::questions_of;
use crate::pages::survey::question::{self, Page};

/// One section, with its place among those that are asked.
pub(super) fn section(page: &Page<'_>, index: usize) -> AnyView {
    let view = page.view;
    let locale = view.locale;
    let version = &view.desk.version;
    let Some(section) = version.definition().sections.get(index) else {
        return ().into_any();
    };
    let visible = page.walk.visible_sections();
    let total = visible.len();
    let at = visible
        .iter()
        .position(|known| *known == index)
        .map_or(1, |at| at + 1);
    let (title, lang) = view.text(&section.title);
    let title = title.to_owned();
    let intro = section.intro.as_ref().map(|intro| {
        let (text, lang) = view.text(intro);
        view! { <p lang=lang>{text.to_owned()}</p> }
    });
    let questions: Vec<AnyView> = questions_of(version, index)
        .map(|(place, (_, question))| question::question(page, place, question))
        .collect();
    let progress = locale.tr(
        "survey-progress",
        &[
            ("at", &locale.count(at as u64)),
            ("total", &locale.count(total as u64)),
        ],
    );
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
        {actions(Some(locale.t("survey-back")), locale.t("survey-next"), "next")}
    }
    .into_any()
}
