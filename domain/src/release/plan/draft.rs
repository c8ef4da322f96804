//! The rows of a release once everything is decided.

use crate::channel::ChannelClass;
use crate::disclosure::{Marks, Shape, Table};
use crate::period::Period;
use crate::release::guard::Guards;
use crate::release::packed::{self, Tag};
use crate::release::{Column, State};

use super::{Before, Input, PlanError, Row, Tags, Taken, sums};

/// Everything decided, before it is packed.
pub(super) struct Draft<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) shape: &'a Shape,
    pub(super) classes: &'a [ChannelClass],
    pub(super) table: &'a Table<'a>,
    pub(super) hidden: &'a Marks,
    /// Cells that overlap a shown one.
    pub(super) covered: &'a Marks,
    pub(super) tags: &'a Tags,
    pub(super) guards: &'a Guards,
    pub(super) before: &'a Before,
    /// The cells of the release before.
    pub(super) cells: &'a [Row],
}

impl Draft<'_> {
    /// The rows of one slice that are new or differ from those before.
    pub(super) fn rows(&self, slice: usize, taken: &Taken) -> Result<Vec<Row>, PlanError> {
        let (period, class) = self.shape.keys()[slice];
        let class = class.map(|class| self.classes[class]);
        let moved = taken
            .moved
            .keys()
            .any(|&(month, found, _)| period.contains(month) && class.is_none_or(|class| class == found));
        let mut rows = Vec::new();
        // Without a changed tally only cells whose state changed are built anew.
        let mut wanted = Vec::new();
        for unit in 0..self.input.units.len() {
            let state = self.state(slice, unit);
            let tags = self.tags.get(slice, unit);
            let before = self.before.row(self.cells, slice, unit);
            if let Some(state) = state {
                let items = match state {
                    State::Withdrawn => packed::pack_tags(tags),
                    _ => Vec::new(),
                };
                let row = self.row(slice, unit, Some(state), Vec::new(), items);
                let needless = class.is_some() && before.is_none() && !self.is_split(period, unit);
                if !needless && before != Some(&row) {
                    rows.push(row);
                }
            } else if moved || differs(before, tags) {
                wanted.push((unit, tags));
            }
        }
        if wanted.is_empty() {
            return Ok(rows);
        }
        let built = sums::build(self.input, period, class, taken)?;
        let layout = self.input.version.layout();
        for (unit, tags) in wanted {
            let Some((tally, clusters)) = &built[unit] else {
                continue;
            };
            let nodes = packed::pack_nodes(layout, self.guards, tags, tally, clusters);
            let items = packed::pack_items(layout, self.guards, tags, tally);
            let row = self.row(slice, unit, None, nodes, items);
            if self.before.row(self.cells, slice, unit) != Some(&row) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Why the cell shows nothing.
    fn state(&self, slice: usize, unit: usize) -> Option<State> {
        if !self.table.is_present(slice, unit) && self.before.cells.kept.get(slice, unit) {
            // That all of a few hidden people were taken out would tell how many they were.
            return Some(State::Kept);
        }
        let is_silent = || self.table.is_silent(self.hidden, slice, unit);
        if !self.table.is_present(slice, unit) && self.before.cells.known.get(slice, unit) && is_silent() {
            return Some(State::Withdrawn);
        }
        let remembers = !self.input.rules.live;
        if !self.table.is_present(slice, unit) {
            return Some(match (self.input.units.sampled[unit], is_silent()) {
                (true, true) if remembers && self.covered.get(slice, unit) => State::Kept,
                (true, true) => State::Hidden,
                (true, false) => State::NoAnswers,
                (false, _) => State::NotSampled,
            });
        }
        self.hidden.get(slice, unit).then(|| {
            if self.before.cells.known.get(slice, unit) {
                State::Withdrawn
            } else if remembers && (self.covered.get(slice, unit) || self.before.cells.kept.get(slice, unit))
            {
                State::Kept
            } else {
                State::Hidden
            }
        })
    }

    /// Whether there is anything in the period that channels could split.
    fn is_split(&self, period: Period, unit: usize) -> bool {
        let whole = self.shape.slice(period, None);
        whole.is_some_and(|whole| self.table.is_present(whole, unit))
    }

    fn row(&self, slice: usize, unit: usize, state: Option<State>, nodes: Vec<u8>, items: Vec<u8>) -> Row {
        let (period, class) = self.shape.keys()[slice];
        Row {
            unit: self.input.units.ids[unit],
            period,
            column: class.map_or(Column::All, |class| Column::Class(self.classes[class])),
            state,
            nodes,
            items,
        }
    }
}

/// Whether a shown cell was not shown before, or with other things hidden in it.
fn differs(before: Option<&Row>, tags: &[Tag]) -> bool {
    before.is_none_or(|row| row.state.is_some() || !row.items.starts_with(&packed::pack_tags(tags)))
}

/// The cells that overlap a shown cell, of their own unit, one above or one below, and of any slice that has
/// something in common with theirs.
///
/// What moves in them can be seen there. Were a hidden cell shown later, then less what has moved since it
/// would tell what it held while it was hidden.
pub(super) fn covered(input: &Input<'_>, table: &Table<'_>, hidden: &Marks) -> Marks {
    let keys = table.shape.keys();
    let (slices, units) = (keys.len(), input.units.len());
    let tree = &input.units.tree;
    let mut near_shown = Marks::new(slices, units);
    for slice in 0..slices {
        let is_shown = |unit: usize| table.is_present(slice, unit) && !hidden.get(slice, unit);
        let mut below = vec![false; units];
        for unit in 0..units {
            below[unit] = is_shown(unit) || tree.parent(unit).is_some_and(|above| below[above]);
        }
        let mut above = vec![false; units];
        for unit in (0..units).rev() {
            above[unit] = is_shown(unit) || tree.children(unit).iter().any(|&child| above[child]);
        }
        for unit in (0..units).filter(|&unit| below[unit] || above[unit]) {
            near_shown.set(slice, unit);
        }
    }
    let mut covered = Marks::new(slices, units);
    for (slice, &(period, class)) in keys.iter().enumerate() {
        let overlapping: Vec<usize> = (0..slices)
            .filter(|&other| {
                let (found, other_class) = keys[other];
                let periods = found.contains(period) || period.contains(found);
                periods && (class.is_none() || other_class.is_none() || other_class == class)
            })
            .collect();
        for unit in 0..units {
            if overlapping.iter().any(|&other| near_shown.get(other, unit)) {
                covered.set(slice, unit);
            }
        }
    }
    covered
}
