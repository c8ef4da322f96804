//! Forms that were handed in and have not arrived yet, as this device holds them: in the browser's storage, under the id of
//! the response, until the server has them, the person deletes them, or 24 hours are over.

use serde::{Deserialize, Serialize};
use web_sys::Storage;

/// How long a form is held, in milliseconds; the notice says so.
const LIFE_MS: f64 = 24.0 * 3_600_000.0;
const PREFIX: &str = "nghe-dan:outgoing:";
/// What is written over a form in the moment before it is removed, so that other windows learn why it is gone.
const ARRIVED: &str = "arrived";
const DELETED: &str = "deleted";

/// Names and values, in the order of the page.
pub(super) type Fields = Vec<(String, String)>;

/// A form that was handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Form {
    /// The id of the response, by which the server knows a repeat.
    pub(super) id: String,
    /// Whom it is about, as the page said it.
    pub(super) place: String,
    /// Where it is posted to.
    pub(super) action: String,
    /// Milliseconds since 1970 on the device's clock.
    pub(super) saved: f64,
    pub(super) fields: Fields,
    /// The server will not take it as it is: the person has to look.
    pub(super) refused: bool,
}

impl Form {
    /// Whether it was held for as long as it may be. A clock that was put back makes nothing older.
    pub(super) fn is_expired(&self) -> bool {
        js_sys::Date::now() - self.saved >= LIFE_MS
    }

    fn key(&self) -> String {
        key(&self.id)
    }
}

/// What another window did with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elsewhere {
    Arrived,
    Deleted,
}

/// Everything held on this device, the oldest first.
pub(super) fn all() -> Vec<Form> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    let keys: Vec<String> = (0..count)
        .filter_map(|index| storage.key(index).ok()?)
        .filter(|key| key.starts_with(PREFIX))
        .collect();
    let mut forms = Vec::new();
    for key in keys {
        let text = storage.get_item(&key).ok().flatten().unwrap_or_default();
        match serde_json::from_str::<Form>(&text) {
            Ok(form) => forms.push(form),
            // A window that ended in the moment of removing left it behind.
            Err(_) => drop(storage.remove_item(&key)),
        }
    }
    forms.sort_by(|one: &Form, other| one.saved.total_cmp(&other.saved));
    forms
}

/// Whether a form is held under this id.
pub(super) fn holds(id: &str) -> bool {
    storage().is_some_and(|storage| storage.get_item(&key(id)).is_ok_and(|text| text.is_some()))
}

/// Keeps a form; false where the browser refuses to store.
pub(super) fn keep(form: &Form) -> bool {
    let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(form)) else {
        return false;
    };
    storage.set_item(&form.key(), &text).is_ok()
}

/// Removes a form, and lets other windows know why.
pub(super) fn remove(id: &str, why: Elsewhere) {
    if let Some(storage) = storage() {
        let word = match why {
            Elsewhere::Arrived => ARRIVED,
            Elsewhere::Deleted => DELETED,
        };
        // Only over one that is there: a device that cannot store has nothing to remove.
        if holds(id) {
            let _ = storage.set_item(&key(id), word);
        }
        let _ = storage.remove_item(&key(id));
    }
}

/// Removes a form without a word: nothing became of it that another window should show.
pub(super) fn forget(id: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(id));
    }
}

/// What a change of the storage by another window says: of which form, and what became of it.
pub(super) fn told(event: &web_sys::StorageEvent) -> Option<(String, Elsewhere)> {
    let id = event.key()?.strip_prefix(PREFIX)?.to_owned();
    match event.new_value()?.as_str() {
        ARRIVED => Some((id, Elsewhere::Arrived)),
        DELETED => Some((id, Elsewhere::Deleted)),
        _ => None,
    }
}

fn key(id: &str) -> String {
    format!("{PREFIX}{id}")
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
