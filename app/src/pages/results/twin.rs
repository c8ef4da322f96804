//! The same figures as a table.

use domain::release::figures::{Figures, NodeFigures, Shown};
use leptos::prelude::*;

use super::structure::part;
use super::tree::{Limb, Rated};
use super::words;
use crate::i18n::Locale;
use crate::layout::table_scroll;

/// The columns after the name and before the levels.
const COLUMNS: [&str; 9] = [
    "twin-respondents",
    "twin-answers",
    "twin-share",
    "twin-interval",
    "twin-mean",
    "twin-mean-of-criteria",
    "twin-all",
    "twin-no-opinion",
    "twin-skipped",
];

/// Whole, parts, factors and criteria, a row each; the levels as columns where all criteria share a scale.
pub(crate) fn twin(locale: Locale, figures: &Figures, limbs: &[Limb<'_>]) -> AnyView {
    let language = locale.language();
    let criteria = || {
        limbs
            .iter()
            .flat_map(|limb| &limb.factors)
            .flat_map(|branch| &branch.criteria)
    };
    let scale = criteria().next().map(|rated| rated.scale);
    let scale = scale.filter(|scale| criteria().all(|rated| rated.scale.id == scale.id));
    let levels: Vec<String> = scale
        .map(|scale| {
            scale
                .levels
                .iter()
                .map(|level| level.get(&language).to_owned())
                .collect()
        })
        .unwrap_or_default();
    let columns = levels.len();
    let mut rows: Vec<AnyView> = Vec::new();
    if let Some(whole) = figures.nodes.first() {
        rows.push(node_row(locale, "whole", locale.t("twin-whole"), whole, columns));
    }
    for limb in limbs {
        rows.push(node_row(
            locale,
            "part",
            limb.part.title.get(&language).to_owned(),
            limb.figures,
            columns,
        ));
        for branch in &limb.factors {
            let title = branch.factor.title.get(&language).to_owned();
            rows.push(node_row(locale, "factor", title, branch.figures, columns));
            for rated in &branch.criteria {
                rows.push(criterion_row(locale, rated, columns));
            }
        }
    }
    let heads: Vec<_> = COLUMNS
        .into_iter()
        .map(|key| view! { <th scope="col" class="number">{locale.t(key)}</th> })
        .collect();
    let level_heads: Vec<_> = levels
        .into_iter()
        .map(|level| view! { <th scope="col" class="number">{level}</th> })
        .collect();
    let label = locale.t("twin-title");
    let table = view! {
        <table class="figures">
            <caption>{locale.t("twin-caption")}</caption>
            <thead>
                <tr>
                    <th scope="col">{locale.t("twin-what")}</th>
                    {heads}
                    {level_heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any();
    view! {
        <details class="twin">
            <summary>{label.clone()}</summary>
            {table_scroll(label, table)}
        </details>
    }
    .into_any()
}

fn node_row(
    locale: Locale,
    class: &'static str,
    title: String,
    node: &NodeFigures,
    levels: usize,
) -> AnyView {
    let Some((respondents, answers)) = node.respondents.zip(node.answers) else {
        return hidden_row(locale, class, title, COLUMNS.len() + levels);
    };
    let cells = [
        words::count(locale, respondents),
        words::count(locale, answers),
        share(locale, node.share.as_ref()),
        interval(locale, node.share.as_ref()),
        node.mean
            .as_ref()
            .map_or_else(none, |mean| words::mean(locale, mean)),
        with_interval(locale, node.mean_of_criteria.as_ref(), 2),
        with_interval(locale, node.all_satisfied.as_ref(), 1),
        none(),
        none(),
    ];
    row(
        class,
        title,
        cells.into_iter().chain(std::iter::repeat_n(none(), levels)),
    )
}

fn criterion_row(locale: Locale, rated: &Rated<'_>, levels: usize) -> AnyView {
    let title = rated.name(&locale.language());
    let Some(counts) = &rated.figures.counts else {
        return hidden_row(locale, "criterion", title, COLUMNS.len() + levels);
    };
    let answered = words::count(locale, counts.answered);
    let cells = [
        answered.clone(),
        answered,
        share(locale, rated.figures.share.as_ref()),
        interval(locale, rated.figures.share.as_ref()),
        rated
            .figures
            .mean
            .as_ref()
            .map_or_else(none, |mean| words::mean(locale, mean)),
        none(),
        none(),
        words::count(locale, counts.no_opinion),
        words::count(locale, counts.skipped),
    ];
    let levels = counts
        .options
        .iter()
        .take(levels)
        .map(|count| part(locale, *count, counts.answered, 1));
    row("criterion", title, cells.into_iter().chain(levels))
}

/// What a shown cell does not show, over so many columns.
pub(crate) fn hidden_row(locale: Locale, class: &'static str, title: String, columns: usize) -> AnyView {
    view! {
        <tr class=class>
            <th scope="row">{title}</th>
            <td colspan=columns>{locale.t("state-hidden")}</td>
        </tr>
    }
    .into_any()
}

/// A row of figures under their name.
pub(crate) fn row(class: &'static str, title: String, cells: impl Iterator<Item = String>) -> AnyView {
    let cells: Vec<_> = cells
        .map(|cell| view! { <td class="number">{cell}</td> })
        .collect();
    view! {
        <tr class=class>
            <th scope="row">{title}</th>
            {cells}
        </tr>
    }
    .into_any()
}

fn share(locale: Locale, shown: Option<&Shown>) -> String {
    shown.map_or_else(none, |shown| words::share(locale, shown, 2))
}

fn with_interval(locale: Locale, shown: Option<&Shown>, places: u8) -> String {
    shown.map_or_else(none, |shown| words::share_with_interval(locale, shown, places))
}

fn interval(locale: Locale, shown: Option<&Shown>) -> String {
    shown.map_or_else(none, |shown| words::interval(locale, shown))
}

/// Where a column does not apply to a row.
pub(crate) fn none() -> String {
    "–".to_owned()
}
