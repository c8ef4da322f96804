//! The staff's screen: how the device is, and never what anyone answered.

use domain::code::ALPHABET;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser;
use super::courier::{self, Rescued};
use super::device::now;
use super::enrolment::{self, NotEnrolled};
use super::form::{Asked, form};
use super::keys::DIGITS;
use super::kiosk::{Kiosk, Screen};
use crate::lotus;

/// How many touches of the corner, and how soon after one another, open the staff's screen.
const TOUCHES: u32 = 5;
const SOON_MS: i64 = 1_500;
const LONGEST_PIN: usize = 12;
/// A code with what people put between its groups.
const LONGEST_CODE: usize = 20;
/// After so many wrong PINs the screen closes.
const TRIES: u32 = 5;
/// How long it then stays closed.
const CLOSED_MS: i64 = 60_000;
/// What the file with unsent answers is called.
const FILE: &str = "nghe-dan-chua-gui.json";

thread_local! {
    static LAST: std::cell::Cell<(i64, u32)> = const { std::cell::Cell::new((0, 0)) };
    static TRIED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static CLOSED_UNTIL: std::cell::Cell<i64> = const { std::cell::Cell::new(0) };
}

/// The mark in the corner. Five quick touches, or five times Escape on a keyboard, ask for the PIN. It looks and
/// reads like no button, because it is none for the person at the desk.
pub(super) fn corner(kiosk: Kiosk) -> impl IntoView {
    browser::on("keydown", move |event| {
        let key = js_sys::Reflect::get(&event, &"key".into()).ok();
        if key.and_then(|key| key.as_string()).as_deref() == Some("Escape") {
            touched(kiosk);
        }
    });
    view! {
        <svg class="kiosk-corner lotus" viewBox="0 0 32 32" aria-hidden="true" on:pointerdown=move |_| touched(kiosk)>
            {lotus::petals()}
        </svg>
    }
}

fn touched(kiosk: Kiosk) {
    let (at, count) = LAST.get();
    let now = now();
    let count = if (0..SOON_MS).contains(&(now - at)) {
        count + 1
    } else {
        1
    };
    LAST.set((now, count));
    let begun = kiosk.screen.get_untracked();
    if count >= TOUCHES
        && matches!(
            begun,
            Screen::Attract | Screen::Slip | Screen::Question | Screen::NotKept
        )
        && CLOSED_UNTIL.get() <= now
    {
        LAST.set((0, 0));
        // Whoever was answering is gone before staff see anything.
        if begun != Screen::Attract {
            kiosk.give_up();
        }
        kiosk.screen.set(Screen::Pin);
    }
}

/// Asks something that takes a while, one time after the other, so that every try is counted. Nobody is told any more when
/// whoever asked went away: the screen may be another person's by then.
fn ask<T: 'static>(
    kiosk: Kiosk,
    asking: RwSignal<bool>,
    what: impl Future<Output = T> + 'static,
    told: impl FnOnce(T) + 'static,
) {
    if asking.get_untracked() {
        return;
    }
    asking.set(true);
    let turn = kiosk.next_turn();
    spawn_local(async move {
        let answer = what.await;
        if kiosk.is_turn(turn) {
            asking.set(false);
            told(answer);
        }
    });
}

/// Asks for the PIN.
pub(super) fn pin(kiosk: Kiosk) -> AnyView {
    let asked = Asked {
        id: "kiosk-pin",
        kind: "password",
        title: "kiosk-pin-title",
        help: None,
        label: "kiosk-pin",
        keys: ("kiosk-number-keys", DIGITS),
        longest: LONGEST_PIN,
        go: "kiosk-pin-go",
    };
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(None);
    let asking = RwSignal::new(false);
    let told = move |fits| {
        if fits {
            TRIED.set(0);
            kiosk.screen.set(Screen::Staff);
            return;
        }
        typed.set(String::new());
        wrong.set(Some("kiosk-pin-wrong"));
        // Closing the screen and opening it again gives no further tries; starting the browser anew does.
        TRIED.set(TRIED.get() + 1);
        if TRIED.get() >= TRIES {
            TRIED.set(0);
            CLOSED_UNTIL.set(now() + CLOSED_MS);
            kiosk.wipe();
        }
    };
    let go = move || {
        let pin = typed.get_untracked();
        ask(kiosk, asking, async move { courier::pin_fits(&pin).await }, told);
    };
    form(kiosk, &asked, typed, wrong, true, go)
}

/// The code that ties the device to its point.
pub(super) fn enrol(kiosk: Kiosk) -> AnyView {
    let asked = Asked {
        id: "kiosk-enrol",
        kind: "text",
        title: "kiosk-enrol-title",
        help: Some("kiosk-enrol-text"),
        label: "kiosk-enrol-code",
        keys: ("kiosk-slip-keys", ALPHABET),
        longest: LONGEST_CODE,
        go: "kiosk-enrol-go",
    };
    let code = RwSignal::new(String::new());
    let wrong = RwSignal::new(None);
    let asking = RwSignal::new(false);
    let told = move |enrolled| match enrolled {
        Ok(()) => kiosk.screen.set(Screen::Attract),
        Err(NotEnrolled::Code) => wrong.set(Some("kiosk-enrol-wrong")),
        Err(NotEnrolled::Network) => wrong.set(Some("kiosk-enrol-network")),
        Err(NotEnrolled::Storage) => wrong.set(Some("kiosk-unfit")),
    };
    let go = move || {
        wrong.set(None);
        let typed = code.get_untracked();
        ask(
            kiosk,
            asking,
            async move { enrolment::enrol(&typed, kiosk.watched()).await },
            told,
        );
    };
    // A device that was enrolled before goes on as it was.
    let has_back = kiosk.desk.with_untracked(Option::is_some);
    form(kiosk, &asked, code, wrong, has_back, go)
}

