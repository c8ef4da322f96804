//! The bound of a mean of criteria against the variance that all answers give.

use domain::criteria::{CriterionTotals, Group, mean_of_criteria_bound};
use domain::estimate::{Design, Estimate, pooled_share};
use domain::interval::IntervalRule;
use domain::method::SamplingUnit;
use domain::moments::{ClusterMoments, Moments};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::people::{Population, Random, SATISFIED, Scores, clusters_of, total_of};

/// People as they were drawn: villages, or each one alone.
type Drawn = Vec<Vec<Scores>>;

fn alone(people: &[Scores]) -> Drawn {
    people.iter().map(|scores| vec![scores.clone()]).collect()
}

fn float(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap())
}

fn totals(people: &[Scores]) -> Vec<CriterionTotals> {
    let criteria = 0..people.first().map_or(0, Vec::len);
    criteria
        .map(|criterion| {
            let rated: Vec<u32> = people.iter().filter_map(|scores| scores[criterion]).collect();
            let count = |length: usize| i64::try_from(length).unwrap();
            CriterionTotals {
                respondents: count(rated.len()),
                satisfied: count(rated.iter().filter(|score| **score >= SATISFIED).count()),
            }
        })
        .collect()
}

/// The linearised variance by the influence values themselves.
fn exact(drawn: &[Vec<Scores>]) -> Option<f64> {
    let people = drawn.concat();
    let totals = totals(&people);
    let criteria = f64::from(u32::try_from(totals.len()).unwrap());
    let answered = drawn
        .iter()
        .filter(|unit| unit.iter().flatten().any(Option::is_some));
    let influences = answered.map(|unit| -> f64 {
        let of_person = |scores: &Scores| -> f64 {
            let of_criterion = |(score, totals): (&Option<u32>, &CriterionTotals)| {
                score.map_or(0.0, |score| {
                    let rated = float(totals.respondents);
                    let share = float(totals.satisfied) / rated;
                    (f64::from(u8::from(score >= SATISFIED)) - share) / rated / criteria
                })
            };
            scores.iter().zip(&totals).map(of_criterion).sum()
        };
        unit.iter().map(of_person).sum()
    });
    let influences: Vec<f64> = influences.collect();
    let units = f64::from(u32::try_from(influences.len()).unwrap());
    let squares: f64 = influences.iter().map(|influence| influence * influence).sum();
    (units > 1.0).then(|| squares * units / (units - 1.0))
}

/// What is kept of people: the node, and of each factor.
struct Kept {
    moments: Vec<(Moments, ClusterMoments)>,
    totals: Vec<Vec<CriterionTotals>>,
}

impl Kept {
    /// - `factors`: how many criteria each factor has, one after the other.
    fn of(drawn: &[Vec<Scores>], factors: &[usize]) -> Self {
        let mut kept = Self {
            moments: Vec::new(),
            totals: Vec::new(),
        };
        let mut start = 0;
        let all: usize = factors.iter().sum();
        let mut spans = vec![(0, all)];
        for length in factors {
            spans.push((start, start + length));
            start += length;
        }
        for (from, to) in spans {
            let part: Drawn = drawn
                .iter()
                .map(|unit| unit.iter().map(|scores| scores[from..to].to_vec()).collect())
                .collect();
            let sums: Vec<Moments> = part.iter().map(total_of).collect();
            kept.moments
                .push((sums.iter().copied().sum(), clusters_of(&sums)));
            kept.totals.push(totals(&part.concat()));
        }
        kept
    }

    fn bound<'a>(
        &'a self,
        design: impl Fn(&'a (Moments, ClusterMoments)) -> Design<'a>,
        rates_two: bool,
    ) -> Option<Estimate> {
        let groups: Vec<Group<'_>> = self
            .moments
            .iter()
            .zip(&self.totals)
            .enumerate()
            .map(|(place, (moments, totals))| Group {
                design: design(moments),
                criteria: totals,
                rates_two: rates_two && place == 0,
            })
            .collect();
        let factors = if groups.len() > 2 { &groups[1..] } else { &[] };
        mean_of_criteria_bound(&groups[0], factors, 1)
    }

    fn persons(&self) -> Option<Estimate> {
        self.bound(|(moments, _)| Design::Persons(moments), false)
    }

