//! The index: first the sentence, then the figure with its interval, then where it comes from.

use domain::method::Selection;
use domain::release::figures::{Figures, NodeFigures};
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
                </div>
            </div>
            {provenance(locale, figures, whole)}
        </section>
    }
    .into_any()
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

/// How the figure came about: selection, method, what its interval covers, what was not counted.
fn provenance(locale: Locale, figures: &Figures, whole: &NodeFigures) -> AnyView {
    let method = figures.method;
    let mut rows: Vec<(&str, String)> = vec![
        (
            "about-selection",
            words::bilingual(locale, figures.selection.name()).to_owned(),
        ),
        (
            "about-method",
            format!(
                "{} – {}",
                words::bilingual(locale, method.name),
                words::bilingual(locale, method.source)
            ),
        ),
        (
            "about-rollup",
            words::bilingual(locale, method.rollup.name()).to_owned(),
        ),
    ];
    if let Some(shown) = &whole.mean_of_criteria {
        let value = format!(
            "{} ({})",
            words::share(locale, shown, 2),
            words::interval(locale, shown)
        );
        rows.push(("about-other-rollup", value));
    }
    if let Some(shown) = &whole.share {
        rows.push((
            "about-covers",
            words::bilingual(locale, shown.covers.label()).to_owned(),
        ));
        if let Some(effect) = shown.estimate.design_effect {
            rows.push((
                "about-design-effect",
                domain::round::Decimal::of_float(effect, 1).format(locale.style()),
            ));
        }
    }
    if let Some(shown) = &whole.mean {
        rows.push(("about-mean", words::mean(locale, shown)));
    }
    if let Some(shown) = &whole.all_satisfied {
        rows.push((
            "about-all-satisfied",
            format!(
                "{} ({})",
                words::share(locale, shown, 1),
                words::interval(locale, shown)
            ),
        ));
    }
    rows.push(("about-responses", counted(locale, figures)));
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
    view! { <dl class="provenance">{rows}</dl> }.into_any()
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
