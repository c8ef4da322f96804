//! The draft on the device: what is in the form, until it is sent or 24 hours old.

use serde::{Deserialize, Serialize};

/// How long a draft lives, in milliseconds.
const LIFE_MS: f64 = 24.0 * 3_600_000.0;

/// A form as it was left.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Draft {
    /// Milliseconds since 1970 on the device's clock.
    pub(super) saved: f64,
    /// The step that was on the screen.
    pub(super) at: String,
    pub(super) fields: Vec<(String, String)>,
}

/// What was found when the page woke up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Answers of this same step were put back.
    Restored,
    /// Another visit left answers behind.
    Unfinished,
}

impl Draft {
    /// The id of the response that the draft will become.
    pub(super) fn id(&self) -> Option<&str> {
        self.fields
            .iter()
            .find(|(name, _)| name == "_id")
            .map(|(_, value)| value.as_str())
    }

    /// Whether anything was answered.
    pub(super) fn has_answers(&self) -> bool {
        self.fields.iter().any(|(name, _)| name.starts_with("a."))
    }
}

/// The draft of a desk; one that is too old is removed.
pub(super) fn load(desk: &str) -> Option<Draft> {
    let text = storage()?.get_item(&key(desk)).ok()??;
    let draft: Option<Draft> = serde_json::from_str(&text).ok();
    let draft = draft.filter(|draft| (0.0..LIFE_MS).contains(&(js_sys::Date::now() - draft.saved)));
    if draft.is_none() {
        forget(desk);
    }
    draft
}

/// Keeps a draft. A device that refuses to store does without.
pub(super) fn save(desk: &str, mut draft: Draft) {
    draft.saved = js_sys::Date::now();
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(&draft)) {
        let _ = storage.set_item(&key(desk), &text);
    }
}

/// Removes the draft.
pub(super) fn forget(desk: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(desk));
    }
}

fn key(desk: &str) -> String {
    format!("nghe-dan:draft:{desk}")
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
