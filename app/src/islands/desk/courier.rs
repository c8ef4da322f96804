//! Carries the outbox: keeps what was finished, sends it, and tells the server how the device is.

mod contact;
mod rescue;

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::civil;
use domain::id::ResponseId;
use domain::outbox::{Census, Change, Ledger, Millis, Outbox, Reply, State};
use js_sys::{Function, Promise, Uint8Array};
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::device::{Desk, Identity, now, today};
use super::idb::{Loaded, Store};
use super::net::{Answer, Body, ask, ask_within};
use super::{browser, seal, slip};
use contact::contact;
pub(super) use rescue::{Rescued, rescue};

/// How often the device tells how it is, and asks what is new.
const CONTACT_EVERY: Millis = 60_000;
/// The longest sleep, so that a clock that was set does not matter.
const LONGEST_SLEEP: Millis = 15_000;
/// How long somebody at the desk waits for an answer of the server, in milliseconds.
const WHILE_WAITING_MS: i32 = 3_000;
pub(super) const IDENTITY: &str = "identity";
pub(super) const DESK: &str = "desk";
pub(super) const ABANDONED: &str = "abandoned";

/// What staff see.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Status {
    pub(super) census: Census,
    pub(super) ledger: Ledger,
    /// The last contact worked.
    pub(super) connected: bool,
    /// The server knows no device with this token any more.
    pub(super) unknown: bool,
    /// Bytes in use, and in all.
    pub(super) storage: Option<(f64, f64)>,
    /// The browser promised to keep what is stored.
    pub(super) persisted: Option<bool>,
    /// The storage failed when it was used last.
    pub(super) failing: bool,
    /// Records on disk that say nothing to this program.
    pub(super) unreadable: usize,
    /// What was delivered last.
    pub(super) delivered: Option<ResponseId>,
}

/// What the screens watch.
#[derive(Clone, Copy)]
pub(super) struct Watched {
    pub(super) status: RwSignal<Status>,
    pub(super) desk: RwSignal<Option<Desk>>,
}

struct Courier {
    store: Store,
    outbox: Outbox,
    identity: Identity,
    watched: Watched,
    /// Attempts given up, by day and question.
    abandoned: BTreeMap<String, i32>,
    next_contact: Millis,
    /// The storage failed since the server was told last.
    failed: bool,
    /// What was asked last, as text, so that only what changed is read again.
    desk: String,
}

