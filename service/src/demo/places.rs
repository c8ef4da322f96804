//! Where synthetic people answer, and how many in each place.

use domain::id::UnitId;
use domain::unit::{UnitDirectory, UnitLevel};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal};
use time::Date;

use super::{Plan, floor, to_f64};

/// Villages drawn in each sampled commune.
pub(super) const VILLAGES: usize = 3;

/// A desk, or a village of a sampled commune.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) unit: UnitId,
    /// The opaque code of the village, where villages were drawn.
    pub(super) cluster: Option<String>,
    /// People who answer there.
    pub(super) size: usize,
}

impl Plan {
    /// One desk in each commune that has any.
    pub(super) fn desks(&self, random: &mut impl Rng, communes: &[UnitId]) -> Vec<Place> {
        let units = sample(random, communes, self.desk_communes);
        let sizes = shares(random, units.len(), self.desk_ratings);
        let places = units.into_iter().zip(sizes);
        places
            .map(|(unit, size)| Place {
                unit,
                cluster: None,
                size,
            })
            .collect()
    }

    /// The villages of the sampled communes, those of one commune after each other, of the same size.
    pub(super) fn villages(&self, random: &mut impl Rng, communes: &[UnitId]) -> Vec<Place> {
        let sampled = sample(random, communes, self.survey_communes);
        let count = sampled.len() * VILLAGES;
        (0..count)
            .map(|index| Place {
                unit: sampled[index / VILLAGES],
                cluster: Some(format!("thon-{}", index + 1)),
                size: even_share(self.survey_responses, count, index),
            })
            .collect()
    }
}

/// All communes, province by province in the order of the official list.
pub(super) fn communes(units: &UnitDirectory, on: Date) -> Vec<UnitId> {
    let country = units.country(on).map(|country| country.unit.id);
    let provinces = country
        .into_iter()
        .flat_map(|country| units.children_on(country, on));
    provinces
        .flat_map(|province| units.children_on(province.unit.id, on))
        .filter(|unit| unit.unit.level == UnitLevel::Commune)
        .map(|commune| commune.unit.id)
        .collect()
}

/// So many of the communes, spread evenly over the official order so that every province has some.
fn sample(random: &mut impl Rng, communes: &[UnitId], count: usize) -> Vec<UnitId> {
    let count = count.min(communes.len());
    let start = random.random_range(0..communes.len());
    (0..count)
        .map(|index| communes[(start + index * communes.len() / count) % communes.len()])
        .collect()
}

/// Splits a number over units whose sizes differ as communes do, at least one each.
fn shares(random: &mut impl Rng, units: usize, total: usize) -> Vec<usize> {
    // A log-normal spread of 0.6 gives a ratio of about ten between a busy and a quiet commune.
    let spread = LogNormal::new(0.0, 0.6).ok();
    let weights: Vec<f64> = (0..units)
        .map(|_| spread.map_or(1.0, |spread| spread.sample(random)))
        .collect();
    let sum: f64 = weights.iter().sum();
    let spare = to_f64(total.saturating_sub(units));
    let mut sizes: Vec<usize> = weights
        .iter()
        .map(|weight| 1 + floor(weight / sum * spare))
        .collect();
    let missing = total.saturating_sub(sizes.iter().sum());
    for index in 0..missing {
        sizes[index % units] += 1;
    }
    sizes
}

fn even_share(total: usize, parts: usize, index: usize) -> usize {
    total * (index + 1) / parts - total * index / parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::unit::official;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;
    use time::macros::date;

    use super::*;
    use crate::shipped::UNITS;

    #[test]
    fn the_full_demo_covers_every_commune_and_draws_the_sample_of_2024() {
        let official = official::load(UNITS).expect("the shipped tables");
        let units = UnitDirectory::new(official.units, official.succession).expect("a directory");
        let until = date!(2026 - 11 - 20);
        let communes = communes(&units, until);
        assert_eq!(communes.len(), 3321);
        let plan = Plan::full(until);
        let mut random = ChaCha12Rng::seed_from_u64(plan.seed);
        let total = |places: &[Place]| -> usize { places.iter().map(|place| place.size).sum() };
        let asked =
            |places: &[Place]| -> BTreeSet<UnitId> { places.iter().map(|place| place.unit).collect() };

        let desks = plan.desks(&mut random, &communes);
        assert!(total(&desks) >= 300_000, "{}", total(&desks));
        assert_eq!(asked(&desks), communes.iter().copied().collect());
        assert!(desks.iter().all(|desk| desk.size > 0 && desk.cluster.is_none()));

        let villages = plan.villages(&mut random, &communes);
        assert_eq!(total(&villages), 36_525);
        assert_eq!((villages.len(), asked(&villages).len()), (385 * 3, 385));
        assert!(villages.chunks(VILLAGES).all(|commune| asked(commune).len() == 1));
        assert!(villages.iter().all(|village| (31..=32).contains(&village.size)));
        let clusters: BTreeSet<_> = villages
            .iter()
            .filter_map(|village| village.cluster.as_ref())
            .collect();
        assert_eq!(
            clusters.len(),
            villages.len(),
            "each village is a cluster of its own"
        );
    }
}
