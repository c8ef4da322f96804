//! What is read aloud on the screens that ask no question, and of the warning over any screen.

use leptos::prelude::*;

use super::kiosk::{Kiosk, Said, Screen};
use super::{aloud, idle, screens};

/// Reads a screen when it comes, when the person asks for it, and when its words change. A question reads itself. The
/// warning is read once: its seconds run on, and nobody is told each of them.
pub(super) fn listen(kiosk: Kiosk) {
    let warned = Memo::new(move |_| kiosk.warning.with(Option::is_some));
    let open = Memo::new(move |_| screens::is_open(kiosk));
    Effect::new(move |was_warned: Option<bool>| {
        let screen = kiosk.screen.get();
        let is_warned = warned.get();
        if screen == Screen::Question && !is_warned {
            if was_warned == Some(true) {
                aloud::silence();
            }
            return is_warned;
        }
        let words = if is_warned {
            idle::words(kiosk)
        } else {
            on(kiosk, screen, open)
        };
        if kiosk.aloud.get() && !words.is_empty() {
            kiosk.read_aloud(words);
        } else {
            aloud::silence();
        }
        is_warned
    });
}

/// The words of a screen.
fn on(kiosk: Kiosk, screen: Screen, open: Memo<bool>) -> Vec<Said> {
    let keys: &[&str] = match screen {
        Screen::Attract if open.get() => &["kiosk-invitation", "kiosk-promise", "kiosk-begin"],
        Screen::Attract => &["kiosk-closed"],
        Screen::Slip => &["kiosk-slip-title", "kiosk-slip-label"],
        Screen::NotKept => &[
            "kiosk-not-kept",
            "kiosk-not-kept-text",
            "kiosk-again",
            "kiosk-discard",
        ],
        // Whether it arrived while it was being read is not worth beginning again.
        Screen::Thanks if untrack(|| screens::has_arrived(kiosk)) => {
            &["kiosk-thanks", "kiosk-thanks-arrived", "kiosk-thanks-clean"]
        }
        Screen::Thanks => &["kiosk-thanks", "kiosk-thanks-kept", "kiosk-thanks-clean"],
        _ => &[],
    };
    let mut words: Vec<Said> = Vec::new();
    if screen == Screen::Attract {
        words.extend(kiosk.with_desk(|desk| kiosk.text(&desk.unit)));
    }
    words.extend(keys.iter().map(|key| kiosk.say(key)));
    if screen == Screen::Slip {
        words.extend(kiosk.slip_said.get().map(|key| kiosk.say(key)));
    }
    words
}
