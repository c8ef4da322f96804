//! Questionnaires as data: the file format, and its check into a frozen [`Version`].
//!
//! A file holds one version. The analytic structure (parts → factors → criteria) stands apart from the
//! printed one (sections → questions): a satisfaction question names the factors whose criteria it asks.
//! `data/questionnaires/questionnaire.schema.json` describes the format to editors, and
//! `docs/questionnaires.md` to people.

mod check;
mod wording;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, Hash};
use crate::condition::Condition;
use crate::layout::Layout;
use crate::text::{Language, Text};

pub use check::Problem;
pub use wording::Wording;

/// The number of the file format that this code reads.
pub const FORMAT: u32 = 1;

/// A questionnaire file as written: not yet checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Where editors find the JSON Schema; carries no meaning.
    #[serde(rename = "$schema", default, skip_serializing)]
    pub schema: Option<String>,
    pub format: u32,
    /// The instrument, such as `sipas` or `desk-rating`. Instruments are never pooled.
    pub key: String,
    /// The version of the instrument, such as `2023`.
    pub version: String,
    pub title: Text,
    /// Carries the structure of an instrument whose published results are imported. Its factors may lack
    /// criteria, nothing is asked, and nobody can answer it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub import_only: bool,
    pub provenance: Provenance,
    /// The method that computes its indicators; see [`crate::method`].
    pub method: String,
    pub languages: Vec<Language>,
    /// At most two closed questions by which results may be split, as item paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<String>,
    pub scales: Vec<Scale>,
    pub parts: Vec<Part>,
    pub sections: Vec<Section>,
}

/// How near the wording is to the official one, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    pub kind: ProvenanceKind,
    pub note: Text,
    pub sources: Vec<String>,
}

/// The standing of a wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvenanceKind {
    /// Word for word as decided.
    Official,
    /// From a source that shortened it.
    Abridged,
    /// Put together from reports about it.
    Reconstructed,
    /// Written by this project.
    Own,
}

/// An ordered scale of any length from 2 to 11 levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    pub id: String,
    /// The words of the levels, the lowest first; the score of the first is 1.
    pub levels: Vec<Text>,
    /// The lowest score that counts as satisfied. Only scales of satisfaction have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfied_from: Option<u8>,
}

/// A part (khía cạnh) of the analytic structure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub id: String,
    pub title: Text,
    pub factors: Vec<Factor>,
}

/// A factor (yếu tố) and its criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    pub id: String,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Rates::is_served_at")]
    pub rates: Rates,
    pub criteria: Vec<Criterion>,
}

/// Which of the two units of a response a factor rates (METHOD 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rates {
    /// The unit of the point, where the person was served.
    #[default]
    ServedAt,
    /// The unit that decides the dossier, when it is known.
    HandledBy,
}

impl Rates {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes the field by reference"
    )]
    fn is_served_at(&self) -> bool {
        *self == Self::ServedAt
    }
}

/// One rated statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub id: String,
    /// The number printed on the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub text: Text,
    /// A short name for tables and charts; the text stands in when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A printed part of the questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<Text>,
    /// Its questions are about the person; their answers travel in `respondent`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub respondent: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    pub questions: Vec<Question>,
}

/// One question with its way of answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the file format, true or left out"
)]
pub struct Question {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub text: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// An answer is asked for; of a grid, every row.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Sensitive personal data (Luật 91/2025/QH15): announced as such, threshold 20.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// About money, gifts or harassment: published by the rules of what is sensitive, so that nobody can be suspected of an
    /// answer. It is no sensitive personal data in the law's sense, so nothing announces it as such.
    #[serde(default, skip_serializing_if = "is_false")]
    pub delicate: bool,
    /// About the person's own visit; the only questions on which single answers may raise an alert.
    #[serde(default, skip_serializing_if = "is_false")]
    pub own_experience: bool,
    pub answer: AnswerKind,
}

impl Question {
    /// Whether its figures need more people, hide where all answered alike, and never split others.
    pub fn is_protected(&self) -> bool {
        self.sensitive || self.delicate
    }

