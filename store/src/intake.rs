//! Taking responses in, many at once in one transaction.

mod body;
pub(crate) mod plan;

use std::sync::Arc;

use async_trait::async_trait;
use domain::answer::Answers;
use domain::canonical::Hash;
use domain::channel::{Channel, Mode};
use domain::id::{CampaignId, DeviceId, PointId, ResponseId};
use domain::questionnaire::Version;
use domain::status::{Reason, Status};
use domain::tally::Rated;
use domain::text::Language;
use time::{Date, OffsetDateTime};

use crate::StoreError;
use crate::catalogue::VersionId;

/// A validated response on its way into the store.
#[derive(Clone, Debug)]
pub struct NewResponse {
    pub id: ResponseId,
    pub digest: Hash,
    pub point: PointId,
    pub campaign: CampaignId,
    pub version_id: VersionId,
    pub version: Arc<Version>,
    pub answers: Answers,
    pub rated: Rated,
    pub channel: Channel,
    pub mode: Mode,
    pub language: Language,
    pub answered_on: Date,
    pub duration_s: u32,
    /// Whole seconds.
    pub arrived_at: OffsetDateTime,
    /// The device's clock minus the server's, in seconds, when the device told it.
    pub clock_offset_s: Option<i32>,
    /// The opaque code of the sampling cluster and the case, where there is a sample.
    pub cluster: Option<String>,
    pub case: Option<String>,
    /// What the service found: counted, or held or trial with its reason. The store turns counted into
    /// late when the campaign is closed, and into held when the device was revoked meanwhile.
    pub status: Status,
    pub reason: Option<Reason>,
    /// The keyed hash of a one-time code, consumed with the response.
    pub code: Option<Hash>,
    /// The hash of a receipt, stored apart.
    pub receipt: Option<Hash>,
    /// The device that brought it. It is not stored: a device that was revoked since the service looked must not
    /// have its answer counted.
    pub device: Option<DeviceId>,
}

/// What became of one response of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Stored now, with this status.
    New { status: Status, reason: Option<Reason> },
    /// The same content was stored before, with this status.
    Same { status: Status, reason: Option<Reason> },
    /// Other content is stored under this id.
    Conflict,
    /// The code was used, or was never issued for the campaign.
    CodeUsed,
    /// It was answered after the campaign's last day: its announced end, or the day on which it closed.
    Gone,
}

/// Taking responses in.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Records a batch in one transaction and returns what became of each, in order. When this returns,
    /// everything acknowledged is on disk.
    ///
    /// Within the transaction: the states of campaigns and devices are read (closing and revoking are barriers:
    /// neither returns while a batch that did not see it is being written); one-time codes are consumed;
    /// the rows are inserted with `on conflict do nothing`; tally rows are read, added to and written back
    /// guarded by `rev`. When fewer rows were inserted than sent, some ids were known: the transaction is
    /// rolled back and done again with a look-up of every id first, which tells repeats from other content by
    /// the digest. Fresh batches, nearly all there are, thus pay for no look-up. When another writer was
    /// first at a tally, the whole batch is tried again.
    async fn record(&self, batch: &[NewResponse]) -> Result<Vec<Recorded>, StoreError>;
}
