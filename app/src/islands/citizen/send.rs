//! Sends what was handed in, now and whenever the network is back, and says what became of it.
//!
//! A form is held on the device before it is sent, under the id that it will have on the server. So it may be sent as often as
//! it takes, from as many windows as there are: the server records an id once.

use std::cell::RefCell;

use domain::outbox::{Millis, delay};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{EventTarget, StorageEvent, SubmitEvent};

use super::net::{self, Reply};
use super::queue::{self, Elsewhere, Form};
use super::{cards, dom};

/// Where a form that was handed in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Sending,
    /// The server will not take it as it is.
    Refused,
    Arrived,
    Deleted,
    /// It was held for as long as it may be.
    Expired,
}

impl Stage {
    /// Whether it is still to be sent.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sending)
    }
}

/// A form that was handed in, as the page shows it.
pub(super) struct Shown {
    pub(super) id: String,
    /// Whom it is about.
    pub(super) place: String,
    pub(super) stage: Stage,
    /// The browser keeps it when the page is closed.
    pub(super) kept: bool,
    /// It was just handed in, and nothing failed yet.
    pub(super) quiet: bool,
    /// It is the form of this page.
    pub(super) own: bool,
}

struct Item {
    form: Form,
    stage: Stage,
    /// The browser keeps it; else it lives as long as the page.
    kept: bool,
    /// It was handed in here and nothing failed yet: the page stays as it is.
    quiet: bool,
}

struct Office {
    items: Vec<Item>,
    /// The response of this page's form.
    own: Option<String>,
    place: String,
    /// The address of the page of thanks.
    thanks: String,
    failures: u32,
    timer: Option<i32>,
    busy: bool,
}

thread_local! {
    static OFFICE: RefCell<Option<Office>> = const { RefCell::new(None) };
}

fn with<T>(act: impl FnOnce(&mut Office) -> T) -> Option<T> {
    OFFICE.with_borrow_mut(|office| office.as_mut().map(act))
}

/// Takes up what earlier visits left behind, and every form that is handed in from now on.
pub(super) fn wake(place: String, thanks: String) {
    let items = queue::all().into_iter().map(|form| {
        let stage = if form.is_expired() {
            queue::forget(&form.id);
            Stage::Expired
        } else if form.refused {
            Stage::Refused
        } else {
            Stage::Waiting
        };
        Item {
            form,
            stage,
            kept: true,
            quiet: false,
        }
    });
    OFFICE.set(Some(Office {
        items: items.collect(),
        own: dom::response_id(),
        place,
        thanks,
        failures: 0,
        timer: None,
        busy: false,
    }));
    listen();
    show_all();
    retry();
}

fn listen() {
    let Some(window) = web_sys::window() else { return };
    on(&window, "online", |_: web_sys::Event| retry());
    on(&window, "storage", |event: StorageEvent| {
        if let Some((id, what)) = queue::told(&event) {
            heard(&id, what);
        }
    });
    if let Some(document) = window.document() {
        on(&document, "visibilitychange", |_: web_sys::Event| retry());
    }
    if let Some(list) = dom::element("#outgoing") {
        on(&list, "click", |event: web_sys::Event| {
            match cards::asked(&event)
                .as_ref()
                .map(|(what, id)| (what.as_str(), id))
            {
                Some(("retry", _)) => retry(),
                Some(("delete", id)) => delete(id),
                Some(("look", id)) => look(id),
                _ => {}
            }
        });
    }
    if let Some(form) = dom::form() {
        on(&form, "submit", |event: SubmitEvent| {
            let sends = event
                .submitter()
                .is_some_and(|button| button.get_attribute("value").as_deref() == Some("send"));
            if sends && hand_in().is_some() {
                event.prevent_default();
            }
        });
    }
}

fn on<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
    target: &EventTarget,
    event: &str,
    act: impl Fn(E) + 'static,
) {
    let act = Closure::<dyn Fn(E)>::new(act);
    let _ = target.add_event_listener_with_callback(event, act.as_ref().unchecked_ref());
    // The listener lives as long as the page.
    act.forget();
}

/// Takes this page's form over from the browser; none when there is nothing to take.
fn hand_in() -> Option<()> {
    let (desk, action, mut fields) = dom::handed_in()?;
    let id = dom::response_id()?;
    fields.push(("_go".to_owned(), "send".to_owned()));
    let fresh = with(|office| {
        if office
            .items
            .iter()
            .any(|item| item.form.id == id && item.stage.is_open())
        {
            return false;
        }
        let form = Form {
            id: id.clone(),
            place: office.place.clone(),
            action,
            saved: js_sys::Date::now(),
            fields,
            refused: false,
        };
        office.items.retain(|item| item.form.id != id);
        office.items.push(Item {
            kept: queue::keep(&form),
            form,
            stage: Stage::Waiting,
            quiet: true,
        });
        office.own = Some(id);
        true
    })?;
    if fresh {
        // What is held as handed in is no draft any more.
        super::draft::forget(&desk);
        retry();
    }
    Some(())
}

