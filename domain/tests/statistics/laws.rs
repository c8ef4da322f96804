//! Laws that hold for every set of answers.

use domain::criteria::{
    CriterionTotals, Group, mean_of_criteria_bound, mean_of_criteria_score, mean_of_criteria_share,
};
use domain::cross::CrossProducts;
use domain::difference::{Difference, Verdict};
use domain::estimate::{Design, Estimate, all_satisfied_share, criterion_share, pooled_mean, pooled_share};
use domain::interval::ScoreRange;
use domain::moments::{ClusterMoments, Moments};
use domain::ratio::Ratio;
use domain::round::Decimal;
use domain::weighted::{weighted_score, weighted_share};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::people::{SATISFIED, Scores, clusters_of, moments_of, products_of, ratings_of, total_of};

const CRITERIA: usize = 4;
const SCALE: ScoreRange = ScoreRange::ONE_TO_FIVE;

fn person() -> impl Strategy<Value = Scores> {
    // Some people give one score throughout: straight-lining is common and often honest.
    prop_oneof![
        4 => vec(weighted(0.8, 1_u32..=5), CRITERIA),
        1 => (1_u32..=5).prop_map(|score| vec![Some(score); CRITERIA]),
    ]
}

fn people(most: usize) -> impl Strategy<Value = Vec<Scores>> {
    vec(person(), 0..most)
}

fn share(people: &[Scores]) -> Option<Estimate> {
    pooled_share(Design::Persons(&total_of(people)))
}

fn mean(people: &[Scores]) -> Option<Estimate> {
    pooled_mean(Design::Persons(&total_of(people)), SCALE)
}

const ALL: [usize; CRITERIA] = [0, 1, 2, 3];

/// Every estimate of a node that a set of people has, with the ends of its range.
fn estimates(people: &[Scores]) -> Vec<(Estimate, f64, f64)> {
    let total = total_of(people);
    let villages: Vec<Moments> = people.chunks(3).map(total_of).collect();
    let clusters = clusters_of(&villages);
    let products = products_of(CRITERIA, people);
    let halves = people.split_at(people.len() / 2);
    let strata = [total_of(halves.0), total_of(halves.1)];
    let units: Vec<_> = [halves.0, halves.1]
        .iter()
        .filter_map(|half| Some((3, share(half)?)))
        .collect();
    let scores: Vec<_> = [halves.0, halves.1]
        .iter()
        .filter_map(|half| Some((3, mean(half)?)))
        .collect();
    let totals = ALL.map(|criterion| CriterionTotals {
        respondents: products.answered(criterion),
        satisfied: products.satisfied(criterion),
    });
    let open = Design::Open {
        persons: &total,
        point_days: &clusters,
    };
    let group = |design| Group {
        design,
        criteria: &totals,
        rates_two: false,
    };
    let shares = [
        share(people),
        pooled_share(Design::Strata(&strata)),
        pooled_share(Design::Clusters(&[(total, clusters)])),
        pooled_share(open),
        all_satisfied_share(&total),
        criterion_share(products.satisfied(0), products.answered(0)),
        mean_of_criteria_share(&products, &ALL, total.respondents, 1),
        mean_of_criteria_bound(&group(Design::Persons(&total)), &[], 1),
        mean_of_criteria_bound(&group(Design::Clusters(&[(total, clusters)])), &[], 1),
        mean_of_criteria_bound(&group(open), &[], 1),
        weighted_share(&units),
    ];
    let means = [
        mean(people),
        pooled_mean(Design::Strata(&strata), SCALE),
        pooled_mean(Design::Clusters(&[(total, clusters)]), SCALE),
        pooled_mean(open, SCALE),
        mean_of_criteria_score(&products, &ALL, total.respondents, 1, SCALE),
        weighted_score(&scores, SCALE),
    ];
    let shares = shares.into_iter().flatten().map(|estimate| (estimate, 0.0, 1.0));
    shares
        .chain(means.into_iter().flatten().map(|estimate| (estimate, 1.0, 5.0)))
        .collect()
}

