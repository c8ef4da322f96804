//! Ways to a unit: what a search found, a code with several meanings, and what became of a unit that ended.

use domain::unit::{Became, Extent, SearchHit, SearchQuery, UnitDirectory, UnitId};
use leptos::prelude::*;
use time::Date;

use super::{filters, words};
use crate::i18n::Locale;

/// How many units a search shows.
const FOUND: usize = 20;

/// What was found for a typed text, best first.
pub(crate) fn found(locale: Locale, units: &UnitDirectory, day: Date, typed: &str) -> AnyView {
    let hits = units.search(&SearchQuery {
        text: typed,
        on: day,
        under: None,
        limit: FOUND,
    });
    let list: Vec<_> = hits.iter().map(|hit| entry(locale, units, day, hit)).collect();
    let lead = if hits.is_empty() {
        locale.tr("found-none", &[("typed", typed)])
    } else {
        locale.tr("found-lead", &[("typed", typed)])
    };
    view! {
        <div class="narrow">
            <h1>{locale.t("found-title")}</h1>
            {filters::search(locale, typed)}
            <p class="lead" role="status">{lead}</p>
            <ul class="found">{list}</ul>
            <p><a href=locale.href("/results")>{locale.t("home-results-all")}</a></p>
        </div>
    }
    .into_any()
}

/// A unit found: its name, what it lies in, and the earlier name that led to it.
fn entry(locale: Locale, units: &UnitDirectory, day: Date, hit: &SearchHit) -> AnyView {
    let former = hit.former.as_ref().map(|former| {
        let name = words::name(locale, &former.name);
        let until = former.until.map(|until| locale.date(until)).unwrap_or_default();
        let parameters = [
            ("name", name),
            ("code", former.code.as_str()),
            ("date", until.as_str()),
        ];
        let own = former.unit == hit.unit;
        let key = match former.extent {
            _ if own => "found-renamed",
            Extent::Exact => "found-former",
            Extent::Partial => "found-former-part",
        };
        view! { <span class="found-former">{locale.tr(key, &parameters)}</span> }
    });
    view! {
        <li>
            {link(locale, units, day, hit.unit)}
            {former}
        </li>
    }
    .into_any()
}

/// A unit's name as a link, with the unit above and its code.
fn link(locale: Locale, units: &UnitDirectory, day: Date, unit: UnitId) -> AnyView {
    let fact = units.unit(unit).and_then(|unit| unit.fact_near(day));
    let parent = fact
        .and_then(|fact| fact.parent)
        .map(|parent| words::unit(locale, units, parent, day));
    let code = fact.map(|fact| locale.tr("unit-code", &[("code", &fact.code)]));
    let beside = parent.into_iter().chain(code).collect::<Vec<_>>().join(" · ");
    let href = locale.href(&words::unit_path(units, unit, day));
    view! {
        <a href=href>{words::unit(locale, units, unit, day)}</a>
        <span class="found-beside">{beside}</span>
    }
    .into_any()
}

/// A code that has meant several units: all of them, newest first.
pub(crate) fn several(locale: Locale, units: &UnitDirectory, day: Date, code: &str) -> AnyView {
    let meanings: Vec<_> = units
        .meanings_of_code(code)
        .into_iter()
        .map(|meaning| {
            let ended = meaning.fact.valid_to.filter(|to| *to <= day);
            let ended = ended.map(|to| {
                view! { <span class="found-former">{locale.tr("code-until", &[("date", &locale.date(to))])}</span> }
            });
            view! {
                <li>
                    {link(locale, units, day, meaning.unit.id)}
                    {ended}
                </li>
            }
        })
        .collect();
    view! {
        <div class="narrow">
            <h1>{locale.tr("code-several", &[("code", code)])}</h1>
            <p class="lead">{locale.t("code-several-lead")}</p>
            <ul class="found">{meanings}</ul>
        </div>
    }
    .into_any()
}

/// A unit that exists no more leads to those that hold its territory.
pub(crate) fn ended(locale: Locale, units: &UnitDirectory, day: Date, unit: UnitId) -> AnyView {
    let until = units
        .unit(unit)
        .and_then(domain::unit::Unit::ended)
        .map(|date| locale.date(date));
    let became = units.became(unit, day);
    let list: Vec<_> = became
        .iter()
        .map(|Became { unit, extent }| {
            let part = (*extent == Extent::Partial)
                .then(|| view! { <span class="found-former">{locale.t("ended-part")}</span> });
            view! {
                <li>
                    {link(locale, units, day, *unit)}
                    {part}
                </li>
            }
        })
        .collect();
    let name = words::unit(locale, units, unit, day);
    let lead = match until {
        Some(date) => locale.tr("ended-lead", &[("date", &date)]),
        None => locale.t("ended-not-yet"),
    };
    view! {
        <div class="narrow">
            <h1>{name}</h1>
            <p class="lead">{lead}</p>
            {(!list.is_empty()).then(|| view! { <h2>{locale.t("ended-became")}</h2> })}
            <ul class="found">{list}</ul>
            {filters::search(locale, "")}
        </div>
    }
    .into_any()
}

/// Before the first campaign there is nothing to show, but units can be found.
pub(crate) fn nothing_asked(locale: Locale) -> AnyView {
    view! {
        <div class="narrow">
            <h1>{locale.t("nav-results")}</h1>
            <p class="lead">{locale.t("no-campaign")}</p>
            {filters::search(locale, "")}
        </div>
    }
    .into_any()
}
