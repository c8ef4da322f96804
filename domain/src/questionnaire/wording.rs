//! The texts of a version that respondents see, each by a name: what a language pack translates and records.
//!
//! A published version is frozen, so a language that it was not published in stands beside it. The version with the
//! texts of a pack keeps its hash, because what is asked is the same.

use std::collections::BTreeMap;

use super::{AnswerKind, Definition, Version};
use crate::text::{Language, Text};

/// Texts of one language by the names that [`Version::wording`] gives.
pub type Wording = BTreeMap<String, String>;

impl Version {
    /// Every text that a respondent may see, in printed order, by its name: `title`, `provenance`, `scale.SCALE.SCORE`,
    /// `factor.FACTOR`, `factor.FACTOR.CRITERION`, `section.SECTION`, `section.SECTION.intro`, `question.QUESTION`,
    /// `question.QUESTION.help`, `question.QUESTION.no_opinion`, `question.QUESTION.row.ROW`,
    /// `question.QUESTION.option.OPTION` and `question.QUESTION.option.OPTION.note`.
    pub fn wording(&self) -> Vec<(String, Text)> {
        let mut texts = Vec::new();
        let mut definition = self.definition.clone();
        visit(&mut definition, &mut |name, text| {
            texts.push((name, text.clone()));
        });
        texts
    }

    /// Whether some text that a respondent may see is missing in that language, so that Vietnamese stands in.
    pub fn lacks_wording(&self, language: &Language) -> bool {
        self.wording()
            .iter()
            .any(|(_, text)| text.find(language).fallback)
    }

    /// The same version, which can also be asked in that language. What the wording lacks stays Vietnamese.
    #[must_use]
    pub fn with_wording(&self, language: &Language, wording: &Wording) -> Self {
        let mut version = self.clone();
        visit(&mut version.definition, &mut |name, text| {
            if let Some(words) = wording.get(&name) {
                text.insert(language.clone(), words.clone());
            }
        });
        if !version.definition.languages.contains(language) {
            version.definition.languages.push(language.clone());
        }
        version
    }
}

fn visit(definition: &mut Definition, see: &mut impl FnMut(String, &mut Text)) {
    see("title".to_owned(), &mut definition.title);
    see("provenance".to_owned(), &mut definition.provenance.note);
    for scale in &mut definition.scales {
        for (level, words) in (1..).zip(&mut scale.levels) {
            see(format!("scale.{}.{level}", scale.id), words);
        }
    }
    let factors = definition.parts.iter_mut().flat_map(|part| &mut part.factors);
    for factor in factors {
        see(format!("factor.{}", factor.id), &mut factor.title);
        for criterion in &mut factor.criteria {
            see(
                format!("factor.{}.{}", factor.id, criterion.id),
                &mut criterion.text,
            );
        }
    }
    for section in &mut definition.sections {
        see(format!("section.{}", section.id), &mut section.title);
        if let Some(intro) = &mut section.intro {
            see(format!("section.{}.intro", section.id), intro);
        }
        for question in &mut section.questions {
            let name = format!("question.{}", question.id);
            see(name.clone(), &mut question.text);
            if let Some(help) = &mut question.help {
                see(format!("{name}.help"), help);
            }
            answer(&name, &mut question.answer, see);
        }
    }
}

fn answer(name: &str, kind: &mut AnswerKind, see: &mut impl FnMut(String, &mut Text)) {
    match kind {
        AnswerKind::Grid { rows, no_opinion, .. } => {
            for row in rows {
                see(format!("{name}.row.{}", row.id), &mut row.text);
            }
            if let Some(words) = no_opinion {
                see(format!("{name}.no_opinion"), words);
            }
        }
        AnswerKind::Satisfaction {
            no_opinion: Some(words),
            ..
        }
        | AnswerKind::Rating {
            no_opinion: Some(words),
            ..
        } => see(format!("{name}.no_opinion"), words),
        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
            for option in options {
                let name = format!("{name}.option.{}", option.id);
                see(name.clone(), &mut option.text);
                if let Some(note) = &mut option.note {
                    see(format!("{name}.note"), note);
                }
            }
        }
        AnswerKind::Satisfaction { no_opinion: None, .. }
        | AnswerKind::Rating { no_opinion: None, .. }
        | AnswerKind::YesNo {}
        | AnswerKind::Number { .. }
        | AnswerKind::Date {}
        | AnswerKind::ShortText { .. }
        | AnswerKind::LongText { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::official;

    #[test]
    fn every_text_has_a_name_of_its_own() {
        for file in [
            official::DESK_RATING_1,
            official::SIPAS_2023,
            official::SIPAS_2022,
        ] {
            let version = Version::parse(file).unwrap();
            let wording = version.wording();
            let names: BTreeSet<&str> = wording.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names.len(), wording.len());
            assert!(wording.len() > 30);
        }
    }

    #[test]
    fn a_further_language_changes_neither_the_hash_nor_what_is_asked() {
        let version = Version::parse(official::SIPAS_2023).unwrap();
        let language = Language::parse("qaa").unwrap();
        let wording: Wording = version
            .wording()
            .into_iter()
            // One text is missing.
            .filter(|(name, _)| name != "title")
            .map(|(name, text)| (name, format!("[{}]", text.get(&Language::vi()))))
            .collect();
        let asked = version.with_wording(&language, &wording);
        assert_eq!(asked.hash(), version.hash());
        assert_eq!(asked.layout(), version.layout());
        assert_eq!(
            asked.definition().languages.len(),
            version.definition().languages.len() + 1
        );
        assert!(asked.lacks_wording(&language));
        assert!(!asked.lacks_wording(&Language::en()));
        for (name, text) in asked.wording() {
            let found = text.find(&language);
            assert_eq!(found.fallback, name == "title", "{name}");
            assert_eq!(found.text.starts_with('['), name != "title", "{name}");
            assert!(text.get(&Language::en()) == version_text(&version, &name));
        }
    }

    fn version_text(version: &Version, name: &str) -> String {
        let wording = version.wording();
        let (_, text) = wording.iter().find(|(known, _)| known == name).unwrap();
        text.get(&Language::en()).to_owned()
    }
}
