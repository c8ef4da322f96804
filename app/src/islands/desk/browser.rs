//! What the desk page asks of the browser beside storage and network. Whatever is missing is done without.

use std::cell::{Cell, RefCell};

use domain::outbox::Reading;
use domain::text::Direction;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Document, Element, HtmlAnchorElement, HtmlElement, KeyboardEvent};
use web_sys::{SpeechSynthesis, SpeechSynthesisVoice, Url};

use super::device::now;

/// The service worker that lets the page start without a network.
const WORKER: &str = "/sw.js";
const SCOPE: &str = "/kiosk/";
/// The one window that sends holds this lock for as long as it lives.
const LOCK: &str = "nghe-dan-outbox";

thread_local! {
    /// Keeps the screen lit while it is held.
    static SCREEN: RefCell<Option<JsValue>> = const { RefCell::new(None) };
    /// What had the focus before the warning.
    static FOCUSED: RefCell<Option<Element>> = const { RefCell::new(None) };
    /// The page was hidden since the last look at the clock, so the device may have slept.
    static HIDDEN: Cell<bool> = const { Cell::new(false) };
}

/// Seconds since the page was opened; unlike the time of day, nobody can set it.
pub(super) fn uptime() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0.0, |performance| performance.now() / 1000.0)
}

/// Looks at the clock and at the uptime.
pub(super) fn reading() -> Reading {
    let hidden = HIDDEN.replace(is_hidden());
    #[expect(clippy::cast_possible_truncation, reason = "a page is not open for ages")]
    let uptime = (uptime() * 1000.0) as i64;
    Reading {
        clock: now(),
        uptime,
        awake: !hidden,
    }
}

/// Whether nobody can see the page. While that is so the device may sleep.
pub(super) fn is_hidden() -> bool {
    let hidden = document().is_none_or(|document| document.hidden());
    if hidden {
        HIDDEN.set(true);
    }
    hidden
}

pub(super) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn navigator() -> Option<JsValue> {
    web_sys::window().map(|window| window.navigator().into())
}

