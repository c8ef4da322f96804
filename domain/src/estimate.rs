//! Estimates with their intervals, from integer totals.
//!
//! Every function returns nothing exactly when nobody answered. Thresholds for showing a figure are not
//! applied here: they belong to the release.

use serde::{Deserialize, Serialize};

use crate::float::{as_f64, quotient};
use crate::interval::{
    FEW_RESPONDENTS, Interval, IntervalRule, ScoreRange, effective_count, student, wilson,
};
use crate::method::SamplingUnit;
use crate::moments::{ClusterMoments, Moments};
use crate::ratio::Ratio;
use crate::variance::{Measure, Sums, Variance, linearised};

/// A figure as computed: exact value, interval, and the numbers it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The exact value. Counts for a share of answers; units of 10⁻¹² for a mean of shares.
    #[serde(flatten)]
    pub ratio: Ratio,
    /// The value as a number: a share from 0 to 1, or a mean on the scale.
    pub value: f64,
    /// The 95 % interval, which contains the value.
    #[serde(flatten)]
    pub interval: Interval,
    /// How the interval was found.
    pub rule: IntervalRule,
    /// What the interval takes to be drawn at random.
    pub sampling_unit: SamplingUnit,
    /// Respondents behind the figure: the `n` of every threshold, rank rule and print.
    pub respondents: i64,
    /// Answers behind the figure.
    pub answers: i64,
    /// The number of independent respondents that would be as sure, of a share; of a bound, as sure at least.
    pub effective_n: Option<f64>,
    /// `v / (P(1−P)/m)`: how many times the variance is that of `m` independent answers. Of a share that is
    /// not 0 or 1.
    pub design_effect: Option<f64>,
    /// The estimated variance of the value, of a bound at most; nothing where it cannot be estimated.
    pub variance: Option<f64>,
    /// Degrees of freedom of that variance.
    pub degrees_of_freedom: i64,
}

