//! Everything that is shown of one cell, with its intervals.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answer::Corrupt;
use crate::criteria::{CriterionTotals, Group, mean_of_criteria_bound};
use crate::estimate::{Design, Estimate, all_satisfied_share, criterion_share, pooled_mean, pooled_share};
use crate::interval::ScoreRange;
use crate::layout::{Item, ItemKind, Layout, Node, NodeKind};
use crate::method::{Covers, Method, Selection};
use crate::moments::{ClusterMoments, Moments};
use crate::questionnaire::{AnswerKind, Rates, Version};
use crate::release::packed::{self, Unpacked};
use crate::release::{Reason, Released, State};
use crate::status::Status;
use crate::tally::ItemCounts;

/// What a reader gets of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Disclosed {
    Shown(Box<Released<Figures>>),
    Withheld(Reason),
}

/// The figures of one unit, period and channel class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
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
    /// How the respondents were found.
    pub selection: Selection,
    /// The rules that made the figures.
    pub method: &'static Method,
    /// The whole, the parts, the factors, in the order of the version's layout.
    pub nodes: Vec<NodeFigures>,
    /// The closed items in printed order; empty when they were not read.
    pub items: Vec<ItemFigures>,
    #[serde(skip)]
    seal: Seal,
}

/// Keeps figures from being put together anywhere else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seal;

/// An estimate and what its interval accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub estimate: Estimate,
    pub covers: Covers,
}

/// The whole, a part or a factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeFigures {
    /// `whole`, `part` or `factor`.
    pub kind: NodeKind,
    /// Empty for the whole.
    pub id: String,
    /// Why the node shows nothing in a shown cell; all its figures are then absent.
    pub withheld: Option<Reason>,
    pub respondents: Option<i64>,
    pub answers: Option<i64>,
    /// Respondents who rated every criterion that they were asked.
    pub complete: Option<i64>,
    /// Share of satisfied answers, pooled; with the design effect.
    pub share: Option<Shown>,
    /// Mean score, where all criteria have one scale.
    pub mean: Option<Shown>,
    /// Mean of the criteria's shares, where each has enough respondents and the items were read. Its interval is an
    /// upper bound, which its rule says.
    pub mean_of_criteria: Option<Shown>,
    /// Share of respondents who are satisfied with everything they rated.
    pub all_satisfied: Option<Shown>,
}

/// A closed item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemFigures {
    /// `question` or `question.row`.
    pub path: String,
    /// Why the item shows nothing in a shown cell; all its figures are then absent.
    pub withheld: Option<Reason>,
    pub counts: Option<Counts>,
    /// Share of satisfied answers, of a rating on a scale of satisfaction.
    pub share: Option<Shown>,
    /// Mean score, of a rating.
    pub mean: Option<Shown>,
    /// The share of each level, option or class among those who answered, in the order of `counts.options`; empty where
    /// nobody did.
    pub option_shares: Vec<Shown>,
}

/// How often each answer was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// People who were asked.
    pub shown: i64,
    pub answered: i64,
    pub no_opinion: i64,
    pub skipped: i64,
    /// A count for each level, option or class, in the order of the questionnaire.
    pub options: Vec<i64>,
}

/// Why a stored cell cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    #[error("the questionnaire version names a method that this program does not know")]
    UnknownMethod,
    #[error("method {0} takes no answers of people who chose themselves to answer")]
    OpenSelection(&'static str),
}

/// How the cells of a campaign are read.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    pub version: &'a Version,
    pub selection: Selection,
    /// The fewest respondents of each criterion for the mean of criteria.
    pub minimum: i64,
}

/// Reads a stored cell. Without `items` bytes the figures have no items, which is enough for a table of many
/// units.
pub fn open(
    opening: &Opening<'_>,
    state: Option<State>,
    nodes: &[u8],
    items: &[u8],
) -> Result<Disclosed, OpenError> {
    if let Some(state) = state {
        return Ok(Disclosed::Withheld(state.reason()));
    }
    let method = Method::by_id(&opening.version.definition().method).ok_or(OpenError::UnknownMethod)?;
    if !method.accepts(opening.selection) {
        return Err(OpenError::OpenSelection(method.id));
    }
    let cell = packed::unpack(opening.version, nodes, items)?;
    let reading = Reading {
        opening,
        layout: opening.version.layout(),
        cell: &cell,
    };
    let whole = cell.tally.moments(reading.layout, 0);
    let figures = Figures {
        respondents: whole.respondents,
        answers: whole.answers,
        responses: cell.tally.responses(),
        held: cell.tally.of_status(Status::Held),
        late: cell.tally.of_status(Status::Late),
        excluded: cell.tally.of_status(Status::Excluded),
        selection: opening.selection,
        method,
        nodes: reading.nodes(),
        items: reading.items(),
        seal: Seal,
    };
    Ok(Disclosed::Shown(Box::new(Released(figures))))
}

