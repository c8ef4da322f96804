//! Rows of tallies and of the responses behind them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::answer::Answers;
use domain::channel::{Channel, ChannelClass};
use domain::id::{CampaignId, UnitId};
use domain::questionnaire::Version;
use domain::status::Status;
use domain::tally::Rated;
use uuid::Uuid;

use super::fold::{ALL, CAMPAIGN, Packed, Split};
use super::place::Place;
use super::{DayTally, Dimension, PeriodKey, PeriodTally};
use crate::StoreError;
use crate::backend::date_of;
use crate::catalogue::VersionId;
use crate::intake::plan::status_of;
use crate::responses::sql::rated;

/// Versions by their numbers.
pub(crate) type Versions = HashMap<VersionId, Arc<Version>>;

/// A day tally as it comes from the database.
#[derive(sqlx::FromRow)]
pub(super) struct DayRow {
    bucket: i16,
    campaign: Uuid,
    unit: Uuid,
    day: i32,
    version: i32,
    channel: i16,
    pub(super) rev: i64,
    pub(super) seal: Option<Vec<u8>>,
    pub(super) counts: Vec<u8>,
}

impl DayRow {
    pub(super) fn place(&self) -> Place {
        Place {
            bucket: self.bucket,
            campaign: self.campaign,
            unit: self.unit,
            day: self.day,
            version: self.version,
            channel: self.channel,
        }
    }
}

impl TryFrom<DayRow> for DayTally {
    type Error = StoreError;

    fn try_from(row: DayRow) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.place().key()?,
            rev: row.rev,
            sealed: row.seal.is_some(),
            counts: row.counts,
        })
    }
}

/// What of a stored response counts.
#[derive(sqlx::FromRow)]
pub(super) struct CountRow {
    version: i32,
    channel: i16,
    status: i16,
    served_at: Uuid,
    handled_by: Option<Uuid>,
    meeting: Option<Uuid>,
    pub(super) point: Uuid,
    pub(super) answered_on: i32,
    pub(super) sampling_cluster: Option<String>,
    answers: Option<Vec<u8>>,
}

/// A response as it is counted.
pub(super) struct Counted<'a> {
    pub(super) version_id: VersionId,
    pub(super) version: &'a Arc<Version>,
    pub(super) channel: ChannelClass,
    pub(super) status: Status,
    pub(super) rated: Rated,
    pub(super) answers: Answers,
}

impl CountRow {
    /// Reads the answers; none when retention removed them.
    pub(super) fn counted<'a>(&self, versions: &'a Versions) -> Result<Option<Counted<'a>>, StoreError> {
        let Some(packed) = &self.answers else {
            return Ok(None);
        };
        let version_id = VersionId(self.version);
        let version = versions
            .get(&version_id)
            .ok_or(StoreError::Corrupt("a response names an unknown version"))?;
        Ok(Some(Counted {
            version_id,
            version,
            channel: Channel::from_code(self.channel)
                .ok_or(StoreError::Corrupt("a channel with an unknown number"))?
                .class(),
            status: status_of(self.status)?,
            rated: rated(
                UnitId(self.served_at),
                self.handled_by.map(UnitId),
                self.meeting.map(UnitId),
            ),
            answers: Answers::unpack(version, packed)?,
        }))
    }
}

/// A day tally with what the fold needs.
#[derive(sqlx::FromRow)]
pub(super) struct FoldDay {
    #[sqlx(flatten)]
    pub(super) row: DayRow,
    pub(super) clusters: Option<Vec<u8>>,
    pub(super) dirty: i16,
}

/// A folded row of one unit and campaign.
#[derive(sqlx::FromRow)]
pub(super) struct SplitRow {
    month: i32,
    version: i32,
    channel: i16,
    dim1: i16,
    dim2: i16,
    counts: Vec<u8>,
    clusters: Vec<u8>,
    samples: Vec<u8>,
}

impl SplitRow {
    pub(super) fn split(self) -> (Split, Packed) {
        let split = Split {
            month: self.month,
            version: self.version,
            channel: self.channel,
            dim1: self.dim1,
            dim2: self.dim2,
        };
        let packed = Packed {
            counts: self.counts,
            clusters: self.clusters,
            samples: self.samples,
        };
        (split, packed)
    }
}

/// Packed cross-products of one unit and campaign.
#[derive(sqlx::FromRow)]
pub(super) struct CrossRow {
    month: i32,
    version: i32,
    channel: i16,
    dim1: i16,
    products: Vec<u8>,
}

impl CrossRow {
    pub(super) fn split(self) -> (Split, Vec<u8>) {
        let split = Split {
            month: self.month,
            version: self.version,
            channel: self.channel,
            dim1: self.dim1,
            dim2: ALL,
        };
        (split, self.products)
    }
}

/// A folded row of any unit.
#[derive(sqlx::FromRow)]
pub(super) struct PeriodRow {
    unit: Uuid,
    campaign: Uuid,
    #[sqlx(flatten)]
    split: SplitRow,
}

impl TryFrom<PeriodRow> for PeriodTally {
    type Error = StoreError;

    fn try_from(row: PeriodRow) -> Result<Self, StoreError> {
        let (split, packed) = row.split.split();
        Ok(Self {
            key: PeriodKey {
                unit: UnitId(row.unit),
                month: (split.month != CAMPAIGN)
                    .then(|| date_of(split.month))
                    .transpose()?,
                campaign: CampaignId(row.campaign),
                version: VersionId(split.version),
                channel: class_of(split.channel)?,
            },
            dimensions: [split.dim1, split.dim2].map(Dimension::of),
            counts: packed.counts,
            clusters: packed.clusters,
            samples: packed.samples,
        })
    }
}

pub(super) fn class_of(code: i16) -> Result<ChannelClass, StoreError> {
    ChannelClass::from_code(code).ok_or(StoreError::Corrupt("a channel class with an unknown number"))
}
