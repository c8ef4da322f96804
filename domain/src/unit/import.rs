//! Units below the official ones from CSV: departments, service centres, service points, counters.
//!
//! All or nothing: either every row is good, or every bad one is reported and nothing is made.
//! The columns are described in `docs/units.md`.

mod refusal;
mod row;

use std::collections::{BTreeMap, HashMap, HashSet};

use time::Date;
use uuid::Uuid;

pub use refusal::{Refusal, RefusalCode};
use row::Row;

use super::{Unit, UnitDirectory, UnitFact, UnitId, UnitKind, UnitLevel, UnitName};

/// The namespace of imported units' ids: a `UUIDv5` of `office/` and the unit's key, so that the same file
/// makes the same units everywhere.
const NAMESPACE: Uuid = Uuid::from_u128(0x1c0e_6b52_7d5f_5a3b_9d1e_88c4_2f60_a7e5);

/// What a good file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// New and changed units with all their facts, in the order of the file.
    pub units: Vec<Unit>,
    /// How many of them are new.
    pub new: usize,
    /// How many were known with other facts.
    pub changed: usize,
    /// How many units of the file were known just so, and are not among `units`.
    pub unchanged: usize,
}

/// The id that a unit of this key gets.
pub fn office_id(key: &str) -> UnitId {
    UnitId(Uuid::new_v5(&NAMESPACE, format!("office/{key}").as_bytes()))
}

/// Reads `text` against the units already known.
///
/// # Errors
///
/// Every fault of every row, in the order of lines. Then nothing is to be stored.
pub fn read(text: &str, known: &UnitDirectory) -> Result<Imported, Vec<Refusal>> {
    let row::Rows {
        good: rows,
        broken_codes,
        mut refusals,
    } = row::rows(text);
    let mut by_code: HashMap<&str, Vec<&Row>> = HashMap::new();
    let mut ends: HashMap<&str, Option<Date>> = HashMap::new();
    for row in &rows {
        by_code.entry(&row.code).or_default().push(row);
        let end = ends.entry(&row.key).or_insert(row.valid_to);
        *end = end.zip(row.valid_to).map(|(a, b)| a.max(b));
    }
    let mut file = File {
        known,
        by_code,
        ends,
        broken_codes,
        units: BTreeMap::new(),
    };
    file.resolve(&rows, &mut refusals);
    file.check_overlaps(&mut refusals);
    file.check_codes(&mut refusals);
    file.check_loops(&mut refusals);
    if refusals.is_empty() {
        return Ok(file.imported());
    }
    refusals.sort_by_key(|refusal| refusal.line);
    refusals.dedup();
    Err(refusals)
}

/// A unit of the file: its facts so far, each with the row that it came from.
struct Draft<'a> {
    first: usize,
    facts: Vec<(UnitFact, Option<&'a Row>)>,
}

struct File<'a> {
    known: &'a UnitDirectory,
    by_code: HashMap<&'a str, Vec<&'a Row>>,
    /// The day on which a unit of the file ends, by key; none when a row of it is open.
    ends: HashMap<&'a str, Option<Date>>,
    /// Codes of rows already refused: what names them as parent is not at fault.
    broken_codes: HashSet<String>,
    /// By key, with the facts already known.
    units: BTreeMap<&'a str, Draft<'a>>,
}

impl<'a> File<'a> {
    /// Turns rows into facts, adding them to what is known of each unit.
    fn resolve(&mut self, rows: &'a [Row], refusals: &mut Vec<Refusal>) {
        for (at, row) in rows.iter().enumerate() {
            let parent = match self.parent(row) {
                Ok(parent) => parent,
                Err((code, _))
                    if code == RefusalCode::ParentUnknown && self.broken_codes.contains(&row.parent_code) =>
                {
                    continue;
                }
                Err((code, value)) => {
                    refusals.push(row.refuse("parent_code", code, &value));
                    continue;
                }
            };
            let fact = UnitFact {
                name: UnitName {
                    vi: row.name_vi.clone(),
                    en: row.name_en.clone(),
                },
                kind: row.kind,
                code: row.code.clone(),
                parent: Some(parent),
                valid_from: Some(row.valid_from),
                valid_to: row.valid_to,
                decision: row.decision.clone(),
            };
            let known = self.known;
            let draft = self.units.entry(row.key.as_str()).or_insert_with(|| {
                let facts = known
                    .unit(office_id(&row.key))
                    .map_or(&[][..], |unit| unit.facts.as_slice());
                Draft {
                    first: at,
                    facts: facts.iter().map(|fact| (fact.clone(), None)).collect(),
                }
            });
            if let Err(code) = add(&mut draft.facts, fact, row) {
                refusals.push(row.refuse("valid_from", code, &row.key));
            }
        }
        for draft in self.units.values_mut() {
            draft.facts.sort_by_key(|(fact, _)| fact.valid_from);
        }
    }

