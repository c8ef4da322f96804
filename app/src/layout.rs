//! What stands around and between the contents of pages.

use leptos::prelude::*;

use crate::i18n::{Locale, Tongue};
use crate::lotus;
use crate::shell::{Page, PageRequest};

/// Header, main part and footer around a page's own contents.
#[expect(non_snake_case, reason = "a component that borrows the request")]
pub(crate) fn Frame(request: &PageRequest, page: &Page, body: AnyView) -> impl IntoView + use<> {
    let locale = request.locale;
    let other = locale.other();
    let links = [
        ("/", "nav-home"),
        ("/s", "nav-answer"),
        ("/results", "nav-results"),
    ];
    let links: Vec<_> = links
        .into_iter()
        .map(|(path, key)| {
            let here = if path == "/" {
                request.path == "/"
            } else {
                request.path.starts_with(path)
            };
            // A prefix of another page's address is not that page.
            let here = here && !(path == "/s" && request.path.len() > 2 && !request.path.starts_with("/s/"));
            (locale.href(path), locale.t(key), here.then_some("page"))
        })
        .collect();
    view! {
        <SkipLink tongue=locale/>
        <header class="site-header">
            <div class="wrap site-header-row">
                <a class="brand" href=locale.href("/")>
                    <Lotus/>
                    <span>{locale.t("site-name")}</span>
                </a>
                <nav class="site-nav" aria-label=locale.t("nav-label")>
                    <ul>
                        {links
                            .into_iter()
                            .map(|(href, text, current)| {
                                view! { <li><a href=href aria-current=current>{text}</a></li> }
                            })
                            .collect_view()}
                    </ul>
                </nav>
                <a class="language" href=request.here_in(other) hreflang=other.tag() lang=other.tag()>
                    {other.name()}
                </a>
            </div>
        </header>
        {page.demo.then(|| view! { <DemoBanner tongue=locale/> })}
        <main id="main" class="wrap" tabindex="-1">{body}</main>
        <Footer locale/>
    }
}

/// The first thing that a keyboard reaches: past the navigation, to the contents.
#[component]
pub fn SkipLink(#[prop(into)] tongue: Tongue) -> impl IntoView {
    view! { <a class="skip" href="#main">{tongue.t("skip-link")}</a> }
}

/// Says that what is shown was made up; stands on every page of a demo campaign.
#[component]
pub fn DemoBanner(#[prop(into)] tongue: Tongue) -> impl IntoView {
    view! {
        <aside class="demo-banner" aria-label=tongue.t("demo-title")>
            <p class="wrap">
                <strong>{tongue.t("demo-title")}</strong>
                " "
                {tongue.t("demo-text")}
            </p>
        </aside>
    }
}

/// A table that scrolls in a box of its own where it is wider than the page, also with the keyboard.
pub(crate) fn table_scroll(label: String, table: AnyView) -> AnyView {
    view! { <div class="table-scroll" tabindex="0" role="region" aria-label=label>{table}</div> }.into_any()
}

/// The foot of public pages.
#[component]
fn Footer(locale: Locale) -> impl IntoView {
    view! {
        <footer class="site-footer">
            <div class="wrap">
                <ul>
                    <li><a href=locale.href("/about/method")>{locale.t("footer-method")}</a></li>
                    <li><a href=locale.href("/api")>{locale.t("footer-api")}</a></li>
                </ul>
                <p>{locale.t("footer-licence")}</p>
            </div>
        </footer>
    }
}

/// The mark beside the name of the site.
#[component]
pub fn Lotus() -> impl IntoView {
    view! {
        <svg class="lotus" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            {lotus::petals()}
        </svg>
    }
}
