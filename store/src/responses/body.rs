//! Stored responses on both databases.

use async_trait::async_trait;
use domain::answer::Answers;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, ResponseId};
use domain::status::{Reason, Status};
use sqlx::{Postgres, Sqlite};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::sql::{self, HandoutRow, ResponseRow, ReviewRow, StandingRow};
use super::{After, Handout, Responses, Review, Stand, Standing, StoredResponse};
use crate::StoreError;
use crate::backend::{Db, Dialect, chunks, retrying};
use crate::intake::plan::status_of;
use crate::tallies::place::Deltas;

/// How many groups are folded at once before days are sealed.
const FOLDED_AT_ONCE: i64 = 500;

macro_rules! responses {
    ($db:ty) => {
        #[async_trait]
        impl Responses for Db<$db> {
            async fn response(&self, id: ResponseId) -> Result<Option<StoredResponse>, StoreError> {
                let row: Option<ResponseRow> = sqlx::query_as(sql::RESPONSE)
                    .bind(<$db>::bucket(id.0))
                    .bind(id.0)
                    .fetch_optional(&self.reader)
                    .await?;
                row.map(StoredResponse::try_from).transpose()
            }

            async fn remarks(&self, id: ResponseId) -> Result<Vec<(usize, String)>, StoreError> {
                let rows: Vec<(i16, String)> = sqlx::query_as(sql::REMARKS)
                    .bind(<$db>::bucket(id.0))
                    .bind(id.0)
                    .fetch_all(&self.reader)
                    .await?;
                let place =
                    |number| usize::try_from(number).map_err(|_| StoreError::Corrupt("a question's place"));
                rows.into_iter()
                    .map(|(number, body)| Ok((place(number)?, body)))
                    .collect()
            }

            async fn scan(
                &self,
                campaign: CampaignId,
                after: After,
                limit: i64,
            ) -> Result<(Vec<StoredResponse>, After), StoreError> {
                let mut position = after.0.unwrap_or((i32::MIN, -1, Uuid::nil()));
                loop {
                    let (day, bucket, id) = position;
                    let rows: Vec<ResponseRow> = sqlx::query_as(sql::SCAN)
                        .bind(campaign.0)
                        .bind(day)
                        .bind(bucket)
                        .bind(id)
                        .bind(limit)
                        .fetch_all(&self.reader)
                        .await?;
                    if let Some(last) = rows.last() {
                        let next = After(Some((day, last.bucket, last.id)));
                        let page = rows.into_iter().map(StoredResponse::try_from);
                        return Ok((page.collect::<Result<_, _>>()?, next));
                    }
                    let next: Option<i32> = sqlx::query_scalar(sql::NEXT_DAY)
                        .bind(campaign.0)
                        .bind(day)
                        .fetch_one(&self.reader)
                        .await?;
                    match next {
                        Some(day) => position = (day, -1, Uuid::nil()),
                        None => return Ok((Vec::new(), After(Some(position)))),
                    }
                }
            }

            async fn set_status(
                &self,
                id: ResponseId,
                former: Stand,
                new: Stand,
                at: OffsetDateTime,
            ) -> Result<bool, StoreError> {
                retrying!(self.set_status_once(id, former, new, at))
            }

            async fn count_by_status(&self, campaign: CampaignId) -> Result<Vec<(Status, i64)>, StoreError> {
                let rows: Vec<(i16, i64)> = sqlx::query_as(sql::COUNT_BY_STATUS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter()
                    .map(|(status, count)| Ok((status_of(status)?, count)))
                    .collect()
            }

            async fn standings(&self, campaign: CampaignId) -> Result<Vec<(Standing, i64)>, StoreError> {
                let rows: Vec<StandingRow> = sqlx::query_as(sql::STANDINGS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter()
                    .map(|(point, day, status, reason, count)| {
                        Ok((sql::standing(point, day, status, reason)?, count))
                    })
                    .collect()
            }

            async fn of_standing(
                &self,
                campaign: CampaignId,
                of: Standing,
            ) -> Result<Vec<ResponseId>, StoreError> {
                let ids: Vec<Uuid> = sqlx::query_scalar(sql::OF_STANDING)
                    .bind(campaign.0)
                    .bind(days_since_epoch(of.answered_on))
                    .bind(of.point.0)
                    .bind(of.status.code())
                    .bind(of.reason.map_or(-1, Reason::code))
                    .fetch_all(&self.reader)
                    .await?;
                Ok(ids.into_iter().map(ResponseId).collect())
            }

            async fn put_review(&self, review: &Review) -> Result<(), StoreError> {
                let of = review.of;
                sqlx::query(sql::PUT_REVIEW)
                    .bind(review.id)
                    .bind(review.campaign.0)
                    .bind(of.point.0)
                    .bind(days_since_epoch(of.answered_on))
                    .bind(of.status.code())
                    .bind(of.reason.map(Reason::code))
                    .bind(review.new_status.code())
                    .bind(review.new_reason.map(Reason::code))
                    .bind(review.responses)
                    .bind(&review.purpose)
                    .bind(review.decided_at.unix_timestamp())
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn reviews(&self, campaign: CampaignId) -> Result<Vec<Review>, StoreError> {
                let rows: Vec<ReviewRow> = sqlx::query_as(sql::REVIEWS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(Review::try_from).collect()
            }

            async fn put_handout(&self, handout: &Handout) -> Result<(), StoreError> {
                sqlx::query(sql::PUT_HANDOUT)
                    .bind(handout.id)
                    .bind(handout.campaign.0)
                    .bind(handout.way.code())
                    .bind(handout.responses)
                    .bind(&handout.purpose)
                    .bind(handout.handed_at.unix_timestamp())
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn handouts(&self, campaign: CampaignId) -> Result<Vec<Handout>, StoreError> {
                let rows: Vec<HandoutRow> = sqlx::query_as(sql::HANDOUTS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(sql::handout).collect()
            }

            async fn erase_times(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError> {
                self.erase_times_before(campaign, days_since_epoch(before))
                    .await
            }

            async fn retain(&self, campaign: CampaignId, before: Date) -> Result<u64, StoreError> {
                // What is not folded now never can be.
                while retrying!(self.fold_once(None, FOLDED_AT_ONCE))?.groups > 0 {}
                let days: Vec<i32> = sqlx::query_scalar(sql::DAYS_BEFORE)
                    .bind(campaign.0)
                    .bind(days_since_epoch(before))
                    .fetch_all(&self.reader)
                    .await?;
                let mut touched = 0;
                for day in days {
                    touched += retrying!(self.retain_once(campaign, day))?;
                }
                Ok(touched)
            }
        }

        impl Db<$db> {
            async fn set_status_once(
                &self,
                id: ResponseId,
                former: Stand,
                new: Stand,
                at: OffsetDateTime,
            ) -> Result<bool, StoreError> {
                let versions = self.all_versions().await?;
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let row: Option<ResponseRow> = sqlx::query_as(sql::RESPONSE)
                    .bind(<$db>::bucket(id.0))
                    .bind(id.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                let stored = StoredResponse::try_from(row.ok_or(StoreError::NotFound("response"))?)?;
                if (stored.status, stored.reason) != former {
                    return Ok(false);
                }
                let changed = sqlx::query(sql::SET_STATUS)
                    .bind(<$db>::bucket(id.0))
                    .bind(id.0)
                    .bind(former.0.code())
                    .bind(former.1.map_or(-1, Reason::code))
                    .bind(new.0.code())
                    .bind(new.1.map(Reason::code))
                    .bind(at.unix_timestamp())
                    .execute(&mut *tx)
                    .await?;
                if changed.rows_affected() != 1 {
                    return Err(StoreError::Busy);
                }
                if former.0 != new.0 {
                    let version = versions
                        .get(&stored.version)
                        .ok_or(StoreError::Corrupt("a response names an unknown version"))?;
                    let answers = match &stored.answers {
                        Some(packed) => Answers::unpack(version, packed)?,
                        // What retention left counts by its status only, so it can neither join nor leave.
                        None => return Err(StoreError::Sealed),
                    };
                    let mut deltas = Deltas::default();
                    let (cell, rated) = (stored.cell(), stored.rated());
                    deltas.subtract::<$db>(cell, version, &answers, former.0, rated);
                    deltas.add::<$db>(cell, version, &answers, new.0, rated);
                    self.add_to_days(&mut tx, deltas).await?;
                }
                tx.commit().await?;
                Ok(true)
            }

            async fn retain_once(&self, campaign: CampaignId, day: i32) -> Result<u64, StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                self.seal_day(&mut tx, campaign, day).await?;
                let remarked: Vec<(i16, Uuid)> = sqlx::query_as(sql::REMARKED)
                    .bind(campaign.0)
                    .bind(day)
                    .fetch_all(&mut *tx)
                    .await?;
                for range in chunks(remarked.len()) {
                    let mut query = sqlx::query(sql::DROP_REMARKS.text::<$db>(range.len()));
                    for (bucket, id) in &remarked[range] {
                        query = query.bind(*bucket).bind(*id);
                    }
                    query.execute(&mut *tx).await?;
                }
                let dropped = sqlx::query(sql::DROP_ANSWERS)
                    .bind(campaign.0)
                    .bind(day)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(dropped.rows_affected())
            }
        }
    };
}
responses!(Sqlite);
responses!(Postgres);
