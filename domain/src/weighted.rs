//! Weighted means of units, such as provinces by their adults.
//!
//! `P = ΣW_u·P_u` with weights that sum to one, `v = ΣW_u²·v_u`, since units are sampled independently (Lohr,
//! *Sampling: Design and Analysis*, 3rd ed., 2021, ch. 3). Weights are adults for surveys of residents and
//! finished dossiers, by field, for surveys of services. There is no finite-population correction.
//!
//! Computed and tested; no page, file or API shows it yet.

use crate::estimate::{Base, Estimate};
use crate::float::{as_f64, nearest, quotient};
use crate::interval::ScoreRange;
use crate::method::SamplingUnit;
use crate::ratio::Ratio;
use crate::variance::Variance;

/// The weighted mean of the shares of units. Units of weight zero or less do not count; a unit without
/// answers has no estimate and must be reported beside the figure by the caller.
pub fn weighted_share(units: &[(i64, Estimate)]) -> Option<Estimate> {
    let (base, variance) = combine(units, 0.25)?;
    Some(base.share(Some(variance)))
}

/// The weighted mean of the mean scores of units.
pub fn weighted_score(units: &[(i64, Estimate)], scale: ScoreRange) -> Option<Estimate> {
    let (low, high) = scale.ends();
    let (base, variance) = combine(units, (high - low) * (high - low) / 4.0)?;
    Some(base.mean(Some(variance), scale))
}

/// `largest` is the largest variance of one observation. It stands in for a unit whose variance is unknown (a
/// single respondent), which would otherwise count as perfectly sure.
fn combine(units: &[(i64, Estimate)], largest: f64) -> Option<(Base, Variance)> {
    let units: Vec<_> = units.iter().filter(|(weight, _)| *weight > 0).collect();
    let weights: i128 = units.iter().map(|(weight, _)| i128::from(*weight)).sum();
    let ratio = Ratio::weighted_mean(units.iter().map(|(weight, estimate)| (*weight, estimate.ratio)))?;
    let (mut value, mut freedom, mut spread) = (0.0, 0.0, 0.0);
    let mut sampling_unit = SamplingUnit::Person;
    for (weight, estimate) in &units {
        let square = quotient(*weight, weights).powi(2);
        let own = estimate
            .variance
            .unwrap_or(largest / as_f64(estimate.respondents));
        value += square * own;
        freedom += (square * own).powi(2) / as_f64(estimate.degrees_of_freedom.max(1));
        spread += square / as_f64(estimate.respondents);
        if estimate.sampling_unit != SamplingUnit::Person {
            sampling_unit = estimate.sampling_unit;
        }
    }
    // Degrees of freedom and respondents are rounded down; one that came out a last bit too small is not.
    let whole = |value: f64| nearest((value * (1.0 + 1e-9)).floor()).max(1);
    let base = Base {
        ratio,
        respondents: units.iter().map(|(_, estimate)| estimate.respondents).sum(),
        answers: units.iter().map(|(_, estimate)| estimate.answers).sum(),
        // The simple random sample that weighs everyone alike and varies as much (Kish).
        units: whole(spread.recip()),
        sampling_unit,
    };
    // Degrees of freedom of a sum of variances (Satterthwaite, Biometrics Bulletin 2, 1946).
    let freedom = if freedom > 0.0 {
        whole(value * value / freedom)
    } else {
        1
    };
    Some((base, Variance { value, freedom }))
}
