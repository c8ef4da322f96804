//! Synthetic respondents with a person effect: without one, an interval that treats answers as respondents
//! looks right.

use domain::cross::{CrossProducts, Rating};
use domain::moments::{ClusterMoments, Moments};
use domain::normal;

/// The lowest satisfied score of the scale used here, 1 to 5.
pub(crate) const SATISFIED: u32 = 4;

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform between 0 and 1, both excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        let high = u32::try_from(self.bits() >> 32).unwrap();
        (f64::from(high) + 0.5) / 4_294_967_296.0
    }

    /// Between the two, the upper one excluded.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.bits() % u64::from(end)).unwrap()
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, from: [T; N]) -> T {
        from[usize::try_from(self.bits()).unwrap() % N]
    }

    /// Standard normal, by Box and Muller, so that the quantiles under test are not used to test themselves.
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// The scores of one person, one entry a criterion.
pub(crate) type Scores = Vec<Option<u32>>;

/// A population to draw from, on a latent normal scale.
pub(crate) struct Population {
    /// The true satisfied share of each criterion.
    pub(crate) shares: Vec<f64>,
    /// Correlation of the answers of one person.
    pub(crate) person: f64,
    /// Correlation of the answers of one village, on top.
    pub(crate) village: f64,
    /// Chance that an answer is missing.
    pub(crate) missing: f64,
}

impl Population {
    /// Criteria with shares spread evenly about `share`.
    pub(crate) fn spread(criteria: u32, share: f64, person: f64) -> Self {
        let shares = (0..criteria)
            .map(|index| share + 0.06 * (f64::from(index % 3) - 1.0))
            .collect();
        Self {
            shares,
            person,
            village: 0.0,
            missing: 0.0,
        }
    }

    pub(crate) fn true_share(&self) -> f64 {
        self.shares.iter().sum::<f64>() / f64::from(u32::try_from(self.shares.len()).unwrap())
    }

    /// The cuts between satisfied and not, one a criterion.
    pub(crate) fn cuts(&self) -> Vec<f64> {
        self.shares
            .iter()
            .map(|share| normal::quantile(1.0 - share))
            .collect()
    }

    /// One person of a village whose effect is `village`, given the cuts of [`Population::cuts`].
    pub(crate) fn draw(&self, random: &mut Random, cuts: &[f64], village: f64) -> Scores {
        let person = village * self.village.sqrt() + random.normal() * self.person.sqrt();
        let rest = (1.0 - self.person - self.village).sqrt();
        let mut answer = |cut: &f64| {
            let latent = person + random.normal() * rest - cut;
            (self.missing <= 0.0 || random.unit() >= self.missing).then_some(match latent {
                ..-1.2 => 1,
                ..-0.7 => 2,
                ..0.0 => 3,
                ..0.9 => 4,
                _ => 5,
            })
        };
        cuts.iter().map(&mut answer).collect()
    }
}

pub(crate) fn moments_of(scores: &[Option<u32>]) -> Moments {
    let given: Vec<u32> = scores.iter().flatten().copied().collect();
    let count = |items: usize| u32::try_from(items).unwrap();
    Moments::of(
        count(given.len()),
        count(given.iter().filter(|score| **score >= SATISFIED).count()),
        given.iter().sum(),
        given.len() == scores.len(),
    )
}

pub(crate) fn total_of<'a>(people: impl IntoIterator<Item = &'a Scores>) -> Moments {
    people.into_iter().map(|scores| moments_of(scores)).sum()
}

pub(crate) fn clusters_of<'a>(groups: impl IntoIterator<Item = &'a Moments>) -> ClusterMoments {
    groups.into_iter().map(ClusterMoments::of).sum()
}

pub(crate) fn products_of<'a>(
    criteria: usize,
    people: impl IntoIterator<Item = &'a Scores>,
) -> CrossProducts {
    let mut products = CrossProducts::new(criteria);
    for scores in people {
        products.add(&ratings_of(scores));
    }
    products
}

pub(crate) fn ratings_of(scores: &[Option<u32>]) -> Vec<Option<Rating>> {
    let rate = |score| Rating {
        score,
        satisfied: score >= SATISFIED,
    };
    scores.iter().map(|score| score.map(rate)).collect()
}
