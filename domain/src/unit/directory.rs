//! All units in memory, indexed for every question the pages and the API ask of them.

use std::collections::{HashMap, HashSet};

use thiserror::Error;
use time::Date;

use super::address::{Resolved, ShortId, short_of_address, slug};
use super::collation::collation_key;
use super::search::{SearchHit, SearchIndex, SearchQuery};
use super::{Extent, Succession, Unit, UnitFact, UnitId, UnitLevel};

/// No tree of units is deeper: country, province, district, commune, and offices below.
const MAX_DEPTH: usize = 16;

/// A unit together with what held of it on the day that was asked about.
#[derive(Debug, Clone, Copy)]
pub struct UnitOn<'a> {
    pub unit: &'a Unit,
    pub fact: &'a UnitFact,
}

/// A unit into which territory of an earlier one has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Became {
    pub unit: UnitId,
    /// Exact only if every step on the way was.
    pub extent: Extent,
}

/// Why rows do not make a directory. Each names the unit at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DirectoryError {
    #[error("unit {0} is listed twice")]
    DuplicateUnit(UnitId),
    #[error("unit {0} has no facts")]
    NoFacts(UnitId),
    #[error("unit {0}: facts overlap or are out of order")]
    FactsOverlap(UnitId),
    #[error("unit {0}: a fact ends before it begins")]
    EmptyFact(UnitId),
    #[error("unit {0}: the kind of a fact is of another level than the unit")]
    WrongLevel(UnitId),
    #[error("unit {unit}: its parent {parent} is not listed, or does not stand above it")]
    BadParent { unit: UnitId, parent: UnitId },
    #[error("code {code} means {first} and {second} on the same day")]
    CodeTaken {
        code: String,
        first: UnitId,
        second: UnitId,
    },
    #[error("units {first} and {second} have the same short id")]
    ShortIdTaken { first: UnitId, second: UnitId },
    #[error("succession names unit {0}, which is not listed")]
    UnknownSuccession(UnitId),
}

/// Units and their succession, indexed. Built once, then shared and only read.
#[derive(Debug)]
pub struct UnitDirectory {
    units: Vec<Unit>,
    succession: Vec<Succession>,
    by_id: HashMap<UnitId, usize>,
    by_short: HashMap<ShortId, UnitId>,
    by_code: HashMap<String, Vec<(usize, usize)>>,
    /// Unit and fact numbers below a parent, in the order of the code list.
    children: HashMap<UnitId, Vec<(usize, usize)>>,
    successors: HashMap<UnitId, Vec<usize>>,
    predecessors: HashMap<UnitId, Vec<usize>>,
    index: SearchIndex,
}

impl UnitDirectory {
    /// Checks and indexes rows. Facts of a unit must be in order of time.
    pub fn new(units: Vec<Unit>, succession: Vec<Succession>) -> Result<Self, DirectoryError> {
        let mut by_id = HashMap::with_capacity(units.len());
        let mut by_short: HashMap<ShortId, UnitId> = HashMap::with_capacity(units.len());
        let mut by_code: HashMap<String, Vec<(usize, usize)>> = HashMap::with_capacity(units.len());
        let mut children: HashMap<UnitId, Vec<(usize, usize)>> = HashMap::new();
        for (at, unit) in units.iter().enumerate() {
            if by_id.insert(unit.id, at).is_some() {
                return Err(DirectoryError::DuplicateUnit(unit.id));
            }
            if let Some(first) = by_short.insert(ShortId::of(unit.id), unit.id) {
                return Err(DirectoryError::ShortIdTaken {
                    first,
                    second: unit.id,
                });
            }
            check_facts(unit)?;
            for (fact_at, fact) in unit.facts.iter().enumerate() {
                by_code.entry(fact.code.clone()).or_default().push((at, fact_at));
                if let Some(parent) = fact.parent {
                    children.entry(parent).or_default().push((at, fact_at));
                }
            }
        }
        for (code, meanings) in &by_code {
            check_code(code, meanings, &units)?;
        }
        for below in children.values_mut() {
            below.sort_by(|a, b| units[a.0].facts[a.1].code.cmp(&units[b.0].facts[b.1].code));
        }
        let (mut successors, mut predecessors) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (at, row) in succession.iter().enumerate() {
            for id in [row.old, row.new] {
                if !by_id.contains_key(&id) {
                    return Err(DirectoryError::UnknownSuccession(id));
                }
            }
            successors.entry(row.old).or_default().push(at);
            predecessors.entry(row.new).or_default().push(at);
        }
        let mut directory = Self {
            units,
            succession,
            by_id,
            by_short,
            by_code,
            children,
            successors,
            predecessors,
            index: SearchIndex::default(),
        };
        directory.check_parents()?;
        directory.index = SearchIndex::new(&directory);
        Ok(directory)
    }

