//! The document around every page, and the request that it answers.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use any_spawner::Executor;
use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode, Uri};
use axum::response::Response;
use domain::text::{Direction, Language};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use leptos::nonce;
use leptos::prelude::*;

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
    pub async fn render<V: IntoView + 'static>(
        &self,
        page: Page,
        view: impl FnOnce() -> V + Send + 'static,
    ) -> Response {
        // The one way to wait that leptos has; every page but the first finds it set.
        let _ = Executor::init_tokio();
        let (status, keep, framable) = (page.status, page.keep, page.framable);
        let nonce = self.nonce.clone();
        let context = move || {
            // What the server draws is woken up island by island.
            if let Some(shared) = Owner::current_shared_context() {
                shared.set_is_hydrating(false);
            }
            if let Some(Nonce(nonce)) = nonce.clone() {
                provide_context(nonce::Nonce::from_value(nonce));
            }
        };
        let request = self.clone();
        let view = move || {
            let body = view().into_any();
            let body = if page.bare {
                body
            } else {
                Frame(&request, &page, body).into_any()
            };
            document(&request, &page, body)
        };
        let mut response = leptos_axum::handle_response_inner(context, view, self.http(), whole).await;
        *response.status_mut() = status;
        let keep = match keep {
            Keep::Revalidate => "no-cache",
            Keep::Never => "no-store",
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        // The address of a survey page holds the desk's code.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        if framable {
            response.extensions_mut().insert(Framable);
        }
        response
    }

    /// The request as components may ask for it: its address.
    fn http(&self) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = Uri::try_from(self.here_in(self.locale)).unwrap_or_default();
        request
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

/// The page in one piece. A handler knows all that its page shows before it is drawn, so that nothing comes later, and
/// nothing that was found has to be told to the browser beside it.
fn whole<V: IntoView + 'static>(
    view: V,
    _resources: Box<dyn FnOnce() -> BoxStream<'static, String> + Send>,
    _out_of_order: bool,
) -> BoxFuture<'static, BoxStream<'static, String>> {
    let html = view.to_html();
    Box::pin(ready(stream::once(ready(html)).boxed()))
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
        <!DOCTYPE html>
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
