//! The language in which a respondent reads: one of the program's, or one that a pack adds.
//!
//! Respondents' pages say everything through a [`Tongue`], public and staff pages through a [`Locale`]: packs are for whoever
//! answers. What a pack does not say is said in Vietnamese and marked as such, for the eye and for a screen reader.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use domain::round::Style;
use domain::text::{Direction, Language};
use fluent_templates::fluent_bundle::concurrent::FluentBundle;
use fluent_templates::fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_templates::{LanguageIdentifier, langid};
use leptos::prelude::*;
use leptos::tachys::html::attribute::IntoAttributeValue;
use leptos::tachys::view::IntoRender;
use service::languages::Pack;
use time::Date;

use super::Locale;

/// The files with the texts that respondents see, which are those that a pack translates.
const SOURCES: [(&str, &str); 3] = [
    (
        include_str!("../../locales/vi/respondent.ftl"),
        include_str!("../../locales/en/respondent.ftl"),
    ),
    (
        include_str!("../../locales/vi/survey.ftl"),
        include_str!("../../locales/en/survey.ftl"),
    ),
    (
        include_str!("../../locales/vi/kiosk.ftl"),
        include_str!("../../locales/en/kiosk.ftl"),
    ),
];

/// A text of the interface that respondents see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub key: String,
    pub vi: String,
    pub en: String,
}

/// Every text of the interface that respondents see, in the order of the files.
pub fn sources() -> Vec<Source> {
    let pairs = SOURCES.iter().flat_map(|(vi, en)| {
        let mut english: HashMap<&str, String> = messages(en).into_iter().collect();
        let vietnamese = messages(vi).into_iter();
        vietnamese.map(move |(key, vi)| (key, vi, english.remove(key).unwrap_or_default()))
    });
    pairs
        .map(|(key, vi, en)| Source {
            key: key.to_owned(),
            vi,
            en,
        })
        .collect()
}

/// Keys and texts of one of our Fluent files; a text may go on in indented lines.
fn messages(file: &'static str) -> Vec<(&'static str, String)> {
    let mut messages: Vec<(&str, String)> = Vec::new();
    for line in file.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
        if let Some((key, text)) = line.split_once(" = ").filter(|_| begins) {
            messages.push((key, text.to_owned()));
        } else if let Some((_, text)) = messages.last_mut() {
            text.push('\n');
            text.push_str(line);
        }
    }
    messages
}

/// What is wrong with the interface texts of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub missing: Vec<String>,
    pub unknown: Vec<String>,
    /// Texts that use a parameter which the Vietnamese text does not have, each with the parameter.
    pub parameters: Vec<(String, String)>,
}

/// The interface of a pack.
pub struct Interface {
    language: Language,
    direction: Direction,
    sheet: Option<String>,
    bundle: FluentBundle<FluentResource>,
    texts: BTreeMap<String, String>,
    is_partial: bool,
}

impl Interface {
    /// Reads the texts of a pack.
    ///
    /// # Errors
    ///
    /// What is wrong with the Fluent resource, for whoever wrote it.
    pub fn read(pack: &Pack) -> Result<Self, String> {
        let resource = FluentResource::try_new(pack.interface.clone()).map_err(|(_, errors)| {
            let errors: Vec<String> = errors
                .iter()
                .map(|error| {
                    let line = pack.interface[..error.pos.start.min(pack.interface.len())]
                        .lines()
                        .count();
                    format!("line {}: {error}", line.max(1))
                })
                .collect();
            errors.join("; ")
        })?;
        let identifier: LanguageIdentifier = pack.language.as_str().parse().unwrap_or(langid!("und"));
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Vietnamese names stand inside sentences that run the other way.
        bundle.set_use_isolating(pack.direction == Direction::Rtl);
        bundle.add_resource(resource).map_err(|errors| {
            errors
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ")
        })?;
        let sources = sources();
        let texts: BTreeMap<String, String> = sources
            .iter()
            .filter_map(|source| Some((source.key.clone(), lookup(&bundle, &source.key, None)?)))
            .collect();
        Ok(Self {
            language: pack.language.clone(),
            direction: pack.direction,
            sheet: pack.sheet.clone(),
            bundle,
            is_partial: texts.len() < sources.len(),
            texts,
        })
    }