/// Calls a method that may not exist, and waits for what it promises.
async fn promised(of: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = Reflect::get(of, &method.into()).ok()?.dyn_into().ok()?;
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = function.apply(of, &arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Bytes in use and in all, and whether the browser promised to keep them.
pub(super) async fn storage() -> (Option<(f64, f64)>, Option<bool>) {
    let manager = navigator().and_then(|navigator| Reflect::get(&navigator, &"storage".into()).ok());
    let Some(manager) = manager.filter(JsValue::is_object) else {
        return (None, None);
    };
    let persisted = promised(&manager, "persist", &[]).await;
    let estimate = promised(&manager, "estimate", &[]).await;
    let number = |name: &str| Reflect::get(estimate.as_ref()?, &name.into()).ok()?.as_f64();
    (
        number("usage").zip(number("quota")),
        persisted.and_then(|persisted| persisted.as_bool()),
    )
}

/// Waits until this window is the one that sends; a second one waits until the first is gone.
pub(super) async fn alone(elsewhere: impl FnOnce()) {
    let locks = navigator().and_then(|navigator| Reflect::get(&navigator, &"locks".into()).ok());
    let Some(locks) = locks.filter(JsValue::is_object) else {
        return;
    };
    if try_lock(&locks, true).await != Some(true) {
        elsewhere();
        try_lock(&locks, false).await;
    }
}

/// Asks for the lock and keeps it; false when another window has it and `at_once` was asked.
async fn try_lock(locks: &JsValue, at_once: bool) -> Option<bool> {
    let request: Function = Reflect::get(locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &at_once.into()).ok()?;
    let granted = Promise::new(&mut |resolve, _| {
        let held = Closure::<dyn FnMut(JsValue) -> JsValue>::once_into_js(move |lock: JsValue| {
            let got = lock.is_object();
            let _ = resolve.call1(&JsValue::NULL, &got.into());
            if got {
                // Never settled: the lock goes with the window.
                Promise::new(&mut |_, _| {}).into()
            } else {
                JsValue::NULL
            }
        });
        let _ = request.call3(locks, &LOCK.into(), &options, &held);
    });
    JsFuture::from(granted).await.ok()?.as_bool()
}

/// Keeps the screen lit; to be asked again whenever the page becomes visible.
pub(super) async fn keep_awake() {
    let lock = navigator().and_then(|navigator| Reflect::get(&navigator, &"wakeLock".into()).ok());
    if let Some(lock) = lock.filter(JsValue::is_object) {
        let sentinel = promised(&lock, "request", &["screen".into()]).await;
        SCREEN.set(sentinel);
    }
}

/// Makes the page start without a network from now on.
pub(super) async fn register_worker() {
    let workers = navigator().and_then(|navigator| Reflect::get(&navigator, &"serviceWorker".into()).ok());
    let Some(workers) = workers.filter(JsValue::is_object) else {
        return;
    };
    let options = Object::new();
    if Reflect::set(&options, &"scope".into(), &SCOPE.into()).is_ok() {
        promised(&workers, "register", &[WORKER.into(), options.into()]).await;
    }
}

/// The worker that serves this page.
fn worker() -> Option<JsValue> {
    let workers = Reflect::get(&navigator()?, &"serviceWorker".into()).ok()?;
    let worker = Reflect::get(&workers, &"controller".into()).ok()?;
    worker.is_object().then_some(worker)
}

/// Tells the worker something, handing over what goes along.
fn tell(worker: &JsValue, message: &JsValue, along: &Array) -> Option<()> {
    let post: Function = Reflect::get(worker, &"postMessage".into())
        .ok()?
        .dyn_into()
        .ok()?;
    post.call2(worker, message, along).ok().map(drop)
}

/// Lets the worker keep these recordings, and no others.
pub(super) fn keep_recordings(recordings: &[String]) {
    let message: Array = recordings.iter().map(JsValue::from).collect();
    worker().and_then(|worker| tell(&worker, &message, &Array::new()));
}

/// Asks the worker whether the server has a newer page. It takes over all of it or nothing, and says whether it
/// did; then the page may start again, between two persons. The worker may be of an older page than this one or of a
/// newer, so the message stays what it is.
pub(super) async fn newer_page() -> bool {
    let (Some(worker), Ok(channel)) = (worker(), web_sys::MessageChannel::new()) else {
        return false;
    };
    let (ours, theirs) = (channel.port1(), channel.port2());
    let answered = Promise::new(&mut |resolve, _| {
        let told =
            Closure::<dyn FnMut(web_sys::MessageEvent)>::once_into_js(move |event: web_sys::MessageEvent| {
                let _ = resolve.call1(&JsValue::NULL, &event.data());
            });
        ours.set_onmessage(Some(told.unchecked_ref()));
    });
    if tell(&worker, &"update".into(), &Array::of1(&theirs)).is_none() {
        return false;
    }
    JsFuture::from(answered)
        .await
        .is_ok_and(|answer| answer.as_bool() == Some(true))
}

/// Starts the page again.
pub(super) fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// What speaks, if the browser has it.
pub(super) fn speech() -> Option<SpeechSynthesis> {
    web_sys::window()?.speech_synthesis().ok()
}

/// A voice of the device for a language, if it has one.
pub(super) fn voice(language: &str) -> Option<SpeechSynthesisVoice> {
    speech()?
        .get_voices()
        .iter()
        .filter_map(|voice| voice.dyn_into::<SpeechSynthesisVoice>().ok())
        .find(|voice| voice.lang().to_lowercase().starts_with(language))
}

/// Offers a text as a file.
pub(super) fn offer_file(name: &str, text: &str) -> Option<()> {
    let parts = Array::of1(&text.into());
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address).ok()
}

/// Acts whenever the device's voices change.
pub(super) fn on_voices(act: impl FnMut() + 'static) {
    if let Some(speech) = speech() {
        let act = Closure::<dyn FnMut()>::new(act);
        let _ = speech.add_event_listener_with_callback("voiceschanged", act.as_ref().unchecked_ref());
        act.forget();
    }
}

/// The program that runs: its version, and which build of it.
pub(super) fn program() -> String {
    let place = document().and_then(|document| document.get_element_by_id(super::PLACE));
    let build = place.and_then(|place| place.get_attribute(super::BUILD));
    let version = env!("CARGO_PKG_VERSION");
    build.map_or_else(|| version.to_owned(), |build| format!("{version}+{build}"))
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok().flatten()
}

/// Remembers what has the focus, for [`return_focus`].
pub(super) fn keep_focus() {
    FOCUSED.set(document().and_then(|document| document.active_element()));
}

/// Gives the focus back to what had it.
pub(super) fn return_focus() {
    if let Some(element) = FOCUSED
        .take()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Forgets what had it: a field holds what was typed into it.
pub(super) fn forget_focus() {
    FOCUSED.take();
}

/// Whether something has the focus.
pub(super) fn has_focus(selector: &str) -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|focused| focused.matches(selector).unwrap_or(false))
}

