//! A country in one release: how long it takes to plan, from nothing and after one day of one province.

mod fixture;

use std::time::{Duration, Instant};

use domain::channel::ChannelClass;
use domain::id::UnitId;
use domain::period::Period;
use domain::questionnaire::{AnswerKind, Version};
use domain::release::{Atom, Column, Input, Row, Rules, Units, periods, plan};
use domain::status::Status;
use domain::tally::{Rated, Tally, contributions};
use serde_json::{Value, json};
use time::macros::date;
use uuid::Uuid;

const COMMUNES: u128 = 3_321;

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(number))
}

/// How many more answer late.
const LATE: u32 = 12;

/// Packed tallies by the number of people, every fourth of whom answers the second way.
#[derive(Default)]
struct Counts {
    first: Vec<Vec<u8>>,
    /// The same with those who came late, who all answer the first way.
    more: Vec<Vec<u8>>,
}

/// Tallies of nobody up to forty people.
fn counts(version: &Version, one: &Value, fourth: &Value) -> Counts {
    let rated = Rated {
        served_at: unit(1),
        handled_by: None,
    };
    let person = |answers: &Value| {
        let answers = fixture::answers_of(version, answers);
        contributions(version, &answers, Status::Counted, rated)
            .remove(0)
            .1
    };
    let (one, fourth) = (person(one), person(fourth));
    let mut tally = Tally::empty(version.layout());
    let mut counts = Counts::default();
    for number in 1..=41 {
        counts.first.push(tally.pack());
        let mut more = tally.clone();
        (0..LATE).for_each(|_| more.add(&one));
        counts.more.push(more.pack());
        tally.add(if number % 4 == 0 { &fourth } else { &one });
    }
    counts
}

#[test]
fn a_country_is_planned_in_seconds() {
    let file = include_str!("../../data/questionnaires/sipas-2023.json");
    let version = Version::parse(file).expect("the questionnaire is valid");
    let definition = version.definition();
    let satisfied: serde_json::Map<String, Value> = definition
        .questions()
        .filter_map(|(_, question)| match &question.answer {
            AnswerKind::Satisfaction { factors, .. } => {
                let criteria = definition.criteria_of(factors);
                let rated: serde_json::Map<_, _> = criteria
                    .map(|criterion| (criterion.id.clone(), json!(4)))
                    .collect();
                Some((question.id.clone(), Value::Object(rated)))
            }
            _ => None,
        })
        .collect();
    let satisfied = Value::Object(satisfied);
    plan_country(&version, &counts(&version, &satisfied, &satisfied));
}

#[test]
fn a_country_where_only_some_are_asked_for_the_result_is_planned_in_seconds() {
    let version = fixture::small_version();
    let asks = json!({"purpose": "ask", "rate": {"seats": 5, "polite": 4}});
    let receives = json!({"purpose": "receive", "rate": {"seats": 5, "polite": 4, "on_time": 4}});
    plan_country(&version, &counts(&version, &asks, &receives));
}

/// From nobody to forty, so that small cells are everywhere.
fn people(commune: u128, month: u128, class: u128) -> usize {
    usize::try_from((commune * 31 + month * 17 + class * 7) % 41).expect("small")
}

fn plan_country(version: &Version, counts: &Counts) {
    let mut rows = vec![(unit(1), None, true)];
    rows.extend((2..36).map(|province| (unit(province), Some(unit(1)), true)));
    rows.extend((0..COMMUNES).map(|commune| (unit(100 + commune), Some(unit(2 + commune % 34)), true)));
    let units = Units::new(&rows);
    let months: Vec<Period> = Period::Year(2026).months().collect();
    let mut atoms = Vec::new();
    for commune in 0..COMMUNES {
        for (month, &period) in (0_u128..).zip(&months) {
            for (class, kind) in (0_u128..).zip([ChannelClass::Desk, ChannelClass::Online]) {
                let people = people(commune, month, class);
                atoms.push(Atom {
                    unit: unit(100 + commune),
                    month: period,
                    class: kind,
                    counts: counts.first[people].clone(),
                    clusters: Vec::new(),
                });
            }
        }
    }
    let periods = periods(&months, date!(2027 - 01 - 06), None, false);
    assert_eq!(periods.len(), 17);
    let release = |atoms: &[Atom], previous: &[Row]| {
        let start = Instant::now();
        let input = Input {
            version,
            units: &units,
            periods: &periods,
            rules: Rules::PUBLIC,
        };
        let rows = plan(input, atoms, previous.to_vec());
        (rows.expect("a plan"), start.elapsed())
    };
    let (first, whole) = release(&atoms, &[]);
    let shown = first.iter().filter(|row| row.state.is_none()).count();
    assert!(shown > 10_000, "{shown} cells shown");
    for commune in (0..COMMUNES).step_by(34) {
        let index = usize::try_from(commune * 24).expect("small");
        atoms[index]
            .counts
            .clone_from(&counts.more[people(commune, 0, 0)]);
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
