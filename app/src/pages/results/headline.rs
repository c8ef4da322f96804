//! The index: first the sentence, then the figure with its interval; further down where it comes from.

use domain::interval::IntervalRule;
use domain::method::Selection;
use domain::release::figures::{Figures, NodeFigures, Shown};
use leptos::prelude::*;

use super::sheet::Sheet;
use super::words;
use crate::chart::bar;
use crate::i18n::Locale;

/// The sentence of METHOD.md 8; nothing when nobody has rated anything.
pub(crate) fn sentence(locale: Locale, whole: &NodeFigures) -> Option<String> {
    let shown = whole.share.as_ref()?;
    Some(locale.tr(
        "headline-index",
        &[
            ("share", &words::share(locale, shown, 2)),
            ("of_100", &shown.estimate.ratio.percent(0).format(locale.style())),
            ("interval", &words::interval(locale, shown)),
            ("respondents", &respondents(locale, shown.estimate.respondents)),
        ],
    ))
}

/// "1.204 người trả lời".
pub(crate) fn respondents(locale: Locale, count: i64) -> String {
    locale.tn("respondents", u64::try_from(count).unwrap_or_default())
}

/// The headline, or why there is none.
pub(crate) fn headline(sheet: &Sheet) -> AnyView {
    let Some(figures) = sheet.figures() else {
        return withheld(sheet);
    };
    let locale = sheet.locale;
    let whole = figures.nodes.first();
    let shown = whole.and_then(|whole| whole.share.as_ref());
    let Some((whole, shown)) = whole.zip(shown) else {
        return view! { <p class="headline">{locale.t("headline-no-ratings")}</p> }.into_any();
    };
    let open = figures.selection == Selection::Open;
    let selection = words::bilingual(locale, figures.selection.name());
    view! {
        <section class="headline-section" aria-labelledby="headline">
            <h2 id="headline" class="visually-hidden">{locale.t("headline-title")}</h2>
            <p class="headline">{sentence(locale, whole)}</p>
            {open.then(|| view! { <p class="caution">{selection}</p> })}
            <div class="index">
                <p class="index-figure" aria-hidden="true">{words::share(locale, shown, 2)}</p>
                <div class="index-bar">
                    {bar(words::extent(shown))}
                    <p class="index-notes">
                        {locale.tr("interval-of", &[("interval", &words::interval(locale, shown))])} " · "
                        {respondents(locale, figures.respondents)} " · "
                        {locale.tn("answers", u64::try_from(figures.answers).unwrap_or_default())}
                    </p>
                    <p class="index-notes">
                        {locale.tr("interval-covers", &[("covers", words::bilingual(locale, shown.covers.label()))])}
                    </p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What else the same responses say, and how the figure came about; nothing where no index is shown.
pub(crate) fn about(sheet: &Sheet) -> Option<AnyView> {
    let locale = sheet.locale;
    let figures = sheet.figures()?;
    let whole = figures.nodes.first()?;
    let shown = whole.share.as_ref()?;
    Some(
        view! {
            <div class="about">
                {measures(locale, whole)}
                {provenance(locale, figures, shown)}
            </div>
        }
        .into_any(),
    )
}

fn withheld(sheet: &Sheet) -> AnyView {
    let (locale, cell) = (sheet.locale, &sheet.results.cell);
    view! {
        <section class="state" aria-labelledby="headline">
            <h2 id="headline">{words::withheld(locale, cell)}</h2>
            <p>{words::withheld_why(locale, cell)}</p>
        </section>
    }
    .into_any()
}

/// The other measures of the same responses, each with its interval and its respondents; nothing where there are none.
fn measures(locale: Locale, whole: &NodeFigures) -> Option<AnyView> {
    let mut rows: Vec<(&'static str, String, &Shown)> = Vec::new();
    if let Some(shown) = &whole.mean_of_criteria {
        let key = if shown.estimate.rule == IntervalRule::Bound {
            "measure-at-most"
        } else {
            "measure"
        };
        let (value, interval) = (words::share(locale, shown, 2), words::interval(locale, shown));
        let text = measured(locale, key, &value, &interval, shown);
        rows.push(("about-other-rollup", text, shown));
    }
    if let Some(shown) = &whole.mean {
        let (value, interval) = words::mean_parts(locale, shown);
        rows.push((
            "about-mean",
            measured(locale, "measure", &value, &interval, shown),
            shown,
        ));
    }
    if let Some(shown) = &whole.all_satisfied {
        let (value, interval) = (words::share(locale, shown, 1), words::interval(locale, shown));
        rows.push((
            "about-all-satisfied",
            measured(locale, "measure", &value, &interval, shown),
            shown,
        ));
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(term, text, shown)| {
            let text = match covers_otherwise(locale, "interval-covers", whole, [shown]) {
                Some(covers) => format!("{text}. {covers}"),
                None => text,
            };
            (term, text)
        })
        .collect();
    (!rows.is_empty()).then(|| facts(locale, "measures-title", rows))
}

/// What intervals cover, in the sentence of that key, where one of them covers something else than that of the index.
pub(crate) fn covers_otherwise<'a>(
    locale: Locale,
    key: &str,
    whole: &NodeFigures,
    shown: impl IntoIterator<Item = &'a Shown>,
) -> Option<String> {
    let of_index = whole.share.as_ref()?.covers;
    let other = shown.into_iter().find(|shown| shown.covers != of_index)?;
    let covers = words::bilingual(locale, other.covers.label());
    Some(locale.tr(key, &[("covers", covers)]))
}

/// A measure with its interval and its respondents.
fn measured(locale: Locale, key: &str, value: &str, interval: &str, shown: &Shown) -> String {
    locale.tr(
        key,
        &[
            ("value", value),
            ("interval", interval),
            ("respondents", &respondents(locale, shown.estimate.respondents)),
        ],
    )
}

/// How the figure came about: selection, method, roll-up, what was not counted.
fn provenance(locale: Locale, figures: &Figures, shown: &Shown) -> AnyView {
    let method = figures.method;
    let mut rows = Vec::new();
    // Of whoever answered it is said above the figure.
    if figures.selection != Selection::Open {
        let selection = words::bilingual(locale, figures.selection.name());
        rows.push(("about-selection", selection.to_owned()));
    }
    let source = words::bilingual(locale, method.source);
    rows.push((
        "about-method",
        format!("{} – {source}", words::bilingual(locale, method.name)),
    ));
    rows.push((
        "about-rollup",
        words::bilingual(locale, method.rollup.name()).to_owned(),
    ));
    if let Some(effect) = shown.estimate.design_effect {
        let effect = domain::round::Decimal::of_float(effect, 1).format(locale.style());
        rows.push((
            "about-design-effect",
            locale.tr("design-effect-means", &[("effect", &effect)]),
        ));
    }
    rows.push(("about-responses", counted(locale, figures)));
    facts(locale, "provenance-title", rows)
}

/// A titled list of facts.
fn facts(locale: Locale, title: &'static str, rows: Vec<(&'static str, String)>) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(term, text)| {
            view! {
                <div>
                    <dt>{locale.t(term)}</dt>
                    <dd>{text}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <section aria-labelledby=title>
            <h3 id=title>{locale.t(title)}</h3>
            <dl>{rows}</dl>
        </section>
    }
    .into_any()
}

/// Responses counted, and beside them those that are not.
fn counted(locale: Locale, figures: &Figures) -> String {
    locale.tr(
        "responses-line",
        &[
            ("responses", &words::count(locale, figures.responses)),
            ("held", &words::count(locale, figures.held)),
            ("late", &words::count(locale, figures.late)),
            ("excluded", &words::count(locale, figures.excluded)),
        ],
    )
}
