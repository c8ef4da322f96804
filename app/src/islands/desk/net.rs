//! Asking the server, with an end to waiting.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, Response};

use super::device::now;

/// How long an answer may take, in milliseconds.
const PATIENCE_MS: i32 = 30_000;

/// What the server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) retry_after_s: Option<u32>,
}

/// What is sent along.
pub(super) enum Body<'a> {
    None,
    Json(String),
    Sealed {
        bytes: &'a Uint8Array,
        /// What the clock that dated the answer shows now, in milliseconds.
        clock: i64,
        /// The screen said that it does not count.
        trial: bool,
    },
}

/// Asks the server; none when no whole answer came.
pub(super) async fn ask(method: &str, path: &str, token: Option<&str>, body: Body<'_>) -> Option<Answer> {
    ask_within(PATIENCE_MS, method, path, token, body).await
}

/// Asks the server, and waits so many milliseconds.
pub(super) async fn ask_within(
    patience: i32,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Body<'_>,
) -> Option<Answer> {
    let window = web_sys::window()?;
    let abort = AbortController::new().ok()?;
    let request = request(method, path, token, body, &abort).ok()?;
    let give_up: Function = js_sys::Reflect::get(&abort, &"abort".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let give_up = give_up.bind0(&abort);
    let timer = window
        .set_timeout_with_callback_and_timeout_and_arguments_0(&give_up, patience)
        .ok()?;
    let answer = read(window.fetch_with_request(&request)).await;
    window.clear_timeout_with_handle(timer);
    answer.ok()
}

fn request(
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Body<'_>,
    abort: &AbortController,
) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Nghe-Dan-Format", &domain::device::FORMAT.to_string())?;
    let clock = match body {
        Body::Sealed { clock, .. } => clock,
        _ => now(),
    };
    headers.set("Nghe-Dan-Clock", &(clock / 1_000).to_string())?;
    if let Some(token) = token {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&abort.signal()));
    match body {
        Body::None => {}
        Body::Json(text) => {
            headers.set("Content-Type", "application/json")?;
            init.set_body(&text.into());
        }
        Body::Sealed { bytes, trial, .. } => {
            headers.set("Content-Type", "application/nghe-dan-sealed")?;
            if trial {
                headers.set("Nghe-Dan-Trial", "1")?;
            }
            init.set_body(bytes);
        }
    }
    init.set_headers(&headers);
    Request::new_with_str_and_init(path, &init)
}

async fn read(fetching: Promise) -> Result<Answer, JsValue> {
    let response: Response = JsFuture::from(fetching).await?.dyn_into()?;
    let retry_after = response.headers().get("Retry-After")?;
    let text = JsFuture::from(response.text()?).await?;
    Ok(Answer {
        status: response.status(),
        body: text.as_string().unwrap_or_default(),
        retry_after_s: retry_after.and_then(|seconds| seconds.parse().ok()),
    })
}