/// How the respondents behind a figure came to be, as far as its variance is concerned.
#[derive(Debug, Clone, Copy)]
pub enum Design<'a> {
    /// Respondents drawn one by one, or all of them invited.
    Persons(&'a Moments),
    /// Respondents drawn one by one within strata.
    Strata(&'a [Moments]),
    /// Clusters (villages) drawn within strata: one entry a stratum, with its respondents and its clusters.
    Clusters(&'a [(Moments, ClusterMoments)]),
    /// Whoever answered at open points. Clusters are point × day; the larger of the variance between
    /// respondents and that between point-days is used.
    Open {
        /// Over respondents.
        persons: &'a Moments,
        /// Over point-days.
        point_days: &'a ClusterMoments,
    },
}

impl Design<'_> {
    pub(crate) fn total(&self) -> Moments {
        match self {
            Self::Persons(moments) | Self::Open { persons: moments, .. } => **moments,
            Self::Strata(strata) => strata.iter().copied().sum(),
            Self::Clusters(strata) => strata.iter().map(|(moments, _)| *moments).sum(),
        }
    }

    pub(crate) fn variance(&self, measure: Measure) -> (Option<Variance>, SamplingUnit) {
        let persons = |moments: &Moments| Sums::between_persons(moments, measure);
        match self {
            Self::Persons(moments) => (linearised(&[persons(moments)]), SamplingUnit::Person),
            Self::Strata(strata) => {
                let sums: Vec<_> = strata.iter().map(persons).collect();
                (linearised(&sums), SamplingUnit::Person)
            }
            Self::Clusters(strata) => {
                let between = |(moments, clusters): &(Moments, ClusterMoments)| {
                    Sums::between_clusters(moments, clusters, measure)
                };
                let sums: Vec<_> = strata.iter().map(between).collect();
                (linearised(&sums), SamplingUnit::Cluster)
            }
            Self::Open {
                persons: moments,
                point_days,
            } => {
                let by_person = linearised(&[persons(moments)]);
                let by_day = linearised(&[Sums::between_clusters(moments, point_days, measure)]);
                match (by_person, by_day) {
                    (Some(person), Some(day)) if day.value > person.value => {
                        (Some(day), SamplingUnit::PointDay)
                    }
                    (person, _) => (person, SamplingUnit::Person),
                }
            }
        }
    }

    /// How many units were drawn: the number that a cautious interval may rest on.
    pub(crate) fn units(&self, total: &Moments) -> i64 {
        match self {
            Self::Clusters(strata) => {
                let clusters = strata.iter().map(|(_, clusters)| clusters.clusters).sum::<i64>();
                clusters.clamp(1, total.respondents)
            }
            _ => total.respondents,
        }
    }
}

/// One criterion: the share of those who rated it that are satisfied, with Wilson's interval.
pub fn criterion_share(satisfied: i64, respondents: i64) -> Option<Estimate> {
    let ratio = Ratio::new(satisfied, respondents)?;
    let share = ratio.to_f64();
    let interval = wilson(share, as_f64(respondents));
    let variance = (respondents > 1).then(|| share * (1.0 - share) / as_f64(respondents - 1));
    Some(Estimate {
        ratio,
        value: share,
        interval,
        rule: IntervalRule::Wilson,
        sampling_unit: SamplingUnit::Person,
        respondents,
        answers: respondents,
        effective_n: Some(as_f64(respondents)),
        design_effect: None,
        variance,
        degrees_of_freedom: respondents - 1,
    })
}

/// The share of respondents whose every answer in the node is a satisfied one, with Wilson's interval.
pub fn all_satisfied_share(moments: &Moments) -> Option<Estimate> {
    let estimate = criterion_share(moments.all_satisfied, moments.respondents)?;
    Some(Estimate {
        answers: moments.answers,
        ..estimate
    })
}

/// The satisfied share of a node by the roll-up "pooled answers": `P = ΣH/ΣA`.
///
/// Wilson's interval on the effective number of respondents; with fewer than 30 respondents, or without
/// variance, on the number of respondents itself, which is never too narrow (Bhatia, Davis, Amer. Math.
/// Monthly 107, 2000).
pub fn pooled_share(design: Design<'_>) -> Option<Estimate> {
    let total = design.total();
    if total.respondents < 1 {
        return None;
    }
    let ratio = Ratio::new(total.satisfied, total.answers)?;
    let (variance, sampling_unit) = design.variance(Measure::Satisfied);
    let base = Base {
        ratio,
        respondents: total.respondents,
        answers: total.answers,
        units: design.units(&total),
        sampling_unit,
    };
    let mut estimate = base.share(variance);
    if sampling_unit == SamplingUnit::Cluster {
        // A handful of villages can look alike by chance; a cluster sample is never taken to be surer than a
        // simple one of as many people (truncation of Korn and Graubard).
        let most = as_f64(total.respondents);
        if estimate.effective_n.is_some_and(|count| count > most) {
            estimate.interval = wilson(estimate.value, most);
            estimate.effective_n = Some(most);
        }
    }
    Some(estimate)
}

/// The mean score of a node over its answers, `ΣS/ΣA`, with Student's interval clipped to the scale.
///
/// With fewer than 30 respondents, or without variance, the mean is placed between the ends of the scale and
/// Wilson's interval of that place is used: no variable between two ends varies more than one that takes only
/// the ends.
pub fn pooled_mean(design: Design<'_>, scale: ScoreRange) -> Option<Estimate> {
    let total = design.total();
    if total.respondents < 1 {
        return None;
    }
    let ratio = Ratio::new(total.score, total.answers)?;
    let (variance, sampling_unit) = design.variance(Measure::Score);
    let base = Base {
        ratio,
        respondents: total.respondents,
        answers: total.answers,
        units: design.units(&total),
        sampling_unit,
    };
    Some(base.mean(variance, scale))
}

/// What every estimate of a share has in common, before its variance is looked at.
pub(crate) struct Base {
    pub(crate) ratio: Ratio,
    pub(crate) respondents: i64,
    pub(crate) answers: i64,
    /// The number for a cautious interval.
    pub(crate) units: i64,
    pub(crate) sampling_unit: SamplingUnit,
}

impl Base {
    pub(crate) fn share(self, variance: Option<Variance>) -> Estimate {
        let share = self.ratio.to_f64();
        let usable = variance.filter(|found| found.value > 0.0 && self.respondents >= FEW_RESPONDENTS);
        let effective = usable
            .map(|found| effective_count(share, found.value, found.freedom))
            .filter(|count| *count > 0.0);
        let (count, rule) = match effective {
            Some(count) => (count, IntervalRule::Effective),
            None => (as_f64(self.units), IntervalRule::Cautious),
        };
        let simple = share * (1.0 - share) / as_f64(self.respondents);
        Estimate {
            ratio: self.ratio,
            value: share,
            interval: wilson(share, count),
            rule,
            sampling_unit: self.sampling_unit,
            respondents: self.respondents,
            answers: self.answers,
            effective_n: Some(count),
            design_effect: variance
                .filter(|_| simple > 0.0)
                .map(|found| found.value / simple),
            variance: variance.map(|found| found.value),
            degrees_of_freedom: variance.map_or(0, |found| found.freedom),
        }
    }

    pub(crate) fn mean(self, variance: Option<Variance>, scale: ScoreRange) -> Estimate {
        let mean = self.ratio.to_f64();
        let usable = variance.filter(|found| found.value > 0.0 && self.respondents >= FEW_RESPONDENTS);
        let (interval, rule) = if let Some(found) = usable {
            (
                student(mean, found.value, found.freedom, scale),
                IntervalRule::Student,
            )
        } else {
            let place = wilson(scale.share_of(mean), as_f64(self.units));
            let interval = Interval {
                low: scale.score_at(place.low).min(mean),
                high: scale.score_at(place.high).max(mean),
            };
            (interval, IntervalRule::Cautious)
        };
        Estimate {
            ratio: self.ratio,
            value: mean,
            interval,
            rule,
            sampling_unit: self.sampling_unit,
            respondents: self.respondents,
            answers: self.answers,
            effective_n: None,
            design_effect: None,
            variance: variance.map(|found| found.value),
            degrees_of_freedom: variance.map_or(0, |found| found.freedom),
        }
    }
}

impl Ratio {
    /// The value as the nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        quotient(self.numerator(), self.denominator())
    }
}
