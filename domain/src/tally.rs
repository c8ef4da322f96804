//! The counts behind every figure: one vector of integers a unit, day, campaign, version and channel class.
//!
//! Tallies add and subtract, so exclusion, correction and the merging of units stay exact. A raw tally is
//! never shown and cannot be serialised; the release module makes figures of it that may be.
//!
//! The vector is, in order: responses counted, held, late and excluded; for each item of the layout its
//! counts; for each node its [`Moments`]. The counts of an item are
//!
//! | kind | counts |
//! |---|---|
//! | choice | no opinion, skipped, one an option |
//! | multiple | answered, skipped, one an option |
//! | number | answered, skipped, sum, one a class |
//! | date | answered, skipped |

#![deny(clippy::float_arithmetic)]

use crate::answer::{Answer, Answers, Corrupt};
use crate::id::UnitId;
use crate::layout::{ItemKind, Layout};
use crate::moments::Moments;
use crate::questionnaire::{Rates, Version};
use crate::status::Status;
use crate::varint::{self, Reader};

/// The counts of one cell, in the layout of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    values: Vec<i64>,
}

/// The counts of one item, read out of a tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCounts {
    /// People who were asked.
    pub shown: i64,
    /// People who answered, "no opinion" not included.
    pub answered: i64,
    pub no_opinion: i64,
    pub skipped: i64,
    /// A count for each option, level or class.
    pub options: Vec<i64>,
    /// The sum of the numbers given; 0 for other kinds.
    pub sum: i64,
}

impl Tally {
    /// A tally with nothing in it.
    pub fn empty(layout: &Layout) -> Self {
        Self {
            values: vec![0; layout.tally_width()],
        }
    }

    /// From the numbers in their order; the caller has made as many as the layout asks for.
    pub(crate) fn from_values(values: Vec<i64>) -> Self {
        Self { values }
    }

    /// The numbers in their order.
    pub(crate) fn values(&self) -> &[i64] {
        &self.values
    }

    /// Responses counted.
    pub fn responses(&self) -> i64 {
        self.values[0]
    }

    /// Responses with a status that keeps them out of the counts: held, late or excluded.
    pub fn of_status(&self, status: Status) -> i64 {
        head_index(status).map_or(0, |index| self.values[index])
    }

    /// People who rated at least one criterion: the respondents of the cell.
    pub fn respondents(&self, layout: &Layout) -> i64 {
        self.moments(layout, 0).respondents
    }

    /// The moments of a node; node 0 is the whole.
    pub fn moments(&self, layout: &Layout, node: usize) -> Moments {
        let start = layout.node_offset(node);
        let mut fields = [0; Moments::FIELDS];
        fields.copy_from_slice(&self.values[start..start + Moments::FIELDS]);
        Moments::from_array(fields)
    }

    /// The counts of an item.
    pub fn item(&self, layout: &Layout, item: usize) -> ItemCounts {
        let kind = &layout.items()[item].kind;
        let start = layout.item_offset(item);
        let counts = &self.values[start..start + layout.items()[item].width()];
        match kind {
            ItemKind::Choice { .. } => {
                let options = counts[2..].to_vec();
                let answered = options.iter().sum();
                ItemCounts {
                    shown: answered + counts[0] + counts[1],
                    answered,
                    no_opinion: counts[0],
                    skipped: counts[1],
                    options,
                    sum: 0,
                }
            }
            ItemKind::Multiple { .. } | ItemKind::Date => ItemCounts {
                shown: counts[0] + counts[1],
                answered: counts[0],
                no_opinion: 0,
                skipped: counts[1],
                options: counts[2..].to_vec(),
                sum: 0,
            },
            ItemKind::Number { .. } => ItemCounts {
                shown: counts[0] + counts[1],
                answered: counts[0],
                no_opinion: 0,
                skipped: counts[1],
                options: counts[3..].to_vec(),
                sum: counts[2],
            },
        }
    }

    /// Adds another tally of the same version.
    pub fn add(&mut self, other: &Self) {
        debug_assert_eq!(self.values.len(), other.values.len(), "tallies of two versions");
        for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
            *mine += theirs;
        }
    }

    /// Takes another tally of the same version away.
    pub fn subtract(&mut self, other: &Self) {
        debug_assert_eq!(self.values.len(), other.values.len(), "tallies of two versions");
        for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
            *mine -= theirs;
        }
    }

    /// Whether nothing is in it.
    pub fn is_zero(&self) -> bool {
        self.values.iter().all(|value| *value == 0)
    }

    /// The packed form: each number zigzag, seven bits a byte.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.values.len() + 32);
        for value in &self.values {
            varint::put_signed(&mut out, *value);
        }
        out
    }

    /// Reads the packed form of a tally of that layout.
    pub fn unpack(layout: &Layout, bytes: &[u8]) -> Result<Self, Corrupt> {
        let mut tally = Self::empty(layout);
        tally.add_packed(bytes)?;
        Ok(tally)
    }

    /// Adds a packed tally without unpacking it into a vector of its own. On an error the tally is spoilt.
    pub fn add_packed(&mut self, bytes: &[u8]) -> Result<(), Corrupt> {
        let mut reader = Reader::new(bytes);
        for value in &mut self.values {
            *value += reader.next_signed().ok_or(Corrupt)?;
        }
        if reader.is_empty() { Ok(()) } else { Err(Corrupt) }
    }
}

