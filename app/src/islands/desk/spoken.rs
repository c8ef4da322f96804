//! What is read aloud on the screens that ask no question.

use leptos::prelude::*;

use super::kiosk::{Kiosk, Screen};
use super::{aloud, screens};

/// Words, and the language they are in where that is not the one of the screen.
type Said = (String, Option<&'static str>);

/// Reads a screen when it comes, when the person asks for it, and when its words change. A question reads itself.
pub(super) fn listen(kiosk: Kiosk) {
    Effect::new(move |_| {
        let screen = kiosk.screen.get();
        if screen == Screen::Question {
            return;
        }
        let words = on(kiosk, screen);
        if kiosk.aloud.get() && !words.is_empty() {
            kiosk.read_aloud(words);
        } else {
            aloud::silence();
        }
    });
}

/// The words of a screen.
fn on(kiosk: Kiosk, screen: Screen) -> Vec<Said> {
    let keys: &[&str] = match screen {
        Screen::Attract if screens::is_open(kiosk) => &["kiosk-invitation", "kiosk-promise", "kiosk-begin"],
        Screen::Attract => &["kiosk-closed"],
        Screen::Slip => &["kiosk-slip-title", "kiosk-slip-label"],
        Screen::NotKept => &["kiosk-not-kept", "kiosk-not-kept-text", "kiosk-again"],
        // Whether it arrived while it was being read is not worth beginning again.
        Screen::Thanks if untrack(|| screens::has_arrived(kiosk)) => {
            &["kiosk-thanks", "kiosk-thanks-arrived", "kiosk-thanks-clean"]
        }
        Screen::Thanks => &["kiosk-thanks", "kiosk-thanks-kept", "kiosk-thanks-clean"],
        _ => &[],
    };
    let mut words: Vec<Said> = Vec::new();
    if screen == Screen::Attract {
        let unit = kiosk
            .desk
            .with(|desk| desk.as_ref().map(|desk| desk.unit.clone()));
        words.extend(unit.map(|unit| kiosk.text(&unit)));
    }
    words.extend(keys.iter().map(|key| kiosk.say(key)));
    if screen == Screen::Slip {
        words.extend(kiosk.slip_said.get().map(|key| kiosk.say(key)));
    }
    words
}
