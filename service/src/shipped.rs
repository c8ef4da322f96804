//! What every database begins with: the official units and the questionnaires of `data/`.

use domain::official::FILES;
use domain::questionnaire::Version;
use domain::unit::official::{self, OfficialTables};
use store::catalogue::UnitRows;

use crate::Service;
use crate::error::ServiceError;

pub(crate) const UNITS: OfficialTables<'static> = OfficialTables {
    units: include_str!("../../data/units/units.csv"),
    facts: include_str!("../../data/units/facts.csv"),
    coordinates: include_str!("../../data/units/coordinates.csv"),
    succession: include_str!("../../data/units/succession.csv"),
};

impl Service {
    /// Puts in what is missing of the official units and questionnaires. Units of an import stay.
    pub async fn load_shipped(&self) -> Result<(), ServiceError> {
        let invalid = |error: &dyn std::fmt::Display| ServiceError::Invalid(error.to_string());
        let official = official::load(UNITS).map_err(|error| invalid(&error))?;
        let known = self.units();
        if official
            .units
            .iter()
            .any(|unit| known.unit(unit.id) != Some(unit))
        {
            let rows = UnitRows {
                units: official.units,
                successions: official.succession,
            };
            self.put_units(&rows).await?;
        }
        for (file, text) in FILES {
            let version = Version::parse(text).map_err(|problems| {
                let list: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("{file}: {problem}"))
                    .collect();
                ServiceError::Invalid(list.join("; "))
            })?;
            let definition = version.definition();
            let published = self.version(&definition.key, &definition.version);
            if published.is_none_or(|stored| stored.version.hash() != version.hash()) {
                self.publish(&version).await?;
            }
        }
        Ok(())
    }
}