    /// The unit that a row names as the one above: of this file first, then of those known.
    fn parent(&self, row: &Row) -> Result<UnitId, (RefusalCode, String)> {
        let rows = self
            .by_code
            .get(row.parent_code.as_str())
            .map_or(&[][..], Vec::as_slice);
        let in_file = rows.iter().find(|above| above.holds_on(row.valid_from));
        let (id, kind, end) = if let Some(above) = in_file {
            let end = self.ends.get(above.key.as_str()).copied().flatten();
            (office_id(&above.key), above.kind, end)
        } else if let Some(above) = self.known.by_code(&row.parent_code, row.valid_from) {
            (above.unit.id, above.fact.kind, above.unit.ended())
        } else {
            return Err((RefusalCode::ParentUnknown, row.parent_code.clone()));
        };
        if kind == UnitKind::Counter {
            return Err((RefusalCode::ParentKind, row.parent_code.clone()));
        }
        match end {
            Some(end) if row.valid_to.is_none_or(|to| to > end) => {
                Err((RefusalCode::ParentEnded, end.to_string()))
            }
            _ => Ok(id),
        }
    }

    /// A unit has one fact on a day.
    fn check_overlaps(&self, refusals: &mut Vec<Refusal>) {
        for (key, draft) in &self.units {
            for pair in draft.facts.windows(2) {
                let row = pair[1].1.or(pair[0].1);
                if let Some(row) = row.filter(|_| pair[0].0.overlaps(&pair[1].0)) {
                    refusals.push(row.refuse("valid_from", RefusalCode::FactsOverlap, key));
                }
            }
        }
    }

    /// A code means one unit on a day.
    fn check_codes(&self, refusals: &mut Vec<Refusal>) {
        let mut seen: HashMap<&str, Vec<(&str, &UnitFact)>> = HashMap::new();
        for (key, draft) in &self.units {
            for (fact, row) in &draft.facts {
                let Some(row) = row else { continue };
                let taken = self
                    .known
                    .meanings_of_code(&fact.code)
                    .into_iter()
                    .find(|meaning| {
                        meaning.unit.id != office_id(key)
                            && meaning
                                .unit
                                .facts
                                .iter()
                                .any(|f| f.code == fact.code && f.overlaps(fact))
                    });
                if let Some(taken) = taken {
                    refusals.push(row.refuse("code", RefusalCode::CodeTaken, &taken.fact.name.vi));
                }
                let others = seen.entry(fact.code.as_str()).or_default();
                if others.iter().any(|(other, f)| other != key && f.overlaps(fact)) {
                    refusals.push(row.refuse("code", RefusalCode::CodeRepeated, &fact.code));
                }
                others.push((key, fact));
            }
        }
    }

    /// No unit stands below itself.
    fn check_loops(&self, refusals: &mut Vec<Refusal>) {
        let by_id: HashMap<UnitId, &Draft<'_>> = self
            .units
            .iter()
            .map(|(key, draft)| (office_id(key), draft))
            .collect();
        for (key, draft) in &self.units {
            for (fact, row) in &draft.facts {
                let (Some(row), Some(day)) = (row, fact.valid_from) else {
                    continue;
                };
                let mut seen = HashSet::from([office_id(key)]);
                let mut above = fact.parent;
                while let Some(id) = above {
                    if !seen.insert(id) {
                        refusals.push(row.refuse("parent_code", RefusalCode::ParentLoop, &row.parent_code));
                        break;
                    }
                    // Only units of the file can close a loop that was not there before.
                    let fact = by_id
                        .get(&id)
                        .and_then(|d| d.facts.iter().find(|(f, _)| f.holds_on(day)));
                    above = fact.and_then(|(fact, _)| fact.parent);
                }
            }
        }
    }

    fn imported(self) -> Imported {
        let mut drafts: Vec<_> = self.units.into_iter().collect();
        drafts.sort_by_key(|(_, draft)| draft.first);
        let mut imported = Imported {
            units: Vec::new(),
            new: 0,
            changed: 0,
            unchanged: 0,
        };
        for (key, draft) in drafts {
            let id = office_id(key);
            let facts: Vec<_> = draft.facts.into_iter().map(|(fact, _)| fact).collect();
            match self.known.unit(id) {
                Some(unit) if unit.facts == facts => {
                    imported.unchanged += 1;
                    continue;
                }
                Some(_) => imported.changed += 1,
                None => imported.new += 1,
            }
            imported.units.push(Unit {
                id,
                level: UnitLevel::Office,
                facts,
                coordinates: None,
            });
        }
        imported
    }
}

/// Adds a row's fact. The same fact again changes nothing and an open one may be given its end; any other
/// difference is refused.
fn add<'a>(
    facts: &mut Vec<(UnitFact, Option<&'a Row>)>,
    fact: UnitFact,
    row: &'a Row,
) -> Result<(), RefusalCode> {
    let same_start =
        |(known, from): &(UnitFact, Option<&Row>)| from.is_none() && known.valid_from == fact.valid_from;
    let Some(at) = facts.iter().position(same_start) else {
        facts.push((fact, Some(row)));
        return Ok(());
    };
    let open = UnitFact {
        valid_to: None,
        ..fact.clone()
    };
    if facts[at].0 != fact && facts[at].0 != open {
        return Err(RefusalCode::FactsDiffer);
    }
    facts[at] = (fact, Some(row));
    Ok(())
}
