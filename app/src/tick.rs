//! The sign of what has been done. It is no face: nobody is told what to feel about having answered.

use leptos::prelude::*;

/// A tick in a circle, beside words that say the same.
pub(crate) fn tick() -> AnyView {
    view! {
        <svg class="done-sign" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <circle cx="20" cy="20" r="18"></circle>
            <path d="m11.500 20.500 6 6 11.500-12.500"></path>
        </svg>
    }
    .into_any()
}
