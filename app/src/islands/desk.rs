//! The desk device: one island, which is the whole page. Without scripting there is no desk device, because
//! only a script can keep and seal; the person then has the link on the poster.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod courier;
#[cfg(feature = "hydrate")]
mod device;
#[cfg(feature = "hydrate")]
mod idb;
#[cfg(feature = "hydrate")]
mod kiosk;
#[cfg(feature = "hydrate")]
mod net;
#[cfg(feature = "hydrate")]
mod question;
#[cfg(feature = "hydrate")]
mod screens;
#[cfg(feature = "hydrate")]
mod seal;
#[cfg(feature = "hydrate")]
mod staff;
pub mod steps;

use std::collections::BTreeMap;

use leptos::prelude::*;

/// The texts of the page by language and key: a desk device changes its language without a network.
pub type Words = BTreeMap<String, BTreeMap<String, String>>;

/// The desk device. The server sends it asleep; it becomes what it is in the browser.
#[island]
pub fn Kiosk(
    words: Words,
    /// What stands there until the island woke up.
    starting: String,
) -> impl IntoView {
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    #[cfg(feature = "hydrate")]
    let device = move || awake.get().then(|| kiosk::device(words.clone()));
    #[cfg(not(feature = "hydrate"))]
    let device = {
        drop(words);
        move || None::<()>
    };
    view! {
        <p class="kiosk-starting" hidden=move || awake.get()>{starting}</p>
        {device}
    }
}
