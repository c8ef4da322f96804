//! Asking the server, with an end to waiting.

use js_sys::{Date, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, Response};

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
    Sealed(&'a Uint8Array),
}

/// Asks the server; none when no whole answer came.
pub(super) async fn ask(method: &str, path: &str, token: Option<&str>, body: Body<'_>) -> Option<Answer> {
    let window = web_sys::window()?;
    let abort = AbortController::new().ok()?;
    let request = request(method, path, token, body, &abort).ok()?;
    let give_up: Function = js_sys::Reflect::get(&abort, &"abort".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let give_up = give_up.bind0(&abort);
    let timer = window
        .set_timeout_with_callback_and_timeout_and_arguments_0(&give_up, PATIENCE_MS)
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
    headers.set("Nghe-Dan-Clock", &format!("{:.0}", Date::now() / 1000.0))?;
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
        Body::Sealed(bytes) => {
            headers.set("Content-Type", "application/nghe-dan-sealed")?;
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
