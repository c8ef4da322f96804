//! What stands still because a release hides it.
//!
//! Whatever moves below a shown cell is seen to move there. Did something hidden move, the sums above it would
//! tell how, and what they told before would still hold of what it was before: two such views of a few people
//! can leave them in the open although each is safe. So what is hidden inside published sums keeps what the first
//! release took of it, and a series of releases tells no more of it than the first of them.

use std::collections::HashMap;

use crate::channel::ChannelClass;
use crate::period::Period;
use crate::release::guard::Guards;
use crate::release::packed::{Tag, unpack_tags};
use crate::release::{Column, State};

use super::{AtomKey, Input, PlanError, Row};

/// The cells of the release before.
pub(super) struct Still {
    pub(super) cells: Vec<Row>,
    /// Their places in the list, by the place of their unit.
    of_unit: HashMap<usize, Vec<usize>>,
}

impl Still {
    pub(super) fn new(input: &Input<'_>, cells: Vec<Row>) -> Self {
        let mut of_unit: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, row) in cells.iter().enumerate() {
            if let Some(&unit) = input.units.places.get(&row.unit) {
                of_unit.entry(unit).or_default().push(place);
            }
        }
        Self { cells, of_unit }
    }

    /// The guards of which nobody may come or go at this place; nothing when no one at all may, because a cell
    /// that holds the place is hidden inside something shown.
    pub(super) fn guards(
        &self,
        input: &Input<'_>,
        guards: &Guards,
        key: AtomKey,
    ) -> Result<Option<Vec<usize>>, PlanError> {
        let (month, class, unit) = key;
        let mut still = vec![false; guards.len()];
        let above = std::iter::successors(Some(unit), |&unit| input.units.tree.parent(unit));
        let places = above.flat_map(|unit| self.of_unit.get(&unit).into_iter().flatten());
        let cells = places.map(|&place| &self.cells[place]);
        for row in cells.filter(|row| holds(row, month, class)) {
            match row.state {
                None => {
                    for (still, tag) in still.iter_mut().zip(unpack_tags(guards, &row.items)?) {
                        *still |= matches!(tag, Tag::Kept | Tag::Withdrawn);
                    }
                }
                Some(State::Kept | State::Withdrawn) => return Ok(None),
                // That there was nobody is known, and so is everybody who comes. What is hidden without being
                // kept overlaps nothing that is shown.
                Some(_) => {}
            }
        }
        let places = still.iter().enumerate().filter(|(_, still)| **still);
        Ok(Some(places.map(|(place, _)| place).collect()))
    }
}

/// Whether the cell counts those who answered in this month by this class of channels.
fn holds(row: &Row, month: Period, class: ChannelClass) -> bool {
    let column = match row.column {
        Column::All => true,
        Column::Class(found) => found == class,
        Column::Ledger(_) => false,
    };
    column && row.period.contains(month)
}