struct Reading<'a> {
    opening: &'a Opening<'a>,
    layout: &'a Layout,
    cell: &'a Unpacked,
}

impl Reading<'_> {
    fn shown(&self, estimate: Option<Estimate>) -> Option<Shown> {
        estimate.map(|estimate| Shown {
            estimate,
            covers: Covers::of(self.opening.selection, estimate.sampling_unit),
        })
    }

    fn nodes(&self) -> Vec<NodeFigures> {
        let nodes = self.layout.nodes().iter().enumerate();
        nodes.map(|(index, node)| self.node(index, node)).collect()
    }

    fn node(&self, index: usize, node: &Node) -> NodeFigures {
        if !self.cell.shows.nodes[index] {
            return NodeFigures {
                kind: node.kind,
                id: node.id.clone(),
                withheld: Some(Reason::Hidden),
                respondents: None,
                answers: None,
                complete: None,
                share: None,
                mean: None,
                mean_of_criteria: None,
                all_satisfied: None,
            };
        }
        let moments = self.drawn(index).moments;
        let (share, mean) = self.pooled(index);
        NodeFigures {
            kind: node.kind,
            id: node.id.clone(),
            withheld: None,
            respondents: Some(moments.respondents),
            answers: Some(moments.answers),
            complete: Some(moments.complete),
            share,
            mean,
            mean_of_criteria: self.shown(self.mean_of_criteria(index)),
            all_satisfied: self.shown(all_satisfied_share(&moments)),
        }
    }

    /// The pooled share and the mean score of a node.
    fn pooled(&self, node: usize) -> (Option<Shown>, Option<Shown>) {
        let drawn = self.drawn(node);
        let design = drawn.design(self.opening.selection);
        let scale = scale_of(self.layout.nodes()[node].levels);
        let mean = scale.and_then(|scale| pooled_mean(design, scale));
        (self.shown(pooled_share(design)), self.shown(mean))
    }

    fn drawn(&self, node: usize) -> Drawn {
        let moments = self.cell.tally.moments(self.layout, node);
        let clusters = self.cell.clusters.get(node);
        Drawn {
            moments,
            clusters: clusters.map(|clusters| [(moments, *clusters)]),
        }
    }

    /// The roll-up by criteria of a node, once its items were read.
    fn mean_of_criteria(&self, node: usize) -> Option<Estimate> {
        if !self.cell.has_items {
            return None;
        }
        // The criteria of the node, and the same factor by factor, each with the unit that it rates.
        let mut totals = Vec::new();
        let mut factors: BTreeMap<usize, (Rates, Vec<CriterionTotals>)> = BTreeMap::new();
        for (index, item) in self.layout.items().iter().enumerate() {
            let Some(place) = item.criterion else { continue };
            if ![0, place.part, place.factor].contains(&node) {
                continue;
            }
            if !self.cell.shows.items[index] {
                return None;
            }
            let counts = self.cell.tally.item(self.layout, index);
            let criterion = CriterionTotals {
                respondents: counts.answered,
                satisfied: satisfied(&counts, place.satisfied_from),
            };
            totals.push(criterion);
            let of_factor = factors
                .entry(place.factor)
                .or_insert_with(|| (place.rates, Vec::new()));
            of_factor.1.push(criterion);
        }
        let selection = self.opening.selection;
        let mut rated = factors.values().map(|(rates, _)| *rates);
        let first = rated.next();
        let rates_two = rated.any(|rates| Some(rates) != first);
        let drawn: Vec<Drawn> = factors.keys().map(|factor| self.drawn(*factor)).collect();
        let groups = drawn.iter().zip(factors.values());
        let groups = groups.map(|(drawn, (_, criteria))| Group {
            design: drawn.design(selection),
            criteria,
            rates_two: false,
        });
        let groups: Vec<Group<'_>> = groups.collect();
        let of_node = self.drawn(node);
        let whole = Group {
            design: of_node.design(selection),
            criteria: &totals,
            rates_two,
        };
        let factors = if groups.len() > 1 { groups.as_slice() } else { &[] };
        mean_of_criteria_bound(&whole, factors, self.opening.minimum)
    }

    fn items(&self) -> Vec<ItemFigures> {
        if !self.cell.has_items {
            return Vec::new();
        }
        let items = self.layout.items().iter().enumerate();
        items.map(|(index, item)| self.item(index, item)).collect()
    }

    fn item(&self, index: usize, item: &Item) -> ItemFigures {
        let is_shown = self.cell.shows.items[index];
        let mut figures = ItemFigures {
            path: item.path.clone(),
            withheld: (!is_shown).then_some(Reason::Hidden),
            counts: None,
            share: None,
            mean: None,
            option_shares: Vec::new(),
        };
        if !is_shown {
            return figures;
        }
        let counts = self.cell.tally.item(self.layout, index);
        if let Some(factor) = self.only_criterion_of(item) {
            (figures.share, figures.mean) = self.pooled(factor);
        } else if let Some(rating) = self.rating_of(item) {
            if let Some(from) = rating.satisfied_from {
                figures.share = self.shown(criterion_share(satisfied(&counts, from), counts.answered));
            }
            figures.mean = self.shown(scale_of(rating.levels).and_then(|scale| mean_of(&counts, scale)));
        }
        let shares = counts.options.iter();
        let shares = shares.filter_map(|count| self.shown(criterion_share(*count, counts.answered)));
        figures.option_shares = shares.collect();
        figures.counts = Some(Counts {
            shown: counts.shown,
            answered: counts.answered,
            no_opinion: counts.no_opinion,
            skipped: counts.skipped,
            options: counts.options,
        });
        figures
    }

    /// The factor whose only criterion the item is. Both are the same figure, and the factor's moments know which of its
    /// answers go together, so that both have the interval of the factor.
    fn only_criterion_of(&self, item: &Item) -> Option<usize> {
        let factor = item.criterion?.factor;
        let is_only = self.layout.nodes()[factor].criteria == 1;
        (is_only && self.cell.shows.nodes[factor]).then_some(factor)
    }

    /// The scale of a criterion, a grid row or a rating.
    fn rating_of(&self, item: &Item) -> Option<Rating> {
        let ItemKind::Choice { options } = item.kind else {
            return None;
        };
        let (_, question) = self.opening.version.questions().nth(item.question)?;
        match &question.answer {
            AnswerKind::Satisfaction { scale, .. }
            | AnswerKind::Grid { scale, .. }
            | AnswerKind::Rating { scale, .. } => Some(Rating {
                levels: options,
                satisfied_from: self.opening.version.scale(scale)?.satisfied_from,
            }),
            _ => None,
        }
    }
}

