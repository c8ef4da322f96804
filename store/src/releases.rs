//! Stored releases: what pages, CSV, JSON and API read.

mod body;

use async_trait::async_trait;
use domain::id::{CampaignId, UnitId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::StoreError;
use crate::catalogue::VersionId;

/// A stored release of one campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    pub number: i64,
    pub campaign: CampaignId,
    pub made_at: OffsetDateTime,
}

/// A cell of a release: one version, unit, period and channel class. What is hidden has no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRow {
    pub unit: UnitId,
    /// `2026`, `2026-Q4`, `2026-11` or `campaign`.
    pub period: String,
    /// A channel class, or `all`.
    pub channel: String,
    pub version: VersionId,
    /// Packed figures of the nodes, and of the items; see [`domain::release`].
    pub nodes: Vec<u8>,
    pub items: Vec<u8>,
    /// Why it is hidden; none when it is shown.
    pub hidden: Option<i16>,
    /// The release in which the cell last changed; [`Releases::put_release`] sets it.
    pub changed_in: i64,
}

/// A release in the making, see [`Releases::begin_draft`].
#[derive(Debug)]
pub struct Draft {
    pub(crate) campaign: CampaignId,
    pub(crate) id: Uuid,
    /// How many cells it has.
    pub(crate) cells: u64,
}

/// Which cells to read.
#[derive(Clone, Debug)]
pub struct CellQuery<'a> {
    pub campaign: CampaignId,
    pub version: VersionId,
    pub units: &'a [UnitId],
    pub periods: &'a [&'a str],
    pub channels: &'a [&'a str],
    /// Reads the item figures too; without them a row is small.
    pub items: bool,
}

/// Releases.
#[async_trait]
pub trait Releases: Send + Sync + 'static {
    /// The newest release of a campaign.
    async fn latest(&self, campaign: CampaignId) -> Result<Option<Release>, StoreError>;
    /// Writes a release in one transaction: cells that changed replace those of the release before.
    async fn put_release(
        &self,
        campaign: CampaignId,
        made_at: OffsetDateTime,
        changed: &[CellRow],
    ) -> Result<Release, StoreError>;
    /// Begins a release that is too large to be held in memory, under a random number; what another draft of the
    /// campaign left is dropped.
    async fn begin_draft(&self, campaign: CampaignId, number: [u8; 16]) -> Result<Draft, StoreError>;
    /// Adds cells that changed to a draft, where no reader sees them.
    async fn add_to_draft(&self, draft: &mut Draft, changed: &[CellRow]) -> Result<(), StoreError>;
    /// Makes a draft the newest release, in one transaction.
    ///
    /// [`StoreError::Busy`] when another draft of the campaign was begun meanwhile.
    async fn publish_draft(&self, draft: Draft, made_at: OffsetDateTime) -> Result<Release, StoreError>;
    /// Reads cells of the newest release; at most one row for each unit, period and channel asked.
    async fn cells(&self, query: &CellQuery<'_>) -> Result<Vec<CellRow>, StoreError>;
    /// Gives all cells of a version in a campaign's newest release, one after the other, as the next release's
    /// predecessor: of each cell the first bytes of its items, so many as `tags`, and no nodes; rows with the code
    /// `ledger` in `hidden` as they are. They are given and not returned, because a country has more than the memory of
    /// a small machine should hold twice.
    async fn predecessor(
        &self,
        campaign: CampaignId,
        version: VersionId,
        tags: usize,
        ledger: i16,
        each: &mut (dyn FnMut(CellRow) + Send),
    ) -> Result<(), StoreError>;
}