    fn villages(&self, rates_two: bool) -> Option<Estimate> {
        self.bound(|one| Design::Clusters(std::slice::from_ref(one)), rates_two)
    }

    fn desk(&self) -> Option<Estimate> {
        self.bound(
            |(persons, point_days)| Design::Open { persons, point_days },
            false,
        )
    }
}

fn person(criteria: usize) -> impl Strategy<Value = Scores> {
    prop_oneof![
        3 => vec(weighted(0.8, 1_u32..=5), criteria),
        // Only some are asked the last one.
        2 => vec(1_u32..=5, criteria - 1).prop_map(|scores| {
            scores.into_iter().map(Some).chain([None]).collect()
        }),
        1 => (1_u32..=5).prop_map(move |score| vec![Some(score); criteria]),
    ]
}

proptest! {
    #[test]
    fn nothing_that_was_answered_makes_it_too_small(
        drawn in vec(vec(person(4), 0..9), 0..25),
        factors in prop_oneof![
            Just(vec![4]), Just(vec![1, 3]), Just(vec![2, 2]), Just(vec![1, 1, 1, 1]), Just(vec![1, 2, 1]),
        ],
    ) {
        let kept = Kept::of(&drawn, &factors);
        let apart = exact(&alone(&drawn.concat()));
        let together = exact(&drawn);
        let either = apart.zip(together).map(|(apart, together)| apart.max(together));
        for (bound, exact) in [
            (kept.persons(), apart),
            (kept.villages(false), together),
            (kept.villages(true), together),
            (kept.desk(), either),
        ] {
            let Some(bound) = bound else { continue };
            prop_assert_eq!(bound.rule, IntervalRule::Bound);
            if let (Some(most), Some(exact)) = (bound.variance, exact) {
                prop_assert!(exact <= most * (1.0 + 1e-9) + 1e-15, "{} above {}: {:?}", exact, most, bound);
            }
        }
    }

    #[test]
    fn where_everybody_rates_everything_it_is_the_variance_itself(
        drawn in vec(vec(vec((1_u32..=5).prop_map(Some), 4), 1..9), 8..25),
    ) {
        let kept = Kept::of(&drawn, &[4]);
        for (bound, exact) in [
            (kept.persons(), exact(&alone(&drawn.concat()))),
            (kept.villages(false), exact(&drawn)),
        ] {
            let (bound, exact) = (bound.unwrap().variance.unwrap(), exact.unwrap());
            prop_assert!((bound - exact).abs() <= 1e-9 * exact.max(1e-6), "{} and {}", bound, exact);
        }
    }
}

/// The 39 criteria of SIPAS, of which one in fifty is left out, in 30 villages whose people think alike: the bound of
/// single criteria between persons would be too small, and is not what is shown.
#[test]
fn a_sample_of_villages_is_not_taken_for_one_of_persons() {
    let population = Population {
        village: 0.05,
        missing: 0.02,
        ..Population::spread(39, 0.84, 0.45)
    };
    let cuts = population.cuts();
    let mut random = Random(2026);
    let drawn: Drawn = (0..30)
        .map(|_| {
            let effect = random.normal();
            (0..31)
                .map(|_| population.draw(&mut random, &cuts, effect))
                .collect()
        })
        .collect();
    let kept = Kept::of(&drawn, &[23, 16]);
    let (persons, villages) = (kept.persons().unwrap(), kept.villages(false).unwrap());
    assert_eq!(villages.sampling_unit, SamplingUnit::Cluster);
    let root = |variance: Option<f64>| variance.unwrap().sqrt();
    let (apart, together) = (root(exact(&alone(&drawn.concat()))), root(exact(&drawn)));
    assert!(
        root(persons.variance) < together,
        "the generator lost its village effect"
    );
    assert!(together < root(villages.variance));
    // It is not much more than the truth either.
    for (bound, exact) in [(persons, apart), (villages, together)] {
        let wider = root(bound.variance) / exact;
        assert!(wider < 1.2, "{wider} times as wide");
    }
    // The interval holds that of pooled answers, which is as sure.
    let pooled = pooled_share(Design::Clusters(&kept.moments[..1])).unwrap();
    assert!(pooled.interval.width() < villages.interval.width());
    assert_eq!(villages.degrees_of_freedom, 29);
}
