//! Finding a unit, and choosing campaign, period, channel and order.

use leptos::prelude::*;
use service::results::ChildOrder;

use super::choice::Choice;
use super::sheet::Sheet;
use super::words;
use crate::i18n::Locale;

/// The search for a unit.
pub(crate) fn search(locale: Locale, typed: &str) -> AnyView {
    view! {
        <form class="inline-form unit-search" action=locale.href("/results") method="get" role="search">
            <label for="q">{locale.t("find-label")}</label>
            <div class="inline-row">
                <input id="q" name="q" type="search" autocomplete="off" value=typed.to_owned()/>
                <button class="button quiet" type="submit">{locale.t("home-results-search")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Search, campaigns, and the row of what can be chosen. All of it works without scripting.
pub(crate) fn filters(sheet: &Sheet) -> AnyView {
    let locale = sheet.locale;
    view! {
        <div class="filters">
            {search(locale, "")}
            {campaigns(sheet)}
            {versions(sheet)}
            {selects(sheet)}
        </div>
    }
    .into_any()
}

/// Campaigns stand beside each other and are chosen one at a time: instruments are never pooled.
fn campaigns(sheet: &Sheet) -> Option<AnyView> {
    if sheet.campaigns.len() < 2 {
        return None;
    }
    let locale = sheet.locale;
    let path = sheet.path(sheet.results.unit);
    let links: Vec<_> = sheet
        .campaigns
        .iter()
        .map(|(key, title)| {
            let here = *key == sheet.results.campaign.key;
            // Another campaign has other periods, channels and criteria.
            let choice = Choice {
                campaign: Some(key.clone()),
                weakest: sheet.choice.weakest,
                ..Choice::default()
            };
            view! {
                <li>
                    <a href=choice.href(&path) aria-current=here.then_some("true")>{title.clone()}</a>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <nav class="campaigns" aria-label=locale.t("filter-campaign")>
                <ul>{links}</ul>
            </nav>
        }
        .into_any(),
    )
}

/// So do the versions of a campaign that has changed its questionnaire.
fn versions(sheet: &Sheet) -> Option<AnyView> {
    let results = &sheet.results;
    if results.versions.len() < 2 {
        return None;
    }
    let locale = sheet.locale;
    let path = sheet.path(results.unit);
    let links: Vec<_> = results
        .versions
        .iter()
        .map(|version| {
            let here = version.id == results.version.id;
            let definition = version.version.definition();
            // Another version has other periods, channels and criteria.
            let choice = Choice {
                campaign: Some(results.campaign.key.clone()),
                questionnaire: Some(format!("{}/{}", definition.key, definition.version)),
                weakest: sheet.choice.weakest,
                ..Choice::default()
            };
            view! {
                <li>
                    <a href=choice.href(&path) aria-current=here.then_some("true")>
                        {words::version(locale, &version.version)}
                    </a>
                </li>
            }
        })
        .collect();
    let note = locale.t("filter-version-note");
    Some(
        view! {
            <nav class="campaigns" aria-label=locale.t("filter-version")>
                <p class="hint">{note}</p>
                <ul>{links}</ul>
            </nav>
        }
        .into_any(),
    )
}

fn selects(sheet: &Sheet) -> AnyView {
    let locale = sheet.locale;
    let results = &sheet.results;
    let mut periods: Vec<(String, String)> = results
        .periods
        .iter()
        .map(|period| (period.to_string(), words::period(locale, *period)))
        .collect();
    let chosen = results.period.to_string();
    if !periods.iter().any(|(value, _)| *value == chosen) {
        periods.insert(0, (chosen.clone(), words::period(locale, results.period)));
    }
    let mut channels = vec![(String::new(), locale.t("channel-all"))];
    let shown = results.channels.iter().map(|(class, _)| *class);
    let mut classes: Vec<_> = shown.chain(results.channel).collect();
    classes.sort_unstable();
    classes.dedup();
    channels.extend(
        classes
            .into_iter()
            .map(|class| (class.as_str().to_owned(), words::channel(locale, class))),
    );
    let channel = results
        .channel
        .map(|class| class.as_str().to_owned())
        .unwrap_or_default();
    let orders = vec![
        (String::new(), locale.t("order-printed")),
        ("weakest".to_owned(), locale.t("order-weakest")),
    ];
    let order = if sheet.choice.weakest { "weakest" } else { "" };
    let kept = kept(&sheet.choice, &["period", "channel", "order", "page"]);
    view! {
        <form class="filter-row" action=sheet.path(results.unit) method="get">
            {kept}
            {select("period", locale.t("filter-period"), periods, &chosen)}
            {(channels.len() > 1).then(|| select("channel", locale.t("filter-channel"), channels, &channel))}
            {select("order", locale.t("filter-order"), orders, order)}
            <button class="button quiet" type="submit">{locale.t("filter-go")}</button>
        </form>
    }
    .into_any()
}

/// The order of the units below and the search among them.
pub(crate) fn below(sheet: &Sheet) -> AnyView {
    let locale = sheet.locale;
    let orders = vec![
        (String::new(), locale.t("below-code")),
        ("name".to_owned(), locale.t("below-name")),
        ("weakest".to_owned(), locale.t("order-weakest")),
    ];
    let order = match sheet.choice.below {
        ChildOrder::Code => "",
        ChildOrder::Name => "name",
        ChildOrder::WeakestFirst => "weakest",
    };
    let action = format!("{}#below", sheet.path(sheet.results.unit));
    view! {
        <form class="filter-row" action=action method="get">
            {kept(&sheet.choice, &["below", "find", "page"])}
            <p class="field">
                <label for="find">{locale.t("below-find")}</label>
                <input id="find" name="find" type="search" autocomplete="off" value=sheet.choice.find.clone()/>
            </p>
            {select("below", locale.t("below-order"), orders, order)}
            <button class="button quiet" type="submit">{locale.t("filter-go")}</button>
        </form>
    }
    .into_any()
}

/// What was chosen elsewhere on the page, so that one form does not undo another.
fn kept(choice: &Choice, except: &[&str]) -> Vec<AnyView> {
    let fields = choice
        .fields()
        .into_iter()
        .filter(|(name, _)| !except.contains(name));
    fields
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect()
}

fn select(name: &'static str, label: String, options: Vec<(String, String)>, chosen: &str) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect();
    view! {
        <p class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options}</select>
        </p>
    }
    .into_any()
}
