//! What was answered, question by question: walked once, written as JSON values or as canonical text.

use serde_json::{Map, Value};
use time::Date;

use crate::answer::{Answer, Answers};
use crate::canonical::{self, Object};
use crate::civil;
use crate::questionnaire::{AnswerKind, Question, Version};

/// The word for "no opinion" in answers.
pub(super) const NO_OPINION: &str = "no_opinion";

/// The answer to one question.
enum Given<'a> {
    One(Plain<'a>),
    /// By the id of the row.
    Rows(Vec<(&'a str, Plain<'a>)>),
}

/// An answer that is not made of others.
enum Plain<'a> {
    /// An option's id, or a remark.
    Word(&'a str),
    Words(Vec<&'a str>),
    Flag(bool),
    Integer(i64),
    Date(Date),
}

/// The answers as JSON, by the id of their question: of the respondent questions or of the others.
pub(super) fn to_json(version: &Version, answers: &Answers, of_respondent: bool) -> Map<String, Value> {
    let value = |given| match given {
        Given::One(plain) => plain.value(),
        Given::Rows(rows) => rows
            .into_iter()
            .map(|(id, plain)| (id.to_owned(), plain.value()))
            .collect(),
    };
    walk(version, answers, of_respondent)
        .into_iter()
        .map(|(id, given)| (id.to_owned(), value(given)))
        .collect()
}

/// The canonical text of [`to_json`], without the detour over its values.
pub(super) fn write_canonical(out: &mut String, version: &Version, answers: &Answers, of_respondent: bool) {
    let mut all = walk(version, answers, of_respondent);
    all.sort_unstable_by(|a, b| canonical::by_utf16(a.0, b.0));
    let mut object = Object::begin(out);
    for (id, given) in all {
        let out = object.key(id);
        match given {
            Given::One(plain) => plain.write(out),
            Given::Rows(mut rows) => {
                rows.sort_unstable_by(|a, b| canonical::by_utf16(a.0, b.0));
                let mut object = Object::begin(out);
                for (row, plain) in rows {
                    plain.write(object.key(row));
                }
                object.end();
            }
        }
    }
    object.end();
}

/// Every question that was answered, in printed order.
fn walk<'a>(version: &'a Version, answers: &'a Answers, of_respondent: bool) -> Vec<(&'a str, Given<'a>)> {
    let mut items = version.layout().items().iter().zip(&answers.items).peekable();
    let mut all = Vec::new();
    for (index, (section, question)) in version.questions().enumerate() {
        let mut rows = Vec::new();
        let remark = answers.remarks.iter().find(|(at, _)| *at == index);
        let mut one = remark.map(|(_, text)| Plain::Word(text));
        while let Some((item, answer)) = items.next_if(|(item, _)| item.question == index) {
            match (Plain::of(question, *answer), item.path.split_once('.')) {
                (Some(plain), Some((_, row))) => rows.push((row, plain)),
                (Some(plain), None) => one = Some(plain),
                (None, _) => {}
            }
        }
        if section.respondent != of_respondent {
            continue;
        }
        if !rows.is_empty() {
            all.push((question.id.as_str(), Given::Rows(rows)));
        } else if let Some(plain) = one {
            all.push((question.id.as_str(), Given::One(plain)));
        }
    }
    all
}

impl<'a> Plain<'a> {
    fn of(question: &'a Question, answer: Answer) -> Option<Self> {
        match answer {
            Answer::NotShown | Answer::Skipped => None,
            Answer::NoOpinion => Some(Self::Word(NO_OPINION)),
            Answer::Number(number) => Some(Self::Integer(number)),
            Answer::Date(date) => Some(Self::Date(date)),
            Answer::Choice(index) => match &question.answer {
                AnswerKind::Single { options } => options
                    .get(usize::from(index))
                    .map(|option| Self::Word(&option.id)),
                AnswerKind::YesNo {} => Some(Self::Flag(index == 1)),
                _ => Some(Self::Integer(i64::from(index) + 1)),
            },
            Answer::Multiple(set) => match &question.answer {
                AnswerKind::Multiple { options, .. } => {
                    let chosen = options.iter().enumerate();
                    let chosen = chosen.filter(|(index, _)| set >> index & 1 == 1);
                    Some(Self::Words(
                        chosen.map(|(_, option)| option.id.as_str()).collect(),
                    ))
                }
                _ => None,
            },
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Word(word) => Value::from(word),
            Self::Words(words) => words.into_iter().collect(),
            Self::Flag(flag) => Value::from(flag),
            Self::Integer(integer) => Value::from(integer),
            Self::Date(date) => Value::from(civil::format(date)),
        }
    }

    fn write(self, out: &mut String) {
        match self {
            Self::Word(word) => canonical::write_string(out, word),
            Self::Words(words) => {
                out.push('[');
                for (index, word) in words.into_iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    canonical::write_string(out, word);
                }
                out.push(']');
            }
            Self::Flag(flag) => out.push_str(if flag { "true" } else { "false" }),
            Self::Integer(integer) => canonical::write_integer(out, integer),
            Self::Date(date) => canonical::write_string(out, &civil::format(date)),
        }
    }
}