proptest! {
    #[test]
    fn merging_is_commutative_and_associative_and_order_does_not_matter(
        first in people(12), second in people(12), third in people(12), seed: u64,
    ) {
        let (a, b, c) = (total_of(&first), total_of(&second), total_of(&third));
        prop_assert_eq!(a + b, b + a);
        prop_assert_eq!((a + b) + c, a + (b + c));
        prop_assert_eq!(a + Moments::default(), a);
        let mut all = [first, second, third].concat();
        prop_assert_eq!(total_of(&all), a + b + c);
        let forward = (share(&all), mean(&all), products_of(CRITERIA, &all));
        let turn = usize::try_from(seed % 37).unwrap() % all.len().max(1);
        all.rotate_left(turn);
        all.reverse();
        prop_assert_eq!(forward, (share(&all), mean(&all), products_of(CRITERIA, &all)));
    }

    #[test]
    fn subtracting_takes_back_what_was_added(stay in people(20), leave in people(20)) {
        let (mut total, gone) = (total_of(&stay) + total_of(&leave), total_of(&leave));
        total -= gone;
        prop_assert_eq!(total, total_of(&stay));
        let mut products = products_of(CRITERIA, [&stay[..], &leave].concat().iter());
        for scores in &leave {
            products.remove(&ratings_of(scores));
        }
        prop_assert_eq!(&products, &products_of(CRITERIA, &stay));
        products -= &products_of(CRITERIA, &stay);
        prop_assert_eq!(products, CrossProducts::new(CRITERIA));
        let village = ClusterMoments::of(&gone);
        prop_assert!((village + ClusterMoments::of(&total) - ClusterMoments::of(&total) - village).is_zero());
    }

    #[test]
    fn packed_rows_keep_everything(people in people(20)) {
        let total = total_of(&people);
        prop_assert_eq!(Moments::from_array(total.to_array()), total);
        let products = products_of(CRITERIA, &people);
        prop_assert_eq!(CrossProducts::from_cells(CRITERIA, products.cells().to_vec()), Some(products));
    }

    #[test]
    fn there_is_a_figure_exactly_when_somebody_answered(people in people(4)) {
        let somebody = people.iter().flatten().any(Option::is_some);
        prop_assert_eq!(share(&people).is_some(), somebody);
        prop_assert_eq!(mean(&people).is_some(), somebody);
        prop_assert_eq!(all_satisfied_share(&total_of(&people)).is_some(), somebody);
        prop_assert_eq!(estimates(&people).is_empty(), !somebody);
        let criteria = mean_of_criteria_share(
            &products_of(CRITERIA, &people), &ALL, total_of(&people).respondents, 2,
        );
        let enough = ALL.iter().all(|&at| people.iter().filter(|scores| scores[at].is_some()).count() >= 2);
        prop_assert_eq!(criteria.is_some(), enough);
    }

    #[test]
    fn every_interval_holds_its_estimate_and_stays_in_range(people in people(60)) {
        for (estimate, least, most) in estimates(&people) {
            prop_assert!(least <= estimate.value && estimate.value <= most, "{:?}", estimate);
            prop_assert!(estimate.interval.contains(estimate.value), "{:?}", estimate);
            prop_assert!(least <= estimate.interval.low && estimate.interval.high <= most, "{:?}", estimate);
            prop_assert!(estimate.respondents <= estimate.answers || estimate.answers == 0);
            prop_assert!(estimate.variance.is_none_or(|variance| variance >= 0.0 && variance.is_finite()));
            prop_assert!(estimate.effective_n.is_none_or(|count| count > 0.0 && count.is_finite()));
        }
    }

    #[test]
    fn raising_one_answer_never_lowers_a_figure(mut people in people(40), at: Index, criterion in 0..CRITERIA) {
        prop_assume!(!people.is_empty());
        let at = at.index(people.len());
        prop_assume!(people[at][criterion].is_some_and(|score| score < 5));
        let figures = |people: &[Scores]| {
            let products = products_of(CRITERIA, people);
            let respondents = total_of(people).respondents;
            [
                share(people),
                mean(people),
                all_satisfied_share(&total_of(people)),
                mean_of_criteria_share(&products, &ALL, respondents, 1),
                mean_of_criteria_score(&products, &ALL, respondents, 1, SCALE),
            ]
        };
        let before = figures(&people);
        people[at][criterion] = people[at][criterion].map(|score| score + 1);
        for (before, after) in before.into_iter().zip(figures(&people)) {
            prop_assert_eq!(before.is_some(), after.is_some());
            if let (Some(before), Some(after)) = (before, after) {
                prop_assert!(before.ratio <= after.ratio, "{:?} then {:?}", before, after);
            }
        }
    }

    #[test]
    fn with_the_same_answers_throughout_both_roll_ups_agree(
        people in vec((1_u32..=5).prop_map(|score| vec![Some(score); CRITERIA]), 30..80),
    ) {
        let products = products_of(CRITERIA, &people);
        let respondents = total_of(&people).respondents;
        let pooled = share(&people).unwrap();
        let criteria = mean_of_criteria_share(&products, &ALL, respondents, 1).unwrap();
        prop_assert!((pooled.value - criteria.value).abs() < 1e-11);
        prop_assert!((pooled.interval.low - criteria.interval.low).abs() < 1e-9);
        // One person is one observation however many criteria there are: the interval is that of respondents.
        let satisfied = people.iter().filter(|scores| scores[0] >= Some(SATISFIED)).count();
        let alone = criterion_share(i64::try_from(satisfied).unwrap(), respondents).unwrap();
        prop_assert!(pooled.interval.width() >= alone.interval.width());
    }

    #[test]
    fn one_stratum_is_no_stratum(people in people(80)) {
        let total = total_of(&people);
        prop_assert_eq!(pooled_share(Design::Strata(&[total])), share(&people));
    }

    #[test]
    fn an_open_desk_is_never_surer_than_its_respondents(people in people(90)) {
        let total = total_of(&people);
        let days: Vec<Moments> = people.chunks(10).map(total_of).collect();
        let open = Design::Open { persons: &total, point_days: &clusters_of(&days) };
        if let (Some(open), Some(persons)) = (pooled_share(open), share(&people)) {
            prop_assert!(open.variance >= persons.variance);
        }
    }

    #[test]
    fn a_difference_is_antisymmetric_and_holds_its_value(left in people(60), right in people(60)) {
        let (Some(a), Some(b)) = (share(&left), share(&right)) else { return Ok(()) };
        let (there, back) = (Difference::between(&a, &b), Difference::between(&b, &a));
        prop_assert!((there.value + back.value).abs() < 1e-15);
        prop_assert!((there.interval.low + back.interval.high).abs() < 1e-15);
        prop_assert!((there.interval.high + back.interval.low).abs() < 1e-15);
        prop_assert!(there.interval.contains(there.value));
        prop_assert!(there.interval.low >= -1.0 - 1e-12 && there.interval.high <= 1.0 + 1e-12);
        prop_assert_eq!(Difference::between(&a, &a).verdict(), Verdict::Undecided);
        prop_assert_eq!(a.ratio.points_above(b.ratio, 2).scaled(), -b.ratio.points_above(a.ratio, 2).scaled());
    }

    #[test]
    fn pairs_are_antisymmetric(people in people(60), left in 0..CRITERIA, right in 0..CRITERIA) {
        let products = products_of(CRITERIA, &people);
        let (there, back) =
            (Difference::paired(&products, left, right), Difference::paired(&products, right, left));
        prop_assert_eq!(there.is_some(), back.is_some());
        if let (Some(there), Some(back)) = (there, back) {
            prop_assert!((there.interval.low + back.interval.high).abs() < 1e-12);
            prop_assert!(there.interval.contains(there.value));
        }
    }

    #[test]
    fn the_rest_of_the_parent_excludes_the_unit(unit in people(40), rest in people(40)) {
        let (own, other) = (total_of(&unit), total_of(&rest));
        let difference = Difference::from_rest_of(&own, &(own + other));
        let direct = share(&unit).zip(share(&rest)).map(|(a, b)| Difference::between(&a, &b));
        prop_assert_eq!(difference, direct);
    }

    #[test]
    fn rounding_is_nearest_and_odd(numerator in -1_000_000_i64..1_000_000, denominator in 1_i64..100_000) {
        let ratio = Ratio::new(numerator, denominator).unwrap();
        let rounded = ratio.percent(2);
        let error = i128::from(rounded.scaled()) * i128::from(denominator) - i128::from(numerator) * 10_000;
        prop_assert!(error.abs() * 2 <= i128::from(denominator));
        let negative = Ratio::new(-numerator, denominator).unwrap().percent(2);
        prop_assert_eq!(negative.scaled(), -rounded.scaled());
        prop_assert_eq!(Decimal::of((numerator * 3).into(), (denominator * 3).into(), 4), ratio.rounded(4));
    }

    #[test]
    fn moments_of_one_person_are_those_of_their_answers(scores in person()) {
        let moments = moments_of(&scores);
        prop_assert_eq!(moments.answers * moments.answers, moments.answers_squared);
        prop_assert_eq!(moments.answers * moments.satisfied, moments.answers_satisfied);
        prop_assert_eq!(moments.score * moments.score, moments.score_squared);
        prop_assert_eq!(moments.respondents, i64::from(scores.iter().any(Option::is_some)));
    }
}
