//! "Ask only if …": conditions that a browser and the server evaluate with this same code.
//!
//! A condition looks back at closed items by their path (`purpose`, `overall`, `q8.asked`). What was not
//! answered makes every comparison false, so nothing is asked on a guess.

use serde::{Deserialize, Serialize};

/// A condition as written in a file, for example `{"is": {"item": "purpose", "option": "receive_result"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The option was chosen; `yes` and `no` for a yes/no question.
    Is { item: String, option: String },
    /// A score was given, and it is at most this.
    AtMost { item: String, score: u8 },
    /// A score was given, and it is at least this.
    AtLeast { item: String, score: u8 },
    /// Something was answered, "no opinion" not included.
    Answered { item: String },
}

/// On which side of its score a comparison lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    AtMost,
    AtLeast,
}

/// What a condition can ask of the answers given so far.
pub trait Given {
    /// Whether the option of a choice was chosen.
    fn chose(&self, item: &str, option: &str) -> bool;
    /// The score given on a scale, from 1.
    fn score(&self, item: &str) -> Option<u8>;
    /// Whether the item was answered.
    fn answered(&self, item: &str) -> bool;
}

impl Condition {
    /// Whether the condition holds for the answers given.
    pub fn holds(&self, given: &impl Given) -> bool {
        match self {
            Self::All(all) => all.iter().all(|condition| condition.holds(given)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(given)),
            Self::Not(condition) => !condition.holds(given),
            Self::Is { item, option } => given.chose(item, option),
            Self::AtMost { item, score } => given.score(item).is_some_and(|given| given <= *score),
            Self::AtLeast { item, score } => given.score(item).is_some_and(|given| given >= *score),
            Self::Answered { item } => given.answered(item),
        }
    }

    /// The paths of the items looked at.
    pub fn items(&self) -> Vec<&str> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().flat_map(Self::items).collect(),
            Self::Not(condition) => condition.items(),
            Self::Is { item, .. }
            | Self::AtMost { item, .. }
            | Self::AtLeast { item, .. }
            | Self::Answered { item } => {
                vec![item]
            }
        }
    }

    /// The options named, each with its item.
    pub fn options(&self) -> Vec<(&str, &str)> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().flat_map(Self::options).collect(),
            Self::Not(condition) => condition.options(),
            Self::Is { item, option } => vec![(item, option)],
            Self::AtMost { .. } | Self::AtLeast { .. } | Self::Answered { .. } => Vec::new(),
        }
    }

    /// The scores compared with, each with its item.
    pub fn scores(&self) -> Vec<(&str, Bound, u8)> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().flat_map(Self::scores).collect(),
            Self::Not(condition) => condition.scores(),
            Self::AtMost { item, score } => vec![(item, Bound::AtMost, *score)],
            Self::AtLeast { item, score } => vec![(item, Bound::AtLeast, *score)],
            Self::Is { .. } | Self::Answered { .. } => Vec::new(),
        }
    }
}
