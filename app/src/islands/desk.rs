//! The desk device: the whole page, made in the browser. Without scripting there is no desk device, because
//! only a script can keep and seal; the person then has the link on the poster.
//!
//! It is no island: the server has nothing of it to send, and what wakes up a view that was sent weighs more
//! than the view.

#[cfg(feature = "desk")]
mod aloud;
#[cfg(feature = "desk")]
mod browser;
#[cfg(feature = "desk")]
mod courier;
#[cfg(feature = "desk")]
mod device;
#[cfg(feature = "desk")]
mod enrolment;
#[cfg(feature = "desk")]
mod form;
#[cfg(feature = "desk")]
mod idb;
#[cfg(feature = "desk")]
mod idle;
#[cfg(feature = "desk")]
mod keys;
#[cfg(feature = "desk")]
mod kiosk;
#[cfg(feature = "desk")]
mod net;
#[cfg(feature = "desk")]
mod question;
#[cfg(feature = "desk")]
mod screens;
#[cfg(feature = "desk")]
mod seal;
#[cfg(feature = "desk")]
mod slip;
#[cfg(feature = "desk")]
mod spoken;
#[cfg(feature = "desk")]
mod staff;
pub mod steps;
#[cfg(feature = "desk")]
mod typed;

use std::collections::BTreeMap;

/// The texts of the page by language and key: a desk device changes its language without a network.
pub type Words = BTreeMap<String, BTreeMap<String, String>>;

/// The element that becomes the device. Until then it says that the device starts.
pub const PLACE: &str = "kiosk";
/// Its attribute with the [`Words`] as JSON.
pub const WORDS: &str = "data-words";

/// Its attribute that says which build the page is of.
pub const BUILD: &str = "data-build";

/// Makes the device out of its place in the page.
#[cfg(feature = "desk")]
pub fn wake() {
    use wasm_bindgen::JsCast as _;

    let found = browser::document().and_then(|document| document.get_element_by_id(PLACE));
    let Some(place) = found.and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    let words = place.get_attribute(WORDS);
    let words: Words = words
        .and_then(|words| serde_json::from_str(&words).ok())
        .unwrap_or_default();
    place.set_text_content(None);
    leptos::mount::mount_to(place, move || kiosk::device(words)).forget();
}
