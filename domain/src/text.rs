//! Texts in several languages, with a visible fallback to Vietnamese.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A language tag such as `vi`, `en` or `km` (BCP 47, lower case, at most 12 characters).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// Reads a tag; `None` when it is not two to three letters with optional parts of letters and digits.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let mut parts = tag.split('-');
        let primary = parts.next()?;
        let primary_ok = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_ok = parts
            .all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        (primary_ok && rest_ok && tag.len() <= 12).then_some(Self(tag))
    }

    /// Vietnamese, the first language of every screen.
    pub fn vi() -> Self {
        Self("vi".to_owned())
    }

    /// English.
    pub fn en() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What those who speak it call it, for choosing it; the tag when it is not known here.
    pub fn own_name(&self) -> &str {
        match self.as_str() {
            "vi" => "Tiếng Việt",
            "en" => "English",
            "km" => "ភាសាខ្មែរ",
            "cjm" => "Cham",
            "zh" => "中文",
            "hmn" => "Hmoob",
            "tay" => "Tày",
            "th" => "ไทย",
            "ko" => "한국어",
            "ja" => "日本語",
            "fr" => "Français",
            other => other,
        }
    }
}

/// Which way a script runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of `dir` in HTML.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(tag: String) -> Result<Self, Self::Error> {
        Self::parse(&tag).ok_or_else(|| format!("`{tag}` is not a language tag such as vi, en or km"))
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text in the languages it exists in. Vietnamese always exists in a published version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(BTreeMap<Language, String>);

/// A text as found for a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub text: &'a str,
    /// The text is Vietnamese because the asked language lacks it; pages mark it with `lang="vi"`.
    pub fallback: bool,
}

impl Text {
    /// A text in Vietnamese and English.
    pub fn new(vi: &str, en: &str) -> Self {
        Self(BTreeMap::from([
            (Language::vi(), vi.to_owned()),
            (Language::en(), en.to_owned()),
        ]))
    }

    /// The text in that language, else in Vietnamese, else empty.
    pub fn find(&self, language: &Language) -> Found<'_> {
        match self.0.get(language) {
            Some(text) => Found {
                text,
                fallback: false,
            },
            None => Found {
                text: self.0.get(&Language::vi()).map_or("", String::as_str),
                fallback: true,
            },
        }
    }

    /// The text in that language or in Vietnamese.
    pub fn get(&self, language: &Language) -> &str {
        self.find(language).text
    }

    /// Sets the text of a language.
    pub(crate) fn insert(&mut self, language: Language, text: String) {
        self.0.insert(language, text);
    }

    /// The languages in which the text exists and is not empty.
    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        self.0
            .iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back_to_vietnamese_and_says_so() {
        let text = Text::new("Hài lòng", "Satisfied");
        let khmer = Language::parse("km").expect("a tag");
        assert_eq!(
            text.find(&khmer),
            Found {
                text: "Hài lòng",
                fallback: true
            }
        );
        assert_eq!(
            text.find(&Language::en()),
            Found {
                text: "Satisfied",
                fallback: false
            }
        );
    }

    #[test]
    fn tags_are_checked() {
        assert!(Language::parse("zh-hant").is_some());
        for bad in ["", "v", "viet", "vi_VN", "vi-", "../x"] {
            assert!(Language::parse(bad).is_none(), "{bad}");
        }
    }
}
