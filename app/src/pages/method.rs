//! `/about/method`: what the index means, how it is computed, what is hidden and why.

use axum::response::Response;
use leptos::prelude::*;

use crate::i18n::Locale;
use crate::layout::table_scroll;
use crate::shell::{Page, PageRequest};

/// Sections, each a title and its paragraphs.
const SECTIONS: [(&str, &[&str]); 8] = [
    (
        "method-index",
        &["method-index-1", "method-index-2", "method-index-3"],
    ),
    ("method-counts", &["method-counts-1", "method-counts-2"]),
    ("method-rollups", &["method-rollups-1", "method-rollups-2"]),
    (
        "method-interval",
        &["method-interval-1", "method-interval-2", "method-interval-3"],
    ),
    (
        "method-selection",
        &["method-selection-1", "method-selection-2", "method-selection-3"],
    ),
    (
        "method-hidden",
        &[
            "method-hidden-1",
            "method-hidden-2",
            "method-hidden-3",
            "method-hidden-4",
        ],
    ),
    (
        "method-compare",
        &["method-compare-1", "method-compare-2", "method-compare-3"],
    ),
    ("method-people", &["method-people-1", "method-people-2"]),
];

/// Figure, formula and the name of the rule, in the words of `docs/indicators.md`.
const FORMULAS: [(&str, &str, &str); 6] = [
    ("formula-criterion", "p = h / n", "formula-criterion-rule"),
    ("formula-pooled", "P = ΣH / ΣA", "formula-pooled-rule"),
    (
        "formula-variance",
        "v = m/(m−1) · [A²·ΣH² − 2·A·H·ΣAH + H²·ΣA²] / A⁴",
        "formula-variance-rule",
    ),
    (
        "formula-mean-of-criteria",
        "(1/k) · Σ pᵢ",
        "formula-mean-of-criteria-rule",
    ),
    ("formula-mean", "ΣS / ΣA", "formula-mean-rule"),
    (
        "formula-difference",
        "d − √((p₁−l₁)² + (u₂−p₂)²) … d + √((u₁−p₁)² + (p₂−l₂)²)",
        "formula-difference-rule",
    ),
];

/// The page.
pub(crate) async fn method(request: PageRequest) -> Response {
    let locale = request.locale;
    let page = Page::new(locale.t("method-title"), locale.t("method-lead"));
    request.render(page, move || contents(locale)).await
}

fn contents(locale: Locale) -> AnyView {
    let sections: Vec<_> = SECTIONS
        .into_iter()
        .map(|(title, texts)| {
            let texts: Vec<_> = texts.iter().map(|key| view! { <p>{locale.t(key)}</p> }).collect();
            view! {
                <section aria-labelledby=title>
                    <h2 id=title>{locale.t(title)}</h2>
                    {texts}
                </section>
            }
        })
        .collect();
    let formulas: Vec<_> = FORMULAS
        .into_iter()
        .map(|(figure, formula, rule)| {
            view! {
                <tr>
                    <th scope="row">{locale.t(figure)}</th>
                    <td class="formula">{formula}</td>
                    <td>{locale.t(rule)}</td>
                </tr>
            }
        })
        .collect();
    let table = view! {
        <table class="formulas">
            <caption class="visually-hidden">{locale.t("method-formulas-table")}</caption>
            <thead>
                <tr>
                    <th scope="col">{locale.t("formula-figure")}</th>
                    <th scope="col">{locale.t("formula-formula")}</th>
                    <th scope="col">{locale.t("formula-rule")}</th>
                </tr>
            </thead>
            <tbody>{formulas}</tbody>
        </table>
    }
    .into_any();
    view! {
        <article class="method-page">
            <h1>{locale.t("method-title")}</h1>
            <p class="lead">{locale.t("method-lead")}</p>
            {sections}
            <section aria-labelledby="formulas">
                <h2 id="formulas">{locale.t("method-formulas")}</h2>
                <p>{locale.t("method-formulas-letters")}</p>
                {table_scroll(locale.t("method-formulas-table"), table)}
                <p>
                    {locale.t("method-docs")} " " <code>"docs/indicators.md"</code> ", " <code>"docs/digest.md"</code> ", "
                    <code>"docs/units.md"</code> "."
                </p>
            </section>
        </article>
    }
    .into_any()
}
