//! The linearised variance of a ratio of totals, exact until the last division.
//!
//! For `P = H/A` over `m` sampling units (respondents, villages, point-days) the variance follows from the
//! residuals `e = H_r − P·A_r` (Särndal, Swensson, Wretman 1992, §5.6; for clusters Hansen, Hurwitz, Madow
//! 1953 and Wolter, *Introduction to Variance Estimation*, 2nd ed., 2007). With strata it is `Σ_h m_h/(m_h−1)
//! · [Σe² − (Σe)²/m_h] / A²`, which for one stratum is `m/(m−1) · [A²·ΣH² − 2·A·H·ΣAH + H²·ΣA²] / A⁴`,
//! because there the residuals sum to zero.
//!
//! Products are taken in `i128`: 10 million respondents with 39 criteria stay below 2⁹⁶ between respondents
//! and below 2¹²⁰ between clusters.

use crate::float::{as_f64, quotient};
use crate::moments::{ClusterMoments, Moments};

/// What `H` stands for in the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Satisfied answers: the estimate is a share.
    Satisfied,
    /// Sum of scores: the estimate is a mean.
    Score,
}

/// The sums of one stratum over its sampling units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums {
    units: i64,
    answers: i64,
    total: i64,
    answers_squared: i64,
    product: i64,
    total_squared: i64,
}

impl Sums {
    pub(crate) fn between_persons(moments: &Moments, measure: Measure) -> Self {
        let (total, product, total_squared) = match measure {
            Measure::Satisfied => (
                moments.satisfied,
                moments.answers_satisfied,
                moments.satisfied_squared,
            ),
            Measure::Score => (moments.score, moments.answers_score, moments.score_squared),
        };
        Self {
            units: moments.respondents,
            answers: moments.answers,
            total,
            answers_squared: moments.answers_squared,
            product,
            total_squared,
        }
    }

    pub(crate) fn between_clusters(moments: &Moments, clusters: &ClusterMoments, measure: Measure) -> Self {
        let (total, product, total_squared) = match measure {
            Measure::Satisfied => (
                moments.satisfied,
                clusters.answers_satisfied,
                clusters.satisfied_squared,
            ),
            Measure::Score => (moments.score, clusters.answers_score, clusters.score_squared),
        };
        Self {
            units: clusters.clusters,
            answers: moments.answers,
            total,
            answers_squared: clusters.answers_squared,
            product,
            total_squared,
        }
    }
}

/// An estimated variance and how much it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variance {
    /// Never negative.
    pub(crate) value: f64,
    /// Sampling units less strata.
    pub(crate) freedom: i64,
}

/// The variance of the ratio of the totals over all strata; nothing without answers or without a degree of
/// freedom.
///
/// A stratum with a single unit has no variance of its own: its residual is taken about the whole instead of
/// about the stratum (the rule "adjust" of the R package survey), so that it is never silently left out.
pub(crate) fn linearised(strata: &[Sums]) -> Option<Variance> {
    let strata = strata.iter().filter(|stratum| stratum.units > 0);
    let (mut answers, mut total, mut freedom) = (0_i128, 0_i128, 0);
    for stratum in strata.clone() {
        answers += i128::from(stratum.answers);
        total += i128::from(stratum.total);
        freedom += stratum.units - 1;
    }
    if answers <= 0 || freedom < 1 {
        return None;
    }
    let sum: f64 = strata.map(|stratum| spread(stratum, answers, total)).sum();
    let squared = as_f64(answers * answers);
    Some(Variance {
        value: (sum / squared / squared).max(0.0),
        freedom,
    })
}

/// `m/(m−1) · [Σ(A·e)² − (ΣA·e)²/m]` of one stratum: the residuals times `A` are integers.
fn spread(stratum: &Sums, answers: i128, total: i128) -> f64 {
    let squares = answers * answers * i128::from(stratum.total_squared)
        - 2 * answers * total * i128::from(stratum.product)
        + total * total * i128::from(stratum.answers_squared);
    let units = i128::from(stratum.units);
    if units == 1 {
        return as_f64(squares);
    }
    let sum = answers * i128::from(stratum.total) - total * i128::from(stratum.answers);
    let square = sum * sum;
    // Whole and remainder apart: `units · squares` could pass 2¹²⁷.
    let centred = as_f64(squares - square / units) - quotient(square % units, units);
    centred * quotient(units, units - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two people with two answers each, one satisfied with both and one with none: P = 1/2, e = ±1, v = 2/1
    /// · 2 / 16 = 1/4.
    #[test]
    fn by_hand() {
        let two = Moments::of(2, 2, 9, true) + Moments::of(2, 0, 4, true);
        let variance = linearised(&[Sums::between_persons(&two, Measure::Satisfied)]).unwrap();
        assert_eq!(
            variance,
            Variance {
                value: 0.25,
                freedom: 1
            }
        );
        // The mean is 13/4, residuals ±5/2: v = 2 · 12.5 / 16.
        let variance = linearised(&[Sums::between_persons(&two, Measure::Score)]).unwrap();
        assert!((variance.value - 1.5625).abs() < 1e-15);
    }

    #[test]
    fn a_country_fits_into_128_bits() {
        let one_half = Moments::of(39, 39, 195, true);
        let other = Moments::of(39, 0, 39, true);
        let times = |moments: Moments| Moments::from_array(moments.to_array().map(|field| field * 5_000_000));
        let country = times(one_half) + times(other);
        let variance = linearised(&[Sums::between_persons(&country, Measure::Score)]).unwrap();
        // The mean is 3 and each person deviates by 2.
        assert!((variance.value / (4.0 / 9_999_999.0) - 1.0).abs() < 1e-12);
        // Two clusters of five million each, as large as clusters can be.
        let halves = ClusterMoments::of(&times(one_half)) + ClusterMoments::of(&times(other));
        let variance = linearised(&[Sums::between_clusters(&country, &halves, Measure::Score)]).unwrap();
        assert!((variance.value - 4.0).abs() < 1e-12);
    }

    #[test]
    fn a_lonely_unit_counts_with_its_distance_from_the_whole() {
        let one = Sums::between_persons(&Moments::of(2, 2, 9, true), Measure::Satisfied);
        let pair = Moments::of(2, 0, 4, true) + Moments::of(2, 2, 8, true);
        let pair = Sums::between_persons(&pair, Measure::Satisfied);
        let variance = linearised(&[one, pair]).unwrap();
        // P = 2/3; the lonely e = 2/3; in the pair e = −4/3 and 2/3, 2/1 · [20/9 − (2/3)²/2] = 4.
        assert!((variance.value - (4.0 / 9.0 + 4.0) / 36.0).abs() < 1e-15);
        assert_eq!(variance.freedom, 1);
        assert!(linearised(&[one]).is_none());
    }
}
