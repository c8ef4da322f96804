//! Charts as SVG, drawn on the server.
//!
//! Colours come from classes, places from presentation attributes in percent, so that a chart fits any width
//! without scripting and without inline styles, which the content security policy forbids. A chart is never
//! the only way to its figures: each stands beside its numbers in words or has a table twin.

mod bar;
mod distribution;
mod trend;

pub(crate) use bar::{Extent, bar};
pub(crate) use distribution::{Ramp, distribution, legend};
pub(crate) use trend::{TrendPoint, trend};

/// A place along an axis as a percentage, rounded so that pages stay small.
fn percent(value: f64) -> String {
    format!("{:.1}%", value.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_on_the_axis() {
        assert_eq!(percent(0.123_46), "12.3%");
        assert_eq!(percent(1.2), "100.0%");
        assert_eq!(percent(-0.1), "0.0%");
    }
}
