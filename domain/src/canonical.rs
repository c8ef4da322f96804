//! The canonical form that hashes are taken over.
//!
//! Canonical JSON here is RFC 8785 (JCS) restricted to what the formats need: objects, arrays, strings,
//! booleans and integers, no `null` and no fractions. Object keys are in ascending order of their UTF-16
//! code units, there is no white space, and strings use the escapes of RFC 8785. Anyone can therefore
//! recompute a version's hash or a response's digest with a stock JCS library.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// A value that has no canonical form: `null` or a number that is not an integer of 53 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("canonical JSON holds objects, arrays, strings, booleans and integers up to 2^53 only")]
pub struct NotCanonical;

const MAX_INTEGER: i64 = 1 << 53;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The canonical text of a JSON value.
pub fn canonical_json(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::with_capacity(1024);
    write_value(&mut out, value)?;
    Ok(out)
}

/// SHA-256 over the canonical text of a JSON value.
pub fn digest(value: &Value) -> Result<Hash, NotCanonical> {
    canonical_json(value).map(|text| sha256(text.as_bytes()))
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(char::from(DIGITS[usize::from(half)]));
        }
    }
    out
}

/// Reads hexadecimal of exactly `N` bytes, either case.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    bytes_from_hex(text)?.try_into().ok()
}

/// Reads hexadecimal of any number of whole bytes, either case.
pub fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| {
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        u8::try_from(high * 16 + low).ok()
    };
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

fn write_value(out: &mut String, value: &Value) -> Result<(), NotCanonical> {
    match value {
        Value::Null => return Err(NotCanonical),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => {
            let integer = number
                .as_i64()
                .filter(|n| n.abs() <= MAX_INTEGER)
                .ok_or(NotCanonical)?;
            write_integer(out, integer);
        }
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item)?;
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            // The keys of our formats are ASCII, which the map has in order already.
            if !fields.is_sorted_by(|a, b| by_utf16(a.0, b.0).is_le()) {
                fields.sort_by(|a, b| by_utf16(a.0, b.0));
            }
            let mut object = Object::begin(out);
            for (key, value) in fields {
                write_value(object.key(key), value)?;
            }
            object.end();
        }
    }
    Ok(())
}

/// An object that is written field by field, by somebody who gives the keys in their order.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, is_empty: true }
    }

    /// Begins a field; its value is to be written to what this returns.
    pub(crate) fn key(&mut self, key: &str) -> &mut String {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(',');
        }
        write_string(self.out, key);
        self.out.push(':');
        self.out
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        write_string(self.key(key), text);
    }

    pub(crate) fn end(self) {
        self.out.push('}');
    }
}

pub(crate) fn write_integer(out: &mut String, integer: i64) {
    match u8::try_from(integer) {
        // Most of an answer is one digit.
        Ok(digit @ 0..=9) => out.push(char::from(b'0' + digit)),
        // Writing to a String cannot fail.
        _ => drop(write!(out, "{integer}")),
    }
}

/// The order of RFC 8785.
pub(crate) fn by_utf16(one: &str, other: &str) -> Ordering {
    if one.is_ascii() && other.is_ascii() {
        one.cmp(other)
    } else {
        one.encode_utf16().cmp(other.encode_utf16())
    }
}

pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    // What has to be escaped is ASCII: between two such bytes the text goes over as it is.
    let mut rest = text;
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        match special.as_bytes()[0] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            control => drop(write!(out, "\\u{control:04x}")),
        }
        rest = &special[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_strings_escaped_as_rfc_8785_does() {
        let value = json!({"b": [1, true, "a\"\n\u{1}é"], "a": {"z": -5, "đ": ""}});
        assert_eq!(
            canonical_json(&value).as_deref(),
            Ok("{\"a\":{\"z\":-5,\"đ\":\"\"},\"b\":[1,true,\"a\\\"\\n\\u0001é\"]}")
        );
    }

    #[test]
    fn what_has_no_single_form_is_refused() {
        for value in [json!(null), json!([1.5]), json!({"a": (1_i64 << 53) + 1})] {
            assert_eq!(canonical_json(&value), Err(NotCanonical));
        }
    }

    #[test]
    fn hexadecimal_goes_there_and_back() {
        assert_eq!(
            hex(&sha256(b"")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(from_hex::<2>("0aFf"), Some([0x0a, 0xff]));
        assert_eq!(from_hex::<2>("0aF"), None);
        assert_eq!(from_hex::<2>("0aFg"), None);
        assert_eq!(from_hex::<2>("0aFf00"), None);
        assert_eq!(bytes_from_hex("0aFf00"), Some(vec![0x0a, 0xff, 0]));
        assert_eq!(bytes_from_hex("+f"), None);
    }
}
