//! Texts and numbers in the language of the address.
//!
//! The address is the only source of the language: `/…` is Vietnamese, `/en/…` English. All translation
//! happens on the server; islands receive finished strings. A text is named by a key of `locales/*/*.ftl`;
//! a test holds that every key used in the source exists in every language.

mod tongue;

use std::borrow::Cow;
use std::collections::HashMap;

use domain::round::Style;
use domain::text::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};
use time::Date;

pub use tongue::{Findings, Interface, Interfaces, Source, Tongue, Words, sources};

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "vi",
        // Isolation marks would stand between a number and its percent sign.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static VI: LanguageIdentifier = langid!("vi");
static EN: LanguageIdentifier = langid!("en");

/// The languages of the interface. Questionnaires may have more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    Vi,
    En,
}

impl Locale {
    /// Both, Vietnamese first.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The language tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language's own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vi => "Tiếng Việt",
            Self::En => "English",
        }
    }

    /// The other language.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }

    /// The language of the program that this is; none for a further one.
    pub fn of(language: &Language) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag() == language.as_str())
    }

    /// The language for looking into texts of questionnaires, units and campaigns.
    pub fn language(self) -> Language {
        match self {
            Self::Vi => Language::vi(),
            Self::En => Language::en(),
        }
    }

    /// How numbers are written.
    pub const fn style(self) -> Style {
        match self {
            Self::Vi => Style::Vietnamese,
            Self::En => Style::English,
        }
    }

    /// The address of a page; `path` starts with `/` and has no language prefix.
    pub fn href(self, path: &str) -> String {
        match self {
            Self::Vi => path.to_owned(),
            Self::En if path == "/" => "/en".to_owned(),
            Self::En => format!("/en{path}"),
        }
    }

    /// The text of a key.
    pub fn t(self, key: &str) -> String {
        TEXTS.lookup(self.id(), key)
    }

    /// The text of a key with its parameters, which are written already: see [`Self::count`].
    pub fn tr(self, key: &str, parameters: &[(&'static str, &str)]) -> String {
        let parameters: HashMap<Cow<'static, str>, FluentValue<'_>> = parameters
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)))
            .collect();
        TEXTS.lookup_with_args(self.id(), key, &parameters)
    }

    /// The text of a key that depends on a number `n`; the number is written for the language, and
    /// `count` chooses the form.
    pub fn tn(self, key: &str, n: u64) -> String {
        let written = self.count(n);
        let parameters = HashMap::from([
            (Cow::Borrowed("count"), FluentValue::from(n)),
            (Cow::Borrowed("n"), FluentValue::from(written)),
        ]);
        TEXTS.lookup_with_args(self.id(), key, &parameters)
    }

    /// A count with its thousands separated: `36.525` or `36,525`.
    pub fn count(self, n: u64) -> String {
        domain::round::format_count(i64::try_from(n).unwrap_or(i64::MAX), self.style())
    }

    /// A date: `22/11/2026` or `22 Nov 2026`.
    pub fn date(self, date: Date) -> String {
        let (year, month, day) = date.to_calendar_date();
        match self {
            Self::Vi => format!("{day:02}/{:02}/{year}", u8::from(month)),
            Self::En => format!("{day} {} {year}", &month.to_string()[..3]),
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use time::macros::date;

    use super::*;

    /// The messages of a language, each with the parameters it uses.
    fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("locales")
            .join(locale.tag());
        let mut found = BTreeMap::new();
        for file in files(&folder, "ftl") {
            let text = fs::read_to_string(&file).unwrap();
            let mut key = String::new();
            for line in text.lines() {
                if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                    let (name, _) = line
                        .split_once(" =")
                        .unwrap_or_else(|| panic!("{}: {line}", file.display()));
                    key = name.to_owned();
                    assert!(
                        found.insert(key.clone(), BTreeSet::new()).is_none(),
                        "{key} stands twice"
                    );
                }
                for rest in line.split('$').skip(1) {
                    let name: String = rest
                        .chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                        .collect();
                    // What chooses a plural form is English only.
                    if name != "count" {
                        found.get_mut(&key).unwrap().insert(name);
                    }
                }
            }
        }
        found
    }

    fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path, extension));
            } else if path.extension().is_some_and(|known| known == extension) {
                found.push(path);
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_parameters() {
        let (vi, en) = (messages(Locale::Vi), messages(Locale::En));
        assert_eq!(vi, en);
        assert!(vi.len() > 50);
    }

    #[test]
    fn every_key_of_the_source_exists_and_every_key_is_used() {
        let known = messages(Locale::Vi);
        let mut source = String::new();
        for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "rs") {
            source.push_str(&fs::read_to_string(&file).unwrap());
        }
        for method in ["t", "tr", "tn"] {
            for rest in source.split(&format!(".{method}(")).skip(1) {
                let Some(rest) = rest.trim_start().strip_prefix('"') else {
                    continue;
                };
                let key = rest.split('"').next().unwrap();
                assert!(known.contains_key(key), "there is no text `{key}`");
            }
        }
        for key in known.keys() {
            assert!(
                source.contains(&format!("\"{key}\"")),
                "nothing uses the text `{key}`"
            );
        }
    }

    #[test]
    fn numbers_and_dates_follow_the_language() {
        assert_eq!(Locale::Vi.count(36_525), "36.525");
        assert_eq!(Locale::En.count(36_525), "36,525");
        assert_eq!(Locale::Vi.date(date!(2026 - 11 - 02)), "02/11/2026");
        assert_eq!(Locale::En.date(date!(2026 - 11 - 02)), "2 Nov 2026");
    }

    #[test]
    fn addresses_carry_the_language() {
        assert_eq!(Locale::Vi.href("/results"), "/results");
        assert_eq!(Locale::En.href("/results"), "/en/results");
        assert_eq!(Locale::En.href("/"), "/en");
    }
}