struct Rating {
    levels: u8,
    satisfied_from: Option<u8>,
}

/// The respondents of a node, with their clusters where there are any, as one stratum.
struct Drawn {
    moments: Moments,
    clusters: Option<[(Moments, ClusterMoments); 1]>,
}

impl Drawn {
    /// What is taken to be drawn: villages in a sample, whoever comes at an open desk, else persons.
    fn design(&self, selection: Selection) -> Design<'_> {
        match (selection, &self.clusters) {
            (Selection::Open, Some([(_, point_days)])) => Design::Open {
                persons: &self.moments,
                point_days,
            },
            (Selection::Probability, Some(strata)) => Design::Clusters(strata),
            _ => Design::Persons(&self.moments),
        }
    }
}

fn scale_of(levels: u8) -> Option<ScoreRange> {
    (levels > 1).then(|| ScoreRange {
        lowest: 1,
        highest: levels.into(),
    })
}

/// People whose score is at least `from`.
fn satisfied(counts: &ItemCounts, from: u8) -> i64 {
    counts.options.iter().skip(usize::from(from.max(1)) - 1).sum()
}

/// The mean score of one item: each respondent has one answer, so the moments follow from the counts.
fn mean_of(counts: &ItemCounts, scale: ScoreRange) -> Option<Estimate> {
    let (mut score, mut squared) = (0, 0);
    for (level, count) in (1_i64..).zip(&counts.options) {
        score += level * count;
        squared += level * level * count;
    }
    let moments = Moments {
        respondents: counts.answered,
        answers: counts.answered,
        score,
        answers_squared: counts.answered,
        answers_score: score,
        score_squared: squared,
        ..Moments::default()
    };
    pooled_mean(Design::Persons(&moments), scale)
}
