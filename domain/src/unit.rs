//! Administrative units as dated facts, and the bodies below them.
//!
//! A unit is a territory (or, below the official levels, a body that serves people) with an id that
//! outlives its name, kind, code and parent: those are [`UnitFact`]s, each true for a time and carrying
//! the decision that made it so. A merger, a split or any other change of territory makes new units and
//! [`Succession`] rows. So a code means a unit only together with a date: since 01/07/2025 the code 82,
//! once Tiền Giang's, is Đồng Tháp's (DOMAIN.md section 5).
//!
//! Intervals are half-open everywhere: `valid_to` is the first day on which a fact no longer holds.

mod address;
mod collation;
mod directory;
#[cfg(feature = "official")]
pub mod import;
mod kind;
#[cfg(feature = "official")]
pub mod official;
mod search;

pub use address::{Resolved, ShortId, slug};
pub use collation::{CollationKey, collation_key, fold};
pub use directory::{Became, DirectoryError, UnitDirectory, UnitOn};
pub use kind::{UnitKind, UnitLevel, UnknownKind};
pub use search::{Former, SearchHit, SearchQuery};

use time::Date;

pub use crate::id::UnitId;

/// The name of a unit in the two languages of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitName {
    /// Official Vietnamese name with the kind in front, "Phường Hồng Ngự", in NFC.
    pub vi: String,
    /// English name with the kind behind, "Hong Ngu Ward".
    pub en: String,
}

/// What held of a unit from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFact {
    pub name: UnitName,
    pub kind: UnitKind,
    /// Code of the official list (2, 3 or 5 digits, leading zeros count) or a body's own code.
    pub code: String,
    /// The unit above; none for the country alone.
    pub parent: Option<UnitId>,
    /// First day; none when it held before our records begin.
    pub valid_from: Option<Date>,
    /// First day on which it no longer holds; none while it does.
    pub valid_to: Option<Date>,
    /// Number of the decision, "237/NQ-UBTVQH16".
    pub decision: Option<String>,
}

impl UnitFact {
    /// Whether the fact is true on `date`.
    pub fn holds_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date < to)
    }

    /// Whether the two facts are true on some common day.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |start: Option<Date>, end: Option<Date>| match (start, end) {
            (Some(start), Some(end)) => start < end,
            _ => true,
        };
        starts_before_end(self.valid_from, other.valid_to)
            && starts_before_end(other.valid_from, self.valid_to)
    }

    /// The Vietnamese name without the kind: "Hồng Ngự" of "Phường Hồng Ngự". Bodies keep theirs whole.
    pub fn bare_name(&self) -> &str {
        let bare = self
            .kind
            .name_prefix()
            .and_then(|prefix| self.name.vi.strip_prefix(prefix));
        bare.map_or(self.name.vi.as_str(), str::trim_start)
    }
}

/// A point in a unit, in millionths of a degree (WGS 84): integers compare and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coordinates {
    pub latitude_e6: i32,
    pub longitude_e6: i32,
}

/// A unit with everything recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub level: UnitLevel,
    /// In order of time, without overlap; at least one.
    pub facts: Vec<UnitFact>,
    pub coordinates: Option<Coordinates>,
}

impl Unit {
    /// What held on `date`; none before the unit began and after it ended.
    pub fn fact_on(&self, date: Date) -> Option<&UnitFact> {
        self.facts.iter().find(|fact| fact.holds_on(date))
    }

    /// The fact of `date`, or else the nearest in time, so that an ended unit can still be named.
    pub fn fact_near(&self, date: Date) -> Option<&UnitFact> {
        self.fact_on(date)
            .or_else(|| {
                self.facts
                    .iter()
                    .rev()
                    .find(|fact| fact.valid_to.is_some_and(|to| to <= date))
            })
            .or_else(|| self.facts.first())
    }

    /// The day on which the unit ceased to exist; none while it exists.
    pub fn ended(&self) -> Option<Date> {
        self.facts.last().and_then(|fact| fact.valid_to)
    }
}

/// How much of an old unit's territory passed to a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// The whole old unit.
    Exact,
    /// A part of it: figures of the old unit cannot be carried over as they are.
    Partial,
}

/// Territory passed from a unit that ended to one that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    pub old: UnitId,
    pub new: UnitId,
    pub extent: Extent,
    /// First day of the new unit.
    pub date: Date,
    pub decision: Option<String>,
}
