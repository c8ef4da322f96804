//! What a release takes of the tallies: its entries of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use crate::channel::ChannelClass;
use crate::disclosure::Shape;
use crate::layout::Layout;
use crate::period::Period;
use crate::release::guard::Guards;
use crate::release::ledger::{self, Entry};
use crate::release::{Column, State};
use crate::tally::Tally;

use super::{Atom, AtomKey, Input, PlanError, Row, Still};

/// What this release takes of each unit, month and channel.
pub(super) struct Taken {
    /// Packed ledger entries.
    pub(super) entries: BTreeMap<AtomKey, Vec<u8>>,
    /// Those that differ from the release before, with what they were in a month released before.
    pub(super) moved: BTreeMap<AtomKey, Option<Vec<u8>>>,
    /// The months released before.
    released: BTreeSet<Period>,
}

impl Taken {
    /// What the ledger of the release before says.
    pub(super) fn new(input: &Input<'_>, ledger: Vec<Row>) -> Self {
        let mut entries = BTreeMap::new();
        if !input.rules.live {
            for row in ledger {
                if let (Column::Ledger(class), Some(&unit)) = (row.column, input.units.places.get(&row.unit))
                {
                    entries.insert((row.period, class, unit), row.nodes);
                }
            }
        }
        Self {
            released: entries.keys().map(|(month, ..)| *month).collect(),
            entries,
            moved: BTreeMap::new(),
        }
    }

    /// Takes the tally of one unit, month and channel, if it may.
    pub(super) fn take(
        &mut self,
        input: &Input<'_>,
        guards: &Guards,
        still: &Still,
        atom: &Atom,
    ) -> Result<(), PlanError> {
        if !matches!(atom.month, Period::Month(..)) {
            return Err(PlanError::NotAMonth(atom.month));
        }
        if !input.periods.contains(&atom.month) {
            return Ok(());
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
        if !self.released.contains(&atom.month) {
            self.entries.insert(key, entry.pack());
            self.moved.insert(key, None);
            return Ok(());
        }
        let layout = input.version.layout();
        let stored = self.entries.get(&key).cloned().unwrap_or_else(|| nobody(layout));
        let old = Entry::unpack(&stored)?;
        if (old.counts, old.clusters) == (entry.counts, entry.clusters) {
            return Ok(());
        }
        entry.earlier = std::iter::once(old.counts).chain(old.earlier).collect();
        let earlier = entry.earlier.iter().map(|counts| Tally::unpack(layout, counts));
        let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
        let new = Tally::unpack(layout, &atom.counts)?;
        let takes = |still: &[usize]| ledger::takes(layout, guards, &earlier, &new, input.rules, still);
        if still
            .guards(input, guards, key)?
            .is_some_and(|still| takes(&still))
        {
            let entry = entry.pack();
            self.entries.insert(key, entry);
            self.moved.insert(key, Some(stored));
        }
        Ok(())
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

/// The entry of a place where nobody has answered.
fn nobody(layout: &Layout) -> Vec<u8> {
    let entry = Entry {
        counts: &Tally::empty(layout).pack(),
        clusters: &[],
        earlier: Vec::new(),
    };
    entry.pack()
}
