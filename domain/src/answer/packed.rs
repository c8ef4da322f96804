//! The packed form of the closed answers: a format byte, then a few bytes an item.

use crate::answer::{Answer, fits};
use crate::civil;
use crate::layout::{ItemKind, Layout};
use crate::varint::{self, Reader};

/// The number of the packing, so that a later one can be told apart.
const PACKING: u64 = 1;

const NOT_SHOWN: u64 = 0;
const SKIPPED: u64 = 1;
const NO_OPINION: u64 = 2;
/// Codes from here on carry an answer.
const GIVEN: u64 = 3;

/// Stored bytes that do not fit the version's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored bytes do not fit the layout of the questionnaire version")]
pub struct Corrupt;

pub(super) fn pack(items: &[Answer]) -> Vec<u8> {
    let mut out = Vec::with_capacity(items.len() + 8);
    varint::put(&mut out, PACKING);
    for answer in items {
        match *answer {
            Answer::NotShown => varint::put(&mut out, NOT_SHOWN),
            Answer::Skipped => varint::put(&mut out, SKIPPED),
            Answer::NoOpinion => varint::put(&mut out, NO_OPINION),
            Answer::Choice(option) => varint::put(&mut out, GIVEN + u64::from(option)),
            Answer::Multiple(set) => varint::put(&mut out, GIVEN + set),
            Answer::Number(number) => {
                varint::put(&mut out, GIVEN);
                varint::put_signed(&mut out, number);
            }
            Answer::Date(date) => {
                varint::put(&mut out, GIVEN);
                varint::put_signed(&mut out, i64::from(civil::days_since_epoch(date)));
            }
        }
    }
    out
}

pub(super) fn unpack(layout: &Layout, bytes: &[u8]) -> Result<Vec<Answer>, Corrupt> {
    let mut reader = Reader::new(bytes);
    if reader.next_unsigned() != Some(PACKING) {
        return Err(Corrupt);
    }
    let items = layout
        .items()
        .iter()
        .map(|item| unpack_item(&mut reader, &item.kind).filter(|answer| fits(&item.kind, *answer)))
        .collect::<Option<Vec<_>>>()
        .ok_or(Corrupt)?;
    if reader.is_empty() {
        Ok(items)
    } else {
        Err(Corrupt)
    }
}

fn unpack_item(reader: &mut Reader<'_>, kind: &ItemKind) -> Option<Answer> {
    let given = match reader.next_unsigned()? {
        NOT_SHOWN => return Some(Answer::NotShown),
        SKIPPED => return Some(Answer::Skipped),
        NO_OPINION => return Some(Answer::NoOpinion),
        code => code - GIVEN,
    };
    match kind {
        ItemKind::Choice { .. } => u8::try_from(given).ok().map(Answer::Choice),
        ItemKind::Multiple { .. } => Some(Answer::Multiple(given)),
        ItemKind::Number { .. } => reader.next_signed().map(Answer::Number),
        ItemKind::Date => {
            let days = i32::try_from(reader.next_signed()?).ok()?;
            civil::date_from_days(days).map(Answer::Date)
        }
    }
}
