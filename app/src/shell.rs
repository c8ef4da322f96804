//! The document around every page, and the request that it answers.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::text::{Direction, Language};
use leptos::prelude::*;
use leptos::reactive::owner::Owner;

use crate::i18n::{Locale, Tongue};
use crate::layout::Frame;
use crate::routes::{Framable, Nonce};
use crate::site::Site;

/// Who a page's islands are for; each audience has one wasm file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Citizen,
    Desk,
    Staff,
}

impl Audience {
    const fn name(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Desk => "desk",
            Self::Staff => "staff",
        }
    }
}

/// How long a page may be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Asked for again each time, but kept: public figures.
    #[default]
    Revalidate,
    /// Never kept: what a person typed stands in it.
    Never,
}

/// What the document needs to know of the request.
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub locale: Locale,
    /// The address without its language prefix, such as `/results`.
    pub path: String,
    /// The query without `?`, empty when there is none.
    pub query: String,
    /// The browser shows it in a frame.
    pub framed: bool,
    nonce: Option<Nonce>,
    site: Arc<Site>,
}

impl<S> FromRequestParts<S> for PageRequest
where
    Arc<Site>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts, Arc::from_ref(state)))
    }
}

impl PageRequest {
    /// Reads the language from the address and nothing else.
    pub(crate) fn of(parts: &Parts, site: Arc<Site>) -> Self {
        let full = parts.uri.path();
        let (locale, path) = match full.strip_prefix("/en") {
            Some("") => (Locale::En, "/"),
            Some(rest) if rest.starts_with('/') => (Locale::En, rest),
            _ => (Locale::Vi, full),
        };
        Self {
            locale,
            path: path.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            framed: parts
                .headers
                .get("sec-fetch-dest")
                .is_some_and(|to| to == "iframe"),
            nonce: parts.extensions.get::<Nonce>().cloned(),
            site,
        }
    }

    /// The address of this same page in another language.
    pub fn here_in(&self, locale: Locale) -> String {
        let path = locale.href(&self.path);
        if self.query.is_empty() {
            path
        } else {
            format!("{path}?{}", self.query)
        }
    }

    /// Answers with a page. The view is made by a closure because components need an owner to run in.
    pub fn render<V: IntoView + 'static>(&self, page: &Page, view: impl FnOnce() -> V) -> Response {
        let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
        let status = page.status;
        let keep = page.keep;
        let html = owner.with(|| {
            let body = view().into_any();
            let body = if page.bare {
                body
            } else {
                Frame(self, page, body).into_any()
            };
            document(self, page, body).to_html()
        });
        owner.cleanup();
        let keep = match keep {
            Keep::Revalidate => "no-cache",
            Keep::Never => "no-store",
        };
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CACHE_CONTROL, HeaderValue::from_static(keep)),
            // The address of a survey page holds the desk's code.
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        ];
        let mut response = (status, headers, format!("<!DOCTYPE html>{html}")).into_response();
        if page.framable {
            response.extensions_mut().insert(Framable);
        }
        response
    }
}

/// What the document needs to know of the page.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that most pages are not"
)]
pub struct Page {
    pub title: String,
    pub description: String,
    /// The language of a respondent's document, with the tongue in which it is said; others have the address's.
    pub language: Option<(Language, Tongue)>,
    /// Set where the page has islands.
    pub audience: Option<Audience>,
    pub status: StatusCode,
    pub keep: Keep,
    /// Figures or questions of a demo: every such page says so.
    pub demo: bool,
    /// Without header and footer: the page has its own.
    pub bare: bool,
    /// Not for search engines.
    pub unlisted: bool,
    /// Other sites may frame it.
    pub framable: bool,
    /// A style sheet that only this kind of page has.
    pub sheet: Option<&'static str>,
    /// The style sheets of language packs that it may need.
    pub pack_sheets: Vec<&'static str>,
    /// Says how the page stands on a device when somebody puts it there for good.
    pub manifest: Option<&'static str>,
}

impl Page {
    /// A public page with header and footer.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            language: None,
            audience: None,
            status: StatusCode::OK,
            keep: Keep::Revalidate,
            demo: false,
            bare: false,
            unlisted: false,
            framable: false,
            sheet: None,
            pack_sheets: Vec::new(),
            manifest: None,
        }
    }

    /// Marks the page as showing synthetic data.
    #[must_use]
    pub fn demo(mut self, demo: bool) -> Self {
        self.demo = demo;
        self
    }

    /// Loads the islands of an audience.
    #[must_use]
    pub fn with_islands(mut self, audience: Audience) -> Self {
        self.audience = Some(audience);
        self
    }
}

fn document(request: &PageRequest, page: &Page, body: AnyView) -> impl IntoView + use<> {
    let locale = request.locale;
    let lang = page
        .language
        .as_ref()
        .map_or_else(|| locale.tag().to_owned(), |(language, _)| language.to_string());
    let tongue = page
        .language
        .as_ref()
        .map_or(Tongue::Own(locale), |(_, tongue)| *tongue);
    let right_to_left = (tongue.direction() == Direction::Rtl).then_some(tongue.direction().as_str());
    let name = locale.t("site-name");
    let title = if page.title == name {
        name
    } else {
        format!("{} – {name}", page.title)
    };
    let alternates: Vec<_> = if page.unlisted {
        Vec::new()
    } else {
        Locale::ALL
            .into_iter()
            .map(|other| (other.tag(), request.here_in(other)))
            .collect()
    };
    let framed = page.framable && request.framed;
    view! {
        <html lang=lang dir=right_to_left data-framed=framed.then_some("")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <meta name="description" content=page.description.clone()/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="format-detection" content="telephone=no"/>
                {page.unlisted.then(|| view! { <meta name="robots" content="noindex"/> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {page.manifest.map(|href| view! { <link rel="manifest" href=href/> })}
                {request.site.href("main.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {page
                    .sheet
                    .and_then(|sheet| request.site.href(sheet))
                    .map(|href| view! { <link rel="stylesheet" href=href/> })}
                {page
                    .pack_sheets
                    .iter()
                    .map(|href| view! { <link rel="stylesheet" href=*href/> })
                    .collect_view()}
                {alternates
                    .into_iter()
                    .map(|(tag, href)| view! { <link rel="alternate" hreflang=tag href=href/> })
                    .collect_view()}
                // A page of its own needs nobody to tell its height to.
                {framed.then(|| view! { <script src="/frame.js" defer=true></script> })}
                {page.audience.and_then(|audience| island_script(request, audience))}
            </head>
            <body>{body}</body>
        </html>
    }
}

/// Loads the audience's wasm and wakes each island. Without a build of it the page stays plain HTML.
fn island_script(request: &PageRequest, audience: Audience) -> Option<impl IntoView + use<>> {
    let script = request.site.href(&format!("{}.js", audience.name()))?;
    let wasm = request.site.href(&format!("{}.wasm", audience.name()))?;
    let nonce = request.nonce.as_ref().map(|nonce| nonce.0.clone());
    let wake = format!(
        "import init,* as m from\"{script}\";await init({{module_or_path:\"{wasm}\"}});m.wake();\
         for(const e of document.querySelectorAll(\"leptos-island\"))m[e.dataset.component](e);"
    );
    Some(view! {
        <link rel="modulepreload" href=script/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
        <script type="module" nonce=nonce inner_html=wake></script>
    })
}
