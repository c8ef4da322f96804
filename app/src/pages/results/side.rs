//! The same unit over time and by channel.

use leptos::prelude::*;
use service::results::CellState;

use super::choice::Choice;
use super::headline;
use super::sheet::Sheet;
use super::structure::figure;
use super::words;
use crate::chart::{TrendPoint, trend};
use crate::i18n::Locale;
use crate::layout::table_scroll;

/// The line over the shortest periods that may be shown, with its table; nothing for a single period.
pub(crate) fn over_time(sheet: &Sheet) -> Option<AnyView> {
    let locale = sheet.locale;
    let series = &sheet.results.series;
    if series.iter().filter(|(_, cell)| cell.figures().is_some()).count() < 2 {
        return None;
    }
    let points: Vec<TrendPoint> = series
        .iter()
        .map(|(period, cell)| {
            let shown = cell.figures().and_then(|figures| figures.nodes.first()?.share);
            TrendPoint {
                period: words::short_period(locale, *period),
                extent: shown.as_ref().map(words::extent),
                written: shown
                    .as_ref()
                    .map(|shown| words::share(locale, shown, 0))
                    .unwrap_or_default(),
            }
        })
        .collect();
    let ends = [series.first()?, series.last()?].map(|(period, _)| words::period(locale, *period));
    let description = locale.tr("time-description", &[("from", &ends[0]), ("to", &ends[1])]);
    let rows: Vec<_> = series
        .iter()
        .rev()
        .map(|(period, cell)| cell_row(locale, words::period(locale, *period), None, cell))
        .collect();
    let title = locale.t("time-table");
    Some(
        view! {
            <section class="results-section" aria-labelledby="time">
                <h2 id="time">{locale.t("time-title")}</h2>
                <figure>
                    {trend(&points, description)}
                    <figcaption>{locale.t("time-caption")}</figcaption>
                </figure>
                <details class="twin">
                    <summary>{title.clone()}</summary>
                    {table(locale, title, locale.t("time-period"), rows)}
                </details>
            </section>
        }
        .into_any(),
    )
}

/// Channels side by side; nothing where only one was used.
pub(crate) fn by_channel(sheet: &Sheet) -> Option<AnyView> {
    if sheet.results.channels.is_empty() {
        return None;
    }
    let locale = sheet.locale;
    let path = sheet.path(sheet.results.unit);
    let cards: Vec<_> = sheet
        .results
        .channels
        .iter()
        .map(|(class, cell)| {
            let whole = cell.figures().and_then(|figures| figures.nodes.first().cloned());
            let body = match (&whole, words::withheld(locale, cell)) {
                (Some(whole), None) => figure(locale, whole.share.as_ref(), whole.respondents, 1),
                (_, words) => view! { <p class="row-withheld">{words}</p> }.into_any(),
            };
            let choice = Choice {
                channel: Some(*class),
                ..sheet.choice.elsewhere()
            };
            view! {
                <div class="part-card">
                    <h3><a href=choice.href(&path)>{words::channel(locale, *class)}</a></h3>
                    {body}
                </div>
            }
        })
        .collect();
    Some(
        view! {
            <section class="results-section" aria-labelledby="channels">
                <h2 id="channels">{locale.t("channels-title")}</h2>
                <p>{locale.t("channels-note")}</p>
                <div class="part-cards">{cards}</div>
            </section>
        }
        .into_any(),
    )
}

/// A table with a row a cell: respondents, share, interval, and a small bar.
pub(crate) fn table(locale: Locale, caption: String, what: String, rows: Vec<AnyView>) -> AnyView {
    let label = caption.clone();
    let table = view! {
        <table class="cells">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{what}</th>
                    <th scope="col" class="number">{locale.t("twin-respondents")}</th>
                    <th scope="col" class="number">{locale.t("twin-share")}</th>
                    <th scope="col" class="number">{locale.t("twin-interval")}</th>
                    <td class="bar-cell"></td>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    table_scroll(label, table.into_any())
}

/// A row of [`table`]: figures, or why there are none.
pub(crate) fn cell_row(locale: Locale, name: String, href: Option<String>, cell: &CellState) -> AnyView {
    let head = match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let whole = cell.figures().and_then(|figures| figures.nodes.first());
    let Some(shown) = whole.and_then(|whole| whole.share.as_ref()) else {
        let words = words::withheld(locale, cell).unwrap_or_else(|| locale.t("row-no-ratings"));
        return view! {
            <tr>
                <th scope="row">{head}</th>
                <td colspan="4" class="row-withheld">{words}</td>
            </tr>
        }
        .into_any();
    };
    view! {
        <tr>
            <th scope="row">{head}</th>
            <td class="number">{words::count(locale, shown.estimate.respondents)}</td>
            <td class="number">{words::share(locale, shown, 2)}</td>
            <td class="number">{words::interval(locale, shown)}</td>
            <td class="bar-cell">{crate::chart::bar(words::extent(shown))}</td>
        </tr>
    }
    .into_any()
}

/// The sentence for a page's description: the headline, or why there is none.
pub(crate) fn described(locale: Locale, cell: &CellState) -> String {
    let whole = cell.figures().and_then(|figures| figures.nodes.first());
    whole
        .and_then(|whole| headline::sentence(locale, whole))
        .or_else(|| words::withheld(locale, cell))
        .unwrap_or_else(|| locale.t("headline-no-ratings"))
}
