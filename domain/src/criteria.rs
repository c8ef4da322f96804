//! The roll-up "mean of criteria": every criterion weighs the same, whoever answered it.
//!
//! `(1/k)·Σp_i` exists only if every criterion reaches the minimum number of respondents. Its variance
//! follows the person too: linearised (Särndal, Swensson, Wretman 1992, §5.5) each person has the influence
//! `z_r = (1/k)·Σ_i (h_ri − p_i·a_ri)/n_i`, and `v = m/(m−1)·Σz_r²`, from the cross-products. Released figures are
//! made without them (`docs/adr/0010-mean-of-criteria.md`); their standard error has the upper bound of
//! [`mean_of_criteria_bound`].

mod bound;

use crate::cross::CrossProducts;
use crate::estimate::{Base, Estimate};
use crate::float::{as_f64, quotient};
use crate::interval::ScoreRange;
use crate::method::SamplingUnit;
use crate::ratio::Ratio;
use crate::variance::Variance;

pub use bound::{Group, mean_of_criteria_bound};

/// The totals of one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CriterionTotals {
    /// Respondents who rated it.
    pub respondents: i64,
    /// Of those, the satisfied ones.
    pub satisfied: i64,
}

/// The satisfied share of a node as the mean of its criteria, with an interval from the cross-products.
///
/// - `criteria`: the node's criteria, by their place in the products.
/// - `respondents`: respondents of the node, `m`.
/// - `minimum`: how many respondents every criterion must have; at least one.
///
/// Nothing when there is no criterion or one has too few respondents.
pub fn mean_of_criteria_share(
    products: &CrossProducts,
    criteria: &[usize],
    respondents: i64,
    minimum: i64,
) -> Option<Estimate> {
    let totals: Vec<_> = criteria
        .iter()
        .map(|&criterion| CriterionTotals {
            respondents: products.answered(criterion),
            satisfied: products.satisfied(criterion),
        })
        .collect();
    Some(base(&totals, respondents, minimum)?.share(variance(products, criteria, respondents, false)))
}

/// The mean score of a node as the mean of its criteria's means, with Student's interval.
///
/// Arguments as for [`mean_of_criteria_share`]; few respondents or no variance as for
/// [`crate::estimate::pooled_mean`].
pub fn mean_of_criteria_score(
    products: &CrossProducts,
    criteria: &[usize],
    respondents: i64,
    minimum: i64,
    scale: ScoreRange,
) -> Option<Estimate> {
    let totals: Vec<_> = criteria
        .iter()
        .map(|&criterion| CriterionTotals {
            respondents: products.answered(criterion),
            satisfied: 0,
        })
        .collect();
    let base = base(&totals, respondents, minimum)?;
    let means = criteria
        .iter()
        .map(|&criterion| Ratio::new(products.score(criterion), products.answered(criterion)));
    let ratio = Ratio::mean(means.collect::<Option<Vec<_>>>()?)?;
    let found = variance(products, criteria, respondents, true);
    Some(Base { ratio, ..base }.mean(found, scale))
}

fn base(criteria: &[CriterionTotals], respondents: i64, minimum: i64) -> Option<Base> {
    let fewest = criteria.iter().map(|totals| totals.respondents).min()?;
    if fewest < minimum.max(1) || respondents < fewest {
        return None;
    }
    let shares = criteria
        .iter()
        .map(|totals| Ratio::new(totals.satisfied, totals.respondents));
    Some(Base {
        ratio: Ratio::mean(shares.collect::<Option<Vec<_>>>()?)?,
        respondents,
        answers: criteria.iter().map(|totals| totals.respondents).sum(),
        // A cautious interval rests on the criterion that fewest people answered.
        units: fewest,
        sampling_unit: SamplingUnit::Person,
    })
}

fn variance(
    products: &CrossProducts,
    criteria: &[usize],
    respondents: i64,
    scores: bool,
) -> Option<Variance> {
    if respondents < 2 {
        return None;
    }
    let squares = |criterion: usize| {
        let answered = as_f64(products.answered(criterion));
        answered * answered
    };
    let mut sum = 0.0;
    for &left in criteria {
        for &right in criteria {
            let covariance = as_f64(products.scaled_covariance(left, right, scores));
            sum += covariance / squares(left) / squares(right);
        }
    }
    let weight = as_f64(count(criteria));
    let value = sum / weight / weight * quotient(respondents, respondents - 1);
    Some(Variance {
        value: value.max(0.0),
        freedom: respondents - 1,
    })
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

impl CrossProducts {
    /// The correlation of the satisfied shares of two criteria; zero when one of them does not vary.
    pub(crate) fn correlation(&self, left: usize, right: usize) -> f64 {
        // The scales n_left², n_right² and n_left·n_right cancel. One root of the product, not a product of roots:
        // for two criteria answered alike the correlation is then exactly one.
        let covariance = |left, right| as_f64(self.scaled_covariance(left, right, false));
        let spread = (covariance(left, left) * covariance(right, right)).sqrt();
        if spread > 0.0 {
            (covariance(left, right) / spread).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}
