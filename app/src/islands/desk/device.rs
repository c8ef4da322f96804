//! What the device knows: who it is, and what it asks. Both are taken over whole or not at all.

use std::sync::Arc;

use domain::civil;
use domain::id::CampaignId;
use domain::questionnaire::Version;
use domain::text::{Language, Text};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// Who the device is; stored as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) token: String,
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
    keys: Vec<Key>,
    state: String,
}

#[derive(Deserialize)]
struct PointDocument {
    code: String,
    label: String,
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
}

#[derive(Deserialize)]
struct VersionDocument {
    hash: String,
    from: String,
}

/// A key to seal to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Key {
    pub(super) id: u32,
    pub(super) public: String,
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
    pub(super) closed: bool,
    pub(super) trial: bool,
    pub(super) key: Key,
    versions: Vec<(Date, Arc<Version>)>,
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
                let version = Version::received(&definition, &named.hash)?;
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
            trial: document.state == "trial",
            key: document.keys.into_iter().next()?,
            versions,
        })
    }

    /// The version that is asked on a day.
    pub(super) fn version_on(&self, today: Date) -> Option<Arc<Version>> {
        let begun = self.versions.iter().filter(|(from, _)| *from <= today);
        let (_, version) = begun
            .max_by_key(|(from, _)| *from)
            .or_else(|| self.versions.first())?;
        Some(Arc::clone(version))
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
