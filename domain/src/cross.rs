//! Cross-products over criteria: how the answers of one person to different criteria go together.
//!
//! The sums of products of `(1, answered, satisfied, score)` over respondents, for every pair of criteria.
//! They give the variance of any mean of criteria, and paired comparisons of two criteria, without a single
//! response. The store keeps them; no figure that is shown uses them yet (`docs/adr/0010-mean-of-criteria.md`).

#![deny(clippy::float_arithmetic)]

use std::ops::{AddAssign, SubAssign};

/// One criterion as one respondent rated it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rating {
    /// The score on the scale.
    pub score: u32,
    /// Whether the scale counts it as satisfied.
    pub satisfied: bool,
}

/// Sums of products over respondents: additive and subtractable integers.
///
/// The lower triangle, row by row, of the symmetric matrix over the variables `1, a_1, h_1, s_1, a_2, h_2,
/// s_2, …`: answered, satisfied, score. For 39 criteria these are 7,021 integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossProducts {
    criteria: usize,
    cells: Vec<i64>,
}

/// The three variables of a criterion, by their place after the constant.
#[derive(Debug, Clone, Copy)]
enum Variable {
    Answered = 1,
    Satisfied = 2,
    Score = 3,
}

impl CrossProducts {
    /// Nobody's products over so many criteria.
    pub fn new(criteria: usize) -> Self {
        Self {
            criteria,
            cells: vec![0; Self::cells_for(criteria)],
        }
    }

    /// How many integers a packed row needs.
    pub const fn cells_for(criteria: usize) -> usize {
        let variables = 3 * criteria + 1;
        variables * (variables + 1) / 2
    }

    /// From a packed row; nothing when its length does not fit the number of criteria.
    pub fn from_cells(criteria: usize, cells: Vec<i64>) -> Option<Self> {
        (cells.len() == Self::cells_for(criteria)).then_some(Self { criteria, cells })
    }

    /// The packed row.
    pub fn cells(&self) -> &[i64] {
        &self.cells
    }

    /// How many criteria it is over.
    pub fn criteria(&self) -> usize {
        self.criteria
    }

    /// Adds one respondent; one entry a criterion, nothing where there is no score. A respondent without any
    /// score is not counted. Criteria beyond the known ones are ignored.
    pub fn add(&mut self, ratings: &[Option<Rating>]) {
        self.accumulate(ratings, 1);
    }

    /// Takes one respondent back.
    pub fn remove(&mut self, ratings: &[Option<Rating>]) {
        self.accumulate(ratings, -1);
    }

    fn accumulate(&mut self, ratings: &[Option<Rating>], sign: i64) {
        // Only what is not zero, in ascending order, so that each pair falls into the triangle.
        let mut values = vec![(0, 1)];
        for (criterion, rating) in ratings.iter().take(self.criteria).enumerate() {
            let Some(rating) = rating else { continue };
            values.push((variable(criterion, Variable::Answered), 1));
            if rating.satisfied {
                values.push((variable(criterion, Variable::Satisfied), 1));
            }
            values.push((variable(criterion, Variable::Score), i64::from(rating.score)));
        }
        if values.len() == 1 {
            return;
        }
        for (index, &(row, left)) in values.iter().enumerate() {
            for &(column, right) in &values[..=index] {
                self.cells[cell(row, column)] += sign * left * right;
            }
        }
    }

    /// Respondents with at least one score.
    pub fn respondents(&self) -> i64 {
        self.cells[0]
    }

    /// Respondents who scored a criterion.
    pub fn answered(&self, criterion: usize) -> i64 {
        self.total(criterion, Variable::Answered)
    }

    /// Of those, the satisfied ones.
    pub fn satisfied(&self, criterion: usize) -> i64 {
        self.total(criterion, Variable::Satisfied)
    }

    /// The sum of their scores.
    pub fn score(&self, criterion: usize) -> i64 {
        self.total(criterion, Variable::Score)
    }

    /// Respondents who scored both criteria.
    pub fn answered_both(&self, left: usize, right: usize) -> i64 {
        self.product(left, Variable::Answered, right, Variable::Answered)
    }

