//! `/s/{code}/embed`: what another site puts into its pages to lead to a point's form, with a frame and without.

use axum::extract::{Path, State as AxumState};
use axum::response::Response;
use leptos::prelude::*;

use crate::error::AppError;
use crate::i18n::Locale;
use crate::pages::survey::handlers::{Found, Parameters, find};
use crate::routes::State;
use crate::shell::{Page, PageRequest};

/// The page with the snippets of a point.
pub(crate) async fn embed(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let (Found::Desk(view) | Found::Elsewhere(view)) = find(&state, &request, &parameters).await?;
    let locale = request.locale;
    let title = locale.t("embed-title");
    let mut page = Page::new(title.clone(), locale.t("embed-description"));
    page.unlisted = true;
    let origin = state.public_url.to_string();
    // In the language in which the snippet will be read, which is that of the other site.
    let address = format!("{origin}/s/{}", view.desk.code);
    let words = locale.t("embed-words");
    let link = format!("<a href=\"{address}\">{words}</a>");
    let script = format!("<script src=\"{origin}/embed.js\" async></script>");
    let kinds = [
        ("embed-link", "embed-link-text", link.clone()),
        ("embed-frame", "embed-frame-text", framed("frame", &link, &script)),
        (
            "embed-button",
            "embed-button-text",
            framed("button", &link, &script),
        ),
    ];
    let view = move || {
        view! {
            <div class="narrow">
                <h1>{title}</h1>
                <p class="lead">{view.place()}</p>
                <p>{locale.t("embed-lead")}</p>
                {kinds.into_iter().map(|kind| snippet(locale, kind)).collect_view()}
                <h2>{locale.t("embed-slip")}</h2>
                <p>{locale.t("embed-slip-text")}</p>
                <pre class="snippet"><code>{format!("{address}?slip=…")}</code></pre>
            </div>
        }
    };
    Ok(request.render(page, view).await)
}

fn framed(kind: &str, link: &str, script: &str) -> String {
    format!("<div data-nghe-dan=\"{kind}\">{link}</div>\n{script}")
}

fn snippet(locale: Locale, (title, text, code): (&str, &str, String)) -> impl IntoView + use<> {
    view! {
        <h2>{locale.t(title)}</h2>
        <p>{locale.t(text)}</p>
        <pre class="snippet"><code>{code}</code></pre>
    }
}
