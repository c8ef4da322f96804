//! The slip of a dossier: typed on the screen, on a keyboard, or read by a scanner, which types like one.
//!
//! A slip of the finger is told without a network. Whether the code is good only the server knows; when it cannot be
//! asked the person goes on, because the answer matters more, and the server decides when it arrives.

use std::cell::RefCell;

use domain::code::{ALPHABET, CodeError, ONE_TIME_LENGTH};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;

use super::courier;
use super::device::Slips;
use super::keys::keys;
use super::kiosk::{Kiosk, Screen};
use super::{browser, device};

/// A scanner types faster than this, in seconds from key to key.
const QUICK_S: f64 = 0.1;
/// A link with a slip is shorter.
const LONGEST_SCAN: usize = 300;
/// The field of the code.
pub(super) const INPUT: &str = "kiosk-slip";

thread_local! {
    /// What is being typed quickly, and when its last key came.
    static SCANNED: RefCell<(String, f64)> = const { RefCell::new((String::new(), 0.0)) };
}

/// Forgets what was typed quickly.
pub(super) fn forget() {
    SCANNED.take();
}

/// What the server says of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may be used; this is the field of its dossier, where that is known.
    Good(Option<String>),
    Used,
    Expired,
    Unknown,
}

/// Takes a scanner's slip, where a person would begin and where the code is typed. What is typed there while another
/// element has the focus goes into the field all the same.
pub(super) fn listen(kiosk: Kiosk) {
    browser::on("keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        let screen = kiosk.screen.get_untracked();
        let scans = match screen {
            Screen::Attract => untrack(|| kiosk.slips()) != Slips::None,
            Screen::Slip => true,
            _ => false,
        };
        if !scans || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        let at = browser::uptime();
        let ended = SCANNED.with_borrow_mut(|(typed, last)| {
            if at - *last > QUICK_S || typed.len() > LONGEST_SCAN {
                typed.clear();
            }
            *last = at;
            if key.chars().count() == 1 {
                typed.push_str(&key);
            }
            (key == "Enter").then(|| std::mem::take(typed))
        });
        if let Some(code) = ended.and_then(|typed| domain::slip::read(&typed).ok()) {
            // Otherwise the same key would press the button that has the focus, or send what stood there before.
            event.prevent_default();
            kiosk.slip_typed.set(code.grouped());
            if screen != Screen::Slip {
                kiosk.screen.set(Screen::Slip);
            }
            take(kiosk, code.as_str().to_owned());
            return;
        }
        let character = key.chars().next().filter(|_| key.chars().count() == 1);
        let lost = screen == Screen::Slip && !browser::has_focus(&format!("#{INPUT}"));
        // A space presses the button that has the focus.
        if let Some(character) = character.filter(|character| lost && *character != ' ') {
            event.prevent_default();
            kiosk.slip_typed.update(|typed| typed.push(character));
            browser::focus(&format!("#{INPUT}"));
        }
    });
}

/// The screen where the code is typed.
pub(super) fn slip(kiosk: Kiosk) -> AnyView {
    let typed = kiosk.slip_typed;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        kiosk.touch();
        match domain::slip::read(&typed.get_untracked()) {
            Ok(code) => take(kiosk, code.as_str().to_owned()),
            Err(CodeError::Length { .. }) => kiosk.slip_said.set(Some("kiosk-slip-length")),
            Err(CodeError::Character | CodeError::Check) => kiosk.slip_said.set(Some("kiosk-slip-wrong")),
        }
    };
    view! {
        <form class="kiosk-center kiosk-form" autocomplete="off" on:submit=submit>
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.words("kiosk-slip-title")}</h1>
            <label for=INPUT>{move || kiosk.words("kiosk-slip-label")}</label>
            // The keys below are the keyboard of a screen without one.
            <input
                id=INPUT
                type="text"
                inputmode="none"
                autocomplete="off"
                spellcheck="false"
                aria-describedby="kiosk-slip-said"
                prop:value=typed
                on:input=move |event| {
                    kiosk.touch();
                    typed.set(event_target_value(&event));
                }
            />
            <p class="field-error" id="kiosk-slip-said" role="alert">
                {move || kiosk.slip_said.get().map(|key| kiosk.words(key))}
            </p>
            {keys(kiosk, "kiosk-slip-keys", ALPHABET, move |press| {
                typed.update(|typed| press.apply(typed, 2 * ONE_TIME_LENGTH));
            })}
            <div class="kiosk-slip-steps">
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.wipe()>
                    {move || kiosk.words("kiosk-back")}
                </button>
                {move || {
                    (kiosk.slips() != Slips::Needed).then(|| {
                        view! {
                            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.begin_with(None, None)>
                                {move || kiosk.words("kiosk-slip-without")}
                            </button>
                        }
                    })
                }}
                <button type="submit" class="kiosk-go" prop:disabled=kiosk.slip_asking>
                    {move || kiosk.words("kiosk-next")}
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// Begins with a code, unless the server says that it cannot be used.
fn take(kiosk: Kiosk, code: String) {
    if kiosk.slip_asking.get_untracked() {
        return;
    }
    kiosk.slip_said.set(None);
    kiosk.slip_asking.set(true);
    let turn = kiosk.next_turn();
    spawn_local(async move {
        let standing = courier::standing(&code).await;
        // The person went on without it or went away, and another one may type theirs by now.
        if !kiosk.is_turn(turn) {
            return;
        }
        kiosk.slip_asking.set(false);
        kiosk.touch();
        match standing {
            None => kiosk.begin_with(Some(code), None),
            Some(Standing::Good(field)) => kiosk.begin_with(Some(code), field.as_deref()),
            Some(Standing::Used) => kiosk.slip_said.set(Some("kiosk-slip-used")),
            Some(Standing::Expired) => kiosk.slip_said.set(Some("kiosk-slip-expired")),
            Some(Standing::Unknown) => kiosk.slip_said.set(Some("kiosk-slip-unknown")),
        }
    });
}

/// Reads what the server answered about a slip.
pub(super) fn read(answer: &str) -> Option<Standing> {
    let document: device::SlipDocument = serde_json::from_str(answer).ok()?;
    Some(match document.standing.as_str() {
        "good" => Standing::Good(document.field),
        "used" => Standing::Used,
        "expired" => Standing::Expired,
        "unknown" | "mistyped" => Standing::Unknown,
        _ => return None,
    })
}
