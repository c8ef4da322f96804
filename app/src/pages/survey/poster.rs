//! `/s/{code}/poster`, `/s/{code}/qr.svg`, `/s/{code}/qr.png`: what leads a phone to a desk.

use axum::extract::{Path, Query, State as AxumState};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use serde::Deserialize;

use crate::error::AppError;
use crate::i18n::Locale;
use crate::layout::{DemoBanner, Lotus};
use crate::pages::survey::desk::View;
use crate::pages::survey::handlers::{Found, Parameters, find};
use crate::qr::Qr;
use crate::routes::State;
use crate::shell::{Page, PageRequest};

/// Pixels a module: about 10 cm at 300 dots an inch.
const SCALE: usize = 24;

/// The paper that a poster is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Paper {
    #[default]
    A4,
    A5,
}

impl Paper {
    const ALL: [Self; 2] = [Self::A4, Self::A5];

    const fn name(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::A5 => "A5",
        }
    }

    const fn value(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
        }
    }
}

/// The query of a poster.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    paper: Paper,
}

/// A page that prints as a poster, Vietnamese first and English under it.
pub(crate) async fn poster(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let view = desk(&state, &request, &parameters).await?;
    let code = qr(&state, &view)?;
    let locale = request.locale;
    let mut page = Page::new(
        locale.tr("poster-title", &[("place", &view.place())]),
        locale.t("poster-lead"),
    );
    page.bare = true;
    page.unlisted = true;
    let host = host_of(&state.public_url);
    let contents = move || contents(&view, &code, wanted.paper, &host);
    Ok(request.render(page, contents).await)
}

/// The code as a drawing, for print.
pub(crate) async fn qr_svg(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let view = desk(&state, &request, &parameters).await?;
    let code = qr(&state, &view)?;
    Ok((file_headers(&view, "svg", "image/svg+xml"), code.svg()).into_response())
}

/// The code as a picture, for a slip or a letter.
pub(crate) async fn qr_png(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let view = desk(&state, &request, &parameters).await?;
    let picture = qr(&state, &view)?.png(SCALE).map_err(AppError::internal)?;
    Ok((file_headers(&view, "png", "image/png"), picture).into_response())
}

async fn desk(
    state: &State,
    request: &PageRequest,
    parameters: &std::collections::HashMap<String, String>,
) -> Result<View, AppError> {
    let (Found::Desk(view) | Found::Elsewhere(view)) = find(state, request, parameters).await?;
    Ok(view)
}

fn qr(state: &State, view: &View) -> Result<Qr, AppError> {
    let address = format!("{}/s/{}", state.public_url, view.desk.code);
    Qr::of(&address).map_err(AppError::internal)
}

/// A name to save the file under; the address of a point never changes, but its owner may take it away.
fn file_headers(view: &View, ending: &str, kind: &'static str) -> [(HeaderName, HeaderValue); 2] {
    let name = format!("inline; filename=\"qr-{}.{ending}\"", view.desk.code);
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"));
    [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_DISPOSITION, name),
    ]
}

/// The host as people type it, with a port where it has one.
fn host_of(origin: &str) -> String {
    origin
        .split_once("://")
        .map_or(origin, |(_, host)| host)
        .to_owned()
}

/// A code in two groups, as it is read aloud.
fn grouped(code: &str) -> String {
    match code.split_at_checked(code.len() / 2) {
        Some((first, second)) => format!("{first} {second}"),
        None => code.to_owned(),
    }
}

fn contents(view: &View, code: &Qr, paper: Paper, host: &str) -> AnyView {
    let locale = view.tongue.locale();
    let side = code.side();
    let class = format!("poster {}", paper.value());
    let picture = locale.tr("poster-picture", &[("place", &view.place())]);
    let both = |key: &str, arguments: &[(&'static str, &str)]| {
        (Locale::Vi.tr(key, arguments), Locale::En.tr(key, arguments))
    };
    let unit = |locale: Locale| view.desk.unit.get(locale).to_owned();
    let (title, title_en) = both("survey-title", &[]);
    let (why, _) = both("poster-why", &[("unit", &unit(Locale::Vi))]);
    let (_, why_en) = both("poster-why", &[("unit", &unit(Locale::En))]);
    let (scan, scan_en) = both("poster-scan", &[]);
    let (kind, kind_en) = both("poster-type", &[]);
    let address = format!("{host}/s");
    view! {
        {view.desk.demo.then(|| view! { <DemoBanner tongue=locale/> })}
        {tools(view, paper)}
        <main id="main" class=class>
            <div class="poster-sheet">
                <header class="poster-head">
                    <Lotus/>
                    <p lang="vi">{unit(Locale::Vi)}</p>
                    <p lang="en" class="poster-second">{unit(Locale::En)}</p>
                    {(!view.desk.label.is_empty())
                        .then(|| view! { <p class="poster-label">{view.desk.label.clone()}</p> })}
                </header>
                <h1 lang="vi">{title}</h1>
                <p lang="en" class="poster-title-second">{title_en}</p>
                <svg class="poster-code" viewBox=format!("0 0 {side} {side}") role="img" aria-label=picture>
                    <path class="poster-light" d=format!("M0 0h{side}v{side}h-{side}z")></path>
                    <path class="poster-dark" d=code.path()></path>
                </svg>
                <p lang="vi">{scan}</p>
                <p lang="en" class="poster-second">{scan_en}</p>
                <dl class="poster-typed">
                    <div>
                        <dt>
                            <span lang="vi">{kind}</span>
                            " / "
                            <span lang="en">{kind_en}</span>
                        </dt>
                        <dd>{address}</dd>
                    </div>
                    <div>
                        <dt>
                            <span lang="vi">{Locale::Vi.t("poster-typed-code")}</span>
                            " / "
                            <span lang="en">{Locale::En.t("poster-typed-code")}</span>
                        </dt>
                        <dd class="poster-typed-code">{grouped(&view.desk.code)}</dd>
                    </div>
                </dl>
                <footer>
                    <p lang="vi">{why}</p>
                    <p lang="en" class="poster-second">{why_en}</p>
                </footer>
            </div>
        </main>
    }
    .into_any()
}

/// What is on the screen and not on the paper: sizes, files, and the other language.
fn tools(view: &View, paper: Paper) -> AnyView {
    let locale = view.tongue.locale();
    let here = |locale: Locale, paper: Paper| {
        format!(
            "{}?paper={}",
            locale.href(&format!("/s/{}/poster", view.desk.code)),
            paper.value()
        )
    };
    let papers = Paper::ALL
        .map(|one| {
            let current = (one == paper).then_some("page");
            view! { <li><a href=here(locale, one) aria-current=current>{one.name()}</a></li> }
        })
        .collect_view();
    let files = ["svg", "png"]
        .map(|ending| {
            let href = format!("/s/{}/qr.{ending}", view.desk.code);
            let download = format!("qr-{}.{ending}", view.desk.code);
            let text = locale.tr("poster-download", &[("kind", &ending.to_uppercase())]);
            view! { <li><a href=href download=download>{text}</a></li> }
        })
        .collect_view();
    let other = locale.other();
    view! {
        <nav class="poster-tools" aria-label=locale.t("poster-tools")>
            <div class="wrap">
                <p>{locale.t("poster-print")}</p>
                <ul>
                    {papers}
                    {files}
                    <li>
                        <a href=here(other, paper) hreflang=other.tag() lang=other.tag()>
                            {other.name()}
                        </a>
                    </li>
                </ul>
            </div>
        </nav>
    }
    .into_any()
}
