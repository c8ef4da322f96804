//! Keys on the screen, for what a device without a keyboard has to take: codes and numbers.

use leptos::prelude::*;

use super::kiosk::Kiosk;

/// The digits as they lie on a telephone.
pub(super) const DIGITS: &[u8] = b"1234567890";
/// The digits, with a sign where a number may be below zero.
pub(super) const SIGNED_DIGITS: &[u8] = b"123456789-0";

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    Add(char),
    /// The last character goes.
    Erase,
}

impl Press {
    /// Does it to what was typed, which has at most so many characters.
    pub(super) fn apply(self, typed: &mut String, longest: usize) {
        match self {
            Self::Add(character) if typed.chars().count() < longest => typed.push(character),
            Self::Add(_) => {}
            Self::Erase => {
                typed.pop();
            }
        }
    }
}

/// A key for each character, and one that takes the last away. Digits lie in three columns.
pub(super) fn keys(
    kiosk: Kiosk,
    label: &'static str,
    characters: &[u8],
    press: impl Fn(Press) + Copy + 'static,
) -> AnyView {
    let act = move |pressed: Press| {
        kiosk.touch();
        press(pressed);
    };
    let key = |character: char| {
        view! {
            <button type="button" class="kiosk-key" on:click=move |_| act(Press::Add(character))>
                {character}
            </button>
        }
        .into_any()
    };
    let keys: Vec<AnyView> = characters
        .iter()
        .map(|character| key(char::from(*character)))
        .collect();
    let class = if characters.iter().any(u8::is_ascii_alphabetic) {
        "kiosk-keys"
    } else {
        "kiosk-keys kiosk-pad"
    };
    // A touched key does not take the focus from the field: the Enter of a scanner would press it once more.
    view! {
        <div
            class=class
            role="group"
            aria-label=move || kiosk.t(label)
            on:mousedown=|event| event.prevent_default()
        >
            {keys}
            <button type="button" class="kiosk-key kiosk-erase" on:click=move |_| act(Press::Erase)>
                {move || kiosk.words("kiosk-erase")}
            </button>
        </div>
    }
    .into_any()
}
