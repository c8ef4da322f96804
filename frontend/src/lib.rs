//! What a browser loads: one wasm file an audience, chosen by feature.

// Without this use the linker drops every island, and pages silently never wake up.
use app as _;

/// Prepares the reactive system; the page's script then wakes each island.
#[cfg(not(feature = "desk"))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn wake() {
    leptos::mount::hydrate_islands();
}

/// Makes the page of a desk device, which has no islands.
#[cfg(feature = "desk")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn wake() {
    app::islands::desk::wake();
}
