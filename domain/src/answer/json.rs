//! Answers from JSON.

use serde_json::{Map, Value};

use crate::answer::given::NO_OPINION;
use crate::answer::{Answer, Answers, Known, Unasked};
use crate::civil;
use crate::condition::Condition;
use crate::questionnaire::{AnswerKind, ChoiceOption, Question, Row, Version};
use crate::response::{FieldError, FieldErrorCode};

pub(super) fn read(
    version: &Version,
    respondent: &Map<String, Value>,
    answers: &Map<String, Value>,
    unasked: Unasked,
) -> (Answers, Vec<FieldError>) {
    let mut parser = Parser {
        version,
        unasked,
        items: Vec::with_capacity(version.layout().items().len()),
        remarks: Vec::new(),
        errors: Vec::new(),
    };
    if version.definition().import_only {
        parser
            .errors
            .push(FieldError::new("/questionnaire", FieldErrorCode::NotAskedHere));
    }
    for (name, map, of_respondent) in [("respondent", respondent, true), ("answers", answers, false)] {
        for key in map.keys() {
            let known = version
                .questions()
                .any(|(section, question)| section.respondent == of_respondent && question.id == *key);
            if !known {
                parser.errors.push(FieldError::new(
                    format!("/{name}/{}", escape(key)),
                    FieldErrorCode::UnknownField,
                ));
            }
        }
    }
    for (index, (section, question)) in version.questions().enumerate() {
        let (name, map) = if section.respondent {
            ("respondent", respondent)
        } else {
            ("answers", answers)
        };
        let shown = parser.holds(section.when.as_ref()) && parser.holds(question.when.as_ref());
        let place = Place {
            map: name,
            question: &question.id,
            row: None,
        };
        parser.question(index, question, shown, place, map.get(&question.id));
    }
    let answers = Answers {
        items: parser.items,
        remarks: parser.remarks,
    };
    (answers, parser.errors)
}

/// Where an answer stands, written as a JSON pointer only when it is wrong.
#[derive(Clone, Copy)]
struct Place<'a> {
    map: &'static str,
    question: &'a str,
    row: Option<&'a str>,
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> Self {
        let mut path = format!("/{}/{}", place.map, place.question);
        if let Some(row) = place.row {
            path.push('/');
            path.push_str(row);
        }
        path
    }
}

struct Parser<'a> {
    version: &'a Version,
    unasked: Unasked,
    items: Vec<Answer>,
    remarks: Vec<(usize, String)>,
    errors: Vec<FieldError>,
}

impl Parser<'_> {
    fn holds(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| condition.holds(&Known::new(self.version, &self.items)))
    }

    fn question(
        &mut self,
        index: usize,
        question: &Question,
        shown: bool,
        place: Place<'_>,
        value: Option<&Value>,
    ) {
        let definition = self.version.definition();
        let levels = |scale: &str| definition.scale(scale).map_or(0, |scale| scale.levels.len());
        match &question.answer {
            AnswerKind::Satisfaction {
                scale,
                factors,
                no_opinion,
            } => {
                let rows = definition
                    .criteria_of(factors)
                    .map(|criterion| (criterion.id.as_str(), criterion.when.as_ref()));
                self.grid(
                    question,
                    shown,
                    place,
                    value,
                    &rows,
                    levels(scale),
                    no_opinion.is_some(),
                );
            }
            AnswerKind::Grid {
                scale,
                rows,
                no_opinion,
            } => {
                let rows = rows.iter().map(|row: &Row| (row.id.as_str(), row.when.as_ref()));
                self.grid(
                    question,
                    shown,
                    place,
                    value,
                    &rows,
                    levels(scale),
                    no_opinion.is_some(),
                );
            }
            AnswerKind::ShortText { max_length } | AnswerKind::LongText { max_length } => {
                self.text(index, question, shown, place, value, *max_length);
            }
            closed => {
                let answer = self.single_item(shown, question.required, place, value, |value| {
                    closed_answer(closed, value, &levels)
                });
                self.items.push(answer);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one grid, each needed once"
    )]
    fn grid<'r>(
        &mut self,
        question: &Question,
        shown: bool,
        place: Place<'_>,
        value: Option<&Value>,
        rows: &(impl Iterator<Item = (&'r str, Option<&'r Condition>)> + Clone),
        levels: usize,
        no_opinion: bool,
    ) {
        let empty = Map::new();
        let given = match value {
            None => &empty,
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.errors.push(FieldError::expected(place, "object"));
                &empty
            }
        };
        let mut known = 0;
        for (id, when) in rows.clone() {
            let shown = shown && self.holds(when);
            let value = given.get(id);
            known += usize::from(value.is_some());
            let place = Place {
                row: Some(id),
                ..place
            };
            let answer = self.single_item(shown, question.required, place, value, |value| {
                scale_answer(value, levels, no_opinion)
            });
            self.items.push(answer);
        }
        if known < given.len() {
            let is_unknown = |key: &&String| rows.clone().all(|(id, _)| id != **key);
            for key in given.keys().filter(is_unknown) {
                let path = format!("{}/{}", String::from(place), escape(key));
                self.errors
                    .push(FieldError::new(path, FieldErrorCode::UnknownField));
            }
        }
    }

    fn single_item(
        &mut self,
        shown: bool,
        required: bool,
        place: Place<'_>,
        value: Option<&Value>,
        read: impl FnOnce(&Value) -> Result<Answer, FieldErrorCode>,
    ) -> Answer {
        match (shown, value) {
            (false, None) => Answer::NotShown,
            (false, Some(_)) => {
                if self.unasked == Unasked::Refuse {
                    self.errors.push(FieldError::new(place, FieldErrorCode::NotAsked));
                }
                Answer::NotShown
            }
            (true, None) => {
                if required {
                    self.errors.push(FieldError::new(place, FieldErrorCode::Required));
                }
                Answer::Skipped
            }
            (true, Some(value)) => read(value).unwrap_or_else(|code| {
                self.errors.push(FieldError::new(place, code));
                Answer::Skipped
            }),
        }
    }

    fn text(
        &mut self,
        index: usize,
        question: &Question,
        shown: bool,
        place: Place<'_>,
        value: Option<&Value>,
        max: u32,
    ) {
        let text = match value {
            None => "",
            Some(Value::String(text)) => text.trim(),
            Some(_) => {
                self.errors.push(FieldError::expected(place, "string"));
                return;
            }
        };
        let too_long = u32::try_from(text.chars().count()).unwrap_or(u32::MAX) > max;
        if !shown {
            if !text.is_empty() && self.unasked == Unasked::Refuse {
                self.errors.push(FieldError::new(place, FieldErrorCode::NotAsked));
            }
        } else if text.is_empty() {
            if question.required {
                self.errors.push(FieldError::new(place, FieldErrorCode::Required));
            }
        } else if too_long {
            self.errors
                .push(FieldError::new(place, FieldErrorCode::TooLong { max }));
        } else {
            self.remarks.push((index, text.to_owned()));
        }
    }
}

