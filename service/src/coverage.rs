//! Where a campaign asks.

use std::collections::HashSet;

use domain::id::UnitId;
use domain::unit::UnitDirectory;
use store::catalogue::Campaign;
use time::Date;

/// The units that a campaign names, and those above them, in the tree of one day.
pub(crate) struct Coverage<'a> {
    units: &'a UnitDirectory,
    day: Date,
    named: HashSet<UnitId>,
    above: HashSet<UnitId>,
}

impl<'a> Coverage<'a> {
    pub(crate) fn of(units: &'a UnitDirectory, campaign: &Campaign, day: Date) -> Self {
        let above = campaign
            .units
            .iter()
            .flat_map(|unit| units.ancestors_on(*unit, day))
            .map(|unit| unit.unit.id);
        Self {
            units,
            day,
            named: campaign.units.iter().copied().collect(),
            above: above.collect(),
        }
    }

    /// Whether it asks at the unit: the unit or one above it is named.
    pub(crate) fn covers(&self, unit: UnitId) -> bool {
        self.named.contains(&unit)
            || self
                .units
                .ancestors_on(unit, self.day)
                .any(|above| self.named.contains(&above.unit.id))
    }

    /// Whether it asks at the unit or anywhere below it.
    pub(crate) fn reaches(&self, unit: UnitId) -> bool {
        self.above.contains(&unit) || self.covers(unit)
    }
}
