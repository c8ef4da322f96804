//! What a release takes of the tallies: its entries of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use crate::channel::ChannelClass;
use crate::disclosure::Shape;
use crate::period::Period;
use crate::release::guard::Guards;
use crate::release::ledger::{self, Entry};
use crate::release::{Column, State};
use crate::tally::Tally;

use super::{AtomKey, Input, PlanError, Row, Still};

/// What this release takes of each unit, month and channel.
pub(super) struct Taken {
    /// Packed ledger entries.
    pub(super) entries: BTreeMap<AtomKey, Vec<u8>>,
    /// Those that differ from the release before, with what they were in a month released before.
    pub(super) moved: BTreeMap<AtomKey, Option<Vec<u8>>>,
}

impl Taken {
    pub(super) fn of(input: &Input<'_>, guards: &Guards) -> Result<Self, PlanError> {
        let layout = input.version.layout();
        let mut entries = BTreeMap::new();
        if !input.rules.live {
            for row in input.previous {
                if let (Column::Ledger(class), Some(&unit)) = (row.column, input.units.places.get(&row.unit))
                {
                    entries.insert((row.period, class, unit), row.nodes.clone());
                }
            }
        }
        let released: BTreeSet<Period> = entries.keys().map(|(month, ..)| *month).collect();
        let still = Still::of(input);
        let mut moved = BTreeMap::new();
        let nobody = Tally::empty(layout).pack();
        let nobody = Entry {
            counts: &nobody,
            clusters: &[],
            earlier: Vec::new(),
        };
        let nobody = nobody.pack();
        for atom in input.atoms {
            if !matches!(atom.month, Period::Month(..)) {
                return Err(PlanError::NotAMonth(atom.month));
            }
            if !input.periods.contains(&atom.month) {
                continue;
            }
            let unit = *input
                .units
                .places
                .get(&atom.unit)
                .ok_or(PlanError::UnknownUnit(atom.unit))?;
            let key = (atom.month, atom.class, unit);
            let mut entry = Entry {
                counts: &atom.counts,
                clusters: &atom.clusters,
                earlier: Vec::new(),
            };
            let mut before = None;
            if released.contains(&atom.month) {
                let stored = entries.get(&key).map_or(nobody.as_slice(), Vec::as_slice);
                let old = Entry::unpack(stored)?;
                if (old.counts, old.clusters) == (entry.counts, entry.clusters) {
                    continue;
                }
                entry.earlier = std::iter::once(old.counts).chain(old.earlier).collect();
                let earlier = entry.earlier.iter().map(|counts| Tally::unpack(layout, counts));
                let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
                let new = Tally::unpack(layout, &atom.counts)?;
                let takes =
                    |still: &[usize]| ledger::takes(layout, guards, &earlier, &new, input.rules, still);
                if !still
                    .guards(input, guards, key)?
                    .is_some_and(|still| takes(&still))
                {
                    continue;
                }
                before = Some(stored.to_vec());
            }
            let entry = entry.pack();
            entries.insert(key, entry);
            moved.insert(key, before);
        }
        Ok(Self { entries, moved })
    }

    /// Takes back what was let in below these cells; tells whether there was anything.
    pub(super) fn take_back(
        &mut self,
        input: &Input<'_>,
        shape: &Shape,
        classes: &[ChannelClass],
        cells: &[(usize, usize)],
    ) -> bool {
        let mut back = Vec::new();
        for (&key, before) in &self.moved {
            let (month, class, unit) = key;
            let above: Vec<usize> =
                std::iter::successors(Some(unit), |&unit| input.units.tree.parent(unit)).collect();
            let is_inside = |&(slice, top): &(usize, usize)| {
                let (period, wanted) = shape.keys()[slice];
                period.contains(month)
                    && wanted.is_none_or(|wanted| classes[wanted] == class)
                    && above.contains(&top)
            };
            if let Some(before) = before.as_ref().filter(|_| cells.iter().any(is_inside)) {
                back.push((key, before.clone()));
            }
        }
        for (key, before) in &back {
            self.entries.insert(*key, before.clone());
            self.moved.remove(key);
        }
        !back.is_empty()
    }

    pub(super) fn row(&self, input: &Input<'_>, key: AtomKey) -> Row {
        let (month, class, unit) = key;
        Row {
            unit: input.units.ids[unit],
            period: month,
            column: Column::Ledger(class),
            state: Some(State::Ledger),
            nodes: self.entries[&key].clone(),
            items: Vec::new(),
        }
    }
}
