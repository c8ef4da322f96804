//! Where each closed item of a version stands in packed answers, and each count in a tally.
//!
//! The layout follows from the definition alone, so that anyone who has a version's file can read what
//! was stored under it. Items stand in printed order; nodes are the whole, then the parts, then the
//! factors, in the order of the structure.

use serde::{Deserialize, Serialize};

use crate::moments::Moments;
use crate::questionnaire::{AnswerKind, Definition, Problem, Rates};

/// The layout of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    items: Vec<Item>,
    nodes: Vec<Node>,
    criteria: usize,
    /// Offset of each item's counts in a tally.
    item_offsets: Vec<usize>,
    /// Offset of the first node's moments.
    node_offset: usize,
}

/// A closed item: a criterion, a grid row, a rating, a choice, a number or a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `question` or `question.row`.
    pub path: String,
    /// The question's place in printed order.
    pub question: usize,
    /// The row's place in its grid.
    pub row: Option<usize>,
    pub kind: ItemKind,
    /// Set for criteria: where they stand in the structure.
    pub criterion: Option<CriterionPlace>,
}

/// What an item's answer can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// One of so many: options, levels of a scale, or no and yes.
    Choice { options: u8 },
    /// Any of so many, at most 60.
    Multiple { options: u8 },
    /// A whole number, counted by the classes that start at these bounds.
    Number { classes: Vec<i64> },
    /// A civil date; only whether it was given is counted.
    Date,
}

/// The place of a criterion in the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CriterionPlace {
    /// The criterion's index over the whole version, in the order of the structure.
    pub index: usize,
    /// Index of its part's node.
    pub part: usize,
    /// Index of its factor's node.
    pub factor: usize,
    /// The lowest score that counts as satisfied.
    pub satisfied_from: u8,
    pub rates: Rates,
}

/// A node of the structure: the whole, a part or a factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub kind: NodeKind,
    /// Empty for the whole.
    pub id: String,
    /// How many criteria lie under it.
    pub criteria: usize,
    /// Levels of the scale on which they are rated; 0 when they differ.
    pub levels: u8,
}

/// The kinds of node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Whole,
    Part,
    Factor,
}

/// Responses counted, held, late, excluded.
pub const HEAD: usize = 4;

impl Item {
    /// How many counts the item has in a tally; see [`crate::tally::Tally`].
    pub fn width(&self) -> usize {
        match &self.kind {
            ItemKind::Choice { options } | ItemKind::Multiple { options } => usize::from(*options) + 2,
            ItemKind::Number { classes } => classes.len() + 3,
            ItemKind::Date => 2,
        }
    }
}

impl Layout {
    pub(crate) fn of(definition: &Definition) -> Result<Self, Problem> {
        let nodes = nodes(definition);
        let places = criterion_places(definition);
        let mut items = Vec::new();
        for (question_index, (_, question)) in definition.questions().enumerate() {
            let mut push = |row: Option<(usize, &str)>, kind: ItemKind, criterion: Option<CriterionPlace>| {
                let path = row.map_or_else(|| question.id.clone(), |(_, id)| format!("{}.{id}", question.id));
                items.push(Item {
                    path,
                    question: question_index,
                    row: row.map(|(index, _)| index),
                    kind,
                    criterion,
                });
            };
            match &question.answer {
                AnswerKind::Satisfaction { scale, factors, .. } => {
                    let scale = definition.scale(scale).ok_or_else(|| unknown_scale(scale))?;
                    for (row, criterion) in definition.criteria_of(factors).enumerate() {
                        let place = places
                            .iter()
                            .find(|(id, _)| *id == criterion.id)
                            .map(|(_, place)| CriterionPlace {
                                satisfied_from: scale.satisfied_from.unwrap_or(u8::MAX),
                                ..*place
                            });
                        push(
                            Some((row, &criterion.id)),
                            ItemKind::Choice {
                                options: small(scale.levels.len()),
                            },
                            place,
                        );
                    }
                }
                AnswerKind::Grid { scale, rows, .. } => {
                    let levels = small(
                        definition
                            .scale(scale)
                            .ok_or_else(|| unknown_scale(scale))?
                            .levels
                            .len(),
                    );
                    for (index, row) in rows.iter().enumerate() {
                        push(Some((index, &row.id)), ItemKind::Choice { options: levels }, None);
                    }
                }
                AnswerKind::Rating { scale, .. } => {
                    let levels = small(
                        definition
                            .scale(scale)
                            .ok_or_else(|| unknown_scale(scale))?
                            .levels
                            .len(),
                    );
                    push(None, ItemKind::Choice { options: levels }, None);
                }
                AnswerKind::Single { options } => push(
                    None,
                    ItemKind::Choice {
                        options: small(options.len()),
                    },
                    None,
                ),
                AnswerKind::Multiple { options, .. } => {
                    push(
                        None,
                        ItemKind::Multiple {
                            options: small(options.len()),
                        },
                        None,
                    );
                }
                AnswerKind::YesNo {} => push(None, ItemKind::Choice { options: 2 }, None),
                AnswerKind::Number { classes, .. } => push(
                    None,
                    ItemKind::Number {
                        classes: classes.clone(),
                    },
                    None,
                ),
                AnswerKind::Date {} => push(None, ItemKind::Date, None),
                AnswerKind::ShortText { .. } | AnswerKind::LongText { .. } => {}
            }
        }
        let mut offset = HEAD;
        let item_offsets = items
            .iter()
            .map(|item| {
                let at = offset;
                offset += item.width();
                at
            })
            .collect();
        Ok(Self {
            items,
            nodes,
            criteria: places.len(),
            item_offsets,
            node_offset: offset,
        })
    }

