//! HTML form fields from and to the JSON of answers.
//!
//! A field is named `a.<question>` or, in a grid, `a.<question>.<row>`; a multiple choice repeats its field.
//! Yes and no are `yes` and `no`, scores are numbers, and "no opinion" is `no_opinion`.

use serde_json::{Map, Value};

use crate::form::{Walk, rows};
use crate::questionnaire::{AnswerKind, Question, Version};

/// What the names of answer fields start with; a page's other fields have other names.
const PREFIX: &str = "a.";

/// The parts of a date, in the order in which the languages of the country say them: the fields of a date are
/// `a.<question>.day` and so on. A whole date in `a.<question>` is read as well.
pub const DATE_PARTS: [&str; 3] = ["day", "month", "year"];

/// The date of typed parts, written `YYYY-MM-DD`. What cannot be one comes back as it was typed, for the check of the
/// answers to name; none when nothing was typed.
pub fn date_of(typed: [&str; 3]) -> Option<String> {
    let typed = typed.map(str::trim);
    if typed.iter().all(|part| part.is_empty()) {
        return None;
    }
    let [day, month, year] = typed.map(|part| part.parse::<u16>().ok());
    Some(match (day, month, year) {
        // A year of two digits would be guessed.
        (Some(day), Some(month), Some(year)) if typed[2].len() == 4 => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        _ => typed.join("/"),
    })
}

/// Day, month and year of a date written `YYYY-MM-DD`, as one types them.
pub fn parts_of(date: &str) -> Option<[String; 3]> {
    let (year, rest) = date.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Some([day, month, year].map(|part| part.trim_start_matches('0').to_owned()))
}

/// The field of a question, or of one row of its grid.
pub fn field_name(question: &str, row: Option<&str>) -> String {
    match row {
        Some(row) => format!("{PREFIX}{question}.{row}"),
        None => format!("{PREFIX}{question}"),
    }
}

/// The fields of a form as the browser sent them. Every typed value is kept, so that a wrong one comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawForm(Vec<(String, String)>);

impl RawForm {
    /// The decoded pairs of a form, in the order sent.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The pairs as they came.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// What was typed into a field, the last time if it stands there several times.
    pub fn value(&self, field: &str) -> Option<&str> {
        let mut found = self.0.iter().rev().filter(|(name, _)| name == field);
        found.next().map(|(_, value)| value.as_str())
    }

    /// What was typed of a date: part by part, or as a whole elsewhere.
    pub fn date_parts(&self, field: &str) -> [String; 3] {
        let parts = DATE_PARTS.map(|part| {
            self.value(&format!("{field}.{part}"))
                .unwrap_or_default()
                .to_owned()
        });
        if parts.iter().all(String::is_empty) {
            self.value(field).and_then(parts_of).unwrap_or_default()
        } else {
            parts
        }
    }

