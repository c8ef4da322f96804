//! Exact fractions: what an estimate is before it is rounded once, at display.
//!
//! A share of answers is a fraction of two integers and is kept as one. A mean of several fractions has no
//! common denominator of any use, so it is kept in units of 10⁻¹²: still integers, so that the result depends
//! neither on the order of the terms nor on the machine.

#![deny(clippy::float_arithmetic)]

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::round::Decimal;

/// A fraction with a positive denominator. Equality and order are those of its value.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

/// A fraction as it is read, before its denominator has been looked at.
#[derive(Deserialize)]
struct Parts {
    numerator: i64,
    denominator: i64,
}

impl TryFrom<Parts> for Ratio {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::new(parts.numerator, parts.denominator).ok_or("a ratio needs a positive denominator")
    }
}

impl Ratio {
    /// The denominator of a mean of fractions: their precision is 10⁻¹², which JavaScript still holds
    /// exactly.
    pub const UNITS: i64 = 1_000_000_000_000;

    /// Extra digits carried while fractions are summed.
    const GUARD: i128 = 1_000_000;

    /// `numerator / denominator`, or nothing when the denominator is not positive: without answers there is
    /// no share.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator > 0).then_some(Self {
            numerator,
            denominator,
        })
    }

    /// The counted numerator, or 10⁻¹² units of a mean.
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// The denominator, always positive.
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// `Σ(w·x) / Σw`, to 10⁻¹². Nothing without a positive weight; terms of weight zero or less do not count.
    ///
    /// Holds for `Σw·x` up to 10²⁰, such as all adults of the country times a score.
    pub fn weighted_mean(terms: impl IntoIterator<Item = (i64, Self)>) -> Option<Self> {
        let unit = i128::from(Self::UNITS) * Self::GUARD;
        let (mut sum, mut weights) = (0_i128, 0_i128);
        for (weight, ratio) in terms.into_iter().filter(|(weight, _)| *weight > 0) {
            let weight = i128::from(weight);
            // Whole and remainder apart, so that the products stay far below 2¹²⁷.
            let (numerator, denominator) = (i128::from(ratio.numerator), i128::from(ratio.denominator));
            let (whole, rest) = (
                numerator.div_euclid(denominator),
                numerator.rem_euclid(denominator),
            );
            sum += weight * (whole * unit + divide_half_away(rest * unit, denominator));
            weights += weight;
        }
        let mean = (weights > 0).then(|| divide_half_away(sum, weights * Self::GUARD))?;
        Self::new(i64::try_from(mean).ok()?, Self::UNITS)
    }

    /// The plain mean of the fractions, each with the same weight: the roll-up "mean of criteria".
    pub fn mean(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::weighted_mean(terms.into_iter().map(|ratio| (1, ratio)))
    }

    /// Rounded to `places` decimals, half away from zero. Ranks compare these, the printed figures.
    pub fn rounded(self, places: u8) -> Decimal {
        Decimal::of(self.numerator.into(), self.denominator.into(), places)
    }

    /// As a percentage with `places` decimals: `0.83943` is `83.94`.
    pub fn percent(self, places: u8) -> Decimal {
        Decimal::of(i128::from(self.numerator) * 100, self.denominator.into(), places)
    }

    /// `self - other` in percentage points with `places` decimals, exact before the one rounding.
    pub fn points_above(self, other: Self, places: u8) -> Decimal {
        let (left, right) = self.cross(other);
        Decimal::of(
            (left - right) * 100,
            i128::from(self.denominator) * i128::from(other.denominator),
            places,
        )
    }

    fn cross(self, other: Self) -> (i128, i128) {
        (
            i128::from(self.numerator) * i128::from(other.denominator),
            i128::from(other.numerator) * i128::from(self.denominator),
        )
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = self.cross(*other);
        left.cmp(&right)
    }
}

/// Integer division rounded to the nearest, a half away from zero. The divisor is positive.
pub(crate) fn divide_half_away(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    // Compared with the complement, because twice the rest could overflow.
    if rest.abs() >= divisor - rest.abs() {
        quotient + dividend.signum()
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> Ratio {
        Ratio::new(numerator, denominator).unwrap()
    }

    #[test]
    fn compares_by_value() {
        assert_eq!(ratio(1, 2), ratio(2, 4));
        assert!(ratio(1, 3) < ratio(34, 100));
        assert!(Ratio::new(0, 0).is_none());
        assert!(serde_json::from_str::<Ratio>(r#"{"numerator":1,"denominator":0}"#).is_err());
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(divide_half_away(5, 2), 3);
        assert_eq!(divide_half_away(-5, 2), -3);
        assert_eq!(divide_half_away(-7, 5), -1);
        assert_eq!(divide_half_away(i128::MAX, i128::MAX), 1);
    }

    #[test]
    fn thirds_add_up() {
        let third = Ratio::mean([ratio(1, 3); 3]);
        assert_eq!(third, Ratio::new(333_333_333_333, Ratio::UNITS));
        assert_eq!(Ratio::mean([ratio(1, 3), ratio(2, 3)]), Some(ratio(1, 2)));
        assert!(Ratio::mean([]).is_none());
    }

    #[test]
    fn weights_of_a_country_do_not_overflow() {
        let terms = (0..3321).map(|_| (25_000, ratio(1_950_000_000, 390_000_000)));
        assert_eq!(Ratio::weighted_mean(terms), Some(ratio(5, 1)));
        assert!(Ratio::weighted_mean([(0, ratio(1, 2))]).is_none());
    }
}