/// How the device is.
pub(super) fn status(kiosk: Kiosk) -> AnyView {
    let rows = move || {
        let status = kiosk.status.get();
        let yes_no = |yes: bool| kiosk.t(if yes { "kiosk-yes" } else { "kiosk-no" });
        let age = |at: Option<i64>| at.map_or("–".to_owned(), |at| ago(kiosk, now() - at));
        let reasons = status.census.reasons.iter();
        let refused: Vec<String> = reasons.map(|(code, count)| reason(kiosk, code, *count)).collect();
        let storage = status
            .storage
            .map_or("–".to_owned(), |(used, quota)| gigabytes(kiosk, quota - used));
        let connection = if status.unknown {
            "kiosk-staff-unknown"
        } else if status.connected {
            "kiosk-staff-connected"
        } else {
            "kiosk-staff-offline"
        };
        [
            ("kiosk-staff-connection", kiosk.t(connection)),
            ("kiosk-staff-unsent", status.census.unsent.to_string()),
            ("kiosk-staff-oldest", age(status.census.oldest_unsent)),
            ("kiosk-staff-last", age(status.ledger.last_delivery)),
            ("kiosk-staff-refused", status.census.refused.to_string()),
            ("kiosk-staff-refused-age", age(status.census.oldest_refused)),
            (
                "kiosk-staff-reasons",
                if refused.is_empty() {
                    "–".to_owned()
                } else {
                    refused.join("; ")
                },
            ),
            ("kiosk-staff-unreadable", status.unreadable.to_string()),
            ("kiosk-staff-copies", status.census.delivered.to_string()),
            ("kiosk-staff-storage", storage),
            (
                "kiosk-staff-persisted",
                status.persisted.map_or("–".to_owned(), yes_no),
            ),
            ("kiosk-staff-version", browser::program()),
        ]
        .into_iter()
        // What there should never be is shown when there is.
        .filter(|(key, _)| *key != "kiosk-staff-unreadable" || status.unreadable > 0)
        .map(|(key, value)| view! { <div><dt>{kiosk.t(key)}</dt><dd>{value}</dd></div> })
        .collect_view()
    };
    let saved = RwSignal::new(String::new());
    let save = move |_| {
        saved.set(String::new());
        spawn_local(async move {
            let rescued = courier::rescue().await;
            let offered = rescued.filter(|rescued| browser::offer_file(FILE, &rescued.file).is_some());
            saved.set(untrack(|| match offered {
                Some(Rescued { saved, of, .. }) => {
                    let parameters = &[("n", &*saved.to_string()), ("max", &*of.to_string())];
                    kiosk.filled("kiosk-staff-saved", parameters).0
                }
                None => kiosk.t("kiosk-staff-unsaved"),
            }));
        });
    };
    view! {
        <div class="kiosk-staff">
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.t("kiosk-staff-title")}</h1>
            <p>{move || kiosk.t("kiosk-staff-sealed")}</p>
            <p class="field-error" role="alert">
                {move || kiosk.status.with(|status| status.failing).then(|| kiosk.t("kiosk-staff-failing"))}
            </p>
            <dl>{rows}</dl>
            <p role="status">{move || saved.get()}</p>
            <div class="kiosk-actions">
                <button type="button" class="kiosk-plain" on:click=move |_| spawn_local(courier::send_now())>
                    {move || kiosk.t("kiosk-staff-send")}
                </button>
                <button type="button" class="kiosk-plain" on:click=save>{move || kiosk.t("kiosk-staff-save")}</button>
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.screen.set(Screen::Enrol)>
                    {move || kiosk.t("kiosk-staff-enrol")}
                </button>
                <button type="button" class="kiosk-plain" on:click=move |_| leave()>
                    {move || kiosk.t("kiosk-staff-leave")}
                </button>
            </div>
            <div class="kiosk-actions">
                <button type="button" class="kiosk-go" on:click=move |_| kiosk.wipe()>
                    {move || kiosk.t("kiosk-staff-close")}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// How many were refused for a reason: in words, with the code for whoever looks after the server.
fn reason(kiosk: Kiosk, code: &str, count: usize) -> String {
    let words = kiosk.t(&format!("kiosk-why-{}", code.replace(['.', '_'], "-")));
    if words.is_empty() {
        format!("{count} × {code}")
    } else {
        format!("{count} × {words} ({code})")
    }
}

/// Goes to the ordinary site; the device profile decides whether there is a way further.
fn leave() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign("/");
    }
}

/// How long ago something was.
fn ago(kiosk: Kiosk, age: i64) -> String {
    let minutes = age.max(0) / 60_000;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let age = if days > 0 {
        format!(
            "{days} {} {hours} {}",
            kiosk.t("kiosk-days"),
            kiosk.t("kiosk-hours")
        )
    } else if hours > 0 {
        format!(
            "{hours} {} {minutes} {}",
            kiosk.t("kiosk-hours"),
            kiosk.t("kiosk-minutes")
        )
    } else {
        format!("{minutes} {}", kiosk.t("kiosk-minutes"))
    };
    kiosk.filled("kiosk-ago", &[("age", &age)]).0
}

/// A number of bytes as people say it, with one decimal of a gigabyte. Whole tenths, because writing a float with a given
/// number of decimals brings ten kilobytes of code along.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no storage has so many tenths of a gigabyte"
)]
fn gigabytes(kiosk: Kiosk, bytes: f64) -> String {
    // A browser may hold more than it meant to give.
    let tenths = (bytes.max(0.0) / 1e8).round() as i64;
    let mark = if kiosk.language.get().as_str() == "en" {
        '.'
    } else {
        ','
    };
    format!("{}{mark}{} GB", tenths / 10, tenths % 10)
}
