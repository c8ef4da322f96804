//! The statements of stored responses, and their rows.

use domain::channel::{Channel, Mode};
use domain::id::{CampaignId, PointId, ResponseId, UnitId};
use domain::tally::{HandledBy, Rated};
use uuid::Uuid;

use super::{Handout, Review, Standing, StoredResponse, Way};
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
pub(super) const SET_STATUS: &str = "update response set status = $5, reason = $6, status_at = $7 \
     where bucket = $1 and id = $2 and status = $3 and coalesce(reason, -1) = $4";
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
     clock_offset_s = null, status_at = null, sampling_cluster = null, sampling_case = null \
     where campaign = $1 and answered_on = $2 and answers is not null";

/// The two databases do not agree on where nothing comes in an order.
pub(super) const STANDINGS: &str = "select point, answered_on, status, reason, count(*) from response \
     where campaign = $1 and status <> 0 group by point, answered_on, status, reason \
     order by point, answered_on, status, coalesce(reason, -1)";
pub(super) const OF_STANDING: &str = "select id from response where campaign = $1 and answered_on = $2 and point = $3 \
     and status = $4 and coalesce(reason, -1) = $5 and answers is not null order by id";
pub(super) const PUT_REVIEW: &str = "insert into review (id, campaign, point, answered_on, status, reason, new_status, new_reason, responses, \
     purpose, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(super) const REVIEWS: &str = "select id, campaign, point, answered_on, status, reason, new_status, new_reason, \
     responses, purpose, decided_at from review where campaign = $1 order by decided_at, id";
pub(super) const PUT_HANDOUT: &str = "insert into handout (id, campaign, way, responses, purpose, handed_at) \
     values ($1, $2, $3, $4, $5, $6)";
pub(super) const HANDOUTS: &str = "select id, campaign, way, responses, purpose, handed_at from handout \
     where campaign = $1 order by handed_at, id";

pub(super) type StandingRow = (Uuid, i32, i16, Option<i16>, i64);

#[derive(sqlx::FromRow)]
pub(super) struct ReviewRow {
    id: Uuid,
    campaign: Uuid,
    point: Uuid,
    answered_on: i32,
    status: i16,
    reason: Option<i16>,
    new_status: i16,
    new_reason: Option<i16>,
    responses: i64,
    purpose: String,
    decided_at: i64,
}

impl TryFrom<ReviewRow> for Review {
    type Error = StoreError;

    fn try_from(row: ReviewRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            campaign: CampaignId(row.campaign),
            of: standing(row.point, row.answered_on, row.status, row.reason)?,
            new_status: status_of(row.new_status)?,
            new_reason: row.new_reason.map(reason_of).transpose()?,
            responses: row.responses,
            purpose: row.purpose,
            decided_at: instant_of(row.decided_at)?,
        })
    }
}

/// Id, campaign, way, number, purpose and instant.
pub(super) type HandoutRow = (Uuid, Uuid, i16, i64, String, i64);

pub(super) fn handout(row: HandoutRow) -> Result<Handout, StoreError> {
    let (id, campaign, way, responses, purpose, handed_at) = row;
    Ok(Handout {
        id,
        campaign: CampaignId(campaign),
        way: Way::from_code(way).ok_or(StoreError::Corrupt("a way out with an unknown number"))?,
        responses,
        purpose,
        handed_at: instant_of(handed_at)?,
    })
}

pub(super) fn standing(
    point: Uuid,
    answered_on: i32,
    status: i16,
    reason: Option<i16>,
) -> Result<Standing, StoreError> {
    Ok(Standing {
        point: PointId(point),
        answered_on: date_of(answered_on)?,
        status: status_of(status)?,
        reason: reason.map(reason_of).transpose()?,
    })
}

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
