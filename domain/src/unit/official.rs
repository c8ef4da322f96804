//! Reads the checked-in tables of official units (`data/units/README.md`).

use std::collections::HashMap;

use serde::Deserialize;
use thiserror::Error;
use time::Date;
use time::format_description::well_known::Iso8601;
use uuid::Uuid;

use super::{Coordinates, Extent, Succession, Unit, UnitFact, UnitId, UnitKind, UnitLevel, UnitName};

/// The text of the four tables.
#[derive(Debug, Clone, Copy)]
pub struct OfficialTables<'a> {
    pub units: &'a str,
    pub facts: &'a str,
    pub coordinates: &'a str,
    pub succession: &'a str,
}

/// What the tables hold, ready for [`super::UnitDirectory::new`] or for the store.
#[derive(Debug, Clone)]
pub struct OfficialUnits {
    pub units: Vec<Unit>,
    pub succession: Vec<Succession>,
}

/// A row that cannot be read: the file and what is wrong in it.
#[derive(Debug, Error)]
#[error("data/units/{file}: {reason}")]
pub struct LoadError {
    pub file: &'static str,
    pub reason: String,
}

#[derive(Deserialize)]
struct UnitRow {
    id: Uuid,
    level: UnitLevel,
}

#[derive(Deserialize)]
struct FactRow {
    unit_id: Uuid,
    name_vi: String,
    name_en: String,
    kind: UnitKind,
    code: String,
    parent_id: Option<Uuid>,
    valid_from: String,
    valid_to: String,
    decision: String,
}

#[derive(Deserialize)]
struct CoordinateRow {
    unit_id: Uuid,
    latitude: String,
    longitude: String,
}

#[derive(Deserialize)]
struct SuccessionRow {
    old_id: Uuid,
    new_id: Uuid,
    extent: String,
    date: String,
    decision: String,
}

/// Reads the tables. The files are ours, so the first error ends it.
pub fn load(tables: OfficialTables<'_>) -> Result<OfficialUnits, LoadError> {
    let mut units: Vec<Unit> = Vec::new();
    let mut place: HashMap<Uuid, usize> = HashMap::new();
    for row in rows::<UnitRow>("units.csv", tables.units)? {
        place.insert(row.id, units.len());
        units.push(Unit {
            id: UnitId(row.id),
            level: row.level,
            facts: Vec::new(),
            coordinates: None,
        });
    }
    for row in rows::<FactRow>("facts.csv", tables.facts)? {
        let fail = |reason: String| LoadError {
            file: "facts.csv",
            reason,
        };
        let at = place
            .get(&row.unit_id)
            .ok_or_else(|| fail(format!("unknown unit {}", row.unit_id)))?;
        units[*at].facts.push(UnitFact {
            name: UnitName {
                vi: row.name_vi,
                en: row.name_en,
            },
            kind: row.kind,
            code: row.code,
            parent: row.parent_id.map(UnitId),
            valid_from: date(&row.valid_from).map_err(fail)?,
            valid_to: date(&row.valid_to).map_err(fail)?,
            decision: some(row.decision),
        });
    }
    for row in rows::<CoordinateRow>("coordinates.csv", tables.coordinates)? {
        let fail = |reason: String| LoadError {
            file: "coordinates.csv",
            reason,
        };
        let at = place
            .get(&row.unit_id)
            .ok_or_else(|| fail(format!("unknown unit {}", row.unit_id)))?;
        units[*at].coordinates = Some(Coordinates {
            latitude_e6: micro_degrees(&row.latitude).map_err(fail)?,
            longitude_e6: micro_degrees(&row.longitude).map_err(fail)?,
        });
    }
    let mut succession = Vec::new();
    for row in rows::<SuccessionRow>("succession.csv", tables.succession)? {
        let fail = |reason: String| LoadError {
            file: "succession.csv",
            reason,
        };
        succession.push(Succession {
            old: UnitId(row.old_id),
            new: UnitId(row.new_id),
            extent: match row.extent.as_str() {
                "exact" => Extent::Exact,
                "partial" => Extent::Partial,
                other => return Err(fail(format!("extent {other:?}"))),
            },
            date: date(&row.date)
                .map_err(fail)?
                .ok_or_else(|| fail("a row without a date".to_owned()))?,
            decision: some(row.decision),
        });
    }
    Ok(OfficialUnits { units, succession })
}

fn rows<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<Vec<T>, LoadError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.map_err(|error| LoadError {
        file,
        reason: error.to_string(),
    })
}

fn some(text: String) -> Option<String> {
    if text.is_empty() { None } else { Some(text) }
}

/// A date `yyyy-mm-dd`; empty is open.
fn date(text: &str) -> Result<Option<Date>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    Date::parse(text, &Iso8601::DATE)
        .map(Some)
        .map_err(|_| format!("{text:?} is no date yyyy-mm-dd"))
}

/// Decimal degrees to millionths, without going through a float.
fn micro_degrees(text: &str) -> Result<i32, String> {
    let wrong = || format!("{text:?} is no number of degrees with at most 6 decimals");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > 6 {
        return Err(wrong());
    }
    let micro: i32 = format!("{whole}{fraction:0<6}").parse().map_err(|_| wrong())?;
    Ok(sign * micro)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_exactly() {
        assert_eq!(micro_degrees("10.7881"), Ok(10_788_100));
        assert_eq!(micro_degrees("-0.000001"), Ok(-1));
        assert!(micro_degrees("10.78811111").is_err());
        assert!(micro_degrees("north").is_err());
    }

    #[test]
    fn a_broken_row_names_the_file() {
        let tables = OfficialTables {
            units: "id,level,key\n34da964b-a619-5e88-abba-ef1a814e1277,province,x\n",
            facts: "unit_id,name_vi,name_en,kind,code,parent_id,valid_from,valid_to,decision\n\
                    34da964b-a619-5e88-abba-ef1a814e1277,A,A,city,01,,01/07/2025,,\n",
            coordinates: "unit_id,latitude,longitude,source\n",
            succession: "old_id,new_id,extent,date,decision\n",
        };
        let error = load(tables).expect_err("the date is wrong");
        assert_eq!(error.file, "facts.csv");
        assert!(error.reason.contains("01/07/2025"), "{}", error.reason);
    }
}
