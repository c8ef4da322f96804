//! The questions outside the structure as a table.

use domain::layout::Item;
use domain::questionnaire::{AnswerKind, Definition, Question};
use domain::release::figures::{ItemFigures, Shown};
use leptos::prelude::*;

use super::questions::{of_question, options, row_name};
use super::twin::{hidden_row, none, row};
use super::words;
use crate::i18n::Locale;
use crate::layout::table_scroll;

/// The columns after the name.
const COLUMNS: [&str; 7] = [
    "twin-respondents",
    "questions-chosen",
    "questions-share",
    "twin-interval",
    "questions-mean",
    "twin-no-opinion",
    "twin-skipped",
];

/// Every question with its options, a row each, behind a summary.
pub(crate) fn table(locale: Locale, definition: &Definition, items: &[(&Item, &ItemFigures)]) -> AnyView {
    let groups: Vec<AnyView> = definition
        .questions()
        .enumerate()
        .filter_map(|(at, (_, question))| group(locale, definition, question, &of_question(items, at)))
        .collect();
    let heads: Vec<_> = COLUMNS
        .into_iter()
        .map(|key| view! { <th scope="col" class="number">{locale.t(key)}</th> })
        .collect();
    let title = locale.t("questions-table");
    let table = view! {
        <table class="figures">
            <caption>{title.clone()}</caption>
            <thead>
                <tr>
                    <th scope="col">{locale.t("twin-what")}</th>
                    {heads}
                </tr>
            </thead>
            {groups}
        </table>
    }
    .into_any();
    view! {
        <details class="twin">
            <summary>{title.clone()}</summary>
            {table_scroll(title, table)}
        </details>
    }
    .into_any()
}

/// A question with what was answered to it; nothing where answers are not counted one by one.
fn group(
    locale: Locale,
    definition: &Definition,
    question: &Question,
    items: &[(&Item, &ItemFigures)],
) -> Option<AnyView> {
    let (first, _) = items.first()?;
    let names = options(locale, definition, question, first)?;
    let text = question.text.get(&locale.language()).to_owned();
    let is_grid = matches!(question.answer, AnswerKind::Grid { .. });
    let head = is_grid.then(|| {
        view! {
            <tr class="part">
                <th scope="rowgroup" colspan=COLUMNS.len() + 1>{text.clone()}</th>
            </tr>
        }
    });
    let rows: Vec<AnyView> = items
        .iter()
        .flat_map(|(item, figures)| {
            let (class, name) = if is_grid {
                ("factor", row_name(locale, question, item))
            } else {
                ("part", text.clone())
            };
            item_rows(locale, class, name, &names, figures)
        })
        .collect();
    Some(view! { <tbody>{head}{rows}</tbody> }.into_any())
}

/// The item itself, how many of its answers are satisfied ones where that is asked, and each option.
fn item_rows(
    locale: Locale,
    class: &'static str,
    name: String,
    options: &[String],
    figures: &ItemFigures,
) -> Vec<AnyView> {
    let Some(counts) = &figures.counts else {
        return vec![hidden_row(locale, class, name, COLUMNS.len())];
    };
    let mean = figures.mean.as_ref();
    let cells = [
        words::count(locale, counts.answered),
        none(),
        none(),
        none(),
        mean.map_or_else(none, |mean| words::mean(locale, mean)),
        words::count(locale, counts.no_opinion),
        words::count(locale, counts.skipped),
    ];
    let mut rows = vec![row(class, name, cells.into_iter())];
    let satisfied = figures.share.iter().map(|share| (locale.t("twin-share"), share));
    let options = options.iter().cloned().zip(&figures.option_shares);
    rows.extend(
        satisfied
            .chain(options)
            .map(|(name, shown)| share_row(locale, name, shown)),
    );
    rows
}

/// So many of those who answered.
fn share_row(locale: Locale, name: String, shown: &Shown) -> AnyView {
    let estimate = &shown.estimate;
    let cells = [
        words::count(locale, estimate.respondents),
        words::count(locale, estimate.ratio.numerator()),
        words::share(locale, shown, 2),
        words::interval(locale, shown),
        none(),
        none(),
        none(),
    ];
    row("criterion", name, cells.into_iter())
}
