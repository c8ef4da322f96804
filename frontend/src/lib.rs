//! What the browser starts. One wasm file an audience, chosen by feature; all islands are in `app`.

use wasm_bindgen::prelude::wasm_bindgen;

// Without this line the linker drops `app` and with it every island, and nothing complains.
use app as _;

/// Called once by every page, before its islands are made interactive.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