/// Tries at once, whatever wait was set.
fn retry() {
    with(|office| office.failures = 0);
    leptos::task::spawn_local(carry());
}

/// Deletes a form that waits.
fn delete(id: &str) {
    queue::remove(id, Elsewhere::Deleted);
    with(|office| office.set(id, Stage::Deleted));
    show_all();
}

/// Leads to the server's answer to a refused form, with everything that was typed.
fn look(id: &str) {
    let form = with(|office| {
        let place = office.items.iter().position(|item| item.form.id == id)?;
        Some(office.items.remove(place).form)
    });
    if let Some(form) = form.flatten() {
        queue::forget(id);
        dom::post(&form.action, &form.fields);
    }
}

/// Another window sent or deleted a form.
fn heard(id: &str, what: Elsewhere) {
    with(|office| {
        office.set(
            id,
            match what {
                Elsewhere::Arrived => Stage::Arrived,
                Elsewhere::Deleted => Stage::Deleted,
            },
        );
    });
    show_all();
}

/// Sends one after the other until nothing waits or the way to the server fails.
async fn carry() {
    if with(|office| std::mem::replace(&mut office.busy, true)) != Some(false) {
        return;
    }
    let mut wait = None;
    while let Some(form) = with(Office::next).flatten() {
        show_all();
        let reply = net::post(&form.action, &form.fields).await;
        wait = settle(&form.id, &reply);
        show_all();
        if wait.is_some() {
            break;
        }
    }
    with(|office| office.busy = false);
    if let Some(wait) = wait {
        schedule(wait);
    }
}

/// Notes what the server answered; how long to wait where it did not.
fn settle(id: &str, reply: &Reply) -> Option<Millis> {
    match reply {
        Reply::Recorded => {
            queue::remove(id, Elsewhere::Arrived);
            with(|office| {
                office.failures = 0;
                office.set(id, Stage::Arrived);
            });
            None
        }
        Reply::Refused => {
            let own = with(|office| office.refused(id)).flatten();
            // The answer to this page's own form is shown at once.
            if own.is_some() {
                look(id);
            }
            None
        }
        Reply::Later(retry_after) => with(|office| {
            office.failures = office.failures.saturating_add(1);
            if let Some(item) = office.item(id).filter(|item| item.stage.is_open()) {
                item.stage = Stage::Waiting;
                item.quiet = false;
            }
            delay(office.failures, *retry_after, jitter())
        }),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number from 0 to 65,535"
)]
fn jitter() -> u16 {
    (js_sys::Math::random() * f64::from(u16::MAX)) as u16
}

/// Tries again after a while, unless something happens before.
fn schedule(wait: Millis) {
    let Some(window) = web_sys::window() else { return };
    let wake = Closure::once_into_js(|| leptos::task::spawn_local(carry()));
    let wait = i32::try_from(wait).unwrap_or(i32::MAX);
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(wake.unchecked_ref(), wait);
    let old = with(|office| std::mem::replace(&mut office.timer, timer.ok())).flatten();
    if let Some(old) = old {
        window.clear_timeout_with_handle(old);
    }
}

fn show_all() {
    let shown = with(|office| (office.shown(), office.thanks.clone()));
    if let Some((shown, thanks)) = shown {
        cards::draw(&shown, &thanks);
    }
}

impl Office {
    fn item(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.form.id == id)
    }

    /// The next form to send.
    fn next(&mut self) -> Option<Form> {
        for item in &mut self.items {
            if item.stage == Stage::Waiting && item.form.is_expired() {
                queue::forget(&item.form.id);
                item.stage = Stage::Expired;
            }
        }
        let item = self.items.iter_mut().find(|item| item.stage == Stage::Waiting)?;
        item.stage = Stage::Sending;
        Some(item.form.clone())
    }

    /// Nothing that was typed stays in memory once there is nothing left to send.
    fn set(&mut self, id: &str, stage: Stage) {
        if let Some(item) = self.item(id) {
            item.stage = stage;
            item.quiet = false;
            item.form.fields.clear();
        }
    }

    /// The server will not take it as it is; some when it is this page's own.
    fn refused(&mut self, id: &str) -> Option<()> {
        let own = self.own.as_deref() == Some(id);
        let item = self.item(id).filter(|item| item.stage.is_open())?;
        item.stage = Stage::Refused;
        item.form.refused = true;
        if own {
            return Some(());
        }
        // Another window may have shown the answer meanwhile.
        if queue::holds(id) {
            queue::keep(&item.form);
        }
        None
    }

    fn shown(&self) -> Vec<Shown> {
        let items = self.items.iter().map(|item| Shown {
            id: item.form.id.clone(),
            place: item.form.place.clone(),
            stage: item.stage,
            kept: item.kept,
            quiet: item.quiet,
            own: self.own.as_ref() == Some(&item.form.id),
        });
        items.collect()
    }
}
