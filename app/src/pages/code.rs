//! `/s`: typing the code of a desk.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::code::{Code, POINT_LENGTH};
use leptos::prelude::*;
use serde::Deserialize;

use crate::i18n::Locale;
use crate::shell::{Page, PageRequest};

/// What was typed, if anything.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    code: Option<String>,
}

/// Asks for a code, and leads to the desk once it is well-formed.
pub(crate) async fn ask(request: PageRequest, Query(typed): Query<Typed>) -> Response {
    let locale = request.locale;
    let typed = typed.code.unwrap_or_default();
    let error = if typed.trim().is_empty() {
        None
    } else {
        match Code::parse(&typed, POINT_LENGTH) {
            Ok(code) => return Redirect::to(&locale.href(&format!("/s/{code}"))).into_response(),
            Err(_) => Some(locale.t("code-mistyped")),
        }
    };
    let mut page = Page::new(locale.t("code-title"), locale.t("code-description"));
    if error.is_some() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
        page.title = locale.tr("error-title-prefix", &[("title", &page.title)]);
    }
    let view = move || {
        view! {
            <div class="narrow">
                <h1>{locale.t("code-title")}</h1>
                <p class="lead">{locale.t("code-lead")}</p>
                <CodeForm locale typed error/>
            </div>
        }
    };
    request.render(page, view).await
}

/// The field for a desk's code.
#[component]
pub fn CodeForm(locale: Locale, typed: String, error: Option<String>) -> impl IntoView {
    let wrong = error.is_some();
    view! {
        <form class="inline-form" class:wrong=wrong action=locale.href("/s") method="get">
            <label for="code">{locale.t("code-label")}</label>
            <p id="code-hint" class="hint">{locale.t("code-hint")}</p>
            {error.map(|text| view! { <p id="code-error" class="field-error">{text}</p> })}
            <div class="inline-row">
                <input
                    id="code"
                    name="code"
                    class="code-input"
                    type="text"
                    value=typed
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    required=true
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=if wrong { "code-hint code-error" } else { "code-hint" }
                />
                <button class="button" type="submit">{locale.t("code-go")}</button>
            </div>
        </form>
    }
}