    fn total(&self, criterion: usize, of: Variable) -> i64 {
        self.cells[cell(variable(criterion, of), 0)]
    }

    fn product(&self, left: usize, of_left: Variable, right: usize, of_right: Variable) -> i64 {
        self.cells[cell(variable(left, of_left), variable(right, of_right))]
    }

    /// `n_i·n_j·Σ(h_ri − p_i·a_ri)(h_rj − p_j·a_rj)`, an integer, for satisfied answers or for scores.
    ///
    /// Divided by `n_i²·n_j²` it is the covariance of the two criteria's shares (or means), but for m/(m−1).
    pub(crate) fn scaled_covariance(&self, left: usize, right: usize, scores: bool) -> i128 {
        let measure = if scores {
            Variable::Score
        } else {
            Variable::Satisfied
        };
        let (n_left, n_right) = (i128::from(self.answered(left)), i128::from(self.answered(right)));
        let (t_left, t_right) = (
            i128::from(self.total(left, measure)),
            i128::from(self.total(right, measure)),
        );
        let product = |a, b| i128::from(self.product(left, a, right, b));
        n_left * n_right * product(measure, measure)
            - n_left * t_right * product(measure, Variable::Answered)
            - t_left * n_right * product(Variable::Answered, measure)
            + t_left * t_right * product(Variable::Answered, Variable::Answered)
    }
}

impl AddAssign<&Self> for CrossProducts {
    /// # Panics
    /// When the numbers of criteria differ: the two belong to different questionnaire versions.
    fn add_assign(&mut self, other: &Self) {
        assert_eq!(
            self.criteria, other.criteria,
            "cross-products of two questionnaire versions"
        );
        for (cell, value) in self.cells.iter_mut().zip(&other.cells) {
            *cell += value;
        }
    }
}

impl SubAssign<&Self> for CrossProducts {
    /// # Panics
    /// When the numbers of criteria differ: the two belong to different questionnaire versions.
    fn sub_assign(&mut self, other: &Self) {
        assert_eq!(
            self.criteria, other.criteria,
            "cross-products of two questionnaire versions"
        );
        for (cell, value) in self.cells.iter_mut().zip(&other.cells) {
            *cell -= value;
        }
    }
}

fn variable(criterion: usize, of: Variable) -> usize {
    3 * criterion + of as usize
}

fn cell(row: usize, column: usize) -> usize {
    let (row, column) = (row.max(column), row.min(column));
    row * (row + 1) / 2 + column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratings(scores: [u32; 2]) -> [Option<Rating>; 2] {
        scores.map(|score| {
            Some(Rating {
                score,
                satisfied: score >= 4,
            })
        })
    }

    #[test]
    fn one_respondent() {
        let mut products = CrossProducts::new(2);
        products.add(&ratings([5, 3]));
        // Rows 1; a1; h1; s1; a2; h2; s2.
        let expected = [
            1, //
            1, 1, //
            1, 1, 1, //
            5, 5, 5, 25, //
            1, 1, 1, 5, 1, //
            0, 0, 0, 0, 0, 0, //
            3, 3, 3, 15, 3, 0, 9,
        ];
        assert_eq!(products.cells(), expected);
        assert_eq!(products.answered_both(1, 0), 1);
        products.remove(&ratings([5, 3]));
        assert_eq!(products, CrossProducts::new(2));
    }

    #[test]
    fn nobody_counts_without_a_score() {
        let mut products = CrossProducts::new(2);
        products.add(&[None, None]);
        assert_eq!(products.respondents(), 0);
        assert_eq!(CrossProducts::cells_for(39), 7021);
        assert!(CrossProducts::from_cells(2, vec![0; 27]).is_none());
    }

    #[test]
    fn covariance_by_hand() {
        // Shares 1/2 and 1/2; residuals (½, ½) and (−½, −½): the sum of products is ½, times 2·2.
        let mut products = CrossProducts::new(2);
        products.add(&ratings([5, 4]));
        products.add(&ratings([2, 1]));
        assert_eq!(products.scaled_covariance(0, 1, false), 2);
        assert_eq!(
            products.scaled_covariance(0, 1, true),
            products.scaled_covariance(1, 0, true)
        );
    }
}