    /// Whether whoever answers has to be asked not to give names: the answer is in words, and the question's own help does
    /// not ask for it. Every text is there in Vietnamese, so its words decide; only a "not" right before the name counts,
    /// since a help may also ask for names and forbid something else.
    pub fn needs_names_hint(&self) -> bool {
        const ASKS: [&str; 6] = [
            "không ghi họ tên",
            "không nêu họ tên",
            "không viết họ tên",
            "đừng ghi họ tên",
            "đừng nêu họ tên",
            "đừng viết họ tên",
        ];
        let asks = |help: &Text| {
            let help = help.find(&Language::vi()).text.to_lowercase();
            ASKS.iter().any(|words| help.contains(words))
        };
        let in_words = matches!(
            self.answer,
            AnswerKind::ShortText { .. } | AnswerKind::LongText { .. }
        );
        in_words && !self.help.as_ref().is_some_and(asks)
    }
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerKind {
    /// The criteria of the named factors, each rated on a scale. Answer: `{"<criterion>": score | "no_opinion"}`.
    Satisfaction {
        scale: String,
        factors: Vec<String>,
        /// The words for "no opinion", where it may be said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_opinion: Option<Text>,
    },
    /// Rows on a scale outside every factor. Answer: `{"<row>": score | "no_opinion"}`.
    Grid {
        scale: String,
        rows: Vec<Row>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_opinion: Option<Text>,
    },
    /// The question itself on a scale, outside every factor. Answer: `score | "no_opinion"`.
    Rating {
        scale: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_opinion: Option<Text>,
    },
    /// One of the options. Answer: `"<option>"`.
    Single { options: Vec<ChoiceOption> },
    /// Any of the options. Answer: `["<option>", …]`.
    Multiple {
        options: Vec<ChoiceOption>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u8>,
    },
    /// Answer: `true | false`.
    YesNo {},
    /// A whole number. `classes` are the lower bounds by which it is counted. Answer: integer.
    Number {
        min: i64,
        max: i64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<i64>,
    },
    /// Answer: `"YYYY-MM-DD"`.
    Date {},
    /// One line of text. Answer: string.
    ShortText { max_length: u32 },
    /// Several lines of text. Answer: string.
    LongText { max_length: u32 },
}

/// A row of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub id: String,
    pub text: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    pub id: String,
    pub text: Text,
    /// Shown after this option was chosen, such as where to turn with a complaint. In it `{hotline}` stands
    /// for the unit's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes the field by reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A published version: checked, frozen, and known by the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    definition: Definition,
    hash: Hash,
    layout: Layout,
}

/// How a response names the version that it answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRef {
    pub key: String,
    pub version: String,
    /// The content hash, 64 hexadecimal digits.
    pub hash: String,
}

impl Version {
    /// Reads and checks a file; on failure every problem found, each with its place.
    pub fn parse(json: &str) -> Result<Self, Vec<Problem>> {
        let definition: Definition =
            serde_json::from_str(json).map_err(|error| vec![Problem::syntax(&error)])?;
        Self::publish(definition)
    }

    /// Checks a definition and freezes it.
    pub fn publish(definition: Definition) -> Result<Self, Vec<Problem>> {
        check::check(&definition)?;
        let hash = serde_json::to_value(&definition)
            .ok()
            .and_then(|value| canonical::digest(&value).ok())
            .ok_or_else(|| vec![Problem::no_canonical_form()])?;
        let layout = Layout::of(&definition).map_err(|problem| vec![problem])?;
        Ok(Self {
            definition,
            hash,
            layout,
        })
    }

    /// Takes over a version that was checked when it was published: only its hash and its layout are checked
    /// again, which is a fraction of the code on a device. `definition` is what a server sent.
    pub fn received(definition: &Value, hash: &str) -> Option<Self> {
        let own = canonical::digest(definition).ok()?;
        (canonical::hex(&own) == hash).then_some(())?;
        let definition = Definition::deserialize(definition).ok()?;
        let layout = Layout::of(&definition).ok()?;
        Some(Self {
            definition,
            hash: own,
            layout,
        })
    }

    /// What is asked.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// SHA-256 over the canonical JSON of the definition, without `$schema`.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Where each item stands in packed answers and tallies.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The reference that responses carry.
    pub fn reference(&self) -> VersionRef {
        VersionRef {
            key: self.definition.key.clone(),
            version: self.definition.version.clone(),
            hash: canonical::hex(&self.hash),
        }
    }

    /// The scale of that id.
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.definition.scale(id)
    }

    /// The questions in printed order, each with its section.
    pub fn questions(&self) -> impl Iterator<Item = (&Section, &Question)> {
        self.definition.questions()
    }
}

impl Definition {
    /// The scale of that id.
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.scales.iter().find(|scale| scale.id == id)
    }

    /// The factors in the order of the structure.
    pub fn factors(&self) -> impl Iterator<Item = &Factor> {
        self.parts.iter().flat_map(|part| &part.factors)
    }

    /// The questions in printed order, each with its section.
    pub fn questions(&self) -> impl Iterator<Item = (&Section, &Question)> {
        self.sections
            .iter()
            .flat_map(|section| section.questions.iter().map(move |question| (section, question)))
    }

    /// The criteria that a list of factor ids stands for, in its order.
    pub fn criteria_of<'a>(&'a self, factors: &'a [String]) -> impl Iterator<Item = &'a Criterion> + Clone {
        factors
            .iter()
            .filter_map(|id| self.factors().find(|factor| factor.id == *id))
            .flat_map(|factor| &factor.criteria)
    }
}
