//! The shape of what a command or a request gives: lengths, ranges and forms, told field by field.
//!
//! Inputs derive [`Validate`]; here its errors become [`FieldError`]s, which have a path, a stable code and their words in
//! two languages. What a field means (whether the unit or campaign exists) the use cases find out.

use std::borrow::Cow;

use domain::response::{FieldError, FieldErrorCode};
use serde_json::Value;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::error::ServiceError;

/// The longest name of a point, a device or a system, in characters.
pub const LONGEST_LABEL: u64 = 100;

/// Checks the shape of an input.
///
/// # Errors
///
/// [`ServiceError::Fields`] with every field that is wrong, in the order of their paths.
pub fn check(given: &impl Validate) -> Result<(), ServiceError> {
    let found = wrong(given, Vec::new());
    if found.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Fields(found))
    }
}

/// Every field of an input that is wrong, with those that were `found` before, in the order of their paths.
pub fn wrong(given: &impl Validate, mut found: Vec<FieldError>) -> Vec<FieldError> {
    if let Err(errors) = given.validate() {
        collect(&errors, "", &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(errors: &ValidationErrors, above: &str, found: &mut Vec<FieldError>) {
    for (field, kind) in errors.errors() {
        let path = format!("{above}/{field}");
        match kind {
            ValidationErrorsKind::Field(wrong) => {
                found.extend(
                    wrong
                        .iter()
                        .map(|error| FieldError::new(path.clone(), code_of(error))),
                );
            }
            ValidationErrorsKind::Struct(below) => collect(below, &path, found),
            ValidationErrorsKind::List(items) => {
                for (index, below) in items {
                    collect(below, &format!("{path}/{index}"), found);
                }
            }
        }
    }
}

fn code_of(error: &ValidationError) -> FieldErrorCode {
    let number = |name: &str| error.params.get(name).and_then(Value::as_i64);
    match error.code.as_ref() {
        "length" => {
            let most = number("max").and_then(|max| u32::try_from(max).ok());
            let given = match error.params.get("value") {
                Some(Value::String(text)) => text.chars().count(),
                Some(Value::Array(items)) => items.len(),
                _ => 0,
            };
            match (most, error.params.get("value")) {
                (Some(max), Some(Value::Array(_))) if given > max as usize => FieldErrorCode::TooMany { max },
                (Some(max), _) if given > max as usize => FieldErrorCode::TooLong { max },
                // Nothing is as good as missing.
                _ if given == 0 => FieldErrorCode::Missing,
                _ => FieldErrorCode::Expected {
                    what: "something longer",
                },
            }
        }
        "range" => FieldErrorCode::OutOfRange {
            min: number("min").unwrap_or(i64::MIN),
            max: number("max").unwrap_or(i64::MAX),
        },
        "required" => FieldErrorCode::Missing,
        _ => FieldErrorCode::Expected {
            what: match error.code {
                Cow::Borrowed(what) => what,
                Cow::Owned(_) => "value",
            },
        },
    }
}

/// Refuses what is only white space.
pub(crate) fn is_written(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        Err(ValidationError::new("required"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Validate)]
    struct Given {
        #[validate(length(min = 2, max = 3))]
        label: String,
        #[validate(range(min = 1, max = 9))]
        number: i32,
        #[validate(length(max = 1), nested)]
        items: Vec<Item>,
        #[validate(custom(function = "is_written"))]
        purpose: Option<&'static str>,
    }

    #[derive(Serialize, Validate)]
    struct Item {
        #[validate(length(min = 1, max = 2), custom(function = "is_even"))]
        name: String,
    }

    fn is_even(name: &str) -> Result<(), ValidationError> {
        if name.len().is_multiple_of(2) {
            Ok(())
        } else {
            Err(ValidationError::new("an even name"))
        }
    }

    fn given() -> Given {
        Given {
            label: "Quầ".to_owned(),
            number: 9,
            items: Vec::new(),
            purpose: None,
        }
    }

    fn item(name: &str) -> Item {
        Item {
            name: name.to_owned(),
        }
    }

    fn told(given: &Given) -> Vec<(String, FieldErrorCode)> {
        match check(given) {
            Ok(()) => Vec::new(),
            Err(ServiceError::Fields(fields)) => {
                fields.into_iter().map(|field| (field.path, field.code)).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_wrong_field_is_told_by_its_path() {
        assert_eq!(told(&given()), []);
        let wrong = Given {
            label: "Quầy".to_owned(),
            number: 0,
            items: vec![item("ab"), item("a"), item("")],
            purpose: Some(" "),
        };
        // Of a list that is too long the items are not looked at.
        let expected = [
            ("/items", FieldErrorCode::TooMany { max: 1 }),
            ("/label", FieldErrorCode::TooLong { max: 3 }),
            ("/number", FieldErrorCode::OutOfRange { min: 1, max: 9 }),
            ("/purpose", FieldErrorCode::Missing),
        ];
        assert_eq!(told(&wrong), expected.map(|(path, code)| (path.to_owned(), code)));
        for (label, code) in [
            ("", FieldErrorCode::Missing),
            (
                "Q",
                FieldErrorCode::Expected {
                    what: "something longer",
                },
            ),
        ] {
            let short = Given {
                label: label.to_owned(),
                ..given()
            };
            assert_eq!(told(&short), [("/label".to_owned(), code)]);
        }
        let below = Given {
            items: vec![item("abc")],
            ..given()
        };
        let mut codes = told(&below);
        codes.sort_by_key(|(_, code)| code.as_str());
        assert_eq!(
            codes,
            [
                (
                    "/items/0/name".to_owned(),
                    FieldErrorCode::Expected { what: "an even name" }
                ),
                ("/items/0/name".to_owned(), FieldErrorCode::TooLong { max: 2 }),
            ]
        );
    }
}