/// Moves the focus from one radio of a group to the next or the one before, as the arrow says.
pub(super) fn rove(event: &KeyboardEvent) {
    let right_to_left = find("html[dir=rtl]").is_some();
    let on = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        "ArrowRight" => !right_to_left,
        "ArrowLeft" => right_to_left,
        _ => return,
    };
    event.prevent_default();
    let focused = document().and_then(|document| document.active_element());
    let group = focused
        .as_ref()
        .and_then(|focused| focused.closest("[role=radiogroup]").ok()?);
    let Some(radios) = group.and_then(|group| group.query_selector_all("[role=radio]").ok()) else {
        return;
    };
    let count = radios.length();
    let place = (0..count).find(|place| radios.get(*place).as_ref() == focused.as_deref());
    let Some(place) = place else { return };
    let next = (place + if on { 1 } else { count - 1 }) % count;
    if let Some(radio) = radios
        .get(next)
        .and_then(|radio| radio.dyn_into::<HtmlElement>().ok())
    {
        let _ = radio.focus();
    }
}

/// Whether a box has more below than it shows.
pub(super) fn rest_below(selector: &str) -> bool {
    /// Less is the rounding of a layout.
    const SOME: i32 = 8;
    find(selector)
        .is_some_and(|found| found.scroll_height() - found.client_height() - found.scroll_top() > SOME)
}

/// Shows what a box has below, with a little of what it showed.
pub(super) fn scroll_on(selector: &str) {
    if let Some(found) = find(selector) {
        found.set_scroll_top(found.scroll_top() + found.client_height() * 3 / 4);
    }
}

/// Keeps the page at its size, as far as a page can: not by a wheel with Ctrl, which is also what a pinch on a touch pad
/// is, nor by Ctrl with plus, minus and zero.
pub(super) fn keep_scale() {
    let with_ctrl =
        |event: &web_sys::Event| Reflect::get(event, &"ctrlKey".into()).is_ok_and(|held| held.is_truthy());
    let wheel = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if with_ctrl(&event) {
            event.prevent_default();
        }
    });
    let options = Object::new();
    // Without it the browser takes a listener of the wheel for one that prevents nothing.
    let set = Reflect::set(&options, &"passive".into(), &false.into());
    if let (Some(document), Ok(_)) = (document(), set) {
        let target: &JsValue = document.as_ref();
        let add = Reflect::get(target, &"addEventListener".into()).and_then(JsCast::dyn_into::<Function>);
        let _ = add.and_then(|add| add.call3(target, &"wheel".into(), wheel.as_ref(), &options));
    }
    wheel.forget();
    on("keydown", move |event| {
        let key = Reflect::get(&event, &"key".into())
            .ok()
            .and_then(|key| key.as_string());
        if with_ctrl(&event) && matches!(key.as_deref(), Some("+" | "-" | "=" | "0")) {
            event.prevent_default();
        }
    });
}

/// Moves the focus to the heading of a new screen, so that it is read.
pub(super) fn focus(selector: &str) {
    if let Some(element) = find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Sets or removes an attribute of the document, by which the style sheet knows what a person asked for.
pub(super) fn mark(name: &str, on: bool) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = if on {
            root.set_attribute(name, "")
        } else {
            root.remove_attribute(name)
        };
    }
}

/// Tells the browser and screen readers the language of the document, and which way it runs.
pub(super) fn set_language(language: &str, direction: Direction) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("lang", language);
        let _ = root.set_attribute("dir", direction.as_str());
    }
}

/// Listens to an event of the document for as long as the page lives.
pub(super) fn on(event: &str, act: impl FnMut(web_sys::Event) + 'static) {
    let act = Closure::<dyn FnMut(web_sys::Event)>::new(act);
    if let Some(document) = document() {
        let _ = document.add_event_listener_with_callback(event, act.as_ref().unchecked_ref());
    }
    act.forget();
}
