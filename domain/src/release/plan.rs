//! The next release of a campaign: which cells it shows, and which of them changed.
//!
//! [`plan`] is given the tallies by unit, month and channel class, and the rows of the release before. It
//! lets later changes in by the rules of the ledger, adds up over units, periods and channels, hides by the
//! rules of [`crate::disclosure`], and gives back the rows that differ from the ones before. Tallies that did
//! not change since then need not be given again.

mod sums;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use time::Date;

use crate::answer::Corrupt;
use crate::channel::ChannelClass;
use crate::disclosure::{Grain, Marks, Shape, Slice, Table, Tree};
use crate::id::UnitId;
use crate::period::Period;
use crate::questionnaire::Version;
use crate::release::packed::{self, ItemTag};
use crate::release::{Column, State, ledger};
use crate::tally::Tally;

use sums::Sums;

/// What a release lets through (METHOD 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The fewest respondents with whom a cell enters.
    pub threshold: i64,
    /// The same for a sensitive question, of which no cell where all answered alike is shown either.
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
    /// For the rated unit and those above it.
    pub const INTERNAL: Self = Self {
        threshold: 5,
        ..Self::PUBLIC
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
    /// A packed [`Tally`].
    pub counts: Vec<u8>,
    /// Packed clusters of the nodes, see [`packed::pack_clusters`]; empty where there are none.
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

/// Everything that a release is made of.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    pub version: &'a Version,
    pub units: &'a Units,
    /// The periods that are released, see [`periods`].
    pub periods: &'a [Period],
    pub rules: Rules,
    /// The tallies as they are now, of these periods' months. Those that did not change may be left out,
    /// except of a live campaign.
    pub atoms: &'a [Atom],
    /// The rows of the release before, those of the ledger too.
    pub previous: &'a [Row],
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

/// The periods that may be released: each whole period that has one of these months in it. A live campaign
/// shows unfinished ones too.
pub fn periods(months: &[Period], today: Date, closed_on: Option<Date>, live: bool) -> Vec<Period> {
    let all: BTreeSet<Period> = months
        .iter()
        .flat_map(|month| std::iter::once(*month).chain(month.containing()))
        .collect();
    all.into_iter()
        .filter(|period| live || period.is_complete(today, closed_on))
        .collect()
}

/// The place of a tally: month, channel class, place of the unit.
type AtomKey = (Period, ChannelClass, usize);

/// Plans the next release; gives the rows that are new or differ from those before, in no particular order.
pub fn plan(input: &Input<'_>) -> Result<Vec<Row>, PlanError> {
    let mut taken = Taken::of(input)?;
    let classes: Vec<ChannelClass> = {
        let used: BTreeSet<ChannelClass> = taken.entries.keys().map(|(_, class, _)| *class).collect();
        used.into_iter().collect()
    };
    let periods = input.periods.iter().copied();
    let shape = Shape::new(periods, classes.len(), input.rules.grain);
    let before = Before::of(input, &shape, &classes)?;
    let (sums, hidden) = loop {
        let sums = Sums::of(input, &shape, &classes, &taken)?;
        let table = sums.table(input, &shape);
        let hidden = table.suppress(&before.known, &before.kept);
        let exposed = table.exposed(&before.known, &hidden, input.rules.change);
        if !taken.take_back(input, &shape, &classes, &exposed) {
            break (sums, hidden);
        }
    };
    let items = ItemMarks::of(input, &shape, &sums, &before, &hidden);
    let table = sums.table(input, &shape);
    let draft = Draft {
        input,
        shape: &shape,
        classes: &classes,
        table: &table,
        hidden: &hidden,
        covered: &covered(input, &table, &hidden),
        items: &items,
        before: &before,
    };
    let mut rows = draft.rows(&taken)?;
    if !input.rules.live {
        rows.extend(taken.moved.keys().map(|key| taken.row(input, *key)));
    }
    Ok(rows)
}

/// What this release takes of each unit, month and channel.
struct Taken {
    /// Packed ledger entries.
    entries: BTreeMap<AtomKey, Vec<u8>>,
    /// Those that differ from the release before, with what they were in a month released before.
    moved: BTreeMap<AtomKey, Option<Vec<u8>>>,
}

impl Taken {
    fn of(input: &Input<'_>) -> Result<Self, PlanError> {
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
        let mut moved = BTreeMap::new();
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
            let entry = ledger::pack(&atom.counts, &atom.clusters);
            if entries.get(&key) == Some(&entry) {
                continue;
            }
            let mut before = None;
            if released.contains(&atom.month) {
                let old = match entries.get(&key) {
                    Some(entry) => Tally::unpack(layout, ledger::unpack(entry)?.0)?,
                    None => Tally::empty(layout),
                };
                let new = Tally::unpack(layout, &atom.counts)?;
                if !ledger::takes(layout, &old, &new, input.rules.threshold, input.rules.change) {
                    continue;
                }
                before = Some(match entries.get(&key) {
                    Some(entry) => entry.clone(),
                    None => ledger::pack(&old.pack(), &[]),
                });
            }
            entries.insert(key, entry);
            moved.insert(key, before);
        }
        Ok(Self { entries, moved })
    }

    /// Takes back what was let in below these cells; tells whether there was anything.
    fn take_back(
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

    fn row(&self, input: &Input<'_>, key: AtomKey) -> Row {
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

/// What the release before showed.
struct Before<'a> {
    rows: HashMap<(usize, usize), &'a Row>,
    /// Cells that some release has shown.
    known: Marks,
    /// Cells that stay hidden.
    kept: Marks,
    /// The same for each sensitive item.
    known_items: Vec<Marks>,
}

impl<'a> Before<'a> {
    fn of(input: &Input<'a>, shape: &Shape, classes: &[ChannelClass]) -> Result<Self, PlanError> {
        let sensitive = packed::sensitive_items(input.version);
        let nothing = Marks::new(shape.keys().len(), input.units.len());
        let mut before = Self {
            rows: HashMap::new(),
            known: nothing.clone(),
            kept: nothing.clone(),
            known_items: vec![nothing; sensitive.len()],
        };
        let places: HashMap<_, _> = shape
            .keys()
            .iter()
            .enumerate()
            .map(|(place, key)| (*key, place))
            .collect();
        for row in input.previous {
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
            before.rows.insert((slice, unit), row);
            if input.rules.live {
                continue;
            }
            if row.state == Some(State::Kept) {
                before.kept.set(slice, unit);
            }
            if !matches!(row.state, None | Some(State::Withdrawn)) {
                continue;
            }
            before.known.set(slice, unit);
            for (tag, known) in packed::unpack_tags(&sensitive, &row.items)?
                .iter()
                .zip(&mut before.known_items)
            {
                if *tag != ItemTag::Hidden {
                    known.set(slice, unit);
                }
            }
        }
        Ok(before)
    }
}

/// Which sensitive items are hidden in shown cells.
struct ItemMarks {
    sensitive: Vec<usize>,
    hidden: Vec<Marks>,
}

impl ItemMarks {
    fn of(input: &Input<'_>, shape: &Shape, sums: &Sums, before: &Before<'_>, cells: &Marks) -> Self {
        let sensitive = packed::sensitive_items(input.version);
        let hidden = (0..sensitive.len()).map(|place| {
            let counts: &[Slice] = &sums.items[place].slices;
            let mut also = cells.clone();
            for slice in 0..counts.len() {
                for unit in 0..input.units.len() {
                    if sums.items[place].is_uniform(slice, unit) {
                        also.set(slice, unit);
                    }
                }
            }
            let table = Table {
                tree: &input.units.tree,
                shape,
                slices: counts,
                threshold: input.rules.sensitive,
            };
            table.suppress(&before.known_items[place], &also)
        });
        Self {
            hidden: hidden.collect(),
            sensitive,
        }
    }

    fn tags(&self, before: &Before<'_>, slice: usize, unit: usize, cell_hidden: bool) -> Vec<ItemTag> {
        let tag = |(hidden, known): (&Marks, &Marks)| match (
            cell_hidden || hidden.get(slice, unit),
            known.get(slice, unit),
        ) {
            (false, _) => ItemTag::Shown,
            (true, true) => ItemTag::Withdrawn,
            (true, false) => ItemTag::Hidden,
        };
        self.hidden.iter().zip(&before.known_items).map(tag).collect()
    }
}

/// Everything decided, before it is packed.
struct Draft<'a> {
    input: &'a Input<'a>,
    shape: &'a Shape,
    classes: &'a [ChannelClass],
    table: &'a Table<'a>,
    hidden: &'a Marks,
    /// Cells inside a shown one.
    covered: &'a Marks,
    items: &'a ItemMarks,
    before: &'a Before<'a>,
}

impl Draft<'_> {
    fn rows(&self, taken: &Taken) -> Result<Vec<Row>, PlanError> {
        let mut rows = Vec::new();
        for (slice, &(period, class)) in self.shape.keys().iter().enumerate() {
            let moved = taken.moved.keys().any(|&(month, found, _)| {
                period.contains(month) && class.is_none_or(|class| self.classes[class] == found)
            });
            // Without a changed tally only cells whose state changed are built anew.
            let mut wanted = Vec::new();
            for unit in 0..self.input.units.len() {
                let state = self.state(slice, unit);
                let tags = self.items.tags(self.before, slice, unit, state.is_some());
                let before = self.before.rows.get(&(slice, unit));
                if let Some(state) = state {
                    let items = match state {
                        State::Withdrawn => packed::pack_tags(&tags),
                        _ => Vec::new(),
                    };
                    let row = self.row(slice, unit, Some(state), Vec::new(), items);
                    let needless = class.is_some() && before.is_none() && !self.is_split(period, unit);
                    if !needless && before != Some(&&row) {
                        rows.push(row);
                    }
                } else if moved || differs(before.copied(), &tags) {
                    wanted.push((unit, tags));
                }
            }
            if wanted.is_empty() {
                continue;
            }
            let built = sums::build(self.input, period, class.map(|class| self.classes[class]), taken)?;
            let layout = self.input.version.layout();
            for (unit, tags) in wanted {
                let Some((tally, clusters)) = &built[unit] else {
                    continue;
                };
                let nodes = packed::pack_nodes(layout, tally, clusters);
                let items = packed::pack_items(layout, &self.items.sensitive, &tags, tally);
                let row = self.row(slice, unit, None, nodes, items);
                if self.before.rows.get(&(slice, unit)) != Some(&&row) {
                    rows.push(row);
                }
            }
        }
        Ok(rows)
    }

    /// Why the cell shows nothing.
    fn state(&self, slice: usize, unit: usize) -> Option<State> {
        if !self.table.is_present(slice, unit) {
            return Some(
                match (
                    self.input.units.sampled[unit],
                    self.table.is_silent(self.hidden, slice, unit),
                ) {
                    (true, true) => State::Hidden,
                    (true, false) => State::NoAnswers,
                    (false, _) => State::NotSampled,
                },
            );
        }
        let remembers = !self.input.rules.live;
        self.hidden.get(slice, unit).then(|| {
            if self.before.known.get(slice, unit) {
                State::Withdrawn
            } else if remembers && (self.covered.get(slice, unit) || self.before.kept.get(slice, unit)) {
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

/// Whether a shown cell was not shown before, or with other sensitive items.
fn differs(before: Option<&Row>, tags: &[ItemTag]) -> bool {
    before.is_none_or(|row| row.state.is_some() || !row.items.starts_with(&packed::pack_tags(tags)))
}

/// The cells that lie in a shown cell, of their own unit or one above and of their own slice or one that
/// contains it.
fn covered(input: &Input<'_>, table: &Table<'_>, hidden: &Marks) -> Marks {
    let keys = table.shape.keys();
    let (slices, units) = (keys.len(), input.units.len());
    let mut below_shown = Marks::new(slices, units);
    for slice in 0..slices {
        for unit in 0..units {
            let above = input.units.tree.parent(unit);
            let is_shown = table.is_present(slice, unit) && !hidden.get(slice, unit);
            if is_shown || above.is_some_and(|above| below_shown.get(slice, above)) {
                below_shown.set(slice, unit);
            }
        }
    }
    let mut covered = Marks::new(slices, units);
    for (slice, &(period, class)) in keys.iter().enumerate() {
        let wider: Vec<usize> = (0..slices)
            .filter(|&other| {
                let (longer, other_class) = keys[other];
                longer.contains(period) && (other_class.is_none() || other_class == class)
            })
            .collect();
        for unit in 0..units {
            if wider.iter().any(|&other| below_shown.get(other, unit)) {
                covered.set(slice, unit);
            }
        }
    }
    covered
}
