//! Reference data: units, questionnaire versions, campaigns, points, devices, keys and one-time codes.

mod body;
pub(crate) mod sql;

use std::sync::Arc;

use async_trait::async_trait;
use domain::channel::Channel;
use domain::id::{CampaignId, DeviceId, PointId, UnitId};
use domain::method::Selection;
use domain::questionnaire::Version;
use domain::text::Text;
use time::{Date, OffsetDateTime};

use crate::StoreError;

/// The small number under which a version is stored in responses and tallies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub i32);

/// A stored version: frozen, so it may be cached for ever.
#[derive(Clone, Debug)]
pub struct StoredVersion {
    pub id: VersionId,
    pub version: Arc<Version>,
}

/// When figures of a campaign are released to the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseRule {
    /// Whole months, quarters, years and the campaign, by the nightly job.
    Nightly,
    /// With every answer; demo campaigns only.
    Live,
}

/// A campaign: what is asked of which units, when and by whom.
#[derive(Clone, Debug)]
pub struct Campaign {
    pub id: CampaignId,
    /// A short name for URLs and the command line, such as `sipas-2026`.
    pub key: String,
    pub title: Text,
    /// The body that runs the survey, as the notice names it.
    pub agency: Text,
    /// The telephone number for complaints that the notice names.
    pub hotline: String,
    /// Set in Đồng Tháp's own campaigns: "nghe dân để hành động".
    pub motto: Option<Text>,
    /// The versions asked, each from its date on; the first from the start.
    pub versions: Vec<(Date, VersionId)>,
    /// The units it covers, with everything below them.
    pub units: Vec<UnitId>,
    pub selection: Selection,
    /// How answers may reach it; empty for every channel that the method accepts.
    pub channels: Vec<Channel>,
    pub release: ReleaseRule,
    /// Synthetic answers, labelled as such wherever they show.
    pub demo: bool,
    /// First day, and the last day, after which it is closed; none while open-ended.
    pub starts_on: Date,
    pub ends_on: Option<Date>,
    /// The day after which nothing is counted any more, once someone closed it.
    pub closed_on: Option<Date>,
}

/// Whether answers at a point count yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointState {
    Trial,
    Active,
}

/// An access point.
#[derive(Clone, Debug)]
pub struct Point {
    pub id: PointId,
    /// Eight characters, see [`domain::code`].
    pub code: String,
    pub campaign: CampaignId,
    /// The unit where the person is served.
    pub unit: UnitId,
    pub channel: Channel,
    pub state: PointState,
    /// What the point is called at its unit, such as "Quầy 3"; empty for the whole desk.
    pub label: String,
    /// Answers an hour above which further ones are held for review.
    pub hourly_limit: i32,
    /// Whether an answer needs a one-time code.
    pub needs_code: bool,
    /// The opaque code of the sampling cluster whose people answer here, copied to their responses. Never shown.
    pub cluster: Option<String>,
    /// The field of the procedure, an option of [`domain::slip::FIELD`], where it is one for everybody here.
    pub field: Option<String>,
}

/// The state of a desk device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    Trial,
    InService,
    Revoked,
}

impl DeviceState {
    /// The name in JSON and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::InService => "in_service",
            Self::Revoked => "revoked",
        }
    }
}

/// A device tied to a point, known by the hash of its token.
#[derive(Clone, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub point: PointId,
    pub token_hash: [u8; 32],
    pub state: DeviceState,
    pub revoked_on: Option<Date>,
    /// What it is called, such as "Máy ở quầy 3".
    pub label: String,
}

/// A key pair for sealed answers; the private half is sealed under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    pub id: i32,
    pub public: Vec<u8>,
    pub sealed_private: Vec<u8>,
    pub made_at: OffsetDateTime,
    /// Devices no longer seal to it, but it still opens what they hold.
    pub retired_at: Option<OffsetDateTime>,
}

/// Units as stored rows; [`domain::unit::UnitDirectory`] is built of them.
#[derive(Clone, Debug, Default)]
pub struct UnitRows {
    pub units: Vec<domain::unit::Unit>,
    pub successions: Vec<domain::unit::Succession>,
}

/// Counters that rise with every change of what they name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    pub units: i64,
    pub versions: i64,
    pub points: i64,
}

/// Reference data.
#[async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// Writes units with their facts and successions, all or none; a unit that exists is replaced by id.
    async fn put_units(&self, rows: &UnitRows) -> Result<(), StoreError>;
    /// All units, for the directory in memory.
    async fn units(&self) -> Result<UnitRows, StoreError>;
    /// How often reference data changed, so that servers know when to read it again.
    async fn revisions(&self) -> Result<Revisions, StoreError>;

    /// Stores a published version and returns its number. The same key and version with another hash is a
    /// [`StoreError::Conflict`]: a published version is frozen.
    async fn put_version(&self, version: &Version) -> Result<VersionId, StoreError>;
    async fn versions(&self) -> Result<Vec<StoredVersion>, StoreError>;

    /// Writes a campaign, or replaces the one of that id.
    async fn put_campaign(&self, campaign: &Campaign) -> Result<(), StoreError>;
    async fn campaigns(&self) -> Result<Vec<Campaign>, StoreError>;
    /// Closes a campaign: nothing answered after `on` is counted, and nothing that arrives later is.
    async fn close_campaign(&self, id: CampaignId, on: Date) -> Result<(), StoreError>;

    /// Writes points in one transaction; an id that exists is replaced.
    async fn put_points(&self, points: &[Point]) -> Result<(), StoreError>;
    async fn point_by_code(&self, code: &str) -> Result<Option<Point>, StoreError>;
    async fn point(&self, id: PointId) -> Result<Option<Point>, StoreError>;
    /// The points of a unit itself, not of those below it.
    async fn points_of(&self, unit: UnitId) -> Result<Vec<Point>, StoreError>;
    /// The points of a campaign whose people belong to a sampling cluster.
    async fn points_in_clusters(&self, campaign: CampaignId) -> Result<Vec<Point>, StoreError>;

    async fn put_device(&self, device: &Device) -> Result<(), StoreError>;
    async fn device_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<Device>, StoreError>;

    async fn put_key_pair(&self, pair: &KeyPair) -> Result<(), StoreError>;
    async fn key_pairs(&self) -> Result<Vec<KeyPair>, StoreError>;

    /// Makes one-time codes known by their keyed hashes, for a campaign.
    async fn issue_codes(&self, campaign: CampaignId, hashes: &[[u8; 32]]) -> Result<(), StoreError>;
}
