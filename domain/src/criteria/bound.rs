//! An upper bound of the standard error of a mean of criteria, from what is kept of nodes and single criteria.
//!
//! Let `u` run over what was drawn: persons, or clusters (villages, point-days). With `n_ui` ratings of criterion `i`
//! in `u`, `h_ui` of them satisfied, and `A_u`, `H_u` their sums over the `k` criteria, the mean of criteria and the
//! pooled share `P` have the influence values
//!
//! ```text
//! z_u = (1/k)·Σ_i (h_ui − p_i·n_ui)/n_i        e_u = (H_u − P·A_u)/A
//! z_u − e_u = Σ_i δ_i·(h_ui − p_i·n_ui) − (1/A)·Σ_i (p_i − P)·n_ui,     δ_i = 1/(k·n_i) − 1/A
//! ```
//!
//! A standard error is the length of such a vector over `u`, so the triangle inequality (Minkowski) bounds it in three
//! ways, of which the least is taken:
//!
//! 1. by the pooled share: its own standard error, which the design has exactly, and the length of `z − e`, which is
//!    nothing where everybody rates everything. In it `n_ui = m_u − w_ui`, with `m_u` respondents of whom `w_ui` did not
//!    rate the criterion;
//! 2. by the factors of the node: the mean of their bounds, by their numbers of criteria;
//! 3. by the single criteria: `(1/k)·ΣSE_i`.
//!
//! Between persons all lengths are known. Between clusters those of single criteria are not, and take what they could
//! be at most: `|h_ui − p_i·n_ui| ≤ max(p_i, 1−p_i)·n_ui`, and all `w_i` in one cluster.

use super::{CriterionTotals, base, count};
use crate::estimate::{Base, Design, Estimate};
use crate::float::{as_f64, quotient};
use crate::interval::{IntervalRule, wilson};
use crate::method::SamplingUnit;
use crate::moments::{ClusterMoments, Moments};
use crate::variance::{Measure, Variance};

/// A node, or one of its factors, with its criteria.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// Its respondents, and how they came to be.
    pub design: Design<'a>,
    /// Its criteria.
    pub criteria: &'a [CriterionTotals],
    /// Its criteria rate two units, the desk and the one that decides, so that a person may belong to two clusters.
    /// Never of a factor.
    pub rates_two: bool,
}

/// The satisfied share of a node as the mean of its criteria, with an interval that is at most this wide.
///
/// - `factors`: the factors of a node that has several.
/// - `minimum`: how many respondents every criterion must have; at least one.
///
/// Variance, design effect and degrees of freedom belong to the bound, and the rule says [`IntervalRule::Bound`]. With
/// fewer than 30 respondents the interval is Wilson's on the fewest respondents of a criterion, or on the clusters.
/// Nothing when there is no criterion or one has too few respondents.
pub fn mean_of_criteria_bound(node: &Group<'_>, factors: &[Group<'_>], minimum: i64) -> Option<Estimate> {
    let total = node.design.total();
    let simple = base(node.criteria, total.respondents, minimum)?;
    let fewest = simple.units;
    let between = |unit| Level::of(node, unit).and_then(|level| level.bound(node, factors));
    let (found, sampling_unit) = match node.design {
        Design::Persons(_) | Design::Strata(_) => (between(SamplingUnit::Person), SamplingUnit::Person),
        Design::Clusters(_) => (between(SamplingUnit::Cluster), SamplingUnit::Cluster),
        Design::Open { .. } => match (between(SamplingUnit::Person), between(SamplingUnit::PointDay)) {
            (Some(person), Some(day)) if day.value > person.value => (Some(day), SamplingUnit::PointDay),
            (person, _) => (person, SamplingUnit::Person),
        },
    };
    let base = Base {
        units: node.design.units(&total).min(fewest),
        sampling_unit,
        ..simple
    };
    let mut estimate = Estimate {
        rule: IntervalRule::Bound,
        ..base.share(found)
    };
    if sampling_unit == SamplingUnit::Cluster {
        // As for pooled answers: villages can look alike by chance.
        let most = as_f64(fewest);
        if estimate.effective_n.is_some_and(|count| count > most) {
            estimate.interval = wilson(estimate.value, most);
            estimate.effective_n = Some(most);
        }
    }
    Some(estimate)
}

/// A group as its variance between persons, or between clusters, sees it. Lengths are those of vectors over what was
/// drawn.
struct Level {
    /// The variance of the pooled share.
    pooled: Variance,
    /// What the drawn units are; nothing between persons.
    clusters: Option<ClusterMoments>,
    /// The root of `m/(m−1)`, of the smallest stratum.
    widening: f64,
}

