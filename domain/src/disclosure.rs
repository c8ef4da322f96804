//! Which cells of a release stay hidden, so that no cell, sum or difference tells about a few people.
//!
//! The table is hierarchical in three directions: units form a tree, periods nest, and a period may be split
//! by channel class. Cells with fewer respondents than the threshold are hidden (primary suppression). Then
//! more cells are hidden, to a fixed point and never the other way, until what is shown cannot be subtracted
//! to what is hidden (secondary suppression, top-down as in `HiTaS`; de Wolf, LNCS 2316, 2002; Hundepool et
//! al., *Statistical Disclosure Control*, 2012):
//!
//! 1. Below a hidden unit everything is hidden.
//! 2. Below a shown unit never exactly one child is hidden, and the hidden ones together have at least the
//!    threshold of respondents. What a unit has by itself beside its children (its own desk, or a correction
//!    row) is never shown and counts as one more child, unless it reaches the threshold alone.
//! 3. A split (the months of a quarter, the quarters of a year, the channels of a period) is shown whole or
//!    not at all. Where some parts were shown by an earlier release, the others are hidden only if at least
//!    two of them with the threshold between them remain; otherwise the sum is hidden. What hidden children
//!    have in the parts where only they are hidden is subtracted before the threshold is applied to the rest.
//! 4. Channels are split at one grain of time. A coarser period is split only where each of its pieces is,
//!    so that months and channels never cross: of a table crossed in three directions the margins can
//!    determine a cell although each of them looks safe (see `docs/adr/0004-disclosure.md`).
//!
//! A cell once shown stays known whatever later releases hide. Known cells therefore never protect others.

mod shape;

pub use shape::{Grain, Shape, SliceKey};

/// The units of a release as a tree, by their place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    parent: Vec<Option<usize>>,
    /// Where each unit's children start in `children`; one entry more than units.
    first: Vec<usize>,
    children: Vec<usize>,
}

/// A unit stands before the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unit {unit} of the list does not come after the unit above it")]
pub struct OutOfOrder {
    /// Place in the list.
    pub unit: usize,
}

impl Tree {
    /// A tree, or several, from the place of the unit above each unit; every unit comes after that one.
    pub fn new(parent: Vec<Option<usize>>) -> Result<Self, OutOfOrder> {
        let mut first = vec![0; parent.len() + 1];
        for (unit, above) in parent.iter().enumerate() {
            if let Some(above) = *above {
                if above >= unit {
                    return Err(OutOfOrder { unit });
                }
                first[above + 1] += 1;
            }
        }
        for unit in 0..parent.len() {
            first[unit + 1] += first[unit];
        }
        let mut next = first.clone();
        let mut children = vec![0; first[parent.len()]];
        for (unit, above) in parent.iter().enumerate() {
            if let Some(above) = *above {
                children[next[above]] = unit;
                next[above] += 1;
            }
        }
        Ok(Self {
            parent,
            first,
            children,
        })
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// The unit above.
    pub fn parent(&self, unit: usize) -> Option<usize> {
        self.parent[unit]
    }

    /// The units directly below.
    pub fn children(&self, unit: usize) -> &[usize] {
        &self.children[self.first[unit]..self.first[unit + 1]]
    }

    /// Adds to every unit what the units below it have.
    pub fn roll_up(&self, values: &mut [i64]) {
        for unit in (0..self.len()).rev() {
            if let Some(above) = self.parent[unit] {
                values[above] += values[unit];
            }
        }
    }
}

/// One period and channel class over all units: what each has with everything below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// People who rated at least one criterion: what thresholds count.
    pub respondents: Vec<i64>,
    /// Responses counted; those without a rating may still tell something.
    pub responses: Vec<i64>,
}

/// A yes or no for every unit of every slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    units: usize,
    marks: Vec<bool>,
}

impl Marks {
    /// No mark anywhere.
    pub fn new(slices: usize, units: usize) -> Self {
        Self {
            units,
            marks: vec![false; slices * units],
        }
    }

    /// Whether the cell is marked.
    pub fn get(&self, slice: usize, unit: usize) -> bool {
        self.marks[slice * self.units + unit]
    }

