//! What the device knows: who it is, and what it asks. Both are taken over whole or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::civil;
use domain::device::Tokens;
use domain::id::CampaignId;
use domain::questionnaire::{Version, Wording};
use domain::text::{Direction, Language, Text};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// Who the device is; stored as it stands.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Identity {
    #[serde(flatten)]
    pub(super) tokens: Tokens,
    pub(super) pin: Pin,
}

/// How the PIN is checked without a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pin {
    pub(super) iterations: u32,
    pub(super) salt: String,
    pub(super) hash: String,
}

/// The answer to an enrolment.
#[derive(Deserialize)]
pub(super) struct Enrolled {
    pub(super) pin: Pin,
}

/// What a contact told.
#[derive(Deserialize)]
pub(super) struct Standing {
    pub(super) state: String,
}

#[derive(Deserialize)]
struct DeskDocument {
    point: PointDocument,
    definitions: Vec<serde_json::Value>,
    /// Not there in what an older server told.
    #[serde(default)]
    languages: Vec<LanguageDocument>,
    keys: Vec<Key>,
    state: String,
}

#[derive(Deserialize)]
struct PointDocument {
    code: String,
    label: String,
    needs_code: bool,
    /// Not there in what an older server told.
    #[serde(default)]
    takes_slips: bool,
    /// Not there in what an older server told, or where people are asked for it.
    field: Option<String>,
    closed: bool,
    units: Vec<UnitDocument>,
    campaign: CampaignDocument,
    questionnaire: VersionDocument,
    upcoming: Vec<VersionDocument>,
}

#[derive(Deserialize)]
struct UnitDocument {
    name: Text,
}

#[derive(Deserialize)]
struct CampaignDocument {
    id: CampaignId,
    agency: Text,
    demo: bool,
    /// The announced last day; not there where none is announced.
    ends_on: Option<String>,
}

#[derive(Deserialize)]
struct VersionDocument {
    key: String,
    version: String,
    hash: String,
    from: String,
}

#[derive(Clone, Debug, Deserialize)]
struct LanguageDocument {
    language: Language,
    name: String,
    direction: Direction,
    partial: bool,
    questionnaires: Vec<WordingDocument>,
    voices: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
struct WordingDocument {
    key: String,
    version: String,
    texts: Wording,
}

/// Where a slip stands.
#[derive(Deserialize)]
pub(super) struct SlipDocument {
    pub(super) standing: String,
    pub(super) field: Option<String>,
}

/// A key to seal to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Key {
    pub(super) id: u32,
    pub(super) public: String,
}

/// Whether a person is asked for the slip of a dossier, or another one-time code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Slips {
    #[default]
    None,
    /// Whoever has one may give it.
    Offered,
    /// Nobody answers without one.
    Needed,
}

/// What is asked here.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) point: String,
    pub(super) label: String,
    pub(super) unit: Text,
    pub(super) agency: Text,
    pub(super) campaign: CampaignId,
    pub(super) demo: bool,
    closed: bool,
    /// The announced last day on which an answer counts.
    ends_on: Option<Date>,
    pub(super) slips: Slips,
    /// The field of everybody's procedure here.
    pub(super) field: Option<String>,
    pub(super) trial: bool,
    pub(super) key: Key,
    versions: Vec<(Date, Arc<Version>)>,
    packs: Vec<LanguageDocument>,
}

impl Desk {
    /// Reads and checks the whole document; anything that does not fit leaves the device with what it had.
    pub(super) fn read(text: &str) -> Option<Self> {
        let document: DeskDocument = serde_json::from_str(text).ok()?;
        let point = document.point;
        let named = std::iter::once(&point.questionnaire).chain(&point.upcoming);
        let versions = named
            .zip(document.definitions)
            .map(|(named, definition)| {
                let mut version = Version::received(&definition, &named.hash)?;
                for pack in &document.languages {
                    let of =
                        |known: &&WordingDocument| known.key == named.key && known.version == named.version;
                    if let Some(wording) = pack.questionnaires.iter().find(of) {
                        version = version.with_wording(&pack.language, &wording.texts);
                    }
                }
                Some((civil::parse(&named.from)?, Arc::new(version)))
            })
            .collect::<Option<Vec<_>>>()?;
        (versions.len() == 1 + point.upcoming.len()).then_some(())?;
        Some(Self {
            point: point.code,
            label: point.label,
            unit: point.units.into_iter().next()?.name,
            agency: point.campaign.agency,
            campaign: point.campaign.id,
            demo: point.campaign.demo,
            closed: point.closed,
            ends_on: match point.campaign.ends_on {
                Some(day) => Some(civil::parse(&day)?),
                None => None,
            },
            slips: match (point.needs_code, point.takes_slips) {
                (true, _) => Slips::Needed,
                (false, true) => Slips::Offered,
                (false, false) => Slips::None,
            },
            field: point.field,
            trial: document.state == "trial",
            key: document.keys.into_iter().next()?,
            versions,
            packs: document.languages,
        })
    }

    /// Whether anything answered on a day would count. A device without a network knows the announced end, and nothing else.
    pub(super) fn is_open(&self, today: Date) -> bool {
        !self.closed && self.ends_on.is_none_or(|end| today <= end)
    }

    /// The version that is asked on a day.
    pub(super) fn version_on(&self, today: Date) -> Option<Arc<Version>> {
        let begun = self.versions.iter().filter(|(from, _)| *from <= today);
        let (_, version) = begun
            .max_by_key(|(from, _)| *from)
            .or_else(|| self.versions.first())?;
        Some(Arc::clone(version))
    }

    fn pack(&self, language: &Language) -> Option<&LanguageDocument> {
        self.packs.iter().find(|pack| pack.language == *language)
    }

    /// What those who speak a language call it.
    pub(super) fn name_of(&self, language: &Language) -> String {
        let name = self.pack(language).map_or(language.own_name(), |pack| &pack.name);
        name.to_owned()
    }

    /// Which way the script of a language runs.
    pub(super) fn direction(&self, language: &Language) -> Direction {
        self.pack(language).map_or(Direction::Ltr, |pack| pack.direction)
    }

    /// Whether Vietnamese stands in for some text of a language.
    pub(super) fn is_partial(&self, language: &Language) -> bool {
        self.pack(language).is_some_and(|pack| pack.partial)
    }

    /// The recording of words in a language.
    pub(super) fn recording(&self, language: &Language, words: &str) -> Option<&String> {
        self.pack(language)?.voices.get(words)
    }

    /// Whether there are recordings in a language.
    pub(super) fn has_recordings(&self, language: &Language) -> bool {
        self.pack(language).is_some_and(|pack| !pack.voices.is_empty())
    }

    /// Every recording, so that the device has them without a network.
    pub(super) fn recordings(&self) -> Vec<String> {
        let packs = self.packs.iter();
        packs.flat_map(|pack| pack.voices.values()).cloned().collect()
    }

    /// The languages in which it can be asked and shown.
    pub(super) fn languages(&self, today: Date) -> Vec<Language> {
        self.version_on(today)
            .map(|version| version.definition().languages.clone())
            .unwrap_or_default()
    }
}

/// The device's clock, in milliseconds.
pub(super) fn now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a clock shows whole milliseconds")]
    let now = js_sys::Date::now() as i64;
    now
}

/// The civil date in Việt Nam by the device's clock.
pub(super) fn today() -> Date {
    let now = OffsetDateTime::from_unix_timestamp(now() / 1_000);
    civil::date_of(now.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}