/// Where a response is rated: one unit, or two with their lowest common ancestor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rated {
    pub served_at: UnitId,
    /// Set when the deciding unit is known and is another one.
    pub handled_by: Option<HandledBy>,
}

/// The unit that decides, and where its tree meets that of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandledBy {
    pub unit: UnitId,
    /// The lowest unit that has both units in or below it.
    pub meeting: UnitId,
}

/// What one response adds, by unit: at most three rows.
///
/// Each factor is counted under the unit that it rates. Where these are two, a third row at the unit where
/// their trees meet takes back what the sum of both would count twice and adds the products between them,
/// so that every unit above has each person once and the right variance (METHOD 2: uncertainty follows the
/// person).
pub fn contributions(
    version: &Version,
    answers: &Answers,
    status: Status,
    rated: Rated,
) -> Vec<(UnitId, Tally)> {
    let whole = contribution(version, answers, status, Scope::Everything);
    let Some(handled) = rated.handled_by.filter(|handled| handled.unit != rated.served_at) else {
        return vec![(rated.served_at, whole)];
    };
    let served = contribution(version, answers, status, Scope::Only(Rates::ServedAt));
    let deciding = contribution(version, answers, status, Scope::Only(Rates::HandledBy));
    let mut correction = whole;
    correction.subtract(&served);
    correction.subtract(&deciding);
    let mut rows = vec![(rated.served_at, served)];
    for (unit, tally) in [(handled.unit, deciding), (handled.meeting, correction)] {
        match rows.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, row)) => row.add(&tally),
            None => rows.push((unit, tally)),
        }
    }
    rows
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everything,
    Only(Rates),
}

/// What a status changes in the head of a tally; a trial leaves no trace.
fn head_index(status: Status) -> Option<usize> {
    match status {
        Status::Counted => Some(0),
        Status::Held => Some(1),
        Status::Late => Some(2),
        Status::Excluded => Some(3),
        Status::Trial => None,
    }
}

fn contribution(version: &Version, answers: &Answers, status: Status, scope: Scope) -> Tally {
    let layout = version.layout();
    let mut tally = Tally::empty(layout);
    if let Some(index) = head_index(status) {
        tally.values[index] = 1;
    }
    if status != Status::Counted {
        return tally;
    }
    let mut nodes = vec![NodeSum::default(); layout.nodes().len()];
    for (index, (item, answer)) in layout.items().iter().zip(&answers.items).enumerate() {
        let rates = item.criterion.map_or(Rates::ServedAt, |place| place.rates);
        if scope != Scope::Everything && scope != Scope::Only(rates) {
            continue;
        }
        count(
            &item.kind,
            *answer,
            &mut tally.values[layout.item_offset(index)..],
        );
        if let Some(place) = item.criterion {
            for node in [0, place.part, place.factor] {
                nodes[node].add(*answer, place.satisfied_from);
            }
        }
    }
    for (index, sum) in nodes.iter().enumerate() {
        let start = layout.node_offset(index);
        let moments = Moments::of(sum.answers, sum.satisfied, sum.score, sum.answers == sum.shown);
        tally.values[start..start + Moments::FIELDS].copy_from_slice(&moments.to_array());
    }
    tally
}

#[derive(Clone, Copy, Default)]
struct NodeSum {
    shown: u32,
    answers: u32,
    satisfied: u32,
    score: u32,
}

impl NodeSum {
    fn add(&mut self, answer: Answer, satisfied_from: u8) {
        if answer == Answer::NotShown {
            return;
        }
        self.shown += 1;
        if let Some(score) = answer.score() {
            self.answers += 1;
            self.score += u32::from(score);
            self.satisfied += u32::from(score >= satisfied_from);
        }
    }
}

fn count(kind: &ItemKind, answer: Answer, counts: &mut [i64]) {
    match (kind, answer) {
        (ItemKind::Choice { .. }, Answer::NoOpinion) | (ItemKind::Date, Answer::Date(_)) => counts[0] += 1,
        (_, Answer::Skipped) => counts[1] += 1,
        (ItemKind::Choice { .. }, Answer::Choice(option)) => counts[2 + usize::from(option)] += 1,
        (ItemKind::Multiple { options }, Answer::Multiple(set)) => {
            counts[0] += 1;
            for option in 0..usize::from(*options) {
                counts[2 + option] += (set >> option & 1).cast_signed();
            }
        }
        (ItemKind::Number { classes }, Answer::Number(number)) => {
            counts[0] += 1;
            counts[2] += number;
            if let Some(class) = classes.partition_point(|bound| *bound <= number).checked_sub(1) {
                counts[3 + class] += 1;
            }
        }
        _ => {}
    }
}
