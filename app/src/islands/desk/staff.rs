//! The staff's screen: how the device is, and never what anyone answered.

use domain::code::ALPHABET;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::device::now;
use super::enrolment::{self, NotEnrolled};
use super::keys::{DIGITS, keys};
use super::kiosk::{Kiosk, Screen};
use super::{browser, courier};
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
        && matches!(begun, Screen::Attract | Screen::Slip | Screen::Question)
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

/// Asks for the PIN.
pub(super) fn pin(kiosk: Kiosk) -> AnyView {
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            if courier::pin_fits(&typed.get_untracked()).await {
                TRIED.set(0);
                kiosk.screen.set(Screen::Staff);
                return;
            }
            typed.set(String::new());
            wrong.set(true);
            // Closing the screen and opening it again gives no further tries.
            TRIED.set(TRIED.get() + 1);
            if TRIED.get() >= TRIES {
                TRIED.set(0);
                CLOSED_UNTIL.set(now() + CLOSED_MS);
                kiosk.wipe();
            }
        });
    };
    view! {
        <form class="kiosk-center kiosk-form" autocomplete="off" on:submit=submit>
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.t("kiosk-pin-title")}</h1>
            <label for="kiosk-pin">{move || kiosk.t("kiosk-pin")}</label>
            <input
                id="kiosk-pin"
                type="password"
                inputmode="none"
                autocomplete="off"
                maxlength=LONGEST_PIN
                aria-describedby="kiosk-pin-error"
                prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <p class="field-error" id="kiosk-pin-error" role="alert">
                {move || wrong.get().then(|| kiosk.t("kiosk-pin-wrong"))}
            </p>
            {keys(kiosk, "kiosk-number-keys", DIGITS, move |press| {
                typed.update(|typed| press.apply(typed, LONGEST_PIN));
            })}
            <div class="kiosk-slip-steps">
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.wipe()>
                    {move || kiosk.t("kiosk-back")}
                </button>
                <button type="submit" class="kiosk-go">{move || kiosk.t("kiosk-pin-go")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The code that ties the device to its point.
pub(super) fn enrol(kiosk: Kiosk) -> AnyView {
    let code = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<&'static str>);
    let asking = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        kiosk.touch();
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        wrong.set(None);
        spawn_local(async move {
            let enrolled = enrolment::enrol(&code.get_untracked(), kiosk.watched()).await;
            asking.set(false);
            match enrolled {
                Ok(()) => kiosk.screen.set(Screen::Attract),
                Err(NotEnrolled::Code) => wrong.set(Some("kiosk-enrol-wrong")),
                Err(NotEnrolled::Network) => wrong.set(Some("kiosk-enrol-network")),
                Err(NotEnrolled::Storage) => wrong.set(Some("kiosk-unfit")),
            }
        });
    };
    // A device that was enrolled before goes on as it was.
    let back = kiosk.desk.with_untracked(Option::is_some).then(|| {
        view! {
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.wipe()>
                {move || kiosk.t("kiosk-back")}
            </button>
        }
    });
    view! {
        <form class="kiosk-center kiosk-form" autocomplete="off" on:submit=submit>
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.t("kiosk-enrol-title")}</h1>
            <p class="kiosk-lead" id="kiosk-enrol-hint">{move || kiosk.t("kiosk-enrol-text")}</p>
            <label for="kiosk-code">{move || kiosk.t("kiosk-enrol-code")}</label>
            <input
                id="kiosk-code"
                type="text"
                inputmode="none"
                autocapitalize="characters"
                autocomplete="off"
                spellcheck="false"
                maxlength=LONGEST_CODE
                aria-describedby="kiosk-enrol-hint kiosk-enrol-error"
                prop:value=code
                on:input=move |event| code.set(event_target_value(&event))
            />
            <p class="field-error" id="kiosk-enrol-error" role="alert">
                {move || wrong.get().map(|key| kiosk.t(key))}
            </p>
            {keys(kiosk, "kiosk-slip-keys", ALPHABET, move |press| {
                code.update(|code| press.apply(code, LONGEST_CODE));
            })}
            <div class="kiosk-slip-steps">
                {back}
                <button type="submit" class="kiosk-go">{move || kiosk.t("kiosk-enrol-go")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// How the device is.
pub(super) fn status(kiosk: Kiosk) -> AnyView {
    let rows = move || {
        let status = kiosk.status.get();
        let yes_no = |yes: bool| kiosk.t(if yes { "kiosk-yes" } else { "kiosk-no" });
        let age = |at: Option<i64>| at.map_or("–".to_owned(), |at| ago(kiosk, now() - at));
        let refused = status
            .census
            .reasons
            .iter()
            .map(|(code, count)| format!("{count} × {code}"));
        let refused: Vec<String> = refused.collect();
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
                    refused.join(", ")
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
    let save = move |_| {
        spawn_local(async move {
            if let Some(file) = courier::rescue().await {
                browser::offer_file("nghe-dan-chua-gui.json", &file);
            }
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
    let tenths = (bytes / 1e8).round() as i64;
    let mark = if kiosk.language.get().as_str() == "en" {
        '.'
    } else {
        ','
    };
    format!("{}{mark}{} GB", tenths / 10, tenths % 10)
}
