//! `/`: what this is, and the two ways on.

use axum::response::Response;
use leptos::prelude::*;

use crate::i18n::Locale;
use crate::pages::code::CodeForm;
use crate::shell::{Page, PageRequest};

/// The first page.
pub(crate) async fn home(request: PageRequest) -> Response {
    let locale = request.locale;
    let page = Page::new(locale.t("site-name"), locale.t("home-description"));
    request.render(page, move || view! { <Home locale/> }).await
}

#[component]
fn Home(locale: Locale) -> impl IntoView {
    let promises = [
        ("home-promise-anonymous", "home-promise-anonymous-text"),
        ("home-promise-public", "home-promise-public-text"),
        ("home-promise-honest", "home-promise-honest-text"),
    ];
    view! {
        <div class="hero">
            <h1>{locale.t("home-title")}</h1>
            <p class="lead">{locale.t("home-lead")}</p>
        </div>
        <div class="ways">
            <section class="way" aria-labelledby="way-answer">
                <h2 id="way-answer">{locale.t("home-answer-title")}</h2>
                <p>{locale.t("home-answer-text")}</p>
                <CodeForm locale typed=String::new() error=None/>
            </section>
            <section class="way" aria-labelledby="way-results">
                <h2 id="way-results">{locale.t("home-results-title")}</h2>
                <p>{locale.t("home-results-text")}</p>
                <form class="inline-form" action=locale.href("/results") method="get" role="search">
                    <label for="unit">{locale.t("home-results-label")}</label>
                    <div class="inline-row">
                        <input id="unit" name="q" type="search" autocomplete="off"/>
                        <button class="button quiet" type="submit">{locale.t("home-results-search")}</button>
                    </div>
                </form>
                <p><a href=locale.href("/results")>{locale.t("home-results-all")}</a></p>
            </section>
        </div>
        <section class="promises" aria-labelledby="promises">
            <h2 id="promises" class="visually-hidden">{locale.t("home-promises")}</h2>
            {promises
                .into_iter()
                .map(|(title, text)| {
                    view! {
                        <div>
                            <h3>{locale.t(title)}</h3>
                            <p>{locale.t(text)}</p>
                        </div>
                    }
                })
                .collect_view()}
        </section>
    }
}
