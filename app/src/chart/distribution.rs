//! How often each level of a scale was given, as one stacked bar.

use leptos::prelude::*;

use super::percent;

/// The narrowest piece that its figure fits into.
const LABELLED: f64 = 0.085;

/// How the levels of a scale are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ramp {
    /// From brown over a neutral middle to blue-green: a scale of satisfaction with five levels.
    Diverging,
    /// From light to dark: a scale without a middle.
    Sequential,
}

impl Ramp {
    /// The class of a level, counted from 0, of a scale with so many levels.
    fn class(self, level: usize, levels: usize) -> String {
        match self {
            Self::Diverging => format!("level-{}", level + 1),
            // Four steps are told apart; longer scales share them.
            Self::Sequential => format!("step-{}", 4 - ((levels - 1 - level) * 4 / levels.max(1)).min(3)),
        }
    }
}

/// The stacked bar; `description` says the same in words.
pub(crate) fn distribution(ramp: Ramp, counts: &[i64], description: String) -> impl IntoView + use<> {
    let total: i64 = counts.iter().sum();
    let mut start = 0_i64;
    let pieces: Vec<_> = counts
        .iter()
        .enumerate()
        .filter_map(|(level, &count)| {
            let piece = (
                share(start, total),
                share(count, total),
                ramp.class(level, counts.len()),
            );
            start += count;
            (count > 0).then_some(piece)
        })
        .map(|(from, width, class)| {
            let label = (width >= LABELLED).then(|| {
                let middle = percent(from + width / 2.0);
                view! { <text x=middle y="50%">{format!("{:.0}%", width * 100.0)}</text> }
            });
            view! {
                <g class=class>
                    <rect x=percent(from) width=percent(width) height="100%"/>
                    {label}
                </g>
            }
        })
        .collect();
    view! {
        <svg class="stack" role="img" aria-label=description>
            {pieces}
        </svg>
    }
}

/// The words of the levels with their colours, in the order of the scale.
pub(crate) fn legend(ramp: Ramp, levels: &[String]) -> impl IntoView + use<> {
    let count = levels.len();
    let entries: Vec<_> = levels
        .iter()
        .enumerate()
        .map(|(level, words)| {
            view! {
                <li>
                    <svg class="swatch" aria-hidden="true" focusable="false">
                        <g class=ramp.class(level, count)>
                            <rect width="100%" height="100%"/>
                        </g>
                    </svg>
                    {words.clone()}
                </li>
            }
        })
        .collect();
    view! { <ul class="legend">{entries}</ul> }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a width in pixels needs no more than 53 bits"
)]
fn share(count: i64, total: i64) -> f64 {
    if total > 0 {
        count as f64 / total as f64
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_fill_the_bar_and_narrow_ones_have_no_figure() {
        let html = distribution(Ramp::Diverging, &[5, 0, 15, 30, 50], "words".to_owned()).to_html();
        assert!(html.contains("aria-label=\"words\""));
        assert!(html.contains("class=\"level-5\"") && !html.contains("class=\"level-2\""));
        assert!(html.contains("x=\"50.0%\" width=\"50.0%\""));
        assert!(html.contains(">30%<") && !html.contains(">5%<"));
        assert!(!html.contains("style="));
    }

    #[test]
    fn the_last_step_of_a_sequence_is_the_darkest() {
        for levels in 2..=11 {
            assert_eq!(Ramp::Sequential.class(levels - 1, levels), "step-4");
        }
        assert_eq!(Ramp::Sequential.class(0, 4), "step-1");
    }
}
