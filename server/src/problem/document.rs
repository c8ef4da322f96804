//! A problem as it is sent, in the language asked for.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Uri, header};
use domain::response::{FieldError, FieldErrorCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, words};

/// The languages in which the API speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    #[default]
    Vi,
    En,
}

impl Tongue {
    /// What a request asks for: `lang` in the query, else the best of `Accept-Language`, else Vietnamese.
    pub fn asked(uri: &Uri, headers: &HeaderMap) -> Self {
        let lang = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .find_map(|pair| pair.strip_prefix("lang="));
        lang.and_then(Self::of_tag)
            .or_else(|| Self::negotiate(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?))
            .unwrap_or_default()
    }

    /// The tag in `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.trim() {
            primary if primary.eq_ignore_ascii_case("vi") => Some(Self::Vi),
            primary if primary.eq_ignore_ascii_case("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The known language of the highest quality, the first of equals (RFC 9110, section 12.5.4).
    fn negotiate(accept: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = parameters
                .trim()
                .strip_prefix("q=")
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let Some(tongue) = Self::of_tag(tag.trim()) else {
                continue;
            };
            if quality > 0.0 && best.is_none_or(|(so_far, _)| quality > so_far) {
                best = Some((quality, tongue));
            }
        }
        best.map(|(_, tongue)| tongue)
    }
}

/// An error document of RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Where the kind of problem is described.
    #[serde(rename = "type")]
    #[schema(example = "/api#code.used")]
    pub kind: String,
    /// The sentence of the code, with its parameters, in the language asked for.
    pub title: String,
    /// The status of the reply.
    pub status: u16,
    /// The stable name by which clients tell problems apart.
    #[schema(example = "code.used")]
    pub code: &'static str,
    /// What the sentence speaks of, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub params: BTreeMap<&'static str, String>,
    /// Every field that is wrong; only with the codes `response.invalid` and `request.invalid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldDocument>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldDocument {
    /// JSON pointer (RFC 6901) into the document; `/id` is the id in the address.
    #[schema(example = "/answers/rate/polite")]
    pub path: String,
    /// The stable name of what is wrong.
    #[schema(example = "out_of_range")]
    pub code: &'static str,
    /// What the sentence speaks of, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub params: BTreeMap<&'static str, String>,
    /// What is wrong, in the language asked for.
    pub detail: String,
}

impl Problem {
    /// The document in a language.
    pub fn document(&self, tongue: Tongue) -> ProblemDocument {
        ProblemDocument {
            kind: format!("/api#{}", self.code.as_str()),
            title: fill(self.code.sentence(tongue), &self.params, tongue),
            status: self.code.status().as_u16(),
            code: self.code.as_str(),
            params: self.params.clone(),
            errors: self.fields.iter().map(|error| field(error, tongue)).collect(),
        }
    }
}

fn field(error: &FieldError, tongue: Tongue) -> FieldDocument {
    FieldDocument {
        path: error.path.clone(),
        code: error.code.as_str(),
        params: error.code.params(),
        detail: detail(&error.code, tongue),
    }
}

/// What is wrong with a field, in a language.
pub(crate) fn detail(code: &FieldErrorCode, tongue: Tongue) -> String {
    fill(field_sentence(code, tongue), &code.params(), tongue)
}

const fn field_sentence(code: &FieldErrorCode, tongue: Tongue) -> &'static str {
    let (vi, en) = match code {
        FieldErrorCode::UnknownField => ("Không có trường này.", "There is no such field."),
        FieldErrorCode::Missing => ("Thiếu trường này.", "The field is missing."),
        FieldErrorCode::Expected { .. } => ("Sai kiểu; cần {what}.", "Wrong type; it takes {what}."),
        FieldErrorCode::Required => ("Cần có câu trả lời.", "An answer is needed."),
        FieldErrorCode::NotAsked => (
            "Câu này không được hỏi, theo các câu đã trả lời.",
            "The other answers keep this from being asked.",
        ),
        FieldErrorCode::NotAnOption => ("Không có lựa chọn này.", "There is no such option."),
        FieldErrorCode::OutOfRange { .. } => {
            ("Phải từ {min} đến {max}.", "It must lie between {min} and {max}.")
        }
        FieldErrorCode::TooLong { .. } => ("Dài hơn {max} ký tự.", "Longer than {max} characters."),
        FieldErrorCode::TooMany { .. } => ("Chọn nhiều hơn {max}.", "More than {max} chosen."),
        FieldErrorCode::ResponseId => (
            "Mã phiếu không được cho biết giờ trong ngày hay thuộc tương lai.",
            "The id may tell no time of day and not lie in the future.",
        ),
        FieldErrorCode::NotAskedHere => (
            "Điểm lấy ý kiến không hỏi mẫu này.",
            "This is not what the point asks.",
        ),
        FieldErrorCode::NoCases => (
            "Đợt khảo sát này không có danh sách chọn mẫu hay danh sách mời nên không nhận mã trường hợp.",
            "The campaign has no list of people drawn or invited, so it takes no case.",
        ),
        FieldErrorCode::NotFound => ("Không tìm thấy.", "There is no such thing."),
        FieldErrorCode::Mistyped => ("Mã bị gõ sai một ký tự.", "The code was mistyped."),
    };
    match tongue {
        Tongue::Vi => vi,
        Tongue::En => en,
    }
}

/// Puts parameters into the braces of a sentence.
fn fill(sentence: &str, params: &BTreeMap<&'static str, String>, tongue: Tongue) -> String {
    params.iter().fold(sentence.to_owned(), |text, (name, value)| {
        let value = match tongue {
            Tongue::Vi => words::vietnamese(value),
            Tongue::En => value,
        };
        text.replace(&format!("{{{name}}}"), value)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::problem::Code;

    fn asked(uri: &'static str, accept: Option<&'static str>) -> Tongue {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        }
        Tongue::asked(&Uri::from_static(uri), &headers)
    }

    #[test]
    fn the_query_wins_over_the_header_and_vietnamese_is_the_rest() {
        assert_eq!(asked("/api/v1/units", None), Tongue::Vi);
        assert_eq!(
            asked("/api/v1/units", Some("fr, en-GB;q=0.8, vi;q=0.5")),
            Tongue::En
        );
        assert_eq!(asked("/api/v1/units", Some("en;q=0.3,vi")), Tongue::Vi);
        assert_eq!(asked("/api/v1/units", Some("en;q=0, fr")), Tongue::Vi);
        assert_eq!(asked("/api/v1/units?q=a&lang=vi", Some("en")), Tongue::Vi);
        assert_eq!(asked("/api/v1/units?lang=km", Some("en")), Tongue::En);
    }

    #[test]
    fn codes_are_distinct_and_both_sentences_name_the_same_parameters() {
        let parameters = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .map(str::to_owned)
                .collect();
            names.sort();
            names
        };
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{} stands twice", code.as_str());
            assert_eq!(
                parameters(code.sentence(Tongue::Vi)),
                parameters(code.sentence(Tongue::En))
            );
        }
    }
}
