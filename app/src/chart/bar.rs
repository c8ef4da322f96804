//! A share as a bar with the whisker of its interval.

use leptos::prelude::*;

use super::percent;

/// A value on an axis from 0 to 1, with the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The bar. It repeats what stands beside it in figures, so it is hidden from screen readers.
pub(crate) fn bar(extent: Extent) -> impl IntoView + use<> {
    let (low, high) = (percent(extent.low), percent(extent.high));
    view! {
        <svg class="bar" aria-hidden="true" focusable="false">
            <rect class="bar-track" width="100%" height="100%"/>
            <rect class="bar-value" width=percent(extent.value) height="100%"/>
            // Drawn twice: a light line under the dark one keeps the whisker visible on the bar and beside it.
            <line class="whisker-halo" x1=low.clone() x2=high.clone() y1="50%" y2="50%"/>
            <line class="whisker" x1=low.clone() x2=high.clone() y1="50%" y2="50%"/>
            <line class="whisker" x1=low.clone() x2=low y1="22%" y2="78%"/>
            <line class="whisker" x1=high.clone() x2=high y1="22%" y2="78%"/>
        </svg>
    }
}