fn scale_answer(value: &Value, levels: usize, no_opinion: bool) -> Result<Answer, FieldErrorCode> {
    match value {
        Value::String(word) if word == NO_OPINION && no_opinion => Ok(Answer::NoOpinion),
        Value::Number(number) => {
            let max = u8::try_from(levels).unwrap_or(u8::MAX);
            number
                .as_u64()
                .and_then(|score| u8::try_from(score).ok())
                .filter(|score| (1..=max).contains(score))
                .map(|score| Answer::Choice(score - 1))
                .ok_or(FieldErrorCode::OutOfRange {
                    min: 1,
                    max: i64::from(max),
                })
        }
        _ => Err(FieldErrorCode::Expected { what: "integer" }),
    }
}

fn closed_answer(
    kind: &AnswerKind,
    value: &Value,
    levels: &impl Fn(&str) -> usize,
) -> Result<Answer, FieldErrorCode> {
    match kind {
        AnswerKind::Rating { scale, no_opinion } => scale_answer(value, levels(scale), no_opinion.is_some()),
        AnswerKind::Single { options } => option_index(options, value).map(Answer::Choice),
        AnswerKind::Multiple { options, at_most } => {
            let chosen = value
                .as_array()
                .ok_or(FieldErrorCode::Expected { what: "array" })?;
            let mut set = 0_u64;
            for option in chosen {
                set |= 1 << option_index(options, option)?;
            }
            match at_most {
                Some(max) if set.count_ones() > u32::from(*max) => {
                    Err(FieldErrorCode::TooMany { max: u32::from(*max) })
                }
                _ if set == 0 => Ok(Answer::Skipped),
                _ => Ok(Answer::Multiple(set)),
            }
        }
        AnswerKind::YesNo {} => {
            let yes = value
                .as_bool()
                .ok_or(FieldErrorCode::Expected { what: "boolean" })?;
            Ok(Answer::Choice(u8::from(yes)))
        }
        AnswerKind::Number { min, max, .. } => {
            let number = value
                .as_i64()
                .ok_or(FieldErrorCode::Expected { what: "integer" })?;
            if (*min..=*max).contains(&number) {
                Ok(Answer::Number(number))
            } else {
                Err(FieldErrorCode::OutOfRange { min: *min, max: *max })
            }
        }
        AnswerKind::Date {} => {
            let text = value.as_str().ok_or(FieldErrorCode::Expected { what: "date" })?;
            civil::parse(text)
                .map(Answer::Date)
                .ok_or(FieldErrorCode::Expected { what: "date" })
        }
        AnswerKind::Satisfaction { .. }
        | AnswerKind::Grid { .. }
        | AnswerKind::ShortText { .. }
        | AnswerKind::LongText { .. } => Err(FieldErrorCode::Expected { what: "object" }),
    }
}

fn option_index(options: &[ChoiceOption], value: &Value) -> Result<u8, FieldErrorCode> {
    let id = value
        .as_str()
        .ok_or(FieldErrorCode::Expected { what: "string" })?;
    let index = options
        .iter()
        .position(|option| option.id == id)
        .ok_or(FieldErrorCode::NotAnOption)?;
    u8::try_from(index).map_err(|_| FieldErrorCode::NotAnOption)
}

/// Escapes a key for a JSON pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
