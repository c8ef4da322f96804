//! The answers of one response, checked against the version that it names.

mod given;
mod json;
mod packed;

use serde_json::{Map, Value};
use time::Date;

use crate::channel::Mode;
use crate::condition::Given;
use crate::layout::ItemKind;
use crate::questionnaire::{AnswerKind, Version};
use crate::response::FieldError;

pub use packed::Corrupt;

/// What one person answered to one closed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A condition kept the item from being asked.
    NotShown,
    /// Asked and left empty.
    Skipped,
    /// Asked, and "no opinion" said.
    NoOpinion,
    /// An option or a level of a scale, from 0; its score is one more. For yes/no, 0 is no and 1 is yes.
    Choice(u8),
    /// A set of options, bit 0 for the first.
    Multiple(u64),
    /// A whole number.
    Number(i64),
    /// A civil date.
    Date(Date),
}

impl Answer {
    /// Whether something was answered; "no opinion" is not an answer to the question.
    pub fn is_given(self) -> bool {
        matches!(
            self,
            Self::Choice(_) | Self::Multiple(_) | Self::Number(_) | Self::Date(_)
        )
    }

    /// The score on a scale, from 1.
    pub fn score(self) -> Option<u8> {
        if let Self::Choice(level) = self {
            level.checked_add(1)
        } else {
            None
        }
    }
}

/// All answers of one response: one [`Answer`] for each item of the layout, and the remarks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// In the order of [`crate::layout::Layout::items`].
    pub items: Vec<Answer>,
    /// Texts given, each with its question's place in printed order. They are stored apart.
    pub remarks: Vec<(usize, String)>,
}

/// What to do with an answer to a question that the conditions did not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// Name it as an error: a client must not send it.
    Refuse,
    /// Leave it out: a plain form cannot take back what was chosen on an earlier page.
    Drop,
}

impl Answers {
    /// Reads the answers and checks each against the version, in printed order, so that a condition sees
    /// what was answered before it. Every error is named by its path, such as `/answers/q9/c01`.
    pub fn parse(
        version: &Version,
        respondent: &Map<String, Value>,
        answers: &Map<String, Value>,
        unasked: Unasked,
    ) -> Result<Self, Vec<FieldError>> {
        let (answers, errors) = json::read(version, respondent, answers, unasked);
        if errors.is_empty() {
            Ok(answers)
        } else {
            Err(errors)
        }
    }

    /// Reads what can be read, for a form that is still being filled: a wrong answer counts as skipped and
    /// is named among the errors.
    pub fn read(
        version: &Version,
        respondent: &Map<String, Value>,
        answers: &Map<String, Value>,
        unasked: Unasked,
    ) -> (Self, Vec<FieldError>) {
        json::read(version, respondent, answers, unasked)
    }

    /// The normal form as JSON, `(respondent, answers)`: what the digest covers and exports show.
    pub fn to_json(&self, version: &Version) -> (Map<String, Value>, Map<String, Value>) {
        (
            given::to_json(version, self, true),
            given::to_json(version, self, false),
        )
    }

    /// Writes the canonical text of one half of [`Answers::to_json`]: of the respondent questions or of the others.
    pub(crate) fn write_canonical(&self, out: &mut String, version: &Version, of_respondent: bool) {
        given::write_canonical(out, version, self, of_respondent);
    }

    /// The packed form of the closed items, at most 200 bytes for a SIPAS questionnaire.
    pub fn pack(&self) -> Vec<u8> {
        packed::pack(&self.items)
    }

    /// Reads the packed form back; remarks are stored apart and come back empty.
    pub fn unpack(version: &Version, bytes: &[u8]) -> Result<Self, Corrupt> {
        packed::unpack(version.layout(), bytes).map(|items| Self {
            items,
            remarks: Vec::new(),
        })
    }

    /// The option chosen for each of the version's report dimensions, from 0.
    pub fn dimensions(&self, version: &Version) -> [Option<u8>; 2] {
        let mut chosen = [None, None];
        for (slot, path) in chosen.iter_mut().zip(&version.definition().dimensions) {
            let answer = version.layout().item(path).and_then(|item| self.items.get(item));
            if let Some(Answer::Choice(option)) = answer {
                *slot = Some(*option);
            }
        }
        chosen
    }

    /// How the person answered on a screen: whether somebody helped, where the version asks it in a question
    /// `helped` with the options `family`, `volunteer` and `official`.
    pub fn mode(&self, version: &Version) -> Mode {
        let known = Known::new(version, &self.items);
        let helpers = [
            ("family", Mode::HelpedByFamily),
            ("volunteer", Mode::HelpedByVolunteer),
            ("official", Mode::HelpedByOfficial),
        ];
        let helped = helpers.iter().find(|(option, _)| known.chose("helped", option));
        helped.map_or(Mode::SelfScreen, |(_, mode)| *mode)
    }
}

/// Answers as far as they are known, for conditions. Also what a half-filled form is.
#[derive(Debug)]
pub struct Known<'a> {
    version: &'a Version,
    items: &'a [Answer],
}

impl<'a> Known<'a> {
    /// `items` may be shorter than the layout: what is missing was not answered yet.
    pub fn new(version: &'a Version, items: &'a [Answer]) -> Self {
        Self { version, items }
    }

    fn answer(&self, path: &str) -> Option<Answer> {
        self.items.get(self.version.layout().item(path)?).copied()
    }
}

impl Given for Known<'_> {
    fn chose(&self, path: &str, option: &str) -> bool {
        let Some((_, question)) = self.version.questions().find(|(_, question)| question.id == path) else {
            return false;
        };
        let index = match &question.answer {
            AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
                options.iter().position(|known| known.id == option)
            }
            AnswerKind::YesNo {} => ["no", "yes"].iter().position(|known| *known == option),
            _ => None,
        };
        match (self.answer(path), index) {
            (Some(Answer::Choice(chosen)), Some(index)) => usize::from(chosen) == index,
            (Some(Answer::Multiple(set)), Some(index)) => set >> index & 1 == 1,
            _ => false,
        }
    }

    fn score(&self, path: &str) -> Option<u8> {
        self.answer(path)?.score()
    }

    fn answered(&self, path: &str) -> bool {
        self.answer(path).is_some_and(Answer::is_given)
    }
}

/// Whether a kind of item takes that answer: the last guard before packing and counting.
pub(crate) fn fits(kind: &ItemKind, answer: Answer) -> bool {
    match (kind, answer) {
        (_, Answer::NotShown | Answer::Skipped | Answer::NoOpinion)
        | (ItemKind::Number { .. }, Answer::Number(_))
        | (ItemKind::Date, Answer::Date(_)) => true,
        (ItemKind::Choice { options }, Answer::Choice(chosen)) => chosen < *options,
        (ItemKind::Multiple { options }, Answer::Multiple(set)) => *options >= 64 || set >> options == 0,
        _ => false,
    }
}
