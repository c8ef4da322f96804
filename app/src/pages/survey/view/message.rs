//! Pages that say one thing: thanks, and that it is over.

use leptos::prelude::*;

use crate::layout::{DemoBanner, Lotus, SkipLink};
use crate::pages::survey::desk::View;
use crate::pages::survey::faces::faces;

/// After sending; the same page for a repeat.
pub(crate) fn thanks(view: &View, island: AnyView) -> AnyView {
    let locale = view.locale;
    message_page(
        view,
        locale.t("survey-thanks-title"),
        vec![locale.t("survey-thanks-text"), locale.t("survey-thanks-close")],
        island,
    )
}

/// The campaign is over.
pub(crate) fn closed(view: &View, on: &str) -> AnyView {
    let locale = view.locale;
    let unit = view.desk.unit.get(locale);
    message_page(
        view,
        locale.t("survey-closed-title"),
        vec![
            locale.tr("survey-closed-text", &[("date", on), ("unit", unit)]),
            locale.t("survey-closed-next"),
        ],
        ().into_any(),
    )
}

fn message_page(view: &View, title: String, lines: Vec<String>, island: AnyView) -> AnyView {
    let locale = view.locale;
    view! {
        <SkipLink locale/>
        {header_without_languages(view)}
        {view.desk.demo.then(|| view! { <DemoBanner locale/> })}
        <main id="main" class="survey survey-message" tabindex="-1">
            <div class="wrap">
                <svg class="big-face" aria-hidden="true" focusable="false">
                    <use href="#face-4"></use>
                </svg>
                <h1>{title}</h1>
                {lines.into_iter().map(|line| view! { <p class="lead">{line}</p> }).collect_view()}
                <p>
                    <a href=locale.href("/results")>{locale.t("survey-see-results")}</a>
                </p>
            </div>
            {island}
        </main>
        {faces()}
    }
    .into_any()
}

fn header_without_languages(view: &View) -> AnyView {
    view! {
        <header class="survey-header">
            <div class="wrap survey-header-row">
                <Lotus/>
                <p class="survey-place">{view.place()}</p>
            </div>
        </header>
    }
    .into_any()
}
