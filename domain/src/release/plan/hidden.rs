//! Which cells of a release stay hidden, and what stays hidden in those that are shown.

use crate::disclosure::{Marks, Shape};
use crate::release::guard::Guards;
use crate::release::packed::Tag;

use super::{Before, Input, Sums, covered};

/// What is hidden: cells, and by each guard what it protects.
pub(super) struct Hidden {
    pub(super) cells: Marks,
    guards: Vec<Marks>,
}

impl Hidden {
    pub(super) fn of(
        input: &Input<'_>,
        guards: &Guards,
        shape: &Shape,
        sums: &Sums,
        before: &Before,
    ) -> Self {
        let close = |place: usize, mut also: Marks| {
            let (guard, memory) = (guards.get(place), &before.guards[place]);
            also.add(&memory.kept);
            sums.mark_uniform(place, &mut also);
            sums.guard_table(input, shape, place, guard)
                .suppress(&memory.known, &also)
        };
        let nothing = Marks::new(shape.keys().len(), input.units.len());
        let mut also = before.cells.kept.clone();
        for place in (0..guards.len()).filter(|&place| guards.get(place).whole) {
            also.add(&close(place, nothing.clone()));
        }
        let cells = sums.table(input, shape).suppress(&before.cells.known, &also);
        Self {
            guards: (0..guards.len())
                .map(|place| close(place, cells.clone()))
                .collect(),
            cells,
        }
    }

    /// The cells in which what was let in leaves something small.
    pub(super) fn exposed(
        &self,
        input: &Input<'_>,
        guards: &Guards,
        shape: &Shape,
        sums: &Sums,
        before: &Before,
    ) -> Vec<(usize, usize)> {
        let change = input.rules.change;
        let table = sums.table(input, shape);
        let mut exposed = table.exposed(&before.cells.known, &self.cells, change);
        for (place, guard) in guards.iter().enumerate() {
            let table = sums.guard_table(input, shape, place, guard);
            exposed.extend(table.exposed(&before.guards[place].known, &self.guards[place], change));
        }
        exposed
    }
}

/// How the guards stand in each cell.
pub(super) struct Tags {
    units: usize,
    /// Cell by cell, the guards of one cell together.
    by_cell: Vec<Tag>,
    guards: usize,
}

impl Tags {
    pub(super) fn of(
        input: &Input<'_>,
        guards: &Guards,
        shape: &Shape,
        sums: &Sums,
        before: &Before,
        hidden: &Hidden,
    ) -> Self {
        let (slices, units) = (shape.keys().len(), input.units.len());
        let mut tags = vec![Tag::Hidden; slices * units * guards.len()];
        for (place, guard) in guards.iter().enumerate() {
            let table = sums.guard_table(input, shape, place, guard);
            let (marks, memory) = (&hidden.guards[place], &before.guards[place]);
            let covered = covered(input, &table, marks);
            let remembers = !input.rules.live;
            for slice in 0..slices {
                for unit in 0..units {
                    let is_present = table.is_present(slice, unit);
                    let is_hidden = hidden.cells.get(slice, unit) || marks.get(slice, unit);
                    let keeps = remembers && (covered.get(slice, unit) || memory.kept.get(slice, unit));
                    tags[(slice * units + unit) * guards.len() + place] = if !is_present {
                        if memory.kept.get(slice, unit) {
                            Tag::Kept
                        } else if !table.is_silent(marks, slice, unit) {
                            Tag::Nobody
                        } else if memory.known.get(slice, unit) {
                            Tag::Withdrawn
                        } else if keeps {
                            Tag::Kept
                        } else {
                            Tag::Hidden
                        }
                    } else if !is_hidden {
                        Tag::Shown
                    } else if memory.known.get(slice, unit) {
                        Tag::Withdrawn
                    } else if keeps {
                        Tag::Kept
                    } else {
                        Tag::Hidden
                    };
                }
            }
        }
        Self {
            units,
            by_cell: tags,
            guards: guards.len(),
        }
    }

    /// The tags of one cell.
    pub(super) fn get(&self, slice: usize, unit: usize) -> &[Tag] {
        let start = (slice * self.units + unit) * self.guards;
        &self.by_cell[start..start + self.guards]
    }
}