thread_local! {
    static COURIER: RefCell<Option<Courier>> = const { RefCell::new(None) };
    /// Ends the sleep of the loop.
    static WAKE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

fn with<T>(act: impl FnOnce(&mut Courier) -> T) -> Option<T> {
    COURIER.with_borrow_mut(|courier| courier.as_mut().map(act))
}

/// Opens the storage; true when the device was enrolled.
pub(super) async fn open(watched: Watched) -> Result<bool, JsValue> {
    let store = Store::open().await?;
    let text = store.meta(IDENTITY).await?;
    let Some(identity) = text.and_then(|text| serde_json::from_str(&text).ok()) else {
        return Ok(false);
    };
    start(store, identity, watched).await?;
    forget_tokens().await;
    Ok(true)
}

/// Forgets the tokens of enrolments under which nothing lies here any more. Only at a start, when nobody answers.
async fn forget_tokens() {
    let forgot = with(|courier| {
        let needed = |enrolment| courier.outbox.items().any(|item| item.enrolment == enrolment);
        let readable = courier
            .watched
            .status
            .with_untracked(|status| status.unreadable == 0);
        let forgot = readable && courier.identity.tokens.forget(needed);
        let text = serde_json::to_string(&courier.identity).unwrap_or_default();
        forgot.then(|| (courier.store.clone(), text))
    });
    if let Some(Some((store, text))) = forgot {
        // What could not be written is forgotten at the next start.
        let _ = store.put_meta(IDENTITY, &text).await;
    }
}

/// Begins to carry for a device, or goes on as another one.
pub(super) async fn start(store: Store, identity: Identity, watched: Watched) -> Result<(), JsValue> {
    let Loaded {
        items,
        ledger,
        unreadable,
    } = store.load().await?;
    watched.status.update(|status| status.unreadable = unreadable);
    let desk = store.meta(DESK).await?.unwrap_or_default();
    let abandoned = store.meta(ABANDONED).await?;
    watched.desk.set(Desk::read(&desk));
    let running = COURIER.with_borrow(Option::is_some);
    let mut outbox = Outbox::load(items, ledger);
    let clock = outbox.look(browser::reading());
    store.write(&clock).await?;
    COURIER.set(Some(Courier {
        outbox,
        abandoned: abandoned
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
        store,
        identity,
        watched,
        next_contact: Millis::MIN,
        failed: false,
        desk,
    }));
    show();
    if !running {
        leptos::task::spawn_local(carry());
    }
    Ok(())
}

/// A response under its final id.
#[derive(Clone)]
pub(super) struct Finished {
    pub(super) id: ResponseId,
    pub(super) document: String,
    /// The enrolment under which the person began.
    pub(super) enrolment: u32,
}

/// Whether a response is on its way.
pub(super) fn is_sending() -> bool {
    let sending = with(|courier| {
        let mut items = courier.outbox.items();
        items.any(|item| matches!(item.state, State::Sending { .. }))
    });
    sending == Some(true)
}

/// The number of the device's enrolment.
pub(super) fn enrolment() -> u32 {
    with(|courier| courier.identity.tokens.enrolment()).unwrap_or_default()
}

/// Looks at the clock, and writes down when somebody set it.
pub(super) fn look() {
    let looked = with(|courier| (courier.store.clone(), courier.outbox.look(browser::reading())));
    if let Some((store, changes)) = looked.filter(|(_, changes)| !changes.is_empty()) {
        leptos::task::spawn_local(async move {
            write(&store, &changes).await;
        });
    }
}

/// Seals and keeps a finished response. It is on disk when this returns, and not before.
pub(super) async fn keep(finished: &Finished, desk: &Desk) -> Result<(), JsValue> {
    let (id, key) = (finished.id, &desk.key);
    let document = finished.document.as_bytes();
    let body = seal::seal(document, id, key.id, &key.public, &desk.point).await?;
    look();
    let drafted = with(|courier| {
        let item = courier.outbox.draft(id, now(), desk.trial, finished.enrolment);
        (courier.store.clone(), item)
    });
    let (store, item) = drafted.ok_or(JsValue::NULL)?;
    let written = store.enqueue(&item, &body).await;
    with(|courier| {
        courier.note_storage(written.is_ok());
        if written.is_ok() {
            courier.outbox.adopt(item);
        }
    });
    show();
    wake();
    written
}

/// Counts an attempt that was given up at a question.
pub(super) fn abandon(question: &str) {
    let key = format!("{} {question}", civil::format(today()));
    let noted = with(|courier| {
        *courier.abandoned.entry(key).or_default() += 1;
        // The server has had its totals of the days before the last month.
        while courier.abandoned.len() > 256 {
            courier.abandoned.pop_first();
        }
        let text = serde_json::to_string(&courier.abandoned).unwrap_or_default();
        (courier.store.clone(), text)
    });
    if let Some((store, text)) = noted {
        leptos::task::spawn_local(async move {
            // A count that is lost is a count less, and no answer.
            let _ = store.put_meta(ABANDONED, &text).await;
        });
    }
}

/// Whether a PIN is the device's.
pub(super) async fn pin_fits(pin: &str) -> bool {
    let Some(known) = with(|courier| courier.identity.pin.clone()) else {
        return false;
    };
    seal::pin_fits(pin, &known.salt, &known.hash, known.iterations).await
}

/// Where a slip stands; none when the server cannot be asked soon enough.
pub(super) async fn standing(code: &str) -> Option<slip::Standing> {
    let token = with(|courier| courier.identity.tokens.present().to_owned())?;
    let body = Body::Json(json!({ "code": code }).to_string());
    let answer = ask_within(
        WHILE_WAITING_MS,
        "POST",
        "/api/v1/device/slip",
        Some(&token),
        body,
    )
    .await?;
    (answer.status == 200).then(|| slip::read(&answer.body)).flatten()
}

/// Staff ask to send everything now.
pub(super) async fn send_now() {
    let asked = with(|courier| {
        courier.next_contact = Millis::MIN;
        (courier.store.clone(), courier.outbox.send_now())
    });
    if let Some((store, changes)) = asked {
        write(&store, &changes).await;
    }
    wake();
}

/// Leaves out a record whose sealed body is not there, and counts it among those that cannot be read; false when there is
/// no such record any more.
fn leave_out(id: ResponseId) -> bool {
    let left = with(|courier| {
        let left = courier.outbox.leave_out(id);
        let status = courier.watched.status;
        status.update(|status| status.unreadable += usize::from(left));
        left
    });
    show();
    left == Some(true)
}

/// The network is back, or something happened that should be looked at now.
pub(super) fn wake() {
    if let Some(wake) = WAKE.take() {
        let _ = wake.call0(&JsValue::NULL);
    }
}

/// The browser says that it is connected.
pub(super) fn online() {
    with(|courier| {
        courier.outbox.connected();
        courier.next_contact = Millis::MIN;
    });
    wake();
}

fn show() {
    with(|courier| {
        let (census, ledger) = (courier.outbox.census(), courier.outbox.ledger().clone());
        courier.watched.status.update(|status| {
            status.census = census;
            status.ledger = ledger;
        });
    });
}

/// Writes the changes of one step; false when that failed. The step did not happen then: what lies on disk is
/// loaded again, or memory and disk would no longer say the same.
async fn write(store: &Store, changes: &[Change]) -> bool {
    let written = store.write(changes).await.is_ok();
    let kept = if written { None } else { store.load().await.ok() };
    with(|courier| {
        courier.note_storage(written);
        if let Some(kept) = kept {
            courier.outbox = Outbox::load(kept.items, kept.ledger);
            let status = courier.watched.status;
            status.update(|status| status.unreadable = kept.unreadable);
        }
    });
    show();
    written
}

/// The loop of the device: contact, send, sleep.
async fn carry() {
    loop {
        let now = now();
        if with(|courier| courier.next_contact <= now || courier.next_contact - now > CONTACT_EVERY)
            == Some(true)
        {
            with(|courier| courier.next_contact = now + CONTACT_EVERY);
            contact().await;
        }
        // Also without a network, or copies of what was delivered would outlive their time on a device that is cut off.
        let swept = with(|courier| (courier.store.clone(), courier.step(Outbox::sweep)));
        if let Some((store, gone)) = swept.filter(|(_, gone)| !gone.is_empty()) {
            write(&store, &gone).await;
        }
        let next = with(|courier| {
            let next = courier.outbox.next(now)?;
            Some((courier.store.clone(), next))
        });
        if let Some(Some((store, (id, change)))) = next {
            if write(&store, &[change]).await && deliver(&store, id).await {
                continue;
            }
            // The storage is full or broken. Whatever is sent now would be sent again at once.
            sleep(LONGEST_SLEEP).await;
            continue;
        }
        let until = with(|courier| courier.outbox.wake_at(now).map_or(LONGEST_SLEEP, |at| at - now));
        sleep(until.unwrap_or(LONGEST_SLEEP).clamp(50, LONGEST_SLEEP)).await;
    }
}

/// Sends one response; false when what came of it could not be written.
async fn deliver(store: &Store, id: ResponseId) -> bool {
    let reply = match store.sealed(&id.to_string()).await {
        Ok(Some(body)) => put(id, &body).await.map_or(Reply::Unreachable, |answer| {
            Reply::read(answer.status, &answer.body, answer.retry_after_s)
        }),
        Ok(None) => {
            leave_out(id);
            return true;
        }
        Err(_) => {
            with(|courier| courier.note_storage(false));
            Reply::Later { retry_after: None }
        }
    };
    let jitter = seal::random().map_or(0, u16::from_be_bytes);
    let changes = with(|courier| {
        let connected = !matches!(reply, Reply::Unreachable);
        courier
            .watched
            .status
            .update(|status| status.connected = connected);
        courier.step(|outbox, now| outbox.reply(id, &reply, now, jitter))
    });
    let written = write(store, &changes.unwrap_or_default()).await;
    if written && matches!(reply, Reply::Recorded(_)) {
        with(|courier| {
            let status = courier.watched.status;
            status.update(|status| status.delivered = Some(id));
        });
    }
    written
}

/// Sends a sealed body in the name of the enrolment under which the person answered. When the server knows that one
/// no more, because it was put back to before it, the present one speaks for it.
async fn put(id: ResponseId, body: &Uint8Array) -> Option<Answer> {
    let (present, own, clock, trial) = with(|courier| {
        let (outbox, tokens) = (&courier.outbox, &courier.identity.tokens);
        let item = outbox.item(id);
        let own = tokens.of(item.map_or_else(|| tokens.enrolment(), |item| item.enrolment));
        (
            tokens.present().to_owned(),
            own.to_owned(),
            outbox.clock_of(id, now()),
            item.is_some_and(|item| item.trial),
        )
    })?;
    let path = format!("/api/v1/responses/{id}");
    let sealed = || Body::Sealed {
        bytes: body,
        clock,
        trial,
    };
    let answer = ask("PUT", &path, Some(&own), sealed()).await?;
    if own != present && answer.status == 401 {
        return ask("PUT", &path, Some(&present), sealed()).await;
    }
    Some(answer)
}

impl Courier {
    /// Looks at the clock and takes a step that goes by it; what to write for both. Otherwise a clock that was set a moment
    /// ago would make every copy old.
    fn step(&mut self, act: impl FnOnce(&mut Outbox, Millis) -> Vec<Change>) -> Vec<Change> {
        let reading = browser::reading();
        let mut changes = self.outbox.look(reading);
        changes.extend(act(&mut self.outbox, reading.clock));
        changes
    }

    fn note_storage(&mut self, works: bool) {
        self.failed |= !works;
        self.watched.status.update(|status| status.failing = !works);
    }
}

/// Waits until the time is over or something happens.
async fn sleep(time: Millis) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let time = i32::try_from(time).unwrap_or(i32::MAX);
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, time);
        }
        WAKE.set(Some(resolve));
    });
    let _ = JsFuture::from(promise).await;
}

/// Takes part in the events of the browser for as long as the page lives.
pub(super) fn listen() {
    if let Some(window) = web_sys::window() {
        let back = Closure::<dyn FnMut()>::new(online);
        let _ = window.add_event_listener_with_callback("online", back.as_ref().unchecked_ref());
        back.forget();
    }
}
