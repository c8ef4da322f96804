//! What the releases before have shown.

use std::collections::HashMap;

use crate::channel::ChannelClass;
use crate::disclosure::{Marks, Shape};
use crate::release::guard::Guards;
use crate::release::packed::{self, Tag};
use crate::release::{Column, State};

use super::{Input, PlanError, Row};

/// What the release before showed, and what it remembered.
pub(super) struct Before {
    /// The place of each cell in the list of them.
    rows: HashMap<(usize, usize), usize>,
    /// Of the cells.
    pub(super) cells: Memory,
    /// Of what each guard protects.
    pub(super) guards: Vec<Memory>,
}

/// What is remembered of the past.
#[derive(Clone)]
pub(super) struct Memory {
    /// Some release has shown it, or that there was nobody.
    pub(super) known: Marks,
    /// It stays hidden.
    pub(super) kept: Marks,
}

impl Before {
    pub(super) fn of(
        input: &Input<'_>,
        guards: &Guards,
        shape: &Shape,
        classes: &[ChannelClass],
        cells: &[Row],
    ) -> Result<Self, PlanError> {
        let nothing = Marks::new(shape.keys().len(), input.units.len());
        let nothing = Memory {
            known: nothing.clone(),
            kept: nothing,
        };
        let mut before = Self {
            rows: HashMap::new(),
            cells: nothing.clone(),
            guards: vec![nothing; guards.len()],
        };
        let places: HashMap<_, _> = shape
            .keys()
            .iter()
            .enumerate()
            .map(|(place, key)| (*key, place))
            .collect();
        for (place, row) in cells.iter().enumerate() {
            let class = match row.column {
                Column::All => None,
                Column::Class(class) => classes.iter().position(|known| *known == class),
                Column::Ledger(_) => continue,
            };
            if class.is_none() && row.column != Column::All {
                continue;
            }
            let (Some(&slice), Some(&unit)) = (
                places.get(&(row.period, class)),
                input.units.places.get(&row.unit),
            ) else {
                continue;
            };
            before.rows.insert((slice, unit), place);
            if !input.rules.live {
                before.remember(row, guards, slice, unit)?;
            }
        }
        Ok(before)
    }

    /// The cell as it was.
    pub(super) fn row<'a>(&self, cells: &'a [Row], slice: usize, unit: usize) -> Option<&'a Row> {
        self.rows.get(&(slice, unit)).map(|&place| &cells[place])
    }

    fn remember(&mut self, row: &Row, guards: &Guards, slice: usize, unit: usize) -> Result<(), PlanError> {
        if row.state == Some(State::Kept) {
            self.cells.kept.set(slice, unit);
        }
        match row.state {
            None | Some(State::Withdrawn) => {
                self.cells.known.set(slice, unit);
            }
            // That nobody had answered was said. Whoever comes later is seen coming in the sums above.
            Some(State::NoAnswers) => {
                self.cells.known.set(slice, unit);
                return Ok(());
            }
            Some(_) => return Ok(()),
        }
        for (tag, memory) in packed::unpack_tags(guards, &row.items)?
            .iter()
            .zip(&mut self.guards)
        {
            match tag {
                Tag::Shown | Tag::Withdrawn => {
                    memory.known.set(slice, unit);
                }
                Tag::Kept => {
                    memory.kept.set(slice, unit);
                }
                Tag::Hidden | Tag::Nobody => {}
            }
        }
        Ok(())
    }
}
