//! Stored responses: review, export and retention.

mod body;
pub(crate) mod sql;
mod times;

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

/// Whether a response is counted, and why not.
pub type Stand = (Status, Option<Reason>);

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

/// How single responses leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Those of a questionnaire, written by the export.
    Exported,
    /// Documents of refused ones, printed for whoever decides about them.
    Shown,
}

impl Way {
    const fn code(self) -> i16 {
        match self {
            Self::Exported => 0,
            Self::Shown => 1,
        }
    }

    const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Exported),
            1 => Some(Self::Shown),
            _ => None,
        }
    }
}

/// That single responses of a campaign left, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handout {
    pub id: Uuid,
    pub campaign: CampaignId,
    pub way: Way,
    /// How many left.
    pub responses: i64,
    pub purpose: String,
    /// Whole seconds.
    pub handed_at: OffsetDateTime,
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
    /// Changes a status and its reason, and the tallies with it, in one transaction. Returns false, and changes nothing,
    /// where the response does not stand as `former` says: somebody else has decided about it since it was read.
    /// [`StoreError::Sealed`] once retention has removed its answers.
    async fn set_status(
        &self,
        id: ResponseId,
        former: Stand,
        new: Stand,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError>;
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
    /// Notes that single responses leave, before the first of them does.
    async fn put_handout(&self, handout: &Handout) -> Result<(), StoreError>;
    /// When and why single responses of a campaign left, the first first.
    async fn handouts(&self, campaign: CampaignId) -> Result<Vec<Handout>, StoreError>;
    /// Erases the exact times of arrival, and what they say of a device's clock, of responses answered before
    /// `before`, some at a time. What arrives for such a day from the beginning on is stored without. A run that is cut
    /// short leaves the rest to the next. Returns how many responses it touched.
    async fn erase_times(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError>;
    /// Removes answers, remarks, cases, clusters, durations and exact times of responses answered before `before`,
    /// keeps id, digest, point, status, unit, date and version, and seals their days. Returns how many responses it
    /// touched.
    async fn retain(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError>;
}
