//! The figures of a version in its structure: parts, their factors, and the criteria of each.

use domain::layout::NodeKind;
use domain::questionnaire::{AnswerKind, Criterion, Factor, Part, Scale, Version};
use domain::release::figures::{Figures, ItemFigures, NodeFigures};
use domain::text::Language;

/// A criterion with its figures.
#[derive(Clone, Copy)]
pub(crate) struct Rated<'a> {
    pub(crate) criterion: &'a Criterion,
    pub(crate) scale: &'a Scale,
    pub(crate) figures: &'a ItemFigures,
}

/// A factor with its figures and criteria.
pub(crate) struct Branch<'a> {
    pub(crate) factor: &'a Factor,
    pub(crate) figures: &'a NodeFigures,
    pub(crate) criteria: Vec<Rated<'a>>,
}

/// A part with its figures and factors.
pub(crate) struct Limb<'a> {
    pub(crate) part: &'a Part,
    pub(crate) figures: &'a NodeFigures,
    pub(crate) factors: Vec<Branch<'a>>,
}

impl Rated<'_> {
    /// The short name, or the whole text.
    pub(crate) fn name(&self, language: &Language) -> String {
        let text = self.criterion.short.as_ref().unwrap_or(&self.criterion.text);
        text.get(language).to_owned()
    }
}

/// Puts the figures into the structure, in printed order.
pub(crate) fn tree<'a>(version: &'a Version, figures: &'a Figures) -> Vec<Limb<'a>> {
    let rated = rated(version, figures);
    let node = |kind: NodeKind, id: &str| {
        figures
            .nodes
            .iter()
            .find(|node| node.kind == kind && node.id == *id)
    };
    let parts = version.definition().parts.iter();
    parts
        .filter_map(|part| {
            let factors = part.factors.iter().filter_map(|factor| {
                let of_factor = |rated: &&Rated<'_>| {
                    factor
                        .criteria
                        .iter()
                        .any(|criterion| criterion.id == rated.criterion.id)
                };
                Some(Branch {
                    factor,
                    figures: node(NodeKind::Factor, &factor.id)?,
                    criteria: rated.iter().filter(of_factor).copied().collect(),
                })
            });
            Some(Limb {
                part,
                figures: node(NodeKind::Part, &part.id)?,
                factors: factors.collect(),
            })
        })
        .collect()
}

/// The criteria with their figures, in the order in which they are asked.
fn rated<'a>(version: &'a Version, figures: &'a Figures) -> Vec<Rated<'a>> {
    let definition = version.definition();
    let items = version.layout().items().iter().zip(&figures.items);
    items
        .filter(|(item, _)| item.criterion.is_some())
        .filter_map(|(item, figures)| {
            let (_, question) = definition.questions().nth(item.question)?;
            let AnswerKind::Satisfaction { scale, factors, .. } = &question.answer else {
                return None;
            };
            let criterion = definition.criteria_of(factors).nth(item.row?)?;
            Some(Rated {
                criterion,
                scale: definition.scale(scale)?,
                figures,
            })
        })
        .collect()
}

/// Sorts by share, the lowest first; what has no share comes last.
pub(crate) fn weakest_first<T>(rows: &mut [T], share: impl Fn(&T) -> Option<f64>) {
    rows.sort_by(|a, b| match (share(a), share(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
}

/// The value of a share, for sorting.
pub(crate) fn value(share: Option<&domain::release::figures::Shown>) -> Option<f64> {
    share.map(|share| share.estimate.value)
}