    /// Marks what the other marks.
    pub fn add(&mut self, other: &Self) {
        for (mark, other) in self.marks.iter_mut().zip(&other.marks) {
            *mark |= other;
        }
    }

    /// Marks the cell; tells whether it was not marked before.
    pub fn set(&mut self, slice: usize, unit: usize) -> bool {
        !std::mem::replace(&mut self.marks[slice * self.units + unit], true)
    }
}

/// The counts of a release before anything is decided.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// The units.
    pub tree: &'a Tree,
    /// The periods and channel classes, and how they add up.
    pub shape: &'a Shape,
    /// The counts, one slice for each of the shape.
    pub slices: &'a [Slice],
    /// The fewest respondents of a shown cell, and of what remains after subtraction.
    pub threshold: i64,
}

impl Table<'_> {
    /// Whether anything was answered in the cell.
    pub fn is_present(&self, slice: usize, unit: usize) -> bool {
        let slice = &self.slices[slice];
        slice.responses[unit] != 0 || slice.respondents[unit] != 0
    }

    fn is_small(&self, slice: usize, unit: usize) -> bool {
        self.is_present(slice, unit) && self.slices[slice].respondents[unit] < self.threshold
    }

    /// The cells that stay hidden, given those that some release before has `known`, and those that have to
    /// be hidden for another reason than being small.
    ///
    /// Cells without answers are not marked; see [`Table::is_silent`].
    pub fn suppress(&self, known: &Marks, also: &Marks) -> Marks {
        let nothing = Marks::new(self.slices.len(), self.tree.len());
        let mut known = known.clone();
        self.infer(&mut known);
        let (mut hidden, mut withdrawn) = (nothing.clone(), Vec::new());
        for slice in 0..self.slices.len() {
            for unit in 0..self.tree.len() {
                if !self.is_small(slice, unit) && !also.get(slice, unit) {
                    continue;
                }
                if known.get(slice, unit) {
                    withdrawn.push((slice, unit));
                } else {
                    hidden.set(slice, unit);
                }
            }
        }
        self.close(&mut hidden, &known);
        if !withdrawn.is_empty() {
            // Whoever has the older release knows them; whoever has only this one must not.
            for (slice, unit) in withdrawn {
                hidden.set(slice, unit);
            }
            self.close(&mut hidden, &nothing);
        }
        hidden
    }

    /// Shown cells of which something small remains after subtraction. There are none unless numbers moved
    /// below cells that an earlier release has shown: such a move must wait.
    ///
    /// `fewest` is the number of people that a difference of two releases may tell about.
    pub fn exposed(&self, known: &Marks, hidden: &Marks, fewest: i64) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for slice in 0..self.slices.len() {
            for unit in (0..self.tree.len()).filter(|&unit| self.is_present(slice, unit)) {
                let left = self.slices[slice].respondents[unit];
                let is_known = known.get(slice, unit);
                let group = || matches!(self.group(slice, unit, hidden, known), Group::Lost);
                if is_known && (left < fewest || group()) {
                    found.push((slice, unit));
                }
            }
        }
        for link in self.shape.links().iter().filter(|link| !link.is_derived()) {
            for unit in (0..self.tree.len()).filter(|&unit| known.get(link.whole, unit)) {
                let parts = link.parts.iter().filter(|&&part| self.is_present(part, unit));
                let mut rest = Remainder::default();
                for &part in parts.filter(|&&part| hidden.get(part, unit) && !known.get(part, unit)) {
                    rest.add(self.unknown(part, unit, hidden, known));
                }
                let crossing = matches!(self.crossing(link, unit, hidden, known), Group::Lost);
                if crossing || !rest.is_safe(self.threshold) {
                    found.push((link.whole, unit));
                }
            }
        }
        found
    }

    /// Whether a cell without answers must look like a hidden one: inside a split of its unit that is hidden, or has
    /// something hidden in it, that nobody answered is itself something to subtract.
    pub fn is_silent(&self, hidden: &Marks, slice: usize, unit: usize) -> bool {
        self.shape.links().iter().any(|link| {
            link.parts.contains(&slice)
                && self.is_present(link.whole, unit)
                && (hidden.get(link.whole, unit)
                    || link
                        .parts
                        .iter()
                        .any(|&part| self.is_present(part, unit) && hidden.get(part, unit)))
        })
    }

    /// What is known as the sum of known parts.
    fn infer(&self, known: &mut Marks) {
        for link in self.shape.links() {
            for unit in 0..self.tree.len() {
                let mut present = link
                    .parts
                    .iter()
                    .filter(|&&part| self.is_present(part, unit))
                    .peekable();
                if present.peek().is_some() && present.all(|&part| known.get(part, unit)) {
                    known.set(link.whole, unit);
                }
            }
        }
    }

    /// Hides more until every rule holds.
    fn close(&self, hidden: &mut Marks, known: &Marks) {
        loop {
            let mut moved = false;
            for slice in 0..self.slices.len() {
                moved |= self.close_tree(slice, hidden, known);
            }
            for link in self.shape.links() {
                for unit in 0..self.tree.len() {
                    moved |= self.close_link(link, unit, hidden, known);
                    moved |= self.close_crossing(link, unit, hidden, known);
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Rules 1 and 2 in one slice, from the top down.
    fn close_tree(&self, slice: usize, hidden: &mut Marks, known: &Marks) -> bool {
        let mut moved = false;
        for unit in 0..self.tree.len() {
            if !self.is_present(slice, unit) {
                continue;
            }
            if !hidden.get(slice, unit) {
                match self.group(slice, unit, hidden, known) {
                    Group::Safe => continue,
                    Group::Needs(child) => {
                        hidden.set(slice, child);
                        moved = true;
                        continue;
                    }
                    // Nothing can be done when the sum was shown before.
                    Group::Lost if known.get(slice, unit) => continue,
                    Group::Lost => {
                        hidden.set(slice, unit);
                        moved = true;
                    }
                }
            }
            for &child in self.tree.children(unit) {
                if self.is_present(slice, child) && !known.get(slice, child) {
                    moved |= hidden.set(slice, child);
                }
            }
        }
        moved
    }

    /// How the hidden children of a shown unit stand.
    fn group(&self, slice: usize, unit: usize, hidden: &Marks, known: &Marks) -> Group {
        let counts = &self.slices[slice];
        let children = self.tree.children(unit);
        // Sums of shown slices tell nothing new, so nothing in them can protect anything.
        if children.is_empty() || self.shape.is_derived(slice) {
            return Group::Safe;
        }
        let weights = &self.slices[self.shape.weight(slice)].respondents;
        let (mut own, mut own_responses) = (counts.respondents[unit], counts.responses[unit]);
        let mut rest = Remainder::default();
        let mut candidate: Option<usize> = None;
        for &child in children {
            own -= counts.respondents[child];
            own_responses -= counts.responses[child];
            if !self.is_present(slice, child) {
                continue;
            }
            if is_unseen(slice, child, hidden, known) {
                rest.add(self.unknown(slice, child, hidden, known));
            } else if !known.get(slice, child)
                && candidate.is_none_or(|found| weights[child] < weights[found])
            {
                candidate = Some(child);
            }
        }
        if (own != 0 || own_responses != 0) && (rest.cells > 0 || own < self.threshold) {
            rest.add(own);
        }
        match candidate {
            _ if rest.is_safe(self.threshold) => Group::Safe,
            Some(child) => Group::Needs(child),
            None => Group::Lost,
        }
    }

    fn close_crossing(&self, link: &shape::Link, unit: usize, hidden: &mut Marks, known: &Marks) -> bool {
        match self.crossing(link, unit, hidden, known) {
            Group::Safe => false,
            Group::Needs(child) => hidden.set(link.whole, child),
            Group::Lost => !known.get(link.whole, unit) && hidden.set(link.whole, unit),
        }
    }

    /// How the hidden children of a shown unit stand, less those parts of the split in which only they are
    /// hidden: their sum is known there too, and must not leave a few people in the other parts.
    fn crossing(&self, link: &shape::Link, unit: usize, hidden: &Marks, known: &Marks) -> Group {
        if link.is_derived()
            || !self.is_present(link.whole, unit)
            || is_unseen(link.whole, unit, hidden, known)
        {
            return Group::Safe;
        }
        let children = self.tree.children(unit);
        let mut left: i64 = children
            .iter()
            .filter(|&&child| is_unseen(link.whole, child, hidden, known))
            .map(|&child| self.unknown(link.whole, child, hidden, known))
            .sum();
        for &part in link
            .parts
            .iter()
            .filter(|&&part| !is_unseen(part, unit, hidden, known))
        {
            let hides = || {
                children
                    .iter()
                    .filter(|&&child| is_unseen(part, child, hidden, known))
            };
            if hides().all(|&child| is_unseen(link.whole, child, hidden, known)) {
                left -= hides()
                    .map(|&child| self.slices[part].respondents[child])
                    .sum::<i64>();
            }
        }
        if left == 0 || left >= self.threshold {
            return Group::Safe;
        }
        let weights = &self.slices[self.shape.weight(link.whole)].respondents;
        let free = children.iter().copied().filter(|&child| {
            self.is_present(link.whole, child)
                && !hidden.get(link.whole, child)
                && !known.get(link.whole, child)
        });
        free.min_by_key(|&child| weights[child])
            .map_or(Group::Lost, Group::Needs)
    }

    /// How many respondents of a hidden cell are in no shown part of it: the months of a hidden quarter that
    /// are shown can be subtracted from whatever contains the quarter.
    fn unknown(&self, slice: usize, unit: usize, hidden: &Marks, known: &Marks) -> i64 {
        let respondents = self.slices[slice].respondents[unit];
        let Some(link) = self.shape.months_of(slice) else {
            return respondents;
        };
        let seen = |&&part: &&usize| known.get(part, unit) || !hidden.get(part, unit);
        let hides = |&&part: &&usize| !seen(&&part);
        let in_seen: i64 = link
            .parts
            .iter()
            .filter(seen)
            .map(|&part| self.slices[part].respondents[unit])
            .sum();
        let in_hidden = link
            .parts
            .iter()
            .filter(hides)
            .map(|&part| self.slices[part].respondents[unit] - self.unknown(part, unit, hidden, known));
        respondents - in_seen - in_hidden.sum::<i64>()
    }

    /// Rules 3 and 4 at one unit.
    fn close_link(&self, link: &shape::Link, unit: usize, hidden: &mut Marks, known: &Marks) -> bool {
        if !self.is_present(link.whole, unit) {
            return false;
        }
        let whole_hidden = hidden.get(link.whole, unit);
        let source = if link.is_derived() {
            &link.pieces
        } else {
            &link.parts
        };
        let is_hidden = |slice: usize| self.is_present(slice, unit) && hidden.get(slice, unit);
        if !whole_hidden && !source.iter().any(|&slice| is_hidden(slice)) {
            return false;
        }
        let mut moved = false;
        let mut rest = Remainder::default();
        for &part in link.parts.iter().filter(|&&part| self.is_present(part, unit)) {
            if !known.get(part, unit) {
                moved |= hidden.set(part, unit);
                rest.add(self.unknown(part, unit, hidden, known));
            }
        }
        // A part alone is the rest of the whole: no answers came in the others, or they were shown before.
        if !whole_hidden
            && !rest.is_safe(self.threshold)
            && !link.is_derived()
            && !known.get(link.whole, unit)
        {
            moved |= hidden.set(link.whole, unit);
        }
        moved
    }
}

/// Whether no release shows the cell, this one or one before.
fn is_unseen(slice: usize, unit: usize, hidden: &Marks, known: &Marks) -> bool {
    hidden.get(slice, unit) && !known.get(slice, unit)
}

/// How the hidden children of a shown unit stand.
enum Group {
    Safe,
    /// This child has to be hidden with them.
    Needs(usize),
    /// There is none to hide with them.
    Lost,
}

/// What is left of a sum when all that is shown has been subtracted.
#[derive(Default)]
struct Remainder {
    cells: usize,
    respondents: i64,
}

impl Remainder {
    fn add(&mut self, respondents: i64) {
        self.cells += 1;
        self.respondents += respondents;
    }

    fn is_safe(&self, threshold: i64) -> bool {
        self.cells == 0 || (self.cells > 1 && self.respondents >= threshold)
    }
}
