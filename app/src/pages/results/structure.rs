//! Parts, factors and criteria as bars with their distributions, and all of it as a table.

use domain::release::figures::{Counts, Figures, Shown};
use domain::text::Text;
use leptos::prelude::*;

use super::sheet::Sheet;
use super::tree::{Branch, Limb, Rated, tree, value, weakest_first};
use super::{headline, twin, words};
use crate::chart::{Ramp, bar, distribution, legend};
use crate::i18n::Locale;

/// Parts, factors, criteria, and the table of them.
pub(crate) fn structure(sheet: &Sheet, figures: &Figures) -> AnyView {
    let locale = sheet.locale;
    let limbs = tree(&sheet.results.version.version, figures);
    view! {
        <section class="results-section" aria-labelledby="parts">
            <h2 id="parts">{locale.t("structure-title")}</h2>
            {(limbs.len() > 1).then(|| parts(locale, &limbs))}
            {factors(sheet, &limbs)}
        </section>
        {criteria(sheet, figures, &limbs)}
        {twin::twin(locale, figures, &limbs)}
    }
    .into_any()
}

fn parts(locale: Locale, limbs: &[Limb<'_>]) -> AnyView {
    let language = locale.language();
    let cards: Vec<_> = limbs
        .iter()
        .map(|limb| {
            view! {
                <div class="part-card">
                    <h3>{limb.part.title.get(&language).to_owned()}</h3>
                    {figure(locale, limb.figures.share.as_ref(), limb.figures.respondents, 2)}
                </div>
            }
        })
        .collect();
    view! { <div class="part-cards">{cards}</div> }.into_any()
}

fn factors(sheet: &Sheet, limbs: &[Limb<'_>]) -> AnyView {
    let locale = sheet.locale;
    if sheet.choice.weakest {
        let mut all: Vec<&Branch<'_>> = limbs.iter().flat_map(|limb| &limb.factors).collect();
        weakest_first(&mut all, |branch| value(branch.figures.share.as_ref()));
        return view! {
            <h3>{locale.t("factors-weakest")}</h3>
            {branches(locale, &all)}
        }
        .into_any();
    }
    let language = locale.language();
    let groups: Vec<_> = limbs
        .iter()
        .map(|limb| {
            let title = limb.part.title.get(&language);
            let all: Vec<&Branch<'_>> = limb.factors.iter().collect();
            view! {
                <h3>{locale.tr("factors-of", &[("part", title)])}</h3>
                {branches(locale, &all)}
            }
        })
        .collect();
    groups.into_any()
}

fn branches(locale: Locale, branches: &[&Branch<'_>]) -> AnyView {
    let language = locale.language();
    let rows: Vec<_> = branches
        .iter()
        .map(|branch| {
            view! {
                <li class="row">
                    <p class="row-name">{branch.factor.title.get(&language).to_owned()}</p>
                    {figure(locale, branch.figures.share.as_ref(), branch.figures.respondents, 1)}
                </li>
            }
        })
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn criteria(sheet: &Sheet, figures: &Figures, limbs: &[Limb<'_>]) -> Option<AnyView> {
    let locale = sheet.locale;
    let language = locale.language();
    let scale = limbs
        .iter()
        .flat_map(|limb| &limb.factors)
        .find_map(|branch| branch.criteria.first())?
        .scale;
    let groups: Vec<AnyView> = if sheet.choice.weakest {
        let mut all: Vec<(Rated<'_>, &Text)> = limbs
            .iter()
            .flat_map(|limb| &limb.factors)
            .flat_map(|branch| branch.criteria.iter().map(|rated| (*rated, &branch.factor.title)))
            .collect();
        weakest_first(&mut all, |(rated, _)| value(rated.figures.share.as_ref()));
        let rows: Vec<_> = all
            .iter()
            .map(|(rated, factor)| criterion(locale, rated, Some(factor.get(&language))))
            .collect();
        vec![view! { <ul class="rows">{rows}</ul> }.into_any()]
    } else {
        let branches = limbs
            .iter()
            .flat_map(|limb| &limb.factors)
            .filter(|branch| !branch.criteria.is_empty());
        branches
            .map(|branch| {
                let rows: Vec<_> = branch
                    .criteria
                    .iter()
                    .map(|rated| criterion(locale, rated, None))
                    .collect();
                view! {
                    <h3>{branch.factor.title.get(&language).to_owned()}</h3>
                    <ul class="rows">{rows}</ul>
                }
                .into_any()
            })
            .collect()
    };
    let words: Vec<String> = scale
        .levels
        .iter()
        .map(|level| level.get(&language).to_owned())
        .collect();
    Some(
        view! {
            <section class="results-section" aria-labelledby="criteria">
                <h2 id="criteria">{locale.t(if sheet.choice.weakest { "criteria-weakest" } else { "criteria-title" })}</h2>
                {covers_note(locale, figures, limbs).map(|note| view! { <p>{note}</p> })}
                {legend(ramp(words.len()), &words)}
                {groups}
            </section>
        }
        .into_any(),
    )
}

/// What the intervals of criteria cover, where that is not what the index's does.
fn covers_note(locale: Locale, figures: &Figures, limbs: &[Limb<'_>]) -> Option<String> {
    let whole = figures.nodes.first()?;
    let of_index = whole.share.as_ref()?.covers;
    let shares: Vec<&Shown> = limbs
        .iter()
        .flat_map(|limb| &limb.factors)
        .flat_map(|branch| &branch.criteria)
        .filter_map(|rated| rated.figures.share.as_ref())
        .collect();
    // The only criterion of a factor has the factor's interval.
    let key = if shares.iter().any(|share| share.covers == of_index) {
        "criteria-covers-some"
    } else {
        "criteria-covers"
    };
    headline::covers_otherwise(locale, key, whole, shares)
}

fn criterion(locale: Locale, rated: &Rated<'_>, factor: Option<&str>) -> AnyView {
    let language = locale.language();
    let number = rated
        .criterion
        .number
        .as_ref()
        .map(|number| format!("{number}. "));
    let text = rated.criterion.text.get(&language).to_owned();
    let factor = factor.map(|factor| view! { <span class="row-of">{factor.to_owned()}</span> });
    let stack = rated.figures.counts.as_ref().map(|counts| {
        let levels: Vec<String> = rated
            .scale
            .levels
            .iter()
            .map(|level| level.get(&language).to_owned())
            .collect();
        distribution(
            ramp(levels.len()),
            &counts.options,
            described(locale, &levels, &counts.options),
        )
    });
    let respondents = rated.figures.counts.as_ref().map(|counts| counts.answered);
    view! {
        <li class="row">
            <p class="row-name">{number}{text}{factor}</p>
            <div class="row-charts">
                {figure(locale, rated.figures.share.as_ref(), respondents, 1)}
                {stack}
                {rated.figures.counts.as_ref().and_then(|counts| aside(locale, counts))}
            </div>
        </li>
    }
    .into_any()
}

/// People who had no opinion or left the row out: in no denominator, and said apart.
fn aside(locale: Locale, counts: &Counts) -> Option<AnyView> {
    if counts.no_opinion == 0 && counts.skipped == 0 {
        return None;
    }
    let (none, skipped) = (
        words::count(locale, counts.no_opinion),
        words::count(locale, counts.skipped),
    );
    let text = locale.tr("row-aside", &[("no_opinion", &none), ("skipped", &skipped)]);
    Some(view! { <p class="row-aside">{text}</p> }.into_any())
}

/// A share in figures, with its bar, interval and respondents; without a number of respondents it is hidden.
pub(crate) fn figure(locale: Locale, shown: Option<&Shown>, respondents: Option<i64>, places: u8) -> AnyView {
    let Some((shown, respondents)) = shown.zip(respondents) else {
        let key = if respondents == Some(0) {
            "row-no-ratings"
        } else {
            "state-hidden"
        };
        return view! { <p class="row-withheld">{locale.t(key)}</p> }.into_any();
    };
    view! {
        <div class="row-figure">
            <span class="row-share">{words::share(locale, shown, places)}</span>
            {bar(words::extent(shown))}
            <span class="row-notes">
                {locale.tr("interval-short", &[("interval", &words::interval(locale, shown))])} " · "
                {headline::respondents(locale, respondents)}
            </span>
        </div>
    }
    .into_any()
}

/// How a scale with so many levels is coloured: only five levels have a neutral middle of their own.
pub(crate) fn ramp(levels: usize) -> Ramp {
    if levels == 5 {
        Ramp::Diverging
    } else {
        Ramp::Sequential
    }
}

/// A distribution in words: "Rất không hài lòng 2%, …".
pub(crate) fn described(locale: Locale, levels: &[String], counts: &[i64]) -> String {
    let total: i64 = counts.iter().sum();
    let parts: Vec<String> = levels
        .iter()
        .zip(counts)
        .map(|(words, count)| format!("{words} {}", part(locale, *count, total, 0)))
        .collect();
    parts.join(", ")
}

/// A count as a percentage of a total.
pub(crate) fn part(locale: Locale, count: i64, total: i64, places: u8) -> String {
    let percent = domain::round::Decimal::of(i128::from(count) * 100, i128::from(total.max(1)), places);
    domain::round::format_percent(percent, locale.style())
}