    /// All values of a field.
    pub fn values<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// The answers typed so far that the page of a section does not itself ask for. The page carries them in
    /// hidden fields, so that going back and forth loses nothing, not even an answer to a question that a
    /// changed condition hides.
    pub fn carried<'a>(
        &'a self,
        walk: &'a Walk<'_>,
        section: usize,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(move |(name, _)| {
                let Some((place, row)) = place_of(walk.version(), name) else {
                    return false;
                };
                match walk.asked(place) {
                    Some(asked) if asked.section == section => {
                        row.is_some_and(|row| !asked.rows.contains(&row))
                    }
                    _ => true,
                }
            })
    }

    /// The fields as JSON, `(respondent, answers)`. A number becomes a JSON number when it is one and stays
    /// a string when not, so that the check of the answers names what is wrong; empty fields are left out,
    /// and an unknown field is passed on under its name.
    pub fn read(&self, version: &Version) -> (Map<String, Value>, Map<String, Value>) {
        let mut maps = (Map::new(), Map::new());
        for (section, question) in version.questions() {
            if let Some(value) = self.question(question) {
                let map = if section.respondent {
                    &mut maps.0
                } else {
                    &mut maps.1
                };
                map.insert(question.id.clone(), value);
            }
        }
        for (name, value) in &self.0 {
            let Some(rest) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let known = version.questions().any(|(_, question)| {
                if is_grid(question) {
                    row_of(rest, &question.id).is_some()
                } else {
                    is_field_of(rest, question)
                }
            });
            if !known {
                maps.1.entry(rest).or_insert_with(|| Value::String(value.clone()));
            }
        }
        maps
    }

    fn question(&self, question: &Question) -> Option<Value> {
        if is_grid(question) {
            let mut rows = Map::new();
            for (name, value) in &self.0 {
                let Some(row) = name
                    .strip_prefix(PREFIX)
                    .and_then(|rest| row_of(rest, &question.id))
                else {
                    continue;
                };
                match number_or_text(value) {
                    Some(value) => rows.insert(row.to_owned(), value),
                    None => rows.remove(row),
                };
            }
            return (!rows.is_empty()).then_some(Value::Object(rows));
        }
        let field = field_name(&question.id, None);
        match &question.answer {
            AnswerKind::Multiple { .. } => {
                let chosen: Vec<Value> = self.values(&field).filter_map(text).collect();
                (!chosen.is_empty()).then_some(Value::Array(chosen))
            }
            AnswerKind::YesNo {} => match self.value(&field)?.trim() {
                "yes" => Some(Value::Bool(true)),
                "no" => Some(Value::Bool(false)),
                other => text(other),
            },
            AnswerKind::Date {} => {
                let parts = DATE_PARTS.map(|part| self.value(&format!("{field}.{part}")).unwrap_or_default());
                match date_of(parts) {
                    Some(date) => text(&date),
                    None => text(self.value(&field)?),
                }
            }
            AnswerKind::Rating { .. } | AnswerKind::Number { .. } => number_or_text(self.value(&field)?),
            // A browser sends line ends as CR LF; the same text sent by script has LF.
            AnswerKind::ShortText { .. } | AnswerKind::LongText { .. } => {
                text(&self.value(&field)?.replace("\r\n", "\n"))
            }
            _ => text(self.value(&field)?),
        }
    }

    /// The fields that show these answers again, such as those of a draft.
    pub fn write(version: &Version, respondent: &Map<String, Value>, answers: &Map<String, Value>) -> Self {
        let mut pairs = Vec::new();
        for (section, question) in version.questions() {
            let map = if section.respondent { respondent } else { answers };
            let field = field_name(&question.id, None);
            match map.get(&question.id) {
                Some(Value::Object(rows)) => {
                    for (row, value) in rows {
                        pairs.extend(typed(value).map(|text| (field_name(&question.id, Some(row)), text)));
                    }
                }
                Some(Value::Array(chosen)) => {
                    pairs.extend(chosen.iter().filter_map(typed).map(|text| (field.clone(), text)));
                }
                Some(value) => pairs.extend(typed(value).map(|text| (field, text))),
                None => {}
            }
        }
        Self(pairs)
    }
}

fn is_grid(question: &Question) -> bool {
    matches!(
        question.answer,
        AnswerKind::Satisfaction { .. } | AnswerKind::Grid { .. }
    )
}

/// Whether the rest of a field's name is that of a question without rows: its own, or of a part of its date.
fn is_field_of(rest: &str, question: &Question) -> bool {
    let part = || row_of(rest, &question.id).filter(|part| DATE_PARTS.contains(part));
    rest == question.id || (matches!(question.answer, AnswerKind::Date {}) && part().is_some())
}

/// The row in the rest of a field's name, when it belongs to that question.
fn row_of<'n>(rest: &'n str, question: &str) -> Option<&'n str> {
    rest.strip_prefix(question)?.strip_prefix('.')
}

/// The question's place in printed order, and the row's place, of a known answer field.
fn place_of(version: &Version, field: &str) -> Option<(usize, Option<usize>)> {
    let rest = field.strip_prefix(PREFIX)?;
    version
        .questions()
        .enumerate()
        .find_map(|(place, (_, question))| {
            if !is_grid(question) {
                return is_field_of(rest, question).then_some((place, None));
            }
            let row = row_of(rest, &question.id)?;
            let row = rows(version.definition(), question)
                .iter()
                .position(|known| known.id == row)?;
            Some((place, Some(row)))
        })
}

fn text(value: &str) -> Option<Value> {
    let value = value.trim();
    (!value.is_empty()).then(|| Value::from(value))
}

fn number_or_text(value: &str) -> Option<Value> {
    match value.trim().parse::<i64>() {
        Ok(number) => Some(Value::from(number)),
        Err(_) => text(value),
    }
}

fn typed(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
