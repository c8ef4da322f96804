//! The periods and channel classes of a release, and which of them add up to which.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::period::Period;

/// The shortest kind of period that is split by channel class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Only the whole campaign: the choice for a survey that ends.
    Campaign,
    /// Years and the campaign.
    Year,
    /// Quarters, years and the campaign: the choice for desks that stay open.
    Quarter,
    /// Every period.
    Month,
}

impl Grain {
    /// Whether a period is split by channel class at all.
    pub fn splits(self, period: Period) -> bool {
        Self::of(period) <= self
    }

    fn of(period: Period) -> Self {
        match period {
            Period::Campaign => Self::Campaign,
            Period::Year(_) => Self::Year,
            Period::Quarter(..) => Self::Quarter,
            Period::Month(..) => Self::Month,
        }
    }
}

/// A period, of all channels together or of one class by its place in the list of classes.
pub type SliceKey = (Period, Option<usize>);

/// Slices that add up to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) whole: usize,
    pub(super) parts: Vec<usize>,
    /// Set for a period longer than the grain: the slices that must all be shown for the parts to be.
    pub(super) pieces: Vec<usize>,
}

impl Link {
    pub(super) fn is_derived(&self) -> bool {
        !self.pieces.is_empty()
    }
}

/// The slices of a release and how they add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    keys: Vec<SliceKey>,
    links: Vec<Link>,
    derived: Vec<bool>,
    weights: Vec<usize>,
    /// For each slice its link to shorter periods.
    months: Vec<Option<usize>>,
}

impl Shape {
    /// The shape over these periods, shorter ones being parts of the longer ones among them, with so many
    /// channel classes split at the grain. Periods that are not whole yet are left out by the caller.
    pub fn new(periods: impl IntoIterator<Item = Period>, classes: usize, grain: Grain) -> Self {
        // In reverse order of the timeline, parts come before what they add up to.
        let periods: BTreeSet<Period> = periods.into_iter().collect();
        let mut keys: Vec<SliceKey> = periods.iter().rev().map(|&period| (period, None)).collect();
        for &period in periods.iter().rev().filter(|&&period| grain.splits(period)) {
            keys.extend((0..classes).map(|class| (period, Some(class))));
        }
        let places = |wanted: &dyn Fn(SliceKey) -> bool| -> Vec<usize> {
            (0..keys.len()).filter(|&slice| wanted(keys[slice])).collect()
        };
        let mut links = Vec::new();
        let mut months = vec![None; keys.len()];
        let mut derived = vec![false; keys.len()];
        let mut weights: Vec<usize> = (0..keys.len()).collect();
        for (whole, &(period, class)) in keys.iter().enumerate() {
            if class.is_some() {
                continue;
            }
            let longer = |part: Period| part.containing().find(|candidate| periods.contains(candidate));
            let parts = places(&|(part, class)| class.is_none() && longer(part) == Some(period));
            if !parts.is_empty() {
                months[whole] = Some(links.len());
                links.push(Link {
                    whole,
                    parts,
                    pieces: Vec::new(),
                });
            }
            let parts = places(&|(part, class)| class.is_some() && part == period);
            if !parts.is_empty() {
                let pieces = if Grain::of(period) == grain {
                    Vec::new()
                } else {
                    places(&|(piece, class)| {
                        class.is_some() && Grain::of(piece) == grain && period.contains(piece)
                    })
                };
                for &part in &parts {
                    derived[part] = !pieces.is_empty();
                }
                links.push(Link { whole, parts, pieces });
            }
            let longest = period
                .containing()
                .filter(|candidate| periods.contains(candidate))
                .last();
            let longest = longest.unwrap_or(period);
            for slice in places(&|(part, _)| part == period) {
                weights[slice] = places(&|(part, class)| class.is_none() && part == longest)[0];
            }
        }
        Self {
            keys,
            links,
            derived,
            weights,
            months,
        }
    }

    /// The slices in their order.
    pub fn keys(&self) -> &[SliceKey] {
        &self.keys
    }

    /// The place of a slice.
    pub fn slice(&self, period: Period, class: Option<usize>) -> Option<usize> {
        self.keys.iter().position(|key| *key == (period, class))
    }

    /// The link by which a period of all channels is split into shorter ones.
    pub(super) fn months_of(&self, slice: usize) -> Option<&Link> {
        self.months[slice].map(|link| &self.links[link])
    }

    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// Whether the slice only adds up slices that are shown themselves.
    pub(super) fn is_derived(&self, slice: usize) -> bool {
        self.derived[slice]
    }

    /// The slice by whose respondents the smallest unit is chosen: the same one for a period and all its
    /// parts, so that the same unit is hidden in each of them.
    pub(super) fn weight(&self, slice: usize) -> usize {
        self.weights[slice]
    }
}
