//! Codes that people type: eight characters for a point, sixteen for a one-time code.
//!
//! The alphabet has no 0/O and no 1/I, and the last character checks the others, so that a slip of the
//! finger is told apart from an unknown code before anything is looked up.

use std::fmt;

/// Thirty-two characters: the digits 2–9 and the letters without I and O.
pub const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Length of a point's code, with its check character.
pub const POINT_LENGTH: usize = 8;
/// Length of a one-time code, with its check character.
pub const ONE_TIME_LENGTH: usize = 16;

/// A well-formed code, upper case, without separators.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

/// What is wrong with a typed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("a code has {expected} characters")]
    Length { expected: usize },
    #[error("a code has no such character")]
    Character,
    #[error("the check character does not fit: one character was mistyped or two were swapped")]
    Check,
}

impl Code {
    /// Makes a code of `length` characters from random bytes, one byte a character.
    ///
    /// Takes `length - 1` bytes; returns `None` when there are fewer or `length` is below two.
    pub fn from_random(length: usize, random: &[u8]) -> Option<Self> {
        let body = random
            .get(..length.checked_sub(1)?)
            .filter(|body| !body.is_empty())?;
        let mut text: Vec<u8> = body.iter().map(|byte| ALPHABET[usize::from(byte & 31)]).collect();
        text.push(check_character(&text)?);
        String::from_utf8(text).ok().map(Self)
    }

    /// Reads what a person typed: any case, with spaces or hyphens.
    pub fn parse(typed: &str, length: usize) -> Result<Self, CodeError> {
        let text: String = typed
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '–'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if text.chars().count() != length {
            return Err(CodeError::Length { expected: length });
        }
        let bytes = text.as_bytes();
        let (&check, body) = bytes.split_last().ok_or(CodeError::Length { expected: length })?;
        let expected = check_character(body).ok_or(CodeError::Character)?;
        position(check).ok_or(CodeError::Character)?;
        if check == expected {
            Ok(Self(text))
        } else {
            Err(CodeError::Check)
        }
    }

    /// The code in groups of four, as it is printed.
    pub fn grouped(&self) -> String {
        let groups: Vec<String> = self
            .0
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        groups.join("-")
    }

    /// The code without separators, as it stands in addresses and tables.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn position(character: u8) -> Option<u32> {
    ALPHABET
        .iter()
        .position(|&c| c == character)
        .and_then(|index| u32::try_from(index).ok())
}

/// The Luhn mod N check character (ISO/IEC 7812-1 carried to 32 characters): it finds every single slip
/// and every swap of neighbours but that of the first and the last character of the alphabet.
fn check_character(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (index, &character) in body.iter().rev().enumerate() {
        let value = position(character)?;
        let weighted = if index % 2 == 0 { 2 * value } else { value };
        sum += weighted / 32 + weighted % 32;
    }
    let index = usize::try_from((32 - sum % 32) % 32).ok()?;
    ALPHABET.get(index).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_typed_code_is_read_back(random in prop::array::uniform7(any::<u8>())) {
            let code = Code::from_random(POINT_LENGTH, &random).expect("enough bytes");
            let typed = code.grouped().to_lowercase();
            prop_assert_eq!(Code::parse(&typed, POINT_LENGTH), Ok(code));
        }

        #[test]
        fn a_single_slip_is_found(random in prop::array::uniform15(any::<u8>()), at in 0_usize..16, to in 0_usize..32) {
            let code = Code::from_random(ONE_TIME_LENGTH, &random).expect("enough bytes");
            let mut bytes = code.as_str().as_bytes().to_vec();
            prop_assume!(bytes[at] != ALPHABET[to]);
            bytes[at] = ALPHABET[to];
            let slipped = String::from_utf8(bytes).expect("ascii");
            prop_assert_eq!(Code::parse(&slipped, ONE_TIME_LENGTH), Err(CodeError::Check));
        }
    }

    #[test]
    fn confusable_characters_and_wrong_lengths_are_named() {
        assert_eq!(Code::parse("ABCD-EFG0", POINT_LENGTH), Err(CodeError::Character));
        assert_eq!(
            Code::parse("ABC", POINT_LENGTH),
            Err(CodeError::Length { expected: 8 })
        );
    }
}