    /// The closed items in printed order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The whole, the parts, the factors.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many criteria the version has.
    pub fn criteria(&self) -> usize {
        self.criteria
    }

    /// The item of that path.
    pub fn item(&self, path: &str) -> Option<usize> {
        self.items.iter().position(|item| item.path == path)
    }

    /// Where an item's counts start in a tally.
    pub fn item_offset(&self, item: usize) -> usize {
        self.item_offsets[item]
    }

    /// Where a node's moments start in a tally.
    pub fn node_offset(&self, node: usize) -> usize {
        self.node_offset + node * Moments::FIELDS
    }

    /// How many numbers a tally of this version holds.
    pub fn tally_width(&self) -> usize {
        self.node_offset(self.nodes.len())
    }
}

fn unknown_scale(id: &str) -> Problem {
    Problem::new("/scales", format!("there is no scale `{id}`"))
}

/// The check has limited options and levels to 60, so the fallback is never reached.
fn small(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn nodes(definition: &Definition) -> Vec<Node> {
    let levels = |factors: &mut dyn Iterator<Item = &str>| {
        let mut found = None;
        for factor in factors {
            let scale = definition
                .questions()
                .find_map(|(_, question)| match &question.answer {
                    AnswerKind::Satisfaction { scale, factors, .. }
                        if factors.iter().any(|id| id == factor) =>
                    {
                        definition.scale(scale)
                    }
                    _ => None,
                });
            let levels = scale.map_or(0, |scale| small(scale.levels.len()));
            if found.is_some_and(|known| known != levels) {
                return 0;
            }
            found = Some(levels);
        }
        found.unwrap_or(0)
    };
    let whole = Node {
        kind: NodeKind::Whole,
        id: String::new(),
        criteria: definition.factors().map(|factor| factor.criteria.len()).sum(),
        levels: levels(&mut definition.factors().map(|factor| factor.id.as_str())),
    };
    let parts = definition.parts.iter().map(|part| Node {
        kind: NodeKind::Part,
        id: part.id.clone(),
        criteria: part.factors.iter().map(|factor| factor.criteria.len()).sum(),
        levels: levels(&mut part.factors.iter().map(|factor| factor.id.as_str())),
    });
    let factors = definition.factors().map(|factor| Node {
        kind: NodeKind::Factor,
        id: factor.id.clone(),
        criteria: factor.criteria.len(),
        levels: levels(&mut std::iter::once(factor.id.as_str())),
    });
    std::iter::once(whole).chain(parts).chain(factors).collect()
}

fn criterion_places(definition: &Definition) -> Vec<(&str, CriterionPlace)> {
    let first_factor = 1 + definition.parts.len();
    let mut places = Vec::new();
    let mut factor_index = first_factor;
    for (part_index, part) in definition.parts.iter().enumerate() {
        for factor in &part.factors {
            for criterion in &factor.criteria {
                let place = CriterionPlace {
                    index: places.len(),
                    part: 1 + part_index,
                    factor: factor_index,
                    satisfied_from: u8::MAX,
                    rates: factor.rates,
                };
                places.push((criterion.id.as_str(), place));
            }
            factor_index += 1;
        }
    }
    places
}