impl Level {
    fn of(group: &Group<'_>, unit: SamplingUnit) -> Option<Self> {
        // Whoever came by is seen as single persons, or as clusters of one point and day.
        let by_day;
        let design = match (group.design, unit) {
            (Design::Open { persons, .. }, SamplingUnit::Person) => Design::Persons(persons),
            (Design::Open { persons, point_days }, _) => {
                by_day = [(*persons, *point_days)];
                Design::Clusters(&by_day)
            }
            (design, _) => design,
        };
        let pooled = design.variance(Measure::Satisfied).0?;
        let (clusters, drawn) = match design {
            Design::Persons(persons) | Design::Open { persons, .. } => (None, vec![persons.respondents]),
            Design::Strata(strata) => (None, strata.iter().map(|stratum| stratum.respondents).collect()),
            Design::Clusters(strata) => (
                Some(strata.iter().map(|(_, clusters)| *clusters).sum()),
                strata.iter().map(|(_, clusters)| clusters.clusters).collect(),
            ),
        };
        let smallest = drawn.into_iter().filter(|units| *units > 1).min();
        Some(Self {
            pooled,
            clusters,
            widening: smallest.map_or(1.0, |units| quotient(units, units - 1).sqrt()),
        })
    }

    fn bound(&self, node: &Group<'_>, factors: &[Group<'_>]) -> Option<Variance> {
        let unit = match (node.design, self.clusters) {
            (_, None) => SamplingUnit::Person,
            (Design::Open { .. }, Some(_)) => SamplingUnit::PointDay,
            (_, Some(_)) => SamplingUnit::Cluster,
        };
        let total = node.design.total();
        let parts: Vec<(&Group<'_>, Self)> = factors
            .iter()
            .filter_map(|factor| Some((factor, Self::of(factor, unit)?)))
            .collect();
        // Respondents of the node by cluster: each rated a factor in full, or is missing from it.
        let known = (self.clusters.is_none() || !node.rates_two).then_some((node, self));
        let sizes = known
            .into_iter()
            .chain(parts.iter().map(|(factor, level)| (*factor, level)))
            .filter_map(|(group, level)| level.sizes(group, total.respondents))
            .fold(as_f64(total.respondents), f64::min);
        let direct = known.map(|_| self.direct(node, sizes));
        let by_factors = (!parts.is_empty() && parts.len() == factors.len()).then(|| {
            let weighted = parts.iter().map(|(factor, level)| {
                let respondents = factor.design.total().respondents;
                let sizes = level.sizes(factor, respondents).unwrap_or(as_f64(respondents));
                let share = quotient(count(factor.criteria), count(node.criteria));
                share * level.direct(factor, sizes)
            });
            weighted.sum::<f64>()
        });
        let error = direct.into_iter().chain(by_factors).reduce(f64::min)?;
        let freedoms = parts.iter().map(|(_, level)| level.pooled.freedom);
        let fewest = node.criteria.iter().map(|totals| totals.respondents).min()?;
        let freedom = match self.clusters {
            None => fewest - 1,
            Some(_) => freedoms.chain([self.pooled.freedom]).min()?,
        };
        (freedom > 0).then_some(Variance {
            value: error * error,
            freedom,
        })
    }

    /// The length of the numbers of respondents, of so many in all, that a group of theirs allows at most.
    fn sizes(&self, group: &Group<'_>, respondents: i64) -> Option<f64> {
        let Some(clusters) = &self.clusters else {
            return Some(as_f64(respondents).sqrt());
        };
        let criteria = count(group.criteria);
        let missing = criteria * respondents - group.design.total().answers;
        let answers = as_f64(clusters.answers_squared.max(0)).sqrt();
        (criteria > 0 && missing >= 0).then(|| (answers + as_f64(missing)) / as_f64(criteria))
    }

    /// The bound of a group by its pooled share or by its criteria, given the length of its respondents.
    fn direct(&self, group: &Group<'_>, sizes: f64) -> f64 {
        let Moments {
            respondents,
            answers,
            satisfied,
            ..
        } = group.design.total();
        let criteria = as_f64(count(group.criteria));
        let pooled = quotient(satisfied, answers);
        let (mut apart, mut uneven, mut shift, mut by_criteria) = (0.0, 0.0, 0.0, 0.0);
        for totals in group.criteria {
            let rated = as_f64(totals.respondents);
            let share = quotient(totals.satisfied, totals.respondents);
            let without = as_f64((respondents - totals.respondents).max(0));
            let (spread, without) = if self.clusters.is_none() {
                ((rated * share * (1.0 - share)).max(0.0).sqrt(), without.sqrt())
            } else {
                (share.max(1.0 - share) * rated.min(sizes), without.min(sizes))
            };
            apart += ((criteria * rated).recip() - as_f64(answers).recip()).abs() * spread;
            uneven += (share - pooled).abs() * without;
            shift += share - pooled;
            by_criteria += spread / rated / criteria;
        }
        let differing = apart + (shift.abs() * sizes + uneven) / as_f64(answers);
        let by_pooled = self.pooled.value.sqrt() + self.widening * differing;
        by_pooled.min(self.widening * by_criteria)
    }
}
