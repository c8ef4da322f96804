//! Nobody there: a warning, and then everything is as for the first person.

use domain::text::Language;
use leptos::prelude::*;

use super::kiosk::{Kiosk, Said, Screen};
use super::{browser, courier};

/// How long nobody touches the device before a warning, and how long the warning stays, in seconds. Who needs more time
/// has at least twenty seconds to say so (WCAG 2.2.1).
const IDLE_S: f64 = 60.0;
const WARNING_S: f64 = 20.0;

/// Once a second: was the clock set, do all options fit, and is anyone still there?
pub(super) fn tick(kiosk: Kiosk) {
    courier::look();
    let idle = browser::uptime() - kiosk.touched.get_value();
    match kiosk.screen.get_untracked() {
        Screen::Attract if idle >= IDLE_S && is_changed(kiosk) => kiosk.wipe(),
        Screen::Question => {
            kiosk.look_for_more();
            warn(kiosk, idle);
        }
        Screen::Slip | Screen::NotKept | Screen::Pin | Screen::Staff => warn(kiosk, idle),
        // A device that was never enrolled has no other screen to go back to.
        Screen::Enrol if kiosk.desk.with_untracked(Option::is_some) => warn(kiosk, idle),
        _ => {}
    }
}

/// Whether a person changed how the first screen looks and speaks.
fn is_changed(kiosk: Kiosk) -> bool {
    kiosk.language.get_untracked() != Language::vi()
        || kiosk.large.get_untracked()
        || kiosk.contrast.get_untracked()
        || kiosk.aloud.get_untracked()
}

fn warn(kiosk: Kiosk, idle: f64) {
    let left = IDLE_S + WARNING_S - idle;
    if left <= 0.0 {
        kiosk.give_up();
    } else if left <= WARNING_S {
        if kiosk.warning.get_untracked().is_none() {
            browser::keep_focus();
            request_animation_frame(|| browser::focus("#kiosk-stay"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 20 seconds"
        )]
        kiosk.warning.set(Some(left.ceil() as u32));
    }
}

/// What the warning says, and its two buttons: another thing where a person answers than where staff are.
fn keys(screen: Screen) -> [&'static str; 3] {
    if matches!(screen, Screen::Slip | Screen::Question | Screen::NotKept) {
        ["kiosk-idle-text", "kiosk-idle-stay", "kiosk-idle-leave"]
    } else {
        ["kiosk-idle-close", "kiosk-staff-stay", "kiosk-staff-end"]
    }
}

/// How many seconds are left, in words.
fn left(kiosk: Kiosk, key: &str) -> Said {
    let left = kiosk.warning.get().unwrap_or_default().to_string();
    kiosk.filled(key, &[("n", &left)])
}

/// The words of the warning, as they are read aloud when it comes.
pub(super) fn words(kiosk: Kiosk) -> Vec<Said> {
    untrack(|| {
        let [text, stay, leave] = keys(kiosk.screen.get());
        vec![
            kiosk.say("kiosk-idle-title"),
            left(kiosk, text),
            kiosk.say(stay),
            kiosk.say(leave),
        ]
    })
}

/// The warning. It stays the same element while its seconds run, so that the focus stays where it is.
pub(super) fn warning(kiosk: Kiosk) -> AnyView {
    let [text, stay, leave] = keys(kiosk.screen.get_untracked());
    let (_, lang) = kiosk.say(text);
    view! {
        <div class="kiosk-over">
            <div
                class="kiosk-dialog"
                role="alertdialog"
                aria-modal="true"
                aria-labelledby="kiosk-warning"
                aria-describedby="kiosk-left"
            >
                <h2 id="kiosk-warning">{kiosk.words("kiosk-idle-title")}</h2>
                <p class="kiosk-count" id="kiosk-left" lang=lang>
                    {move || left(kiosk, text).0}
                </p>
                <button type="button" id="kiosk-stay" class="kiosk-go" on:click=move |_| kiosk.touch()>
                    {kiosk.words(stay)}
                </button>
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.give_up()>
                    {kiosk.words(leave)}
                </button>
            </div>
        </div>
    }
    .into_any()
}
