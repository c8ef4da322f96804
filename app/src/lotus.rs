//! The mark: a lotus that is also an open ear of grain, drawn for this project.

use leptos::prelude::*;

/// What stands in the `svg`, whose box is 32 by 32.
pub(crate) fn petals() -> impl IntoView {
    view! {
        <path class="lotus-back" d="M16 25C9 25 3.6 21.4 2 15c4.300-.8 7.600.3 10 2.600M16 25c7 0 12.400-3.600 14-10-4.300-.8-7.600.3-10 2.600"/>
        <path class="lotus-side" d="M16 25C10 22 7.600 16.500 9 9.500c4 1.700 6.300 5 7 9.500.7-4.500 3-7.800 7-9.500C24.400 16.500 22 22 16 25Z"/>
        <path class="lotus-front" d="M16 25c-4-4-5-12 0-20 5 8 4 16 0 20Z"/>
    }
}
