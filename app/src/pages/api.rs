//! `/api`: the description of the API, to be read by people. Problem documents point to its anchors.

use std::collections::HashMap;
use std::sync::OnceLock;

use axum::response::Response;
use leptos::prelude::*;
use serde_json::Value;

use crate::i18n::Locale;
use crate::shell::{Page, PageRequest};

/// The description that the server's handlers generate; a test of `server` holds the two together.
const DESCRIPTION: &str = include_str!("../../../server/openapi.json");

/// Its sentences in Vietnamese, each by the English one: whoever changes that changes this, or a test fails.
const VIETNAMESE: &str = include_str!("../../locales/vi/description.json");

/// Operations in the order in which a reader wants them, each with its title.
const OPERATIONS: [(&str, &str); 14] = [
    ("getIndicators", "api-op-indicators"),
    ("listUnits", "api-op-units"),
    ("listCampaigns", "api-op-campaigns"),
    ("getPoint", "api-op-point"),
    ("getQuestionnaire", "api-op-questionnaire"),
    ("listLanguages", "api-op-languages"),
    ("askSlip", "api-op-slip"),
    ("putResponse", "api-op-response"),
    ("issueSlips", "api-op-slips"),
    ("listKeys", "api-op-keys"),
    ("enrolDevice", "api-op-enrol"),
    ("getDesk", "api-op-desk"),
    ("reportContact", "api-op-contact"),
    ("getDescription", "api-op-description"),
];

/// The page.
pub(crate) async fn api(request: PageRequest) -> Response {
    let locale = request.locale;
    let page = Page::new(locale.t("api-title"), locale.t("api-lead"));
    request.render(page, move || contents(locale)).await
}

fn description() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(DESCRIPTION).unwrap_or_default())
}

fn vietnamese() -> &'static HashMap<String, String> {
    static PARSED: OnceLock<HashMap<String, String>> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(VIETNAMESE).unwrap_or_default())
}

/// A sentence of the description in the reader's language.
fn said(locale: Locale, sentence: &'static Value) -> &'static str {
    let english = text(sentence);
    match locale {
        Locale::Vi => vietnamese().get(english).map_or(english, String::as_str),
        Locale::En => english,
    }
}

/// A sentence with what stands in backticks, as the description has it, set as code.
fn written(sentence: &'static str) -> Vec<AnyView> {
    let pieces = sentence.split('`').enumerate();
    pieces
        .map(|(place, piece)| {
            if place % 2 == 1 {
                view! { <code>{piece}</code> }.into_any()
            } else {
                piece.into_any()
            }
        })
        .collect()
}

/// The address, method and description of an operation.
fn operation(id: &str) -> Option<(&'static str, &'static str, &'static Value)> {
    let paths = description()["paths"].as_object()?;
    paths.iter().find_map(|(path, methods)| {
        let mut methods = methods.as_object()?.iter();
        let (method, operation) = methods.find(|(_, operation)| operation["operationId"] == id)?;
        Some((path.as_str(), method.as_str(), operation))
    })
}

fn contents(locale: Locale) -> AnyView {
    let operations =
        OPERATIONS.map(|(id, title)| operation(id).map(|found| section(locale, id, &locale.t(title), found)));
    view! {
        <article class="api-page">
            <h1>{locale.t("api-title")}</h1>
            <p class="lead">{locale.t("api-lead")}</p>
            <section aria-labelledby="how">
                <h2 id="how">{locale.t("api-how")}</h2>
                <p>{locale.t("api-how-read")}</p>
                <p>{locale.t("api-how-answer")}</p>
                <p>{locale.t("api-how-errors")}</p>
                <p><a href="/api/v1/openapi.json">{locale.t("api-description")}</a></p>
            </section>
            {operations.into_iter().flatten().collect_view()}
            {problems(locale)}
        </article>
    }
    .into_any()
}

fn section(
    locale: Locale,
    id: &'static str,
    title: &str,
    found: (&'static str, &'static str, &'static Value),
) -> AnyView {
    let (path, method, operation) = found;
    let parameters: Vec<_> = list(&operation["parameters"])
        .map(|parameter| entry(locale, parameter))
        .collect();
    let answers: Vec<_> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|found| answer(locale, found))
        .collect();
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title.to_owned()}</h2>
            <p><code>{method.to_uppercase()} " " {path}</code></p>
            <p>{written(said(locale, &operation["summary"]))}</p>
            {(!parameters.is_empty()).then(|| view! {
                <h3>{locale.t("api-parameters")}</h3>
                <dl class="api-list">{parameters}</dl>
            })}
            <h3>{locale.t("api-answers")}</h3>
            <dl class="api-list">{answers}</dl>
        </section>
    }
    .into_any()
}

fn entry(locale: Locale, parameter: &'static Value) -> AnyView {
    let required = parameter["required"] == true && parameter["in"] != "path";
    view! {
        <div>
            <dt><code>{text(&parameter["name"])}</code> {required.then(|| format!(" ({})", locale.t("api-required")))}</dt>
            <dd>{written(said(locale, &parameter["description"]))}</dd>
        </div>
    }
    .into_any()
}

fn answer(locale: Locale, (status, answer): (&'static String, &'static Value)) -> AnyView {
    view! {
        <div>
            <dt><code>{status.as_str()}</code></dt>
            <dd>{written(said(locale, &answer["description"]))}</dd>
        </div>
    }
    .into_any()
}

fn problems(locale: Locale) -> AnyView {
    let rows = list(&description()["x-problems"]).map(|problem| {
        let code = text(&problem["code"]);
        view! {
            <div id=code>
                <dt><code>{code}</code> " " {problem["status"].to_string()}</dt>
                <dd>{text(&problem["title"][locale.tag()])}</dd>
            </div>
        }
    });
    view! {
        <section aria-labelledby="problems">
            <h2 id="problems">{locale.t("api-problems")}</h2>
            <dl class="api-list">{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}

fn list(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &'static Value) -> &'static str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_of_the_description_is_on_the_page() {
        let paths = description()["paths"].as_object().unwrap();
        let mut described: Vec<&str> = paths
            .values()
            .flat_map(|methods| methods.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        described.sort_unstable();
        let mut shown = OPERATIONS.map(|(id, _)| id);
        shown.sort_unstable();
        assert_eq!(described, shown);
        for id in shown {
            let (_, _, operation) = operation(id).unwrap();
            assert!(!text(&operation["summary"]).is_empty(), "{id}");
        }
    }

    #[test]
    fn every_sentence_is_there_in_vietnamese_and_none_is_left_over() {
        let mut english = BTreeSet::new();
        for (id, _) in OPERATIONS {
            let (_, _, operation) = operation(id).unwrap();
            english.insert(text(&operation["summary"]));
            english.extend(list(&operation["parameters"]).map(|parameter| text(&parameter["description"])));
            let answers = operation["responses"].as_object().unwrap().values();
            english.extend(answers.map(|answer| text(&answer["description"])));
        }
        let vietnamese: BTreeSet<&str> = vietnamese().keys().map(String::as_str).collect();
        assert_eq!(english, vietnamese);
    }

    #[test]
    fn problem_documents_lead_to_an_anchor() {
        assert!(list(&description()["x-problems"]).any(|problem| problem["code"] == "code.used"));
    }
}
