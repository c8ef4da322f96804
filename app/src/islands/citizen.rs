//! Islands of a person who answers on a phone or at home.

#[cfg(feature = "hydrate")]
mod cards;
#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
mod draft;
#[cfg(feature = "hydrate")]
mod net;
#[cfg(feature = "hydrate")]
mod queue;
#[cfg(feature = "hydrate")]
mod send;

use domain::condition::Condition;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A question or row of the page with a condition of its own, by the name of its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub field: String,
    pub when: Condition,
}

/// The values of a field on an earlier page that a condition here looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub field: String,
    pub values: Vec<String>,
}

/// What the island says, in the reader's language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// Answers were put back into this page.
    pub restored: String,
    /// There is a draft, and this is the first page.
    pub unfinished: String,
    pub resume: String,
    pub discard: String,
    pub unchoose: String,
}

/// Makes the form of this page quicker: asks conditional questions at once, keeps a draft on the device until
/// the answers are sent or 24 hours old, and lets a choice be taken back. Without it the form works the same.
#[island]
pub fn SurveyAid(
    /// Names the draft: the code of the desk.
    desk: String,
    rules: Vec<Rule>,
    facts: Vec<Fact>,
    words: Words,
) -> impl IntoView {
    let Words {
        restored,
        unfinished,
        resume,
        discard,
        unchoose,
    } = words;
    #[cfg(feature = "hydrate")]
    let found = dom::wake(desk, rules, facts, unchoose).map(|found| match found {
        draft::Found::Restored => (restored, false),
        draft::Found::Unfinished => (unfinished, true),
    });
    // Rendered on the server, the island has nothing to do yet.
    #[cfg(not(feature = "hydrate"))]
    let found = {
        drop((desk, rules, facts, unchoose, restored, unfinished));
        None::<(String, bool)>
    };
    let said = RwSignal::new(None::<(String, bool)>);
    // The page comes without a message; it appears after the island woke up, so that it is announced.
    Effect::new(move |_| said.set(found.clone()));
    view! {
        <div class="draft" role="status" hidden=move || said.get().is_none()>
            <p>{move || said.get().map(|(text, _)| text)}</p>
            <button
                type="button"
                class="link-button"
                hidden=move || !said.get().is_some_and(|(_, unfinished)| unfinished)
                on:click=move |_| {
                    #[cfg(feature = "hydrate")]
                    dom::resume();
                }
            >
                {resume}
            </button>
            <button
                type="button"
                class="link-button"
                on:click=move |_| {
                    #[cfg(feature = "hydrate")]
                    dom::discard();
                }
            >
                {discard}
            </button>
        </div>
    }
}

/// Sends what is handed in by script, so that a lost connection loses nothing: it is held on the device and sent again until
/// the server has it, also when the page is closed and opened again. Without it the browser posts the form itself.
#[island]
pub fn Outgoing(
    /// Whom the form of this page is about.
    place: String,
    /// The address of the page of thanks.
    thanks: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    send::wake(place, thanks);
    // Rendered on the server, nothing was handed in yet.
    #[cfg(not(feature = "hydrate"))]
    drop((place, thanks));
}

/// On the page of thanks: what was sent needs no draft any more.
#[island]
pub fn DraftSent(
    /// Names the draft: the code of the desk.
    desk: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    draft::forget(&desk);
    drop(desk);
}
