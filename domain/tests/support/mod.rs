//! The directory of the checked-in official units, read once.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use domain::unit::UnitDirectory;
use domain::unit::official::{OfficialTables, load};

/// All official units.
pub(crate) fn directory() -> &'static UnitDirectory {
    static DIRECTORY: LazyLock<UnitDirectory> = LazyLock::new(|| {
        let read = |file: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../data/units")
                .join(file);
            fs::read_to_string(&path).expect("the table is checked in")
        };
        let (units, facts) = (read("units.csv"), read("facts.csv"));
        let (coordinates, succession) = (read("coordinates.csv"), read("succession.csv"));
        let tables = OfficialTables {
            units: &units,
            facts: &facts,
            coordinates: &coordinates,
            succession: &succession,
        };
        let official = load(tables).expect("the tables are readable");
        UnitDirectory::new(official.units, official.succession).expect("the tables are consistent")
    });
    &DIRECTORY
}
