//! The canonical form that hashes are taken over.
//!
//! Canonical JSON here is RFC 8785 (JCS) restricted to what the formats need: objects, arrays, strings,
//! booleans and integers, no `null` and no fractions. Object keys are in ascending order of their UTF-16
//! code units, there is no white space, and strings use the escapes of RFC 8785. Anyone can therefore
//! recompute a version's hash or a response's digest with a stock JCS library.

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

/// The canonical text of a JSON value.
pub fn canonical_json(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
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
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            // Writing to a String cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
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
            let _ = write!(out, "{integer}");
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
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write_value(out, &fields[key])?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
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
