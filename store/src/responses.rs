//! Stored responses: review, export and retention.

mod body;
pub(crate) mod sql;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::channel::{Channel, Mode};
use domain::id::{CampaignId, PointId, ResponseId, UnitId};
use domain::status::{Reason, Status};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::StoreError;
use crate::catalogue::VersionId;

/// A stored response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    pub id: ResponseId,
    pub digest: Hash,
    pub point: PointId,
    pub campaign: CampaignId,
    pub version: VersionId,
    pub served_at: UnitId,
    pub handled_by: Option<UnitId>,
    /// Where the two trees met when it was recorded.
    pub meeting: Option<UnitId>,
    pub channel: Channel,
    pub mode: Mode,
    pub language: String,
    pub answered_on: Date,
    /// None once retention has removed it.
    pub arrived_at: Option<OffsetDateTime>,
    pub duration_s: Option<u32>,
    pub cluster: Option<String>,
    pub case: Option<String>,
    pub status: Status,
    pub reason: Option<Reason>,
    /// The packed closed answers; none once retention has removed them.
    pub answers: Option<Vec<u8>>,
}

/// Where a scan has come to: by day, and inside a day in the order of the key, which tells no time.
/// `After(None)`, the default, is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After(pub Option<(i32, i16, Uuid)>);

/// Responses of one point and day that have the same standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    pub point: PointId,
    pub answered_on: Date,
    pub status: Status,
    pub reason: Option<Reason>,
}

/// What was decided about responses of one standing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: Uuid,
    pub campaign: CampaignId,
    pub of: Standing,
    pub new_status: Status,
    pub new_reason: Option<Reason>,
    /// How many responses it was about.
    pub responses: i64,
    pub purpose: String,
    /// Whole seconds.
    pub decided_at: OffsetDateTime,
}

/// Stored responses.
#[async_trait]
pub trait Responses: Send + Sync + 'static {
    async fn response(&self, id: ResponseId) -> Result<Option<StoredResponse>, StoreError>;
    /// Remarks of a response, by the question's place in printed order.
    async fn remarks(&self, id: ResponseId) -> Result<Vec<(usize, String)>, StoreError>;
    /// A page of a campaign's responses, of one day and at most `limit`, and where the next page begins. An
    /// empty page is the end.
    async fn scan(
        &self,
        campaign: CampaignId,
        after: After,
        limit: i64,
    ) -> Result<(Vec<StoredResponse>, After), StoreError>;
    /// Changes a status: response, tallies and the reason in one transaction. Returns the former status.
    /// [`StoreError::Sealed`] once retention has removed its answers.
    async fn set_status(
        &self,
        id: ResponseId,
        status: Status,
        reason: Option<Reason>,
        at: OffsetDateTime,
    ) -> Result<Status, StoreError>;
    /// Numbers of a campaign by status, for the page and the notice beside every figure.
    async fn count_by_status(&self, campaign: CampaignId) -> Result<Vec<(Status, i64)>, StoreError>;
    /// The numbers of those that are not counted, by point, day, status and reason, in that order.
    async fn standings(&self, campaign: CampaignId) -> Result<Vec<(Standing, i64)>, StoreError>;
    /// The responses of one standing that still have their answers, in the order of their ids, which tells no time.
    async fn of_standing(&self, campaign: CampaignId, of: Standing) -> Result<Vec<ResponseId>, StoreError>;
    /// Notes a decision before it is carried out.
    async fn put_review(&self, review: &Review) -> Result<(), StoreError>;
    /// The decisions of a campaign, the first first.
    async fn reviews(&self, campaign: CampaignId) -> Result<Vec<Review>, StoreError>;
    /// Erases the exact times of arrival, and what they say of a device's clock, of responses answered before
    /// `before`, a day in a transaction. What arrives for such a day later is stored without. Returns how many
    /// responses it touched.
    async fn erase_times(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError>;
    /// Removes answers, remarks, cases, clusters, durations and exact times of responses answered before `before`,
    /// keeps id, digest, point, status, unit, date and version, and seals their days. Returns how many responses it
    /// touched.
    async fn retain(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError>;
}
