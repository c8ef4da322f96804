//! Language packs: further languages beside those that the program and its questionnaires come in, added as files.
//!
//! A pack holds texts of what respondents see, and may hold a recorded voice for each. The server reads the files; the
//! use cases only know what is in them.

use std::collections::BTreeMap;

use domain::questionnaire::{Version, Wording};
use domain::text::{Direction, Language};

/// The packs of a server, in the order of their tags.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    packs: Vec<Pack>,
}

/// The texts and recordings of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    pub language: Language,
    /// What those who speak it call it.
    pub name: String,
    pub direction: Direction,
    /// The address of the style sheet with its font, where it has one.
    pub sheet: Option<String>,
    /// Texts of the interface as a Fluent resource; empty where there are none.
    pub interface: String,
    /// Some text of the interface is missing.
    pub is_partial: bool,
    /// The addresses of recordings of interface texts, by the words that they speak.
    pub voices: BTreeMap<String, String>,
    pub questionnaires: BTreeMap<VersionName, Translation>,
}

/// A version as packs name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionName {
    pub key: String,
    pub version: String,
}

impl VersionName {
    /// The name of a published version.
    pub fn of(version: &Version) -> Self {
        let definition = version.definition();
        Self {
            key: definition.key.clone(),
            version: definition.version.clone(),
        }
    }
}

/// What a pack has of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    pub wording: Wording,
    /// The addresses of recordings, by the name of the text; see [`Version::wording`].
    pub voices: BTreeMap<String, String>,
}

impl Languages {
    /// The packs, each of its own language.
    pub fn new(mut packs: Vec<Pack>) -> Self {
        packs.sort_by(|a, b| a.language.cmp(&b.language));
        Self { packs }
    }

    /// Every pack.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The pack of a language.
    pub fn pack(&self, language: &Language) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.language == *language)
    }

    /// The version in every language that a pack adds to it; none where no pack does.
    pub(crate) fn translated(&self, version: &Version) -> Option<Version> {
        let name = VersionName::of(version);
        let mut translated = None;
        for pack in &self.packs {
            let texts = pack
                .questionnaires
                .get(&name)
                .map(|translation| &translation.wording);
            if let Some(wording) = texts.filter(|wording| !wording.is_empty()) {
                let so_far = translated.as_ref().unwrap_or(version);
                translated = Some(so_far.with_wording(&pack.language, wording));
            }
        }
        translated
    }
}

impl Pack {
    /// The recordings of a version and of the interface, by the words that they speak: these sound the same wherever they
    /// stand.
    pub fn recordings(&self, version: &Version) -> BTreeMap<String, String> {
        let voices = self
            .questionnaires
            .get(&VersionName::of(version))
            .map(|known| &known.voices);
        let texts = version.wording().into_iter().filter_map(|(name, text)| {
            let address = voices?.get(&name)?.clone();
            let found = text.find(&self.language);
            // A recording is of the words in its language, so it needs them.
            (!found.fallback).then(|| (found.text.to_owned(), address))
        });
        self.voices.clone().into_iter().chain(texts).collect()
    }

    /// Some text of the interface or of the version is missing, so that Vietnamese stands in.
    pub fn is_partial_for(&self, version: &Version) -> bool {
        self.is_partial || version.lacks_wording(&self.language)
    }
}

#[cfg(test)]
mod tests {
    use domain::official::DESK_RATING_1;

    use super::*;

    fn pack(tag: &str, wording: &[(&str, &str)], voices: &[(&str, &str)]) -> Pack {
        let owned = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            pairs.collect::<BTreeMap<String, String>>()
        };
        let translation = Translation {
            wording: owned(wording),
            voices: owned(voices),
        };
        let name = VersionName {
            key: "desk-rating".to_owned(),
            version: "1".to_owned(),
        };
        Pack {
            language: Language::parse(tag).unwrap(),
            name: tag.to_owned(),
            direction: Direction::default(),
            sheet: None,
            interface: String::new(),
            is_partial: true,
            voices: owned(&[("[yes]", "/yes")]),
            questionnaires: BTreeMap::from([(name, translation)]),
        }
    }

    #[test]
    fn packs_add_their_languages_and_recordings_are_found_by_their_words() {
        let version = Version::parse(DESK_RATING_1).unwrap();
        let languages = Languages::new(vec![
            pack("vi", &[], &[("title", "/vi-title")]),
            pack(
                "qaa",
                &[("title", "[title]")],
                &[("title", "/title"), ("scale.satisfaction.1", "/1")],
            ),
        ]);
        let asked = languages.translated(&version).unwrap();
        let tags: Vec<&str> = asked
            .definition()
            .languages
            .iter()
            .map(Language::as_str)
            .collect();
        assert_eq!(tags, ["vi", "en", "qaa"]);

        let heard = languages.packs()[0].recordings(&asked);
        // The level has no words in this language, so its recording is of nothing that is shown.
        let expected = [("[title]", "/title"), ("[yes]", "/yes")];
        assert_eq!(
            heard,
            expected
                .map(|(words, address)| (words.to_owned(), address.to_owned()))
                .into()
        );

        let vietnamese = languages.packs()[1].recordings(&asked);
        let title = version.definition().title.get(&Language::vi());
        assert_eq!(vietnamese.get(title).map(String::as_str), Some("/vi-title"));
    }

    #[test]
    fn a_version_without_a_pack_stays_as_it_is() {
        let version = Version::parse(DESK_RATING_1).unwrap();
        assert!(Languages::default().translated(&version).is_none());
        assert!(
            Languages::new(vec![pack("vi", &[], &[])])
                .translated(&version)
                .is_none()
        );
    }
}
