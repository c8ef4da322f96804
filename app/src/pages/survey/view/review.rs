//! What is unanswered, before sending.

use domain::layout::Item;
use leptos::prelude::*;

use super::{actions, error_summary, message, row_words};
use crate::pages::survey::desk::View;
use crate::pages::survey::flow::Step;
use crate::pages::survey::form::own;
use crate::pages::survey::question::{Page, anchor};

/// What is unanswered, before sending.
pub(super) fn review(page: &Page<'_>) -> AnyView {
    let view = page.view;
    let tongue = view.tongue;
    let version = &view.desk.version;
    let unanswered = page.walk.unanswered();
    let items = version.layout().items();
    let asked = page
        .walk
        .items()
        .iter()
        .filter(|answer| **answer != domain::answer::Answer::NotShown)
        .count();
    let given = asked - unanswered.len();
    let summary = tongue.tr(
        "survey-review-count",
        &[
            ("given", &tongue.count(given as u64)),
            ("asked", &tongue.count(asked as u64)),
        ],
    );
    let sections: Vec<AnyView> = page
        .walk
        .visible_sections()
        .into_iter()
        .filter_map(|index| {
            let section = version.definition().sections.get(index)?;
            let missing: Vec<&Item> = unanswered
                .iter()
                .filter(|unanswered| unanswered.section == index)
                .filter_map(|unanswered| items.get(unanswered.item))
                .collect();
            (!missing.is_empty()).then(|| missing_of(view, index, view.text(&section.title).0, &missing))
        })
        .collect();
    let all_given = sections.is_empty();
    view! {
        {error_summary(page)}
        {message(page)}
        <h1>{tongue.t("survey-review-title")}</h1>
        <p class="lead">{summary}</p>
        {if all_given {
            view! { <p>{tongue.t("survey-review-complete")}</p> }.into_any()
        } else {
            view! {
                <p>{tongue.t("survey-review-missing")}</p>
                {sections}
            }
            .into_any()
        }}
        {actions(Some(tongue.t("survey-back")), tongue.t("survey-send"), "send")}
    }
    .into_any()
}

/// The unanswered items of a section, each a button that leads to it with everything typed.
fn missing_of(view: &View, section: usize, title: &str, missing: &[&Item]) -> AnyView {
    let version = &view.desk.version;
    let buttons: Vec<AnyView> = missing
        .iter()
        .filter_map(|item| {
            let (_, question) = version.questions().nth(item.question)?;
            let words = row_words(view, version, question, &item.path);
            let action = format!("{}#{}", view.href(), anchor(&item.path));
            Some(
                view! {
                    <li>
                        <button
                            class="link-button"
                            type="submit"
                            name=own::GO
                            value=Step::Section(section).name()
                            formaction=action
                        >
                            {words}
                        </button>
                    </li>
                }
                .into_any(),
            )
        })
        .collect();
    view! {
        <section class="missing">
            <h2>{title.to_owned()}</h2>
            <ul>{buttons}</ul>
        </section>
    }
    .into_any()
}
