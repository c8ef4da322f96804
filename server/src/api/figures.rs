//! The shape of released figures, for the description of the API alone.
//!
//! `domain::release` writes them; a test holds that what it writes is what is described here.

use serde::Deserialize;
use utoipa::ToSchema;

/// The figures of one unit, period and channel class.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FiguresDocument {
    /// People who rated at least one criterion.
    pub respondents: i64,
    /// Ratings given.
    pub answers: i64,
    /// Responses counted, those without a rating too.
    pub responses: i64,
    /// Responses kept for review.
    pub held: i64,
    /// Responses that came after the campaign was closed.
    pub late: i64,
    /// Responses taken out after review.
    pub excluded: i64,
    /// How the respondents were found: `probability`, `census_of_served` or `open`.
    #[schema(example = "open")]
    pub selection: String,
    pub method: MethodDocument,
    /// The whole, the parts and the factors.
    pub nodes: Vec<NodeDocument>,
    /// The closed items in printed order; only in `cell`.
    pub items: Vec<ItemDocument>,
}

/// The rules that made a figure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodDocument {
    #[schema(example = "desk-rating-1")]
    pub id: String,
    /// Raised when a figure would come out differently, from the first release of the program on.
    pub version: u32,
    pub name: TwoLanguages,
    /// The document behind it.
    pub source: TwoLanguages,
    /// What is known about the rules and what was inferred.
    pub note: TwoLanguages,
    /// The headline roll-up: `pooled_answers` or `mean_of_criteria`.
    pub rollup: String,
    /// Whether answers of people who chose themselves to answer may enter it.
    pub accepts_open: bool,
}

/// A text in Vietnamese and English.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TwoLanguages {
    pub vi: String,
    pub en: String,
}

/// The whole, a part or a factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeDocument {
    /// `whole`, `part` or `factor`.
    pub kind: String,
    /// Empty for the whole.
    pub id: String,
    /// `hidden` where too few were asked it, or to protect them elsewhere; then there are no figures of it.
    pub withheld: Option<String>,
    pub respondents: Option<i64>,
    pub answers: Option<i64>,
    /// Respondents who rated every criterion that they were asked.
    pub complete: Option<i64>,
    /// Share of satisfied answers, pooled: the headline figure of most methods.
    pub share: Option<EstimateDocument>,
    /// Mean score, where all criteria have one scale.
    pub mean: Option<EstimateDocument>,
    /// Mean of the criteria's shares; only in `cell`, and where each criterion has enough respondents. Its interval comes
    /// from an upper bound of the error (`rule` is `bound`): it is at most this wide.
    pub mean_of_criteria: Option<EstimateDocument>,
    /// Share of respondents who are satisfied with everything they rated.
    pub all_satisfied: Option<EstimateDocument>,
}

/// A closed item: a criterion, a row, a choice, a number or a date.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemDocument {
    /// `question` or `question.row`.
    #[schema(example = "aspects.access")]
    pub path: String,
    /// `hidden` where too few were asked it, or to protect them elsewhere; then there are no figures of it.
    pub withheld: Option<String>,
    /// How often each answer was given.
    pub counts: Option<CountsDocument>,
    /// Share of satisfied answers.
    pub share: Option<EstimateDocument>,
    /// Mean score.
    pub mean: Option<EstimateDocument>,
    /// The share of each level, option or class among those who answered, in the order of `counts.options`; empty where
    /// nobody did.
    pub option_shares: Vec<EstimateDocument>,
}

/// How often each answer was given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsDocument {
    /// People who were asked.
    pub shown: i64,
    pub answered: i64,
    pub no_opinion: i64,
    pub skipped: i64,
    /// A count for each level, option or class, in the order of the questionnaire.
    pub options: Vec<i64>,
}

/// A value with its 95 % interval and what that accounts for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateDocument {
    /// The exact value as a fraction.
    pub numerator: i64,
    #[schema(minimum = 1)]
    pub denominator: i64,
    /// A share from 0 to 1, or a mean on the scale, not rounded.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// How the interval was found: `wilson`, `effective` (Wilson's on the effective number of respondents), `cautious`
    /// (Wilson's on the number of respondents or clusters, never too narrow), `student`, or `bound` (from an upper bound
    /// of the standard error: at most this wide).
    #[schema(example = "effective")]
    pub rule: String,
    /// What the interval takes to be drawn at random: `person`, `cluster` or `point_day`.
    pub sampling_unit: String,
    /// Respondents behind the figure.
    pub respondents: i64,
    /// Answers behind the figure.
    pub answers: i64,
    /// The number of independent respondents that would be as sure; of a bound, as sure at least.
    pub effective_n: Option<f64>,
    /// How many times the variance is that of as many independent answers; of a bound, at most.
    pub design_effect: Option<f64>,
    /// The estimated variance of the value; of a bound, at most.
    pub variance: Option<f64>,
    pub degrees_of_freedom: i64,
    /// What the interval accounts for: `sampling_of_persons`, `sampling_of_clusters`, `chance_among_returns` or
    /// `chance_without_self_selection`.
    #[schema(example = "chance_without_self_selection")]
    pub covers: String,
}
