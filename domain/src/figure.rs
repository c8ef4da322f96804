//! A figure: an estimate together with everything needed to read it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::estimate::Estimate;
use crate::method::{Covers, Method, Rollup, Selection};

/// What a figure measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Share of satisfied answers; of a whole questionnaire it is the index.
    SatisfiedShare,
    /// Mean score, on the scale of the questionnaire.
    Mean,
    /// Share of respondents who are satisfied with everything they rated.
    AllSatisfied,
}

/// An estimate with its method, selection and what its interval covers. None of them is ever shown without
/// the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What is measured.
    pub statistic: Statistic,
    /// Value, interval and the numbers behind them.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// How criteria were put together; nothing for a single criterion or a share of respondents.
    pub rollup: Option<Rollup>,
    /// How the respondents were found.
    pub selection: Selection,
    /// What the interval accounts for.
    pub covers: Covers,
    /// The rules that made it.
    pub method: &'static Method,
}

/// The method does not take answers that were found in this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("method {method} takes no answers of people who chose themselves to answer")]
pub struct OpenSelectionRefused {
    /// Id of the method.
    pub method: &'static str,
}

impl Figure {
    /// Puts an estimate together with its provenance; refused when the method takes no such answers.
    pub fn new(
        statistic: Statistic,
        estimate: Estimate,
        rollup: Option<Rollup>,
        selection: Selection,
        method: &'static Method,
    ) -> Result<Self, OpenSelectionRefused> {
        if !method.accepts(selection) {
            return Err(OpenSelectionRefused { method: method.id });
        }
        let covers = Covers::of(selection, estimate.sampling_unit);
        Ok(Self {
            statistic,
            estimate,
            rollup,
            selection,
            covers,
            method,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Design, pooled_share};
    use crate::moments::Moments;

    fn figure(method: &str, selection: Selection) -> Result<Figure, OpenSelectionRefused> {
        let moments = Moments::of(3, 2, 11, true) + Moments::of(4, 4, 18, true);
        Figure::new(
            Statistic::SatisfiedShare,
            pooled_share(Design::Persons(&moments)).unwrap(),
            Some(Rollup::PooledAnswers),
            selection,
            Method::by_id(method).unwrap(),
        )
    }

    #[test]
    fn carries_its_method_through_json() {
        let figure = figure("desk-rating-1", Selection::Open).unwrap();
        let json = serde_json::to_value(figure).unwrap();
        assert_eq!((&json["numerator"], &json["denominator"]), (&6.into(), &7.into()));
        assert_eq!(json["covers"], "chance_without_self_selection");
        assert_eq!(json["method"]["id"], "desk-rating-1");
        assert_eq!(serde_json::from_value::<Figure>(json).unwrap(), figure);
    }

    #[test]
    fn an_index_of_volunteers_is_refused() {
        assert_eq!(
            figure("sipas-1001", Selection::Open),
            Err(OpenSelectionRefused { method: "sipas-1001" })
        );
    }
}
