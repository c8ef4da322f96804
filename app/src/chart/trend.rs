//! Shares over time: points with whiskers, joined where they stand next to each other.

use leptos::prelude::*;

use super::{Extent, percent};

/// Height of the plot in CSS pixels; widths are percentages.
const HEIGHT: f64 = 190.0;
/// Room above the plot for the figure of the highest point, and below it for the periods.
const TOP: f64 = 26.0;
const BOTTOM: f64 = 30.0;
/// Room for the figures of the axis, as a share of the width.
const LEFT: f64 = 0.1;
/// More figures than these would touch each other on a telephone.
const LABELS: usize = 6;

/// A period of the line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrendPoint {
    /// A short name of the period.
    pub(crate) period: String,
    /// Nothing where no figure may be shown: the line has a gap there.
    pub(crate) extent: Option<Extent>,
    /// The figure as written.
    pub(crate) written: String,
}

/// The line. Its table twin has the figures, so a screen reader gets `description` only.
pub(crate) fn trend(points: &[TrendPoint], description: String) -> impl IntoView + use<> {
    let axis = Axis::over(points);
    let count = points.len();
    let places: Vec<(f64, &TrendPoint)> = points
        .iter()
        .enumerate()
        .map(|(at, point)| (place(at, count), point))
        .collect();
    let grid: Vec<_> = axis
        .ticks()
        .map(|tick| {
            let y = axis.y(tick);
            view! {
                <line class="grid-line" x1=percent(LEFT) x2="100%" y1=pixels(y) y2=pixels(y)/>
                <text class="tick" x="0" y=pixels(y + 5.0)>{format!("{:.0}%", tick * 100.0)}</text>
            }
        })
        .collect();
    let lines: Vec<_> = places
        .windows(2)
        .filter_map(|pair| {
            let [(x1, from), (x2, to)] = pair else { return None };
            let (from, to) = (from.extent?, to.extent?);
            Some(view! {
                <line
                    class="trend-line"
                    x1=percent(*x1)
                    x2=percent(*x2)
                    y1=pixels(axis.y(from.value))
                    y2=pixels(axis.y(to.value))
                />
            })
        })
        .collect();
    let every = count.div_ceil(LABELS).max(1);
    let marks: Vec<_> = places
        .iter()
        .enumerate()
        .map(|(at, (x, point))| {
            // Counted from the newest, so that the newest always has its figure.
            let labelled = (count - 1 - at).is_multiple_of(every);
            let period = labelled.then(|| {
                view! {
                    <text class="tick middle" x=percent(*x) y=pixels(TOP + HEIGHT + BOTTOM - 8.0)>
                        {point.period.clone()}
                    </text>
                }
            });
            let mark = point.extent.map(|extent| {
                let (y, low, high) = (axis.y(extent.value), axis.y(extent.low), axis.y(extent.high));
                let figure = labelled.then(|| {
                    view! {
                        <text class="point-figure middle" x=percent(*x) y=pixels(high - 8.0)>
                            {point.written.clone()}
                        </text>
                    }
                });
                view! {
                    <line class="whisker" x1=percent(*x) x2=percent(*x) y1=pixels(low) y2=pixels(high)/>
                    <circle class="point" cx=percent(*x) cy=pixels(y) r="4.5"/>
                    {figure}
                }
            });
            view! {
                {mark}
                {period}
            }
        })
        .collect();
    view! {
        <svg class="trend" height=pixels(TOP + HEIGHT + BOTTOM) role="img" aria-label=description>
            {grid}
            {lines}
            {marks}
        </svg>
    }
}

/// Where a point stands along the width: half a step from either end.
#[expect(clippy::cast_precision_loss, reason = "there are a few dozen periods")]
fn place(at: usize, count: usize) -> f64 {
    LEFT + (1.0 - LEFT) * (at as f64 + 0.5) / count.max(1) as f64
}

fn pixels(value: f64) -> String {
    format!("{value:.1}")
}

/// The part of the scale that is drawn: whole tens around every interval, at least twenty points high, so
/// that chance is not blown up to look like change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    fn over(points: &[TrendPoint]) -> Self {
        let extents = || points.iter().filter_map(|point| point.extent);
        let low = extents().map(|extent| extent.low).fold(1.0, f64::min);
        let high = extents().map(|extent| extent.high).fold(0.0, f64::max);
        let mut low = ((low * 10.0).floor() / 10.0).clamp(0.0, 1.0);
        let high = ((high * 10.0).ceil() / 10.0).clamp(low, 1.0);
        let mut high = high.max((low + 0.2).min(1.0));
        if high - low < 0.195 {
            low = (high - 0.2).max(0.0);
            high = low + 0.2;
        }
        Self { low, high }
    }

    /// The marks of the axis, at most six.
    fn ticks(self) -> impl Iterator<Item = f64> {
        let step = if self.high - self.low > 0.45 { 0.2 } else { 0.1 };
        (0..=10)
            .map(move |n| self.low + f64::from(n) * step)
            .take_while(move |tick| *tick <= self.high + 1e-9)
    }

    fn y(self, value: f64) -> f64 {
        TOP + HEIGHT * (self.high - value) / (self.high - self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(value: Option<f64>) -> TrendPoint {
        TrendPoint {
            period: "11/26".to_owned(),
            extent: value.map(|value| Extent {
                value,
                low: value - 0.02,
                high: value + 0.02,
            }),
            written: "84%".to_owned(),
        }
    }

    #[test]
    fn a_hidden_period_leaves_a_gap() {
        let html = trend(
            &[
                point(Some(0.8)),
                point(None),
                point(Some(0.84)),
                point(Some(0.86)),
            ],
            String::new(),
        )
        .to_html();
        assert_eq!(html.matches("trend-line").count(), 1);
        assert_eq!(html.matches("class=\"point\"").count(), 3);
        assert_eq!(html.matches(">11/26<").count(), 4);
    }

    #[test]
    fn the_axis_is_never_shorter_than_twenty_points() {
        for value in [0.03, 0.5, 0.839, 0.97] {
            let axis = Axis::over(&[point(Some(value))]);
            assert!(
                axis.high - axis.low > 0.19 && axis.low >= 0.0 && axis.high <= 1.0 + 1e-9,
                "{axis:?}"
            );
            assert!(axis.y(value) > TOP && axis.y(value) < TOP + HEIGHT);
        }
        assert_eq!(Axis::over(&[]).ticks().count(), 3);
    }

    #[test]
    fn a_long_line_is_labelled_from_the_newest_back() {
        let points = vec![point(Some(0.8)); 24];
        let html = trend(&points, String::new()).to_html();
        assert_eq!(html.matches(">84%<").count(), 6);
    }
}
