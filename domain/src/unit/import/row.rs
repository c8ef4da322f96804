//! Rows of the file, each checked by itself.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::super::UnitKind;
use super::refusal::{Refusal, RefusalCode};

/// Every column; the first six must be there.
const COLUMNS: [&str; 9] = [
    "code",
    "name_vi",
    "name_en",
    "kind",
    "parent_code",
    "valid_from",
    "valid_to",
    "decision",
    "unit",
];
const REQUIRED: usize = 6;

const LONGEST_NAME: usize = 200;
/// QĐ 20/2020/QĐ-TTg: identifiers of agencies have at most 35 characters.
const LONGEST_CODE: usize = 35;

const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const VIETNAMESE: &[BorrowedFormatItem<'_>] = format_description!("[day]/[month]/[year]");

/// A row that is right in itself.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    /// What ties the rows of one unit together: the column `unit`, or the code.
    pub(super) key: String,
    pub(super) code: String,
    pub(super) name_vi: String,
    pub(super) name_en: String,
    pub(super) kind: UnitKind,
    pub(super) parent_code: String,
    pub(super) valid_from: Date,
    pub(super) valid_to: Option<Date>,
    pub(super) decision: Option<String>,
}

impl Row {
    pub(super) fn holds_on(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|to| date < to)
    }

    pub(super) fn refuse(&self, column: &'static str, code: RefusalCode, value: &str) -> Refusal {
        Refusal {
            line: self.line,
            column: Some(column),
            code,
            value: value.to_owned(),
        }
    }
}

/// What the file's lines are.
pub(super) struct Rows {
    pub(super) good: Vec<Row>,
    /// Codes of the rows that are refused.
    pub(super) broken_codes: HashSet<String>,
    pub(super) refusals: Vec<Refusal>,
}

/// Splits the text into rows and checks each. Comma or semicolon, with or without a byte order mark.
pub(super) fn rows(text: &str) -> Rows {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut read = Rows {
        good: Vec::new(),
        broken_codes: HashSet::new(),
        refusals: Vec::new(),
    };
    let mut columns: Option<Vec<Option<usize>>> = None;
    for record in reader.records() {
        // The text is valid UTF-8 and records may have any length, so nothing else can be wrong.
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        let Some(columns) = &columns else {
            match header_of(&record, line) {
                Ok(found) => columns = Some(found),
                Err(refusals) => {
                    read.refusals = refusals;
                    return read;
                }
            }
            continue;
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let expected = columns.iter().flatten().count();
        if record.len() != expected {
            let value = format!("{}/{expected}", record.len());
            read.refusals.push(Refusal {
                line,
                column: None,
                code: RefusalCode::RowColumns,
                value,
            });
            continue;
        }
        let field = |column: usize| columns[column].and_then(|at| record.get(at)).unwrap_or_default();
        match row(line, field) {
            Ok(row) => read.good.push(row),
            Err(refusals) => {
                read.broken_codes.insert(field(0).to_owned());
                read.refusals.extend(refusals);
            }
        }
    }
    if columns.is_none() {
        read.refusals.push(Refusal {
            line: 1,
            column: None,
            code: RefusalCode::HeaderMissing,
            value: COLUMNS[..REQUIRED].join(", "),
        });
    }
    read
}

/// Where each of [`COLUMNS`] stands.
fn header_of(record: &StringRecord, line: u64) -> Result<Vec<Option<usize>>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut refuse = |code, value: &str| {
        refusals.push(Refusal {
            line,
            column: None,
            code,
            value: value.to_owned(),
        });
    };
    let mut found = vec![None; COLUMNS.len()];
    for (at, name) in record.iter().enumerate() {
        match COLUMNS
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
        {
            Some(column) if found[column].is_none() => found[column] = Some(at),
            Some(_) => refuse(RefusalCode::HeaderRepeated, name),
            None => refuse(RefusalCode::HeaderUnknown, name),
        }
    }
    for column in 0..REQUIRED {
        if found[column].is_none() {
            refuse(RefusalCode::HeaderMissing, COLUMNS[column]);
        }
    }
    if refusals.is_empty() {
        Ok(found)
    } else {
        Err(refusals)
    }
}

/// One row, or everything that is wrong with it.
fn row<'a>(line: u64, field: impl Fn(usize) -> &'a str) -> Result<Row, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut refuse = |column: usize, code, value: &str| {
        refusals.push(Refusal {
            line,
            column: Some(COLUMNS[column]),
            code,
            value: value.to_owned(),
        });
    };
    for (required, name) in COLUMNS[..REQUIRED].iter().enumerate() {
        if field(required).is_empty() {
            refuse(required, RefusalCode::Missing, name);
        }
    }
    if let Some(wrong) = wrong_code(field(0)) {
        refuse(0, wrong, field(0));
    }
    for name in [1, 2] {
        if field(name).chars().count() > LONGEST_NAME {
            refuse(name, RefusalCode::NameLong, &LONGEST_NAME.to_string());
        }
    }
    let kind = UnitKind::from_code(field(3));
    match &kind {
        Ok(kind) if kind.is_official() => refuse(3, RefusalCode::KindOfficial, field(3)),
        Err(_) if !field(3).is_empty() => refuse(3, RefusalCode::KindUnknown, field(3)),
        _ => {}
    }
    let mut date = |column: usize| {
        let text = field(column);
        let date = Date::parse(text, ISO)
            .or_else(|_| Date::parse(text, VIETNAMESE))
            .ok();
        if date.is_none() && !text.is_empty() {
            refuse(column, RefusalCode::DateForm, text);
        }
        date
    };
    let (valid_from, valid_to) = (date(5), date(6));
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to <= from) {
        refuse(6, RefusalCode::DatesOrder, field(6));
    }
    match (kind, valid_from, refusals.is_empty()) {
        (Ok(kind), Some(valid_from), true) => Ok(Row {
            line,
            key: if field(8).is_empty() { field(0) } else { field(8) }.to_owned(),
            code: field(0).to_owned(),
            name_vi: field(1).to_owned(),
            name_en: field(2).to_owned(),
            kind,
            parent_code: field(4).to_owned(),
            valid_from,
            valid_to,
            decision: Some(field(7)).filter(|text| !text.is_empty()).map(str::to_owned),
        }),
        _ => Err(refusals),
    }
}

/// What is wrong with a code: letters, digits, dot, dash and underscore, and not the form of an official
/// code, which might be given out later.
fn wrong_code(code: &str) -> Option<RefusalCode> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if code.is_empty() {
        None
    } else if code.len() > LONGEST_CODE || !code.bytes().all(allowed) {
        Some(RefusalCode::CodeForm)
    } else if code.len() <= 5 && code.bytes().all(|b| b.is_ascii_digit()) {
        Some(RefusalCode::CodeOfficial)
    } else {
        None
    }
}
