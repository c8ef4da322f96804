//! Confidence intervals at 95 %: of a share (Wilson) and of a mean (Student).
//!
//! The interval of a roll-up never treats answers as if they were respondents. Wilson's interval over pooled
//! answers, with 39 criteria and 150 people, covers 42 % instead of 95 %; here the number that goes into it
//! is that of respondents, or an effective number that follows from the variance between them.

use serde::{Deserialize, Serialize};

use crate::normal::Z95;
use crate::student::t95;

/// Below this number of respondents the variance is not estimated but bounded.
pub const FEW_RESPONDENTS: i64 = 30;

/// The two ends of an interval, in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// True when `value` lies within the closed interval.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// `high - low`.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// How the ends of an interval were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalRule {
    /// Wilson's interval of a share of respondents.
    Wilson,
    /// Wilson's interval on the effective number of respondents, from the variance between them.
    Effective,
    /// Wilson's interval on the number of respondents (or of clusters), which is never too narrow: used where
    /// the variance cannot be estimated well.
    Cautious,
    /// Student's interval of a mean, clipped to the scale.
    Student,
    /// From an upper bound of the standard error ([`crate::criteria::mean_of_criteria_bound`]), between persons or
    /// clusters as the design has it: an interval from the standard error itself would be at most this wide.
    Bound,
}

/// Wilson's score interval of a share observed on `count` independent respondents (Wilson, JASA 22, 1927).
///
/// `share` is from 0 to 1 and `count` positive, not necessarily whole. The interval contains the share and
/// lies within 0 and 1.
pub fn wilson(share: f64, count: f64) -> Interval {
    let square = Z95 * Z95;
    let centre = (share + square / (2.0 * count)) / (1.0 + square / count);
    let half = Z95 / (1.0 + square / count)
        * (share * (1.0 - share) / count + square / (4.0 * count * count))
            .max(0.0)
            .sqrt();
    // The bounds hold in exact arithmetic; the clamps take back the last bit.
    Interval {
        low: (centre - half).clamp(0.0, share),
        high: (centre + half).clamp(share, 1.0),
    }
}

/// The number of respondents of a simple random sample that would be as sure: `P(1−P)/v · (z/t)²`.
///
/// The factor with t pays for the variance being itself an estimate with `freedom` degrees of freedom (Korn,
/// Graubard, Survey Methodology 24, 1998; Franco, Little, Louis, Slud, J. Survey Stat. Methodol. 7, 2019).
pub fn effective_count(share: f64, variance: f64, freedom: i64) -> f64 {
    let correction = Z95 / t95(freedom);
    share * (1.0 - share) / variance * correction * correction
}

/// Student's interval `mean ± t·√v`, clipped to the ends of the scale.
pub fn student(mean: f64, variance: f64, freedom: i64, scale: ScoreRange) -> Interval {
    let half = t95(freedom) * variance.sqrt();
    let (low, high) = scale.ends();
    Interval {
        low: (mean - half).clamp(low.min(mean), mean),
        high: (mean + half).clamp(mean, high.max(mean)),
    }
}

/// The lowest and the highest score of a scale, such as 1 and 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScoreRange {
    /// Lowest score.
    pub lowest: u32,
    /// Highest score.
    pub highest: u32,
}

impl ScoreRange {
    /// Scores from 1 to 5, the scale of all official forms so far.
    pub const ONE_TO_FIVE: Self = Self {
        lowest: 1,
        highest: 5,
    };

    pub(crate) fn ends(self) -> (f64, f64) {
        (f64::from(self.lowest), f64::from(self.highest))
    }

    /// Where a mean score lies between the ends, from 0 to 1.
    pub(crate) fn share_of(self, mean: f64) -> f64 {
        let (low, high) = self.ends();
        if high > low {
            ((mean - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The inverse of [`ScoreRange::share_of`].
    pub(crate) fn score_at(self, share: f64) -> f64 {
        let (low, high) = self.ends();
        low + share * (high - low)
    }
}