    /// The same directory with more units; those with a known id replace the earlier ones.
    pub fn with(&self, more: Vec<Unit>) -> Result<Self, DirectoryError> {
        let replaced: HashSet<_> = more.iter().map(|unit| unit.id).collect();
        let kept = self
            .units
            .iter()
            .filter(|unit| !replaced.contains(&unit.id))
            .cloned();
        Self::new(kept.chain(more).collect(), self.succession.clone())
    }

    fn check_parents(&self) -> Result<(), DirectoryError> {
        for unit in &self.units {
            for fact in &unit.facts {
                let Some(parent_id) = fact.parent else { continue };
                let bad = DirectoryError::BadParent {
                    unit: unit.id,
                    parent: parent_id,
                };
                let Some(parent) = self.unit(parent_id) else {
                    return Err(bad);
                };
                let office = unit.level == UnitLevel::Office && parent.level == UnitLevel::Office;
                if !office && parent.level >= unit.level {
                    return Err(bad);
                }
                // Offices may stand below offices, so only they can form a loop.
                let day = fact.valid_from.unwrap_or(Date::MIN);
                if office
                    && self
                        .ancestors_on(parent_id, day)
                        .any(|above| above.unit.id == unit.id)
                {
                    return Err(bad);
                }
            }
        }
        Ok(())
    }

    /// Every unit that ever was, in the order given.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Every succession row, in the order given.
    pub fn succession(&self) -> &[Succession] {
        &self.succession
    }

