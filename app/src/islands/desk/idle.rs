//! Nobody there: a warning, and then everything is as for the first person.

use domain::text::Language;
use leptos::prelude::*;

use super::kiosk::{Kiosk, Screen};
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

/// The warning. It stays the same element while its seconds run, so that the focus stays where it is.
pub(super) fn warning(kiosk: Kiosk) -> AnyView {
    let left = move || kiosk.warning.get().unwrap_or_default().to_string();
    let answering = matches!(
        kiosk.screen.get_untracked(),
        Screen::Slip | Screen::Question | Screen::NotKept
    );
    let key = if answering {
        "kiosk-idle-text"
    } else {
        "kiosk-idle-close"
    };
    let (_, lang) = kiosk.say(key);
    view! {
        <div class="kiosk-over">
            <div class="kiosk-dialog" role="alertdialog" aria-modal="true" aria-labelledby="kiosk-warning">
                <h2 id="kiosk-warning">{kiosk.words("kiosk-idle-title")}</h2>
                <p class="kiosk-count" lang=lang>
                    {move || kiosk.filled(key, &[("n", &left())]).0}
                </p>
                <button type="button" id="kiosk-stay" class="kiosk-go" on:click=move |_| kiosk.touch()>
                    {kiosk.words("kiosk-idle-stay")}
                </button>
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.give_up()>
                    {kiosk.words("kiosk-idle-leave")}
                </button>
            </div>
        </div>
    }
    .into_any()
}
