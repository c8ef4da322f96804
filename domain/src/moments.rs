//! What the store keeps of each respondent's answers so that uncertainty can follow the person.
//!
//! The answers of one person go together, so the variance of a share of answers needs, per node (factor,
//! part, whole), not only how many answers there were but how each person's answers were spread: the sums of
//! squares and products over respondents of the ratio estimator (Särndal, Swensson, Wretman, *Model Assisted
//! Survey Sampling*, 1992, §5.6). All are integers, and all add up and subtract, so exclusion, correction and
//! the merging of units stay exact.
//!
//! Neither type can be serialised: raw totals never leave the server, only released figures do.

#![deny(clippy::float_arithmetic)]

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// Sums over the respondents of one node, each with `A` answers, `H` of them satisfied and `S` the sum of
/// scores.
///
/// Only respondents with at least one answer in the node count. The fields are signed because a row may also
/// be a *correction*: where one response rates two units, a correction row at their common ancestor takes
/// back what was counted twice, and holds negative values. A total over whole rows never is negative.
///
/// With 39 criteria on a scale of 5 the largest field grows by at most 195² a respondent, so `i64` holds 10¹⁴
/// respondents; products of two sums belong in `i128`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Moments {
    /// `m`: respondents with at least one answer in the node.
    pub respondents: i64,
    /// `ΣA`: answers.
    pub answers: i64,
    /// `ΣH`: satisfied answers.
    pub satisfied: i64,
    /// `ΣS`: sum of scores.
    pub score: i64,
    /// `ΣA²`.
    pub answers_squared: i64,
    /// `ΣAH`.
    pub answers_satisfied: i64,
    /// `ΣH²`.
    pub satisfied_squared: i64,
    /// `ΣAS`.
    pub answers_score: i64,
    /// `ΣS²`.
    pub score_squared: i64,
    /// Respondents whose every answer in the node is a satisfied one.
    pub all_satisfied: i64,
    /// Respondents who gave a score to every criterion of the node that was shown to them.
    pub complete: i64,
}

impl Moments {
    /// How many integers a packed row needs for one node.
    pub const FIELDS: usize = 11;

    /// The contribution of one respondent; nothing when they answered no criterion of the node.
    ///
    /// - `answers`: criteria of the node to which they gave a score; "no opinion" and skipped rows are not
    ///   answers.
    /// - `satisfied`: those of them that the questionnaire's scale counts as satisfied (4 and 5 of 5).
    /// - `score`: the sum of the scores.
    /// - `complete`: whether they scored **every** criterion of the node that was shown to them. A criterion
    ///   hidden by a condition was not shown; "no opinion" was shown and is not a score.
    pub fn of(answers: u32, satisfied: u32, score: u32, complete: bool) -> Self {
        debug_assert!(satisfied <= answers, "more satisfied answers than answers");
        if answers == 0 {
            return Self::default();
        }
        let (a, h, s) = (i64::from(answers), i64::from(satisfied), i64::from(score));
        Self {
            respondents: 1,
            answers: a,
            satisfied: h,
            score: s,
            answers_squared: a * a,
            answers_satisfied: a * h,
            satisfied_squared: h * h,
            answers_score: a * s,
            score_squared: s * s,
            all_satisfied: i64::from(answers == satisfied),
            complete: i64::from(complete),
        }
    }

    /// The moments of one criterion, from how many people gave each score: `counts[0]` is that of score 1.
    ///
    /// `satisfied_from` is the lowest score that counts as satisfied. Each respondent has one answer, so `complete`
    /// is all of them.
    pub fn of_counts(counts: &[i64], satisfied_from: u32) -> Self {
        let mut sum = Self::default();
        for (score, &count) in (1_u32..).zip(counts) {
            let one = Self::of(1, u32::from(score >= satisfied_from), score, true);
            sum += Self::from_array(one.to_array().map(|field| field * count));
        }
        sum
    }

    /// True when every field is zero: nobody answered, or everything that was added has been taken back.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The fields in the order of their declaration, which is the order of packed rows and must never change.
    pub fn to_array(&self) -> [i64; Self::FIELDS] {
        [
            self.respondents,
            self.answers,
            self.satisfied,
            self.score,
            self.answers_squared,
            self.answers_satisfied,
            self.satisfied_squared,
            self.answers_score,
            self.score_squared,
            self.all_satisfied,
            self.complete,
        ]
    }

    /// The inverse of [`Moments::to_array`].
    pub fn from_array(fields: [i64; Self::FIELDS]) -> Self {
        let [
            respondents,
            answers,
            satisfied,
            score,
            answers_squared,
            answers_satisfied,
            satisfied_squared,
            answers_score,
            score_squared,
            all_satisfied,
            complete,
        ] = fields;
        Self {
            respondents,
            answers,
            satisfied,
            score,
            answers_squared,
            answers_satisfied,
            satisfied_squared,
            answers_score,
            score_squared,
            all_satisfied,
            complete,
        }
    }
}

