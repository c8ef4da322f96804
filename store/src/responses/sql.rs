//! The statements of stored responses, and their rows.

use domain::channel::{Channel, Mode};
use domain::id::{CampaignId, PointId, ResponseId, UnitId};
use domain::tally::{HandledBy, Rated};
use uuid::Uuid;

use super::StoredResponse;
use crate::StoreError;
use crate::backend::{Rows, date_of, hash_of, instant_of};
use crate::catalogue::VersionId;
use crate::intake::plan::{reason_of, status_of};
use crate::tallies::place::Cell;

macro_rules! responses {
    ($rest:literal) => {
        concat!(
            "select bucket, id, digest, point, campaign, version, served_at, handled_by, meeting, channel, mode, \
             language, answered_on, arrived_at, duration_s, sampling_cluster, sampling_case, status, reason, answers \
             from response ",
            $rest
        )
    };
}
pub(super) const RESPONSE: &str = responses!("where bucket = $1 and id = $2");
/// Both databases read a day by the index and sort it: a day is at most some ten thousands.
pub(super) const SCAN: &str = responses!(
    "where campaign = $1 and answered_on = $2 and (bucket, id) > ($3, $4) order by bucket, id limit $5"
);
pub(super) const NEXT_DAY: &str =
    "select min(answered_on) from response where campaign = $1 and answered_on > $2";
pub(super) const REMARKS: &str =
    "select question, body from remark where bucket = $1 and response = $2 order by question";
pub(super) const SET_STATUS: &str = "update response set status = $4, reason = $5, status_at = $6 \
     where bucket = $1 and id = $2 and status = $3";
pub(super) const COUNT_BY_STATUS: &str =
    "select status, count(*) from response where campaign = $1 group by status order by status";

/// Days with something to remove.
pub(super) const DAYS_BEFORE: &str = "select distinct answered_on from response \
     where campaign = $1 and answered_on < $2 and answers is not null order by answered_on";
pub(super) const REMARKED: &str = "select r.bucket, r.id from response r where r.campaign = $1 and r.answered_on = $2 \
     and r.answers is not null \
     and exists (select 1 from remark m where m.bucket = r.bucket and m.response = r.id)";
pub(super) static DROP_REMARKS: Rows = Rows::any_of("delete from remark where", &["bucket", "response"], "");
pub(super) const DROP_ANSWERS: &str = "update response set answers = null, arrived_at = null, duration_s = null, \
     clock_offset_s = null, status_at = null where campaign = $1 and answered_on = $2 and answers is not null";

#[derive(sqlx::FromRow)]
pub(super) struct ResponseRow {
    pub(super) bucket: i16,
    pub(super) id: Uuid,
    digest: Vec<u8>,
    point: Uuid,
    campaign: Uuid,
    version: i32,
    served_at: Uuid,
    handled_by: Option<Uuid>,
    meeting: Option<Uuid>,
    channel: i16,
    mode: i16,
    language: String,
    answered_on: i32,
    arrived_at: Option<i64>,
    duration_s: Option<i32>,
    sampling_cluster: Option<String>,
    sampling_case: Option<String>,
    status: i16,
    reason: Option<i16>,
    answers: Option<Vec<u8>>,
}

impl TryFrom<ResponseRow> for StoredResponse {
    type Error = StoreError;

    fn try_from(row: ResponseRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ResponseId(row.id),
            digest: hash_of(row.digest)?,
            point: PointId(row.point),
            campaign: CampaignId(row.campaign),
            version: VersionId(row.version),
            served_at: UnitId(row.served_at),
            handled_by: row.handled_by.map(UnitId),
            meeting: row.meeting.map(UnitId),
            channel: Channel::from_code(row.channel)
                .ok_or(StoreError::Corrupt("a channel with an unknown number"))?,
            mode: Mode::from_code(row.mode).ok_or(StoreError::Corrupt("a mode with an unknown number"))?,
            language: row.language,
            answered_on: date_of(row.answered_on)?,
            arrived_at: row.arrived_at.map(instant_of).transpose()?,
            duration_s: row.duration_s.and_then(|seconds| u32::try_from(seconds).ok()),
            cluster: row.sampling_cluster,
            case: row.sampling_case,
            status: status_of(row.status)?,
            reason: row.reason.map(reason_of).transpose()?,
            answers: row.answers,
        })
    }
}

impl StoredResponse {
    /// The units it rates.
    pub fn rated(&self) -> Rated {
        rated(self.served_at, self.handled_by, self.meeting)
    }

    pub(super) fn cell(&self) -> Cell {
        Cell {
            campaign: self.campaign,
            version: self.version,
            channel: self.channel.class(),
            day: self.answered_on,
        }
    }
}

/// The units that a stored response rates.
pub(crate) fn rated(served_at: UnitId, handled_by: Option<UnitId>, meeting: Option<UnitId>) -> Rated {
    let handled_by = handled_by.zip(meeting);
    Rated {
        served_at,
        handled_by: handled_by.map(|(unit, meeting)| HandledBy { unit, meeting }),
    }
}
