//! The next release of a campaign: which cells it shows, and which of them changed.
//!
//! A [`Plan`] is given the rows of the release before, then the tallies by unit, month and channel class. It
//! lets later changes in by the rules of the ledger, adds up over units, periods and channels, hides by the
//! rules of [`crate::disclosure`], and gives back the rows that differ from the ones before. Tallies that did
//! not change since then need not be given again. A country is more than fits into a small machine's memory at
//! once, so tallies are taken a few at a time and rows given period by period; [`plan()`] is for small ones.

mod before;
mod draft;
mod hidden;
mod still;
mod sums;
mod taken;

use std::collections::{BTreeSet, HashMap};

use time::{Date, Duration};

use crate::answer::Corrupt;
use crate::channel::ChannelClass;
use crate::disclosure::{Grain, Marks, Shape, Tree};
use crate::id::UnitId;
use crate::period::Period;
use crate::questionnaire::Version;
use crate::release::guard::Guards;
use crate::release::{Column, State};

use before::Before;
use draft::{Draft, covered};
use hidden::{Hidden, Tags};
use still::Still;
use sums::Sums;
use taken::Taken;

/// What a release lets through (METHOD 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The fewest respondents with whom a cell enters.
    pub threshold: i64,
    /// The same for a sensitive or delicate question, of which no cell where all answered alike is shown either.
    pub sensitive: i64,
    /// The fewest people whose answers a published figure moves by.
    pub change: i64,
    /// The shortest period that is split by channel class.
    pub grain: Grain,
    /// For labelled demo campaigns: changes enter at once, and nothing is remembered of earlier releases.
    pub live: bool,
}

impl Rules {
    /// For the public.
    pub const PUBLIC: Self = Self {
        threshold: 10,
        sensitive: 20,
        change: 5,
        grain: Grain::Quarter,
        live: false,
    };
}

/// The units that a release covers, on the day of the release.
#[derive(Clone, Debug)]
pub struct Units {
    ids: Vec<UnitId>,
    tree: Tree,
    sampled: Vec<bool>,
    places: HashMap<UnitId, usize>,
}

impl Units {
    /// From each unit with the one above it and whether the campaign asks there or below, in any order. A
    /// unit above that is not among them makes its unit a top one; units that stand above each other in a
    /// circle are left out.
    pub fn new(rows: &[(UnitId, Option<UnitId>, bool)]) -> Self {
        let known: BTreeSet<UnitId> = rows.iter().map(|(id, ..)| *id).collect();
        let mut below: HashMap<Option<UnitId>, Vec<(UnitId, bool)>> = HashMap::new();
        for &(id, above, sampled) in rows {
            let above = above.filter(|above| known.contains(above));
            below.entry(above).or_default().push((id, sampled));
        }
        let (mut ids, mut parents, mut in_sample) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = vec![(None, None)];
        while let Some((above, place)) = next.pop() {
            let mut children = below.remove(&above).unwrap_or_default();
            children.sort_unstable();
            for (id, sampled) in children {
                next.push((Some(id), Some(ids.len())));
                ids.push(id);
                parents.push(place);
                in_sample.push(sampled);
            }
        }
        let places = ids.iter().enumerate().map(|(place, &id)| (id, place)).collect();
        let tree = Tree::new(parents).unwrap_or_else(|_| unreachable!("parents were pushed before children"));
        Self {
            ids,
            tree,
            sampled: in_sample,
            places,
        }
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// The tally of one unit, month and channel class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    pub unit: UnitId,
    /// A month.
    pub month: Period,
    pub class: ChannelClass,
    /// A packed [`crate::tally::Tally`].
    pub counts: Vec<u8>,
    /// Packed clusters of the nodes, see [`crate::release::pack_clusters`]; empty where there are none.
    pub clusters: Vec<u8>,
}

/// A stored row of a release: a cell, or an entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub unit: UnitId,
    pub period: Period,
    pub column: Column,
    /// Nothing when the cell is shown.
    pub state: Option<State>,
    pub nodes: Vec<u8>,
    pub items: Vec<u8>,
}

/// What a release is made for.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub version: &'a Version,
    pub units: &'a Units,
    /// The periods that are released, see [`periods`].
    pub periods: &'a [Period],
    pub rules: Rules,
}

/// Why no release could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    #[error("the tally of unit {0} has no place in the tree of units of this release")]
    UnknownUnit(UnitId),
    #[error("a tally is kept by month, not for {0}")]
    NotAMonth(Period),
}

/// How long after its end a period is first released: answers that devices brought late because they had no
/// network enter with all others, and need not wait for company, see [`Rules::change`].
pub const SETTLES: Duration = Duration::days(5);

/// The periods that may be released: each that has one of these months in it and has settled. Once the campaign as a
/// whole has settled, all of it is released the next morning: `settled_on` is the day of its closing, after which
/// nothing can enter, or that [`SETTLES`] after its last day. A live campaign shows unfinished periods too.
pub fn periods(months: &[Period], today: Date, settled_on: Option<Date>, live: bool) -> Vec<Period> {
    let all: BTreeSet<Period> = months
        .iter()
        .flat_map(|month| std::iter::once(*month).chain(month.containing()))
        .collect();
    all.into_iter()
        .filter(|period| {
            live || period.is_complete(today, settled_on) && {
                let is_settled = settled_on.is_some_and(|settled| settled < today);
                is_settled || period.is_complete(today - SETTLES, None)
            }
        })
        .collect()
}

