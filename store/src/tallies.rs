//! Day tallies, what is folded from them, and the recount that checks them.

mod body;
mod days;
mod fold;
pub(crate) mod place;
mod recount;
pub(crate) mod rows;
mod seal;
mod sql;

use async_trait::async_trait;
use domain::channel::ChannelClass;
use domain::cross::CrossProducts;
use domain::id::{CampaignId, UnitId};
use time::Date;

use crate::StoreError;
use crate::catalogue::VersionId;

/// The key of a day tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayKey {
    pub unit: UnitId,
    /// The civil date of the answers.
    pub day: Date,
    pub campaign: CampaignId,
    pub version: VersionId,
    pub channel: ChannelClass,
}

/// A packed tally row as stored; only [`domain::tally::Tally`] reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTally {
    pub key: DayKey,
    pub counts: Vec<u8>,
    pub rev: i64,
    /// Sealed by retention: never folded or recounted again, only its hash is checked.
    pub sealed: bool,
}

/// The key of a month or campaign tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeriodKey {
    pub unit: UnitId,
    /// The first day of the month; none for the whole campaign.
    pub month: Option<Date>,
    pub campaign: CampaignId,
    pub version: VersionId,
    pub channel: ChannelClass,
}

/// The part of a folded tally along one report dimension of the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Not split by it.
    All,
    /// People who did not answer its question.
    Unanswered,
    /// People who chose the option, from 0.
    Option(u8),
}

impl Dimension {
    fn of(number: i16) -> Self {
        match u8::try_from(number) {
            Ok(option) => Self::Option(option),
            Err(_) if number == fold::ALL => Self::All,
            Err(_) => Self::Unanswered,
        }
    }
}

/// A folded tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodTally {
    pub key: PeriodKey,
    /// Both [`Dimension::All`] for the whole row; [`Tallies::split`] has the others.
    pub dimensions: [Dimension; 2],
    pub counts: Vec<u8>,
    /// Packed sums over point-days, a [`domain::moments::ClusterMoments`] a node; empty when there are none.
    pub clusters: Vec<u8>,
    /// The same over sampling clusters, empty unless everybody counted in the row belongs to one. In the row of a
    /// month a cluster is what of it answered in that month; the campaign's row takes each cluster as a whole.
    pub samples: Vec<u8>,
}

/// Folded cross-products of one unit over a whole campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossTally {
    pub version: VersionId,
    pub channel: ChannelClass,
    /// Along the first report dimension; [`Dimension::All`] only where the version has none.
    pub dimension: Dimension,
    pub products: CrossProducts,
}

/// A tally that does not agree with the responses behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    pub unit: UnitId,
    pub campaign: CampaignId,
    pub version: VersionId,
    pub channel: ChannelClass,
    pub grain: Grain,
    pub what: &'static str,
}

/// The span of a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Day(Date),
    /// The month that begins on that day.
    Month(Date),
    Campaign,
}

/// How far one pass over the changed days has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// How many (unit, month, campaign) groups were folded.
    pub groups: u64,
    /// The last unit folded, after which the pass goes on; none at its end.
    pub last: Option<(CampaignId, UnitId)>,
}

/// Tallies.
#[async_trait]
pub trait Tallies: Send + Sync + 'static {
    /// Day tallies of a unit, in order of the day.
    async fn days(
        &self,
        campaign: CampaignId,
        unit: UnitId,
        from: Date,
        to: Date,
    ) -> Result<Vec<DayTally>, StoreError>;
    /// Folds about `limit` changed (unit, month, campaign) groups into month and campaign rows: those of the
    /// units after the one given, each unit whole. What arrives during the fold leaves its day dirty, for the
    /// next pass: one pass folds a unit once, so that it ends however busy the desks are, and comes to every
    /// unit. For a job under a lease.
    async fn fold(&self, after: Option<(CampaignId, UnitId)>, limit: i64) -> Result<Folded, StoreError>;
    /// The whole folded rows of a campaign, its months and itself, or those of the months given, for the
    /// release.
    async fn periods(
        &self,
        campaign: CampaignId,
        months: Option<&[Date]>,
    ) -> Result<Vec<PeriodTally>, StoreError>;
    /// The folded rows of one unit, whole and by report dimensions.
    async fn split(&self, campaign: CampaignId, unit: UnitId) -> Result<Vec<PeriodTally>, StoreError>;
    /// The cross-products of one unit over a campaign.
    async fn cross(&self, campaign: CampaignId, unit: UnitId) -> Result<Vec<CrossTally>, StoreError>;
    /// Recomputes day tallies of a campaign from its responses, and folded rows and cross-products from
    /// both, and compares. With `repair`, writes what differs. Sealed days are checked by their hash, and
    /// what waits to be folded is not compared.
    async fn recount(&self, campaign: CampaignId, repair: bool) -> Result<Vec<Disagreement>, StoreError>;
}