    /// The unit with this id.
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.by_id.get(&id).map(|at| &self.units[*at])
    }

    /// The unit as it was on `date`; none when it did not exist then.
    pub fn unit_on(&self, id: UnitId, date: Date) -> Option<UnitOn<'_>> {
        let unit = self.unit(id)?;
        Some(UnitOn {
            unit,
            fact: unit.fact_on(date)?,
        })
    }

    /// What held of the unit on `date`.
    pub fn fact_on(&self, id: UnitId, date: Date) -> Option<&UnitFact> {
        self.unit(id)?.fact_on(date)
    }

    /// The unit directly above on `date`.
    pub fn parent_on(&self, id: UnitId, date: Date) -> Option<UnitOn<'_>> {
        self.unit_on(self.fact_on(id, date)?.parent?, date)
    }

    /// The units above on `date`, nearest first, the country last.
    pub fn ancestors_on(&self, id: UnitId, date: Date) -> impl Iterator<Item = UnitOn<'_>> {
        std::iter::successors(self.parent_on(id, date), move |above| {
            self.parent_on(above.unit.id, date)
        })
        .take(MAX_DEPTH)
    }

    /// The units directly below on `date`, in the order of the code list.
    pub fn children_on(&self, id: UnitId, date: Date) -> impl Iterator<Item = UnitOn<'_>> {
        let below = self.children.get(&id).map_or(&[][..], Vec::as_slice);
        below
            .iter()
            .map(|&(at, fact_at)| UnitOn {
                unit: &self.units[at],
                fact: &self.units[at].facts[fact_at],
            })
            .filter(move |below| below.fact.holds_on(date))
    }

    /// The units directly below on `date`, in Vietnamese order of their names without the kind.
    pub fn children_by_name(&self, id: UnitId, date: Date) -> Vec<UnitOn<'_>> {
        let mut below: Vec<_> = self.children_on(id, date).collect();
        below.sort_by_cached_key(|child| (collation_key(child.fact.bare_name()), child.fact.kind));
        below
    }

    /// Units of a level that existed on `date`, in the order given.
    pub fn level_on(&self, level: UnitLevel, date: Date) -> impl Iterator<Item = UnitOn<'_>> {
        self.units
            .iter()
            .filter(move |unit| unit.level == level)
            .filter_map(move |unit| {
                Some(UnitOn {
                    unit,
                    fact: unit.fact_on(date)?,
                })
            })
    }

    /// The country on `date`.
    pub fn country(&self, date: Date) -> Option<UnitOn<'_>> {
        self.level_on(UnitLevel::Country, date).next()
    }

    /// What `code` means on `date`. Leading zeros count.
    pub fn by_code(&self, code: &str, date: Date) -> Option<UnitOn<'_>> {
        let meanings = self.by_code.get(code)?.iter();
        meanings
            .map(|&(at, fact_at)| UnitOn {
                unit: &self.units[at],
                fact: &self.units[at].facts[fact_at],
            })
            .find(|meaning| meaning.fact.holds_on(date))
    }

    /// Every unit that has borne `code`, each once with its latest fact under it, newest first.
    pub fn meanings_of_code(&self, code: &str) -> Vec<UnitOn<'_>> {
        let mut meanings: Vec<UnitOn<'_>> = Vec::new();
        for &(at, fact_at) in self.by_code.get(code).map_or(&[][..], Vec::as_slice) {
            let unit = &self.units[at];
            let fact = &unit.facts[fact_at];
            match meanings.iter_mut().find(|known| known.unit.id == unit.id) {
                Some(known) => known.fact = fact, // Facts come in order of time.
                None => meanings.push(UnitOn { unit, fact }),
            }
        }
        meanings.sort_by_key(|meaning| std::cmp::Reverse(meaning.fact.valid_from));
        meanings
    }

    /// What became of the unit, directly.
    pub fn successors(&self, id: UnitId) -> impl Iterator<Item = &Succession> {
        let rows = self.successors.get(&id).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|at| &self.succession[*at])
    }

    /// What the unit was made of, directly.
    pub fn predecessors(&self, id: UnitId) -> impl Iterator<Item = &Succession> {
        let rows = self.predecessors.get(&id).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|at| &self.succession[*at])
    }

    /// The units of `date` that hold the territory of `id`: the unit itself while it lives, else what
    /// became of it. A unit that ended without successors, as districts did, became what its last
    /// children became. In the order of the code list; empty for a unit that had not begun.
    pub fn became(&self, id: UnitId, date: Date) -> Vec<Became> {
        let mut found: HashMap<UnitId, Extent> = HashMap::new();
        let mut seen = HashSet::new();
        self.follow(id, date, Extent::Exact, &mut found, &mut seen);
        let mut found: Vec<_> = found
            .into_iter()
            .map(|(unit, extent)| Became { unit, extent })
            .collect();
        found.sort_by_cached_key(|became| self.fact_on(became.unit, date).map(|fact| fact.code.clone()));
        found
    }

    fn follow(
        &self,
        id: UnitId,
        date: Date,
        extent: Extent,
        found: &mut HashMap<UnitId, Extent>,
        seen: &mut HashSet<UnitId>,
    ) {
        let Some(unit) = self.unit(id) else { return };
        if unit.fact_on(date).is_some() {
            let known = found.entry(id).or_insert(extent);
            if extent == Extent::Exact {
                *known = Extent::Exact;
            }
            return;
        }
        let Some(last_day) = unit
            .ended()
            .filter(|ended| *ended <= date)
            .and_then(Date::previous_day)
        else {
            return;
        };
        if !seen.insert(id) {
            return;
        }
        let mut rows = self.successors(id).peekable();
        if rows.peek().is_none() {
            // The whole of a child is only a part of the unit.
            let children: Vec<_> = self
                .children_on(id, last_day)
                .map(|child| child.unit.id)
                .collect();
            for child in children {
                self.follow(child, date, Extent::Partial, found, seen);
            }
        }
        for row in rows {
            let step = if row.extent == Extent::Exact {
                extent
            } else {
                Extent::Partial
            };
            self.follow(row.new, date, step, found, seen);
        }
    }

    /// The lowest unit that contains all of `ids` on `date`; a unit contains itself. None when `ids` is
    /// empty or one of them did not exist.
    pub fn lowest_common_ancestor(&self, ids: &[UnitId], date: Date) -> Option<UnitOn<'_>> {
        let path = |id: UnitId| -> Option<Vec<UnitId>> {
            let own = self.unit_on(id, date)?.unit.id;
            Some(
                std::iter::once(own)
                    .chain(self.ancestors_on(id, date).map(|above| above.unit.id))
                    .collect(),
            )
        };
        let (first, rest) = ids.split_first()?;
        let mut common = path(*first)?;
        for id in rest {
            let other: HashSet<_> = path(*id)?.into_iter().collect();
            common.retain(|above| other.contains(above));
        }
        self.unit_on(*common.first()?, date)
    }

    /// The unit with this short id.
    pub fn by_short_id(&self, short: ShortId) -> Option<&Unit> {
        self.by_short.get(&short).and_then(|id| self.unit(*id))
    }

    /// The last part of the unit's page address, `phuong-hong-ngu-4k7x2m9q`; the words follow the name of
    /// `date` and may change, the short id does not.
    pub fn address(&self, id: UnitId, date: Date) -> Option<String> {
        let name = &self.unit(id)?.fact_near(date)?.name.vi;
        Some(format!("{}-{}", slug(name), ShortId::of(id)))
    }

    /// What an address, a short id or a bare code leads to.
    pub fn resolve(&self, text: &str) -> Resolved {
        if let Some(unit) = short_of_address(text).and_then(|short| self.by_short_id(short)) {
            return Resolved::Unit(unit.id);
        }
        match self.meanings_of_code(text.trim()).as_slice() {
            [] => Resolved::Unknown,
            [one] => Resolved::Unit(one.unit.id),
            several => Resolved::Choice(several.iter().map(|meaning| meaning.unit.id).collect()),
        }
    }

    /// Units found by what a person typed, best first; see [`SearchQuery`].
    pub fn search(&self, query: &SearchQuery<'_>) -> Vec<SearchHit> {
        self.index.search(self, query)
    }
}