/// The first day on which [`periods`] has a period: the day after it has settled, or after the campaign has.
/// Nothing of a campaign that has no last day.
pub fn due(period: Period, settled_on: Option<Date>) -> Option<Date> {
    let of_campaign = settled_on.and_then(Date::next_day);
    let of_period = period
        .last_day()
        .and_then(|last| last.checked_add(SETTLES)?.next_day());
    [of_period, of_campaign].into_iter().flatten().min()
}

/// The place of a tally: month, channel class, place of the unit.
type AtomKey = (Period, ChannelClass, usize);

/// A release that is being planned.
pub struct Plan<'a> {
    input: Input<'a>,
    guards: Guards,
    still: Still,
    taken: Taken,
}

impl<'a> Plan<'a> {
    /// Begins from the rows of the release before, those of the ledger too.
    ///
    /// Of a shown cell it needs what its bytes of `items` begin with, [`tags`] of them. With less than the whole
    /// row, cells may be given back that did not change.
    pub fn new(input: Input<'a>, mut previous: Vec<Row>) -> Self {
        let ledger = previous
            .extract_if(.., |row| matches!(row.column, Column::Ledger(_)))
            .collect();
        previous.shrink_to_fit();
        Self {
            guards: Guards::of(input.version),
            still: Still::new(&input, previous),
            taken: Taken::new(&input, ledger),
            input,
        }
    }

    /// Takes tallies as they are now, of the released months. Those that did not change may be left out,
    /// except of a live campaign.
    pub fn take(&mut self, atoms: &[Atom]) -> Result<(), PlanError> {
        atoms
            .iter()
            .try_for_each(|atom| self.taken.take(&self.input, &self.guards, &self.still, atom))
    }

    /// Decides what is shown.
    pub fn decide(mut self) -> Result<Decided<'a>, PlanError> {
        let (input, guards) = (&self.input, &self.guards);
        let classes: BTreeSet<ChannelClass> = self.taken.entries.keys().map(|(_, class, _)| *class).collect();
        let classes: Vec<ChannelClass> = classes.into_iter().collect();
        let periods = input.periods.iter().copied();
        let shape = Shape::new(periods, classes.len(), input.rules.grain);
        let before = Before::of(input, guards, &shape, &classes, &self.still.cells)?;
        let (sums, hidden) = loop {
            let sums = Sums::of(input, guards, &shape, &classes, &self.taken)?;
            let hidden = Hidden::of(input, guards, &shape, &sums, &before);
            let exposed = hidden.exposed(input, guards, &shape, &sums, &before);
            if !self.taken.take_back(input, &shape, &classes, &exposed) {
                break (sums, hidden);
            }
        };
        Ok(Decided {
            covered: covered(input, &sums.table(input, &shape), &hidden.cells),
            tags: Tags::of(input, guards, &shape, &sums, &before, &hidden),
            plan: self,
            shape,
            classes,
            before,
            sums,
            hidden,
        })
    }
}

/// A release of which it is known what it shows.
pub struct Decided<'a> {
    plan: Plan<'a>,
    shape: Shape,
    classes: Vec<ChannelClass>,
    before: Before,
    sums: Sums,
    hidden: Hidden,
    covered: Marks,
    tags: Tags,
}

impl Decided<'_> {
    /// The rows that are new or differ from those before, in no particular order, some thousands at a time.
    pub fn rows(&self) -> impl Iterator<Item = Result<Vec<Row>, PlanError>> + '_ {
        let Plan { input, taken, .. } = &self.plan;
        let slices = (0..self.shape.keys().len()).map(|slice| self.slice(slice));
        let moved: Vec<AtomKey> = if input.rules.live {
            Vec::new()
        } else {
            taken.moved.keys().copied().collect()
        };
        let mut ledger = moved.into_iter();
        slices.chain(std::iter::from_fn(move || {
            let some: Vec<Row> = ledger
                .by_ref()
                .take(LEDGER_ROWS)
                .map(|key| taken.row(input, key))
                .collect();
            (!some.is_empty()).then_some(Ok(some))
        }))
    }

    fn slice(&self, slice: usize) -> Result<Vec<Row>, PlanError> {
        let Plan {
            input,
            guards,
            still,
            taken,
        } = &self.plan;
        let draft = Draft {
            input,
            shape: &self.shape,
            classes: &self.classes,
            table: &self.sums.table(input, &self.shape),
            hidden: &self.hidden.cells,
            covered: &self.covered,
            tags: &self.tags,
            guards,
            before: &self.before,
            cells: &still.cells,
        };
        draft.rows(slice, taken)
    }
}

/// How many rows of the ledger are given at a time.
const LEDGER_ROWS: usize = 2_000;

/// How many bytes of the `items` of a shown cell [`Plan::new`] needs.
pub fn tags(version: &Version) -> usize {
    Guards::of(version).len()
}

/// Plans the next release from everything at once.
pub fn plan(input: Input<'_>, atoms: &[Atom], previous: Vec<Row>) -> Result<Vec<Row>, PlanError> {
    let mut plan = Plan::new(input, previous);
    plan.take(atoms)?;
    let mut rows = Vec::new();
    for some in plan.decide()?.rows() {
        rows.extend(some?);
    }
    Ok(rows)
}
