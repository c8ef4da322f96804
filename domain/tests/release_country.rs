//! A country in one release: how long it takes to plan, from nothing and after one day of one province.

use std::time::{Duration, Instant};

use domain::channel::ChannelClass;
use domain::id::UnitId;
use domain::layout::HEAD;
use domain::moments::Moments;
use domain::period::Period;
use domain::questionnaire::Version;
use domain::release::{Atom, Column, Input, Row, Rules, Units, periods, plan};
use domain::varint;
use time::macros::date;
use uuid::Uuid;

const COMMUNES: u128 = 3_321;

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

/// A packed tally of so many people who were satisfied with everything.
fn counts(version: &Version, people: i64) -> Vec<u8> {
    let layout = version.layout();
    let mut values = vec![0; layout.tally_width()];
    values[0] = people;
    for index in 0..layout.items().len() {
        values[layout.item_offset(index) + 2] = people;
    }
    for node in 0..layout.nodes().len() {
        let criteria = u32::try_from(layout.nodes()[node].criteria).expect("few");
        let one = Moments::of(criteria, criteria, 4 * criteria, true);
        let start = layout.node_offset(node);
        for (value, field) in values[start..].iter_mut().zip(one.to_array()) {
            *value = people * field;
        }
    }
    assert!(values.len() > HEAD, "a version has items");
    let mut bytes = Vec::new();
    for value in values {
        varint::put_signed(&mut bytes, value);
    }
    bytes
}

#[test]
fn a_country_is_planned_in_seconds() {
    let file = include_str!("../../data/questionnaires/sipas-2023.json");
    let version = Version::parse(file).expect("the questionnaire is valid");
    let mut rows = vec![(unit(1), None, true)];
    rows.extend((2..36).map(|province| (unit(province), Some(unit(1)), true)));
    rows.extend((0..COMMUNES).map(|commune| (unit(100 + commune), Some(unit(2 + commune % 34)), true)));
    let units = Units::new(&rows);
    let months: Vec<Period> = Period::Year(2026).months().collect();
    let mut atoms = Vec::new();
    for commune in 0..COMMUNES {
        for (month, &period) in (0_u128..).zip(&months) {
            for (class, kind) in (0_u128..).zip([ChannelClass::Desk, ChannelClass::Online]) {
                // From nobody to forty, so that small cells are everywhere.
                let people = i64::try_from((commune * 31 + month * 17 + class * 7) % 41).expect("small");
                atoms.push(Atom {
                    unit: unit(100 + commune),
                    month: period,
                    class: kind,
                    counts: counts(&version, people),
                    clusters: Vec::new(),
                });
            }
        }
    }
    let periods = periods(&months, date!(2027 - 01 - 05), None, false);
    assert_eq!(periods.len(), 17);
    let release = |atoms: &[Atom], previous: &[Row]| {
        let start = Instant::now();
        let rows = plan(&Input {
            version: &version,
            units: &units,
            periods: &periods,
            rules: Rules::PUBLIC,
            atoms,
            previous,
        });
        (rows.expect("a plan"), start.elapsed())
    };
    let (first, whole) = release(&atoms, &[]);
    let shown = first.iter().filter(|row| row.state.is_none()).count();
    assert!(shown > 10_000, "{shown} cells shown");
    for commune in (0..COMMUNES).step_by(34) {
        let index = usize::try_from(commune * 24).expect("small");
        atoms[index].counts = counts(&version, 60);
    }
    let (second, day) = release(&atoms, &first);
    let moved = second
        .iter()
        .filter(|row| !matches!(row.column, Column::Ledger(_)))
        .count();
    assert!((10..3_000).contains(&moved), "{moved} rows changed");
    // Unoptimised and beside other tests; a release build takes a tenth.
    assert!(whole + day < Duration::from_mins(2), "{whole:?} and {day:?}");
}