fn check_facts(unit: &Unit) -> Result<(), DirectoryError> {
    if unit.facts.is_empty() {
        return Err(DirectoryError::NoFacts(unit.id));
    }
    for fact in &unit.facts {
        if fact.kind.level() != unit.level {
            return Err(DirectoryError::WrongLevel(unit.id));
        }
        if fact
            .valid_from
            .zip(fact.valid_to)
            .is_some_and(|(from, to)| to <= from)
        {
            return Err(DirectoryError::EmptyFact(unit.id));
        }
    }
    for pair in unit.facts.windows(2) {
        if pair[0].overlaps(&pair[1]) || pair[1].valid_from < pair[0].valid_from {
            return Err(DirectoryError::FactsOverlap(unit.id));
        }
    }
    Ok(())
}

fn check_code(code: &str, meanings: &[(usize, usize)], units: &[Unit]) -> Result<(), DirectoryError> {
    for (n, a) in meanings.iter().enumerate() {
        for b in &meanings[n + 1..] {
            if a.0 != b.0 && units[a.0].facts[a.1].overlaps(&units[b.0].facts[b.1]) {
                return Err(DirectoryError::CodeTaken {
                    code: code.to_owned(),
                    first: units[a.0].id,
                    second: units[b.0].id,
                });
            }
        }
    }
    Ok(())
}
