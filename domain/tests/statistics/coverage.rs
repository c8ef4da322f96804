//! How often an interval holds the truth. Fixed seeds: the same on every run.

use domain::criteria::mean_of_criteria_share;
use domain::difference::{Difference, Verdict};
use domain::estimate::{Design, Estimate, criterion_share, pooled_mean, pooled_share};
use domain::interval::ScoreRange;
use domain::moments::Moments;

use crate::people::{Population, Random, Scores, clusters_of, products_of, total_of};

/// Per thousand of `rounds`.
fn per_thousand(hits: usize, rounds: usize) -> usize {
    hits * 1000 / rounds
}

fn draw(population: &Population, random: &mut Random, cuts: &[f64], people: usize) -> Vec<Scores> {
    (0..people).map(|_| population.draw(random, cuts, 0.0)).collect()
}

/// The case of METHOD: 39 criteria, 150 people, latent correlation 0.5 within a person.
#[test]
fn an_interval_that_follows_the_person_holds_the_truth() {
    const ROUNDS: usize = 1000;
    let population = Population::spread(39, 0.84, 0.5);
    let (truth, cuts) = (population.true_share(), population.cuts());
    let mut random = Random(20_261_122);
    let (mut followed, mut pooled, mut means) = (0, 0, Vec::new());
    for _ in 0..ROUNDS {
        let people = draw(&population, &mut random, &cuts, 150);
        let total = total_of(&people);
        let estimate = pooled_share(Design::Persons(&total)).unwrap();
        followed += usize::from(estimate.interval.contains(truth));
        // What must never be printed: every answer taken for a respondent.
        let wrong = criterion_share(total.satisfied, total.answers).unwrap();
        pooled += usize::from(wrong.interval.contains(truth));
        means.push(pooled_mean(Design::Persons(&total), ScoreRange::ONE_TO_FIVE).unwrap());
    }
    let followed = per_thousand(followed, ROUNDS);
    assert!((930..=970).contains(&followed), "covers {followed} of 1000");
    let pooled = per_thousand(pooled, ROUNDS);
    assert!(
        pooled < 550,
        "the generator lost its person effect: pooled answers cover {pooled} of 1000"
    );
    // The true mean is that of all rounds together, four hundredths of an interval away at most.
    let rounds = f64::from(u32::try_from(ROUNDS).unwrap());
    let truth = means.iter().map(|estimate| estimate.value).sum::<f64>() / rounds;
    let covered = means
        .iter()
        .filter(|estimate| estimate.interval.contains(truth))
        .count();
    let covered = per_thousand(covered, ROUNDS);
    assert!(
        (930..=970).contains(&covered),
        "the mean score covers {covered} of 1000"
    );
}

#[test]
fn the_mean_of_criteria_holds_the_truth_with_missing_answers() {
    const ROUNDS: usize = 500;
    let population = Population {
        missing: 0.3,
        ..Population::spread(6, 0.8, 0.5)
    };
    let (truth, cuts) = (population.true_share(), population.cuts());
    let mut random = Random(7);
    let mut covered = 0;
    for _ in 0..ROUNDS {
        let people = draw(&population, &mut random, &cuts, 150);
        let products = products_of(6, &people);
        let criteria = [0, 1, 2, 3, 4, 5];
        let estimate = mean_of_criteria_share(&products, &criteria, products.respondents(), 30).unwrap();
        covered += usize::from(estimate.interval.contains(truth));
    }
    let covered = per_thousand(covered, ROUNDS);
    assert!((930..=970).contains(&covered), "covers {covered} of 1000");
}

/// 30 villages of 31 people with a latent village correlation of 0.05, and a commune with three of them.
#[test]
fn in_villages_only_an_interval_that_follows_the_village_holds_the_truth() {
    const ROUNDS: usize = 400;
    let population = Population {
        village: 0.05,
        ..Population::spread(6, 0.84, 0.45)
    };
    let (truth, cuts) = (population.true_share(), population.cuts());
    let mut random = Random(31);
    let covered = |villages: usize, random: &mut Random| {
        let (mut by_person, mut by_village) = (0, 0);
        for _ in 0..ROUNDS {
            let totals: Vec<Moments> = (0..villages)
                .map(|_| {
                    let effect = random.normal();
                    let people: Vec<Scores> =
                        (0..31).map(|_| population.draw(random, &cuts, effect)).collect();
                    total_of(&people)
                })
                .collect();
            let total: Moments = totals.iter().copied().sum();
            let holds = |estimate: Option<Estimate>| usize::from(estimate.unwrap().interval.contains(truth));
            by_person += holds(pooled_share(Design::Persons(&total)));
            by_village += holds(pooled_share(Design::Clusters(&[(total, clusters_of(&totals))])));
        }
        (per_thousand(by_person, ROUNDS), per_thousand(by_village, ROUNDS))
    };
    let (by_person, by_village) = covered(30, &mut random);
    assert!(
        by_person < 880,
        "the generator lost its village effect: {by_person} of 1000"
    );
    assert!((930..=970).contains(&by_village), "covers {by_village} of 1000");
    let (_, few) = covered(3, &mut random);
    // With two degrees of freedom the interval errs on the wide side.
    assert!(few >= 930, "three villages cover {few} of 1000");
}

/// Two identical communes are told apart at most one time in twenty.
#[test]
fn identical_units_are_seldom_told_apart() {
    const ROUNDS: usize = 500;
    let population = Population::spread(12, 0.84, 0.5);
    let cuts = population.cuts();
    let mut random = Random(5);
    let mut told_apart = 0;
    for _ in 0..ROUNDS {
        let [left, right] = [(); 2].map(|()| {
            let people = draw(&population, &mut random, &cuts, 150);
            pooled_share(Design::Persons(&total_of(&people))).unwrap()
        });
        told_apart += usize::from(Difference::between(&left, &right).verdict() != Verdict::Undecided);
    }
    let told_apart = per_thousand(told_apart, ROUNDS);
    assert!((30..=70).contains(&told_apart), "told apart {told_apart} of 1000");
}
