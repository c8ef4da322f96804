//! The five faces, drawn for this project.
//!
//! They differ in brows, eyes and mouth, not in colour alone, so that they can be told apart in black and
//! white and by the colour-blind; the words of the scale always stand beside them.

use leptos::prelude::*;

/// The drawings, once a page; `<use href="#face-1">` to `#face-5` show them.
pub(crate) fn faces() -> impl IntoView {
    view! {
        <svg class="faces" aria-hidden="true" focusable="false" width="0" height="0">
            <symbol id="face-1" viewBox="0 0 40 40">
                <circle class="skin" cx="20" cy="20" r="18"/>
                <path class="line" d="M10.500 12.500 16 15.500M29.500 12.500 24 15.500"/>
                <circle class="dot" cx="14" cy="19" r="2"/>
                <circle class="dot" cx="26" cy="19" r="2"/>
                <path class="line" d="M12 30c2.500-5.500 13.500-5.500 16 0"/>
            </symbol>
            <symbol id="face-2" viewBox="0 0 40 40">
                <circle class="skin" cx="20" cy="20" r="18"/>
                <circle class="dot" cx="14" cy="16.500" r="2"/>
                <circle class="dot" cx="26" cy="16.500" r="2"/>
                <path class="line" d="M13.500 28c2.500-2.800 10.500-2.800 13 0"/>
            </symbol>
            <symbol id="face-3" viewBox="0 0 40 40">
                <circle class="skin" cx="20" cy="20" r="18"/>
                <circle class="dot" cx="14" cy="16.500" r="2"/>
                <circle class="dot" cx="26" cy="16.500" r="2"/>
                <path class="line" d="M13 26.500h14"/>
            </symbol>
            <symbol id="face-4" viewBox="0 0 40 40">
                <circle class="skin" cx="20" cy="20" r="18"/>
                <circle class="dot" cx="14" cy="16.500" r="2"/>
                <circle class="dot" cx="26" cy="16.500" r="2"/>
                <path class="line" d="M12.500 24.500c2.500 4.500 12.500 4.500 15 0"/>
            </symbol>
            <symbol id="face-5" viewBox="0 0 40 40">
                <circle class="skin" cx="20" cy="20" r="18"/>
                <path class="line" d="M10.500 17c1.200-2.800 5.300-2.800 6.500 0M23 17c1.200-2.800 5.300-2.800 6.500 0"/>
                <path class="mouth" d="M11 22.500h18c0 5.500-4 9.500-9 9.500s-9-4-9-9.500Z"/>
            </symbol>
        </svg>
    }
}
