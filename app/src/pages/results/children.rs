//! The units directly below, compared in a table.

use leptos::prelude::*;

use super::choice::{Choice, PAGE};
use super::filters;
use super::sheet::Sheet;
use super::side::{cell_row, table};

/// Fifty units a page, with search and order; nothing where there are no units below.
pub(crate) fn children(sheet: &Sheet) -> Option<AnyView> {
    let below = sheet.results.children.as_ref()?;
    if below.total == 0 && sheet.choice.find.is_empty() {
        return None;
    }
    let locale = sheet.locale;
    let choice = sheet.choice.elsewhere();
    let rows: Vec<AnyView> = below
        .rows
        .iter()
        .map(|(unit, cell)| {
            let href = choice.href(&sheet.path(*unit));
            cell_row(locale, sheet.name(*unit), Some(href), cell)
        })
        .collect();
    let count = locale.tn("below-count", whole(below.total));
    let body = if rows.is_empty() {
        view! { <p>{locale.t("below-none")}</p> }.into_any()
    } else {
        table(locale, count, locale.t("below-unit"), rows)
    };
    Some(
        view! {
            <section class="results-section" aria-labelledby="below">
                <h2 id="below">{locale.t("below-title")}</h2>
                <p>{locale.t("below-note")}</p>
                {filters::below(sheet)}
                {body}
                {pages(sheet, below.offset, below.total)}
            </section>
        }
        .into_any(),
    )
}

/// Links to the pages before and after; nothing when all fit on one.
fn pages(sheet: &Sheet, offset: usize, total: usize) -> Option<AnyView> {
    if total <= PAGE {
        return None;
    }
    let locale = sheet.locale;
    let path = sheet.path(sheet.results.unit);
    let link = |turned: usize, key: &'static str, rel: &'static str| {
        let href = format!(
            "{}#below",
            Choice {
                turned,
                ..sheet.choice.clone()
            }
            .href(&path)
        );
        view! { <a href=href rel=rel>{locale.t(key)}</a> }
    };
    let turned = offset / PAGE;
    let before = (turned > 0).then(|| link(turned - 1, "pages-before", "prev"));
    let after = (offset + PAGE < total).then(|| link(turned + 1, "pages-after", "next"));
    let here = locale.tr(
        "pages-here",
        &[
            ("from", &locale.count(whole(offset + 1))),
            ("to", &locale.count(whole((offset + PAGE).min(total)))),
            ("total", &locale.count(whole(total))),
        ],
    );
    Some(
        view! {
            <nav class="pages" aria-label=locale.t("pages-label")>
                {before}
                <span>{here}</span>
                {after}
            </nav>
        }
        .into_any(),
    )
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