    /// The language.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Some text is missing.
    pub const fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The style sheet with its font, where it has one.
    pub fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// The texts that the pack has, without what their parameters would say, by key.
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// Compares the texts of a pack with those that respondents see.
    pub fn check(&self, pack: &Pack) -> Findings {
        let sources = sources();
        let known: HashMap<&str, &str> = sources
            .iter()
            .map(|source| (source.key.as_str(), source.vi.as_str()))
            .collect();
        let mut findings = Findings {
            missing: sources
                .iter()
                .filter(|source| !self.texts.contains_key(&source.key))
                .map(|source| source.key.clone())
                .collect(),
            ..Findings::default()
        };
        let mut key = "";
        for line in pack.interface.lines() {
            if line.starts_with('#') {
                continue;
            }
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split_once('=').map_or(line, |(key, _)| key).trim();
                if !known.contains_key(key) {
                    findings.unknown.push(key.to_owned());
                }
            }
            let vietnamese = known.get(key).map_or_else(BTreeSet::new, |text| parameters(text));
            for name in parameters(line).difference(&vietnamese) {
                // What chooses a plural form goes along with every number.
                if known.contains_key(key) && *name != "count" {
                    findings.parameters.push((key.to_owned(), (*name).to_owned()));
                }
            }
        }
        findings
    }
}

/// The parameters that a text uses.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('$')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

fn lookup(
    bundle: &FluentBundle<FluentResource>,
    key: &str,
    arguments: Option<&FluentArgs<'_>>,
) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    // A parameter that the program does not give shows as its name; `Interface::check` tells of it.
    let text = bundle.format_pattern(pattern, arguments, &mut Vec::new());
    (!text.trim().is_empty()).then(|| text.into_owned())
}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interface({})", self.language)
    }
}

/// The interfaces of all packs. They live as long as the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interfaces(&'static [Interface]);

impl Interfaces {
    /// Those of the packs, for good.
    pub fn keep(interfaces: Vec<Interface>) -> Self {
        Self(Vec::leak(interfaces))
    }

    /// All of them.
    pub fn all(self) -> &'static [Interface] {
        self.0
    }
}

/// The language in which a respondent reads.
#[derive(Clone, Copy, Debug)]
pub enum Tongue {
    /// A language of the program.
    Own(Locale),
    /// A language of a pack.
    Pack(&'static Interface),
    /// A language in which only the questionnaire is.
    Unknown,
}

impl From<Locale> for Tongue {
    fn from(locale: Locale) -> Self {
        Self::Own(locale)
    }
}

impl Tongue {
    /// The tongue of a questionnaire's language.
    pub fn of(language: &Language, interfaces: Interfaces) -> Self {
        if let Some(locale) = Locale::of(language) {
            return Self::Own(locale);
        }
        let pack = interfaces.0.iter().find(|known| known.language == *language);
        pack.map_or(Self::Unknown, Self::Pack)
    }

    /// The language of the program that numbers, dates, names of units and public pages are in.
    pub const fn locale(self) -> Locale {
        match self {
            Self::Own(locale) => locale,
            Self::Pack(_) | Self::Unknown => Locale::Vi,
        }
    }

    /// Which way its script runs.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Pack(interface) => interface.direction,
            Self::Own(_) | Self::Unknown => Direction::Ltr,
        }
    }

    /// The style sheet with its font, where it has one.
    pub fn sheet(self) -> Option<&'static str> {
        match self {
            Self::Pack(interface) => interface.sheet(),
            Self::Own(_) | Self::Unknown => None,
        }
    }

    /// Whether the interface lacks texts, so that a page has to say why some are Vietnamese.
    pub const fn is_partial(self) -> bool {
        match self {
            Self::Own(_) => false,
            Self::Pack(interface) => interface.is_partial(),
            Self::Unknown => true,
        }
    }

    /// The text of a key.
    pub fn t(self, key: &str) -> Words {
        self.say(key, None, || self.locale().t(key))
    }

    /// The text of a key with its parameters, which are written already.
    pub fn tr(self, key: &str, parameters: &[(&'static str, &str)]) -> Words {
        let mut arguments = FluentArgs::new();
        for (name, value) in parameters {
            arguments.set(*name, FluentValue::from(*value));
        }
        self.say(key, Some(&arguments), || self.locale().tr(key, parameters))
    }

    /// The text of a key that depends on a number; see [`Locale::tn`].
    pub fn tn(self, key: &str, n: u64) -> Words {
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::from(n));
        arguments.set("n", FluentValue::from(self.count(n)));
        self.say(key, Some(&arguments), || self.locale().tn(key, n))
    }

    fn say(self, key: &str, arguments: Option<&FluentArgs<'_>>, own: impl FnOnce() -> String) -> Words {
        let said = match self {
            Self::Pack(interface) => lookup(&interface.bundle, key, arguments),
            Self::Own(_) | Self::Unknown => None,
        };
        let is_own = matches!(self, Self::Own(_));
        Words {
            is_vietnamese: said.is_none() && !is_own,
            text: said.unwrap_or_else(own),
        }
    }

    /// A count as numbers are written where this language is read.
    pub fn count(self, n: u64) -> String {
        self.locale().count(n)
    }

    /// How numbers are written.
    pub const fn style(self) -> Style {
        self.locale().style()
    }

    /// A date.
    pub fn date(self, date: Date) -> String {
        self.locale().date(date)
    }

    /// The address of a public page.
    pub fn href(self, path: &str) -> String {
        self.locale().href(path)
    }
}

