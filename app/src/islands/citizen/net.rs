//! Handing a form in by script, with an end to waiting.

use domain::outbox::Millis;
use js_sys::{Function, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, Response, UrlSearchParams};

/// How long an answer may take, in milliseconds.
const PATIENCE_MS: i32 = 20_000;

/// What became of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Recorded,
    /// It will not be taken as it is.
    Refused,
    /// Not now, or no answer came; the server may have said how long to wait.
    Later(Option<Millis>),
}

/// Only the server's own words count: the log-in page of a network or an error of a proxy is no answer.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    recorded: bool,
    #[serde(default)]
    refused: bool,
}

/// Posts the fields as the form would, and asks for an answer that a script can read.
pub(super) async fn post(action: &str, fields: &[(String, String)]) -> Reply {
    send(action, fields).await.unwrap_or(Reply::Later(None))
}

async fn send(action: &str, fields: &[(String, String)]) -> Result<Reply, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let abort = AbortController::new()?;
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    let body = UrlSearchParams::new()?;
    for (name, value) in fields {
        body.append(name, value);
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body);
    init.set_signal(Some(&abort.signal()));
    let request = Request::new_with_str_and_init(action, &init)?;
    let give_up: Function = Reflect::get(&abort, &"abort".into())?.dyn_into()?;
    let timer =
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&give_up.bind0(&abort), PATIENCE_MS)?;
    let answer = async {
        let response: Response = JsFuture::from(window.fetch_with_request(&request))
            .await?
            .dyn_into()?;
        let retry_after = response.headers().get("Retry-After")?;
        let text = JsFuture::from(response.text()?).await?;
        let retry_after = retry_after.and_then(|seconds| seconds.parse::<u32>().ok());
        let body: Option<Body> = serde_json::from_str(&text.as_string().unwrap_or_default()).ok();
        Ok(match body {
            Some(Body { recorded: true, .. }) if response.ok() => Reply::Recorded,
            Some(Body { refused: true, .. }) => Reply::Refused,
            _ => Reply::Later(retry_after.map(|seconds| Millis::from(seconds) * 1_000)),
        })
    }
    .await;
    window.clear_timeout_with_handle(timer);
    answer
}
