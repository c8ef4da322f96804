//! Walking a questionnaire page by page, and HTML form fields as answers.
//!
//! The pages of a plain form and the desk device walk with this same code, so both show the same sections and rows, and
//! both list the same questions as unanswered. (On a phone the browser walks nothing: its island makes the page that the
//! server walked quicker.) [`Walk`] says what is asked; [`RawForm`] keeps what was typed, right or wrong, and turns it into
//! the JSON that [`crate::answer::Answers::parse`] checks.

mod fields;

use crate::answer::{Answer, Known};
use crate::condition::Condition;
use crate::questionnaire::{AnswerKind, Definition, Factor, Question, Version};
use crate::text::Text;

pub use fields::{DATE_PARTS, RawForm, date_of, field_name, parts_of};

/// What stands for the unit's telephone number in the note of an option.
pub const HOTLINE: &str = "{hotline}";

/// A note with the number of the unit, or with words that say whose number it is.
pub fn with_hotline(note: &str, hotline: &str) -> String {
    note.replace(HOTLINE, hotline)
}

/// One row of a grid: a criterion, or a row outside every factor.
#[derive(Clone, Copy, Debug)]
pub struct RowRef<'a> {
    pub id: &'a str,
    /// The number printed on the form.
    pub number: Option<&'a str>,
    pub text: &'a Text,
    /// The factor of a criterion: pages put its title above its first row.
    pub factor: Option<&'a Factor>,
    pub when: Option<&'a Condition>,
}

/// The rows of a question in printed order; empty when it is not a grid.
pub fn rows<'a>(definition: &'a Definition, question: &'a Question) -> Vec<RowRef<'a>> {
    match &question.answer {
        AnswerKind::Satisfaction { factors, .. } => factors
            .iter()
            .filter_map(|id| definition.factors().find(|factor| factor.id == *id))
            .flat_map(|factor| {
                factor.criteria.iter().map(move |criterion| RowRef {
                    id: &criterion.id,
                    number: criterion.number.as_deref(),
                    text: &criterion.text,
                    factor: Some(factor),
                    when: criterion.when.as_ref(),
                })
            })
            .collect(),
        AnswerKind::Grid { rows, .. } => rows
            .iter()
            .map(|row| RowRef {
                id: &row.id,
                number: None,
                text: &row.text,
                factor: None,
                when: row.when.as_ref(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A question that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its section's place.
    pub section: usize,
    /// Its place in printed order, as in [`Version::questions`].
    pub question: usize,
    /// The places of the rows that are asked; empty when it is not a grid.
    pub rows: Vec<usize>,
}

/// A closed item that is asked and has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The place of the section to go back to.
    pub section: usize,
    /// The item's place in the layout.
    pub item: usize,
}

/// What of a version is asked, given the answers so far.
///
/// Conditions are evaluated in printed order, and what is not asked counts as not answered for those that
/// follow, exactly as when a whole response is read.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    version: &'a Version,
    items: Vec<Answer>,
    item_sections: Vec<usize>,
    asked: Vec<Asked>,
}

impl<'a> Walk<'a> {
    /// `items` stand in the order of the layout and may be fewer; what is missing was not answered yet.
    pub fn new(version: &'a Version, items: &[Answer]) -> Self {
        let definition = version.definition();
        let mut walk = Self {
            version,
            items: Vec::with_capacity(version.layout().items().len()),
            item_sections: Vec::with_capacity(version.layout().items().len()),
            asked: Vec::new(),
        };
        let mut place = 0;
        for (index, section) in definition.sections.iter().enumerate() {
            for question in &section.questions {
                let shown = walk.holds(section.when.as_ref()) && walk.holds(question.when.as_ref());
                walk.question(index, place, question, shown, items);
                place += 1;
            }
        }
        walk
    }

    fn holds(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| condition.holds(&Known::new(self.version, &self.items)))
    }

    fn question(&mut self, section: usize, place: usize, question: &Question, shown: bool, given: &[Answer]) {
        let mut asked = Asked {
            section,
            question: place,
            rows: Vec::new(),
        };
        let any = match &question.answer {
            AnswerKind::Satisfaction { .. } | AnswerKind::Grid { .. } => {
                let rows = rows(self.version.definition(), question);
                for (index, row) in rows.iter().enumerate() {
                    let shown = shown && self.holds(row.when);
                    self.item(section, shown, given);
                    if shown {
                        asked.rows.push(index);
                    }
                }
                !asked.rows.is_empty()
            }
            AnswerKind::ShortText { .. } | AnswerKind::LongText { .. } => shown,
            _ => {
                self.item(section, shown, given);
                shown
            }
        };
        if any {
            self.asked.push(asked);
        }
    }

    fn item(&mut self, section: usize, shown: bool, given: &[Answer]) {
        let answer = match given.get(self.items.len()) {
            _ if !shown => Answer::NotShown,
            None | Some(Answer::NotShown) => Answer::Skipped,
            Some(answer) => *answer,
        };
        self.items.push(answer);
        self.item_sections.push(section);
    }

    /// The version walked through.
    pub fn version(&self) -> &'a Version {
        self.version
    }

    /// The answers with [`Answer::NotShown`] for every item that is not asked.
    pub fn items(&self) -> &[Answer] {
        &self.items
    }

    /// The places of the sections in which something is asked, in printed order.
    pub fn visible_sections(&self) -> Vec<usize> {
        let mut sections: Vec<usize> = self.asked.iter().map(|asked| asked.section).collect();
        sections.dedup();
        sections
    }

    /// The next section in which something is asked.
    pub fn next_section(&self, after: usize) -> Option<usize> {
        let mut asked = self.asked.iter().map(|asked| asked.section);
        asked.find(|section| *section > after)
    }

    /// The last section before this one in which something is asked.
    pub fn previous_section(&self, before: usize) -> Option<usize> {
        let mut asked = self.asked.iter().rev().map(|asked| asked.section);
        asked.find(|section| *section < before)
    }

    /// The questions asked in a section, in printed order.
    pub fn asked_in(&self, section: usize) -> impl Iterator<Item = &Asked> {
        self.asked.iter().filter(move |asked| asked.section == section)
    }

    /// The question asked at that place in printed order, or `None` when it is not asked.
    pub fn asked(&self, question: usize) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.question == question)
    }

    /// The closed items that are asked and empty, for the summary before sending. "No opinion" is an answer
    /// here, and texts are never listed.
    pub fn unanswered(&self) -> Vec<Unanswered> {
        self.items
            .iter()
            .zip(&self.item_sections)
            .enumerate()
            .filter(|(_, (answer, _))| **answer == Answer::Skipped)
            .map(|(item, (_, section))| Unanswered {
                section: *section,
                item,
            })
            .collect()
    }
}

/// The place of the section that holds the question of an error path such as `/answers/q9/c01`.
pub fn section_of(version: &Version, path: &str) -> Option<usize> {
    let mut names = path.strip_prefix('/')?.split('/');
    let respondent = match names.next()? {
        "respondent" => true,
        "answers" => false,
        _ => return None,
    };
    let id = names.next()?;
    version.definition().sections.iter().position(|section| {
        section.respondent == respondent && section.questions.iter().any(|question| question.id == id)
    })
}