/// Something said to a respondent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    text: String,
    /// Vietnamese stands in for a language that lacks the text.
    is_vietnamese: bool,
}

impl Words {
    /// As contents of an element, marked where Vietnamese stands in.
    pub fn into_any(self) -> AnyView {
        self.into_render()
    }

    /// The words alone, for where no element can be.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.text
    }
}

impl From<Words> for Cow<'static, str> {
    fn from(words: Words) -> Self {
        Cow::Owned(words.text)
    }
}

impl IntoRender for Words {
    type Output = AnyView;

    fn into_render(self) -> AnyView {
        if self.is_vietnamese {
            view! { <span lang="vi">{self.text}</span> }.into_any()
        } else {
            self.text.into_any()
        }
    }
}

impl IntoAttributeValue for Words {
    type Output = String;

    fn into_attribute_value(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(interface: &str, direction: Direction) -> Pack {
        Pack {
            language: Language::parse("qaa").unwrap(),
            name: "Qaa".to_owned(),
            direction,
            sheet: None,
            interface: interface.to_owned(),
            is_partial: true,
            voices: BTreeMap::new(),
            questionnaires: BTreeMap::new(),
        }
    }

    fn tongue(interface: &str, direction: Direction) -> Tongue {
        let interface = Interface::read(&pack(interface, direction)).unwrap();
        Tongue::Pack(Box::leak(Box::new(interface)))
    }

    fn html(words: Words) -> String {
        words.into_render().to_html()
    }

    #[test]
    fn what_a_pack_lacks_is_vietnamese_and_marked() {
        let tongue = tongue("survey-next = [next]", Direction::Ltr);
        assert_eq!(html(tongue.t("survey-next")), "[next]");
        let back = Locale::Vi.t("survey-back");
        assert_eq!(
            html(tongue.t("survey-back")),
            format!("<span lang=\"vi\">{back}</span>")
        );
        assert_eq!(tongue.t("survey-back").to_string(), back);
        assert!(tongue.is_partial());
        // A language without any pack reads the same.
        assert_eq!(Tongue::Unknown.t("survey-back"), tongue.t("survey-back"));
        // English lacks nothing.
        assert_eq!(
            html(Tongue::Own(Locale::En).t("survey-back")),
            Locale::En.t("survey-back")
        );
    }

    #[test]
    fn parameters_and_numbers_go_into_the_texts_of_a_pack() {
        let source = "survey-progress = [{ $at } of { $total }]\nsurvey-length = [{ $n }]\n";
        let ltr = tongue(source, Direction::Ltr);
        let parameters = [("at", "2"), ("total", "7")];
        assert_eq!(ltr.tr("survey-progress", &parameters).as_str(), "[2 of 7]");
        assert_eq!(ltr.tn("survey-length", 1_200).as_str(), "[1.200]");
        // Right to left, what is put in keeps its own direction.
        let rtl = tongue(source, Direction::Rtl);
        assert_eq!(
            rtl.tr("survey-progress", &parameters).as_str(),
            "[\u{2068}2\u{2069} of \u{2068}7\u{2069}]"
        );
    }

    #[test]
    fn a_check_names_what_is_missing_unknown_and_misspelt() {
        let source = "survey-next = [next]\nsurvey-nxet = [next]\nsurvey-length = [{ $number }]\n";
        let pack = pack(source, Direction::Ltr);
        let findings = Interface::read(&pack).unwrap().check(&pack);
        assert!(findings.missing.contains(&"survey-back".to_owned()));
        assert!(!findings.missing.contains(&"survey-next".to_owned()));
        assert_eq!(findings.unknown, ["survey-nxet"]);
        assert_eq!(
            findings.parameters,
            [("survey-length".to_owned(), "number".to_owned())]
        );
    }

    #[test]
    fn a_broken_file_is_named_by_its_line() {
        let error =
            Interface::read(&pack("survey-next = [next]\nsurvey back = x\n", Direction::Ltr)).unwrap_err();
        assert!(error.starts_with("line 2: "), "{error}");
    }

    #[test]
    fn the_texts_that_respondents_see_are_known_with_their_words() {
        let sources = sources();
        let next = sources.iter().find(|source| source.key == "survey-next").unwrap();
        assert_eq!((next.vi.as_str(), next.en.as_str()), ("Tiếp tục", "Continue"));
        assert!(
            sources
                .iter()
                .all(|source| !source.vi.is_empty() && !source.en.is_empty())
        );
        // A device's screens for staff are not a respondent's.
        assert!(!sources.iter().any(|source| source.key.starts_with("kiosk-staff")));
    }
}