/// Sums over clusters (villages, or point × day) of one node, each with the totals of its answers.
///
/// They give the ultimate-cluster variance (Hansen, Hurwitz, Madow, *Sample Survey Methods and Theory*, 1953)
/// without the clusters themselves, so that a village never becomes a dimension of a result. The first-order
/// sums `ΣA`, `ΣH` and `ΣS` over clusters are those over respondents and are kept once, in [`Moments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClusterMoments {
    /// Clusters with at least one answer in the node.
    pub clusters: i64,
    /// `ΣA_c²`.
    pub answers_squared: i64,
    /// `ΣA_cH_c`.
    pub answers_satisfied: i64,
    /// `ΣH_c²`.
    pub satisfied_squared: i64,
    /// `ΣA_cS_c`.
    pub answers_score: i64,
    /// `ΣS_c²`.
    pub score_squared: i64,
}

impl ClusterMoments {
    /// How many integers a packed row needs for one node.
    pub const FIELDS: usize = 6;

    /// The contribution of one whole cluster, from the moments of the respondents in it.
    ///
    /// Two halves of one cluster must be merged **before** this: the square of a sum is not the sum of
    /// squares.
    pub fn of(cluster: &Moments) -> Self {
        if cluster.answers == 0 {
            return Self::default();
        }
        let (a, h, s) = (cluster.answers, cluster.satisfied, cluster.score);
        Self {
            clusters: 1,
            answers_squared: a * a,
            answers_satisfied: a * h,
            satisfied_squared: h * h,
            answers_score: a * s,
            score_squared: s * s,
        }
    }

    /// True when every field is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The fields in the order of their declaration, which is the order of packed rows and must never change.
    pub fn to_array(&self) -> [i64; Self::FIELDS] {
        [
            self.clusters,
            self.answers_squared,
            self.answers_satisfied,
            self.satisfied_squared,
            self.answers_score,
            self.score_squared,
        ]
    }

    /// The inverse of [`ClusterMoments::to_array`].
    pub fn from_array(fields: [i64; Self::FIELDS]) -> Self {
        let [
            clusters,
            answers_squared,
            answers_satisfied,
            satisfied_squared,
            answers_score,
            score_squared,
        ] = fields;
        Self {
            clusters,
            answers_squared,
            answers_satisfied,
            satisfied_squared,
            answers_score,
            score_squared,
        }
    }
}

/// Field-wise arithmetic for a type with `to_array` and `from_array`.
macro_rules! additive {
    ($type:ty) => {
        impl AddAssign for $type {
            fn add_assign(&mut self, other: Self) {
                let (mut fields, other) = (self.to_array(), other.to_array());
                for (field, value) in fields.iter_mut().zip(other) {
                    *field += value;
                }
                *self = Self::from_array(fields);
            }
        }

        impl Neg for $type {
            type Output = Self;
            fn neg(self) -> Self {
                Self::from_array(self.to_array().map(|field| -field))
            }
        }

        impl SubAssign for $type {
            fn sub_assign(&mut self, other: Self) {
                *self += -other;
            }
        }

        impl Add for $type {
            type Output = Self;
            fn add(mut self, other: Self) -> Self {
                self += other;
                self
            }
        }

        impl Sub for $type {
            type Output = Self;
            fn sub(mut self, other: Self) -> Self {
                self -= other;
                self
            }
        }

        impl Sum for $type {
            fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
                all.fold(Self::default(), Add::add)
            }
        }
    };
}

additive!(Moments);
additive!(ClusterMoments);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_respondent() {
        let one = Moments::of(3, 2, 11, true);
        assert_eq!(one.to_array(), [1, 3, 2, 11, 9, 6, 4, 33, 121, 0, 1]);
        assert_eq!(Moments::from_array(one.to_array()), one);
        assert_eq!(Moments::of(2, 2, 9, false).all_satisfied, 1);
    }

    #[test]
    fn nobody_counts_without_an_answer() {
        // Every row "no opinion": shown, so not complete, and not a respondent of the node.
        assert!(Moments::of(0, 0, 0, true).is_zero());
    }

    #[test]
    fn a_criterion_is_a_node_with_one_answer_each() {
        let people = [1, 4, 4, 5].map(|score| Moments::of(1, u32::from(score >= 4), score, true));
        assert_eq!(Moments::of_counts(&[1, 0, 0, 2, 1], 4), people.into_iter().sum());
    }

    #[test]
    fn a_correction_may_be_negative_and_is_taken_back() {
        let (one, other) = (Moments::of(3, 2, 11, true), Moments::of(5, 5, 22, false));
        let correction = -one;
        assert_eq!(correction.respondents, -1);
        assert_eq!(other + one + correction, other);
        assert!([one, other, -other, -one].into_iter().sum::<Moments>().is_zero());
    }

    #[test]
    fn a_cluster_is_squared_as_a_whole() {
        let village = Moments::of(3, 2, 11, true) + Moments::of(5, 5, 22, false);
        let cluster = ClusterMoments::of(&village);
        assert_eq!(cluster.to_array(), [1, 64, 56, 49, 264, 1089]);
        assert_eq!(ClusterMoments::from_array(cluster.to_array()), cluster);
        assert!((cluster - cluster).is_zero());
        assert!(ClusterMoments::of(&Moments::default()).is_zero());
    }
}
