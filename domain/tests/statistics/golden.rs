//! Published and hand-checked cases, one CSV file each, with their source in the file.

use std::fs::read_to_string;
use std::path::Path;

use domain::criteria::{CriterionTotals, Group, mean_of_criteria_bound};
use domain::difference::Difference;
use domain::estimate::{Design, criterion_share, pooled_share};
use domain::interval::wilson;
use domain::moments::Moments;
use domain::ratio::Ratio;
use domain::round::{Decimal, Style, format_percent};
use domain::student;

/// The records of a golden file, each as the fields of its columns.
fn records(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    let text = read_to_string(path).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let records: Vec<Vec<String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert!(!records.is_empty(), "{file} has no cases");
    records
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(field: &str) -> T {
    field.parse().unwrap()
}

/// `value*count value*count …`
fn alike(field: &str) -> impl Iterator<Item = (&str, i64)> {
    field.split(' ').map(|group| {
        let (value, count) = group.split_once('*').unwrap();
        (value, number(count))
    })
}

fn close(found: f64, expected: &str, tolerance: f64, case: &[String]) {
    let expected: f64 = number(expected);
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} instead of {expected} in {case:?}"
    );
}

#[test]
fn intervals_of_a_share() {
    for case in records("wilson.csv") {
        let estimate = criterion_share(number(&case[0]), number(&case[1])).unwrap();
        close(estimate.interval.low, &case[2], 0.5e-4, &case);
        close(estimate.interval.high, &case[3], 0.5e-4, &case);
    }
}

#[test]
fn differences() {
    for case in records("mover.csv") {
        let share = |at: usize| criterion_share(number(&case[at]), number(&case[at + 1])).unwrap();
        let difference = Difference::between(&share(0), &share(2));
        close(difference.interval.low, &case[4], 0.5e-4, &case);
        close(difference.interval.high, &case[5], 0.5e-4, &case);
    }
}

#[test]
fn points_of_t() {
    for case in records("student.csv") {
        close(
            student::quantile(number(&case[0]), number(&case[1])),
            &case[2],
            0.5e-3,
            &case,
        );
    }
}

#[test]
fn pooled_answers() {
    for case in records("pooled.csv") {
        let mut total = Moments::default();
        for (person, count) in alike(&case[1]) {
            let fields: Vec<u32> = person.split(':').map(number).collect();
            let one = Moments::of(fields[0], fields[1], fields[2], true);
            total += (0..count).map(|_| one).sum();
        }
        let estimate = pooled_share(Design::Persons(&total)).unwrap();
        assert_eq!(estimate.ratio.numerator(), number::<i64>(&case[2]), "{case:?}");
        assert_eq!(estimate.ratio.denominator(), number::<i64>(&case[3]), "{case:?}");
        assert_eq!(estimate.respondents, number::<i64>(&case[6]), "{case:?}");
        if case[4].is_empty() {
            assert_eq!(estimate.variance, None, "{case:?}");
        } else {
            let expected = number::<f64>(&case[4]) / number::<f64>(&case[5]);
            assert!((estimate.variance.unwrap() - expected).abs() < 1e-15, "{case:?}");
        }
        if !case[7].is_empty() {
            assert_eq!(
                estimate.interval,
                wilson(estimate.value, number(&case[7])),
                "{case:?}"
            );
        }
    }
}

#[test]
fn means_of_criteria() {
    for case in records("mean_of_criteria.csv") {
        let criteria: Vec<CriterionTotals> = alike(&case[1])
            .flat_map(|(criterion, count)| {
                let (satisfied, respondents) = criterion.split_once('/').unwrap();
                let one = CriterionTotals {
                    respondents: number(respondents),
                    satisfied: number(satisfied),
                };
                (0..count).map(move |_| one)
            })
            .collect();
        let satisfied = criteria.iter().map(|one| one.satisfied).sum();
        let total = Moments {
            respondents: criteria.iter().map(|one| one.respondents).max().unwrap(),
            answers: criteria.iter().map(|one| one.respondents).sum(),
            satisfied,
            ..Moments::default()
        };
        let node = Group {
            design: Design::Persons(&total),
            criteria: &criteria,
            rates_two: false,
        };
        let mean = mean_of_criteria_bound(&node, &[], 1).unwrap();
        assert_eq!(mean.ratio.percent(2).to_string(), case[2], "{case:?}");
        let pooled = Ratio::new(satisfied, mean.answers).unwrap();
        assert_eq!(pooled.percent(2).to_string(), case[3], "{case:?}");
    }
}

#[test]
fn the_published_index_is_written_as_it_was_published() {
    let parts = [
        (23, Ratio::new(8384, 10_000).unwrap()),
        (16, Ratio::new(8409, 10_000).unwrap()),
    ];
    let index = Ratio::weighted_mean(parts).unwrap();
    assert_eq!(format_percent(index.percent(2), Style::Vietnamese), "83,94%");
    assert_eq!(format_percent(index.percent(2), Style::English), "83.94%");
}

#[test]
fn rounding() {
    for case in records("rounding.csv") {
        let decimal = Decimal::of(number(&case[0]), number(&case[1]), number(&case[2]));
        assert_eq!(decimal.to_string(), case[3], "{case:?}");
        assert_eq!(decimal.format(Style::Vietnamese), case[4], "{case:?}");
        assert_eq!(decimal.format(Style::English), case[5], "{case:?}");
    }
}
