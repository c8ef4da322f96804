//! Comparing two figures: the interval of a difference, from the two intervals.
//!
//! MOVER, the method of variance estimates recovery (Zou, Donner, Stat. Med. 27, 2008), takes each end from
//! the distance of the estimates to the ends of their own intervals. With two Wilson intervals it is
//! Newcombe's hybrid score interval (Stat. Med. 17, 1998, 873–890). Whether two intervals overlap is not a
//! test of a difference.
//!
//! Computed and tested; no page, file or API shows it yet.

use serde::{Deserialize, Serialize};

use crate::cross::CrossProducts;
use crate::estimate::{Design, Estimate, criterion_share, pooled_share};
use crate::interval::Interval;
use crate::moments::Moments;
use crate::round::Decimal;

/// `left − right` with its 95 % interval, in the unit of the two estimates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The difference.
    pub value: f64,
    /// Contains the value.
    #[serde(flatten)]
    pub interval: Interval,
}

/// What a difference allows one to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The left one is higher.
    Higher,
    /// The left one is lower.
    Lower,
    /// "Chưa đủ cơ sở để nói hai đơn vị khác nhau": the interval holds zero.
    Undecided,
}

impl Difference {
    /// Of two estimates from different respondents.
    pub fn between(left: &Estimate, right: &Estimate) -> Self {
        Self::mover((left.value, left.interval), (right.value, right.interval), 0.0)
    }

    /// Of two differences, such as a unit's change and that of comparable units: MOVER twice.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self::mover((self.value, self.interval), (other.value, other.interval), 0.0)
    }

    /// Of a unit and the rest of its parent, whose totals include the unit's. Nothing when either has no
    /// answers.
    ///
    /// A comparison with the whole parent would compare the unit with itself in part.
    pub fn from_rest_of(unit: &Moments, parent: &Moments) -> Option<Self> {
        let rest = *parent - *unit;
        Some(Self::between(
            &pooled_share(Design::Persons(unit))?,
            &pooled_share(Design::Persons(&rest))?,
        ))
    }

    /// Of the satisfied shares of two criteria of one unit, paired: the same people rated both.
    ///
    /// The correlation comes from the cross-products (Zou, Donner 2008; for complete pairs Newcombe, Stat.
    /// Med. 17, 1998, 2635–2650). Nothing when one of them was rated by nobody.
    pub fn paired(products: &CrossProducts, left: usize, right: usize) -> Option<Self> {
        let estimate =
            |criterion| criterion_share(products.satisfied(criterion), products.answered(criterion));
        let (first, second) = (estimate(left)?, estimate(right)?);
        let correlation = products.correlation(left, right);
        Some(Self::mover(
            (first.value, first.interval),
            (second.value, second.interval),
            correlation,
        ))
    }

    fn mover(left: (f64, Interval), right: (f64, Interval), correlation: f64) -> Self {
        let value = left.0 - right.0;
        // `a² − 2ρab + b²`, written so that nothing cancels where the correlation is near one.
        let reach = |left: f64, right: f64| {
            let apart = left - right;
            (apart * apart + 2.0 * (1.0 - correlation) * left * right)
                .max(0.0)
                .sqrt()
        };
        let below = reach(left.0 - left.1.low, right.1.high - right.0);
        let above = reach(left.1.high - left.0, right.0 - right.1.low);
        Self {
            value,
            interval: Interval {
                low: value - below,
                high: value + above,
            },
        }
    }

    /// What may be said: nothing when the interval holds zero.
    pub fn verdict(&self) -> Verdict {
        if self.interval.low > 0.0 {
            Verdict::Higher
        } else if self.interval.high < 0.0 {
            Verdict::Lower
        } else {
            Verdict::Undecided
        }
    }

    /// The difference of two shares in percentage points, rounded. Print the difference of two exact shares
    /// with [`crate::ratio::Ratio::points_above`] where it is at hand.
    pub fn points(&self, places: u8) -> Decimal {
        Decimal::of_float(self.value * 100.0, places)
    }
}
