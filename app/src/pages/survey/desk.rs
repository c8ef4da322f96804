//! What the survey's pages say about the desk, put together once a request.

use std::sync::Arc;

use domain::id::CampaignId;
use domain::questionnaire::Version;
use domain::text::{Language, Text};
use domain::unit::UnitFact;
use time::Date;

use crate::i18n::{Locale, Tongue};

/// A desk as its page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// The point's code as it stands in the address.
    pub(crate) code: String,
    pub(crate) campaign: CampaignId,
    /// With the texts of language packs.
    pub(crate) version: Arc<Version>,
    /// The languages in which it can be asked, each with its own name.
    pub(crate) languages: Vec<(Language, String)>,
    /// The unit's name, and the names of what is above it, nearest first, the country left out.
    pub(crate) unit: UnitName,
    pub(crate) above: Vec<UnitName>,
    /// What the point is called at its unit; may be empty.
    pub(crate) label: String,
    pub(crate) agency: Text,
    pub(crate) hotline: String,
    pub(crate) motto: Option<Text>,
    pub(crate) needs_code: bool,
    /// Dossiers of its campaign have slips.
    pub(crate) takes_slips: bool,
    /// The field of everybody's procedure here, an option of the question [`domain::slip::FIELD`] of the version.
    pub(crate) field: Option<String>,
    pub(crate) demo: bool,
    /// The last day on which answers counted, once it is over.
    pub(crate) closed: Option<Date>,
}

/// A name in the languages of the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitName {
    pub(crate) vi: String,
    pub(crate) en: String,
}

impl UnitName {
    /// The names of a unit at one time.
    pub(crate) fn of(fact: &UnitFact) -> Self {
        Self {
            vi: fact.name.vi.clone(),
            en: fact.name.en.clone(),
        }
    }

    /// The name in that language.
    pub(crate) fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Vi => &self.vi,
            Locale::En => &self.en,
        }
    }
}

/// A desk in the language in which it is read.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) desk: Arc<Desk>,
    /// The interface.
    pub(crate) tongue: Tongue,
    /// The questionnaire, which may be in more languages.
    pub(crate) language: Language,
    /// What is known from the slip of the one who answers.
    pub(crate) slip: Option<Slip>,
}

/// What is known from a slip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) handled_by: Option<UnitName>,
    /// An option of the question [`domain::slip::FIELD`] of the version.
    pub(crate) field: Option<String>,
}

impl View {
    /// The field that need not be asked for, and the words that say from where it is known. A slip knows better than the
    /// point.
    pub(crate) fn known_field(&self) -> Option<(&str, &'static str)> {
        let from_slip = self.slip.as_ref().and_then(|slip| slip.field.as_deref());
        let from_point = self.desk.field.as_deref();
        from_slip
            .map(|field| (field, "survey-slip-known"))
            .or(from_point.map(|field| (field, "survey-point-known")))
    }

    /// The address of this desk in a language.
    pub(crate) fn href_in(&self, language: &Language) -> String {
        let path = format!("/s/{}", self.desk.code);
        if *language == Language::vi() {
            path
        } else {
            format!("/{language}{path}")
        }
    }

    /// The address of this desk in this language.
    pub(crate) fn href(&self) -> String {
        self.href_in(&self.language)
    }

    /// A text in this language; the tag is set where Vietnamese stands in.
    pub(crate) fn text<'a>(&self, text: &'a Text) -> (&'a str, Option<&'static str>) {
        let found = text.find(&self.language);
        (found.text, found.fallback.then_some("vi"))
    }

    /// The language that names of units are in, where it is not the page's.
    pub(crate) const fn place_lang(&self) -> Option<&'static str> {
        match self.tongue {
            Tongue::Own(_) => None,
            Tongue::Pack(_) | Tongue::Unknown => Some("vi"),
        }
    }

    /// Whether Vietnamese stands in for some text of the form.
    pub(crate) fn is_partial(&self) -> bool {
        match self.tongue {
            Tongue::Own(_) => false,
            tongue => tongue.is_partial() || self.desk.version.lacks_wording(&self.language),
        }
    }

    /// The unit's name with the desk's own.
    pub(crate) fn place(&self) -> String {
        let unit = self.desk.unit.get(self.tongue.locale());
        if self.desk.label.is_empty() {
            unit.to_owned()
        } else {
            format!("{} – {unit}", self.desk.label)
        }
    }
}
