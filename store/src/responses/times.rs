//! Erasing the exact times of days that are public.
//!
//! Two marks of a campaign keep this safe. The first is raised before anything is erased: a batch reads it in its own
//! transaction, so from then on nothing enters those days with a time, and what the steps have passed stays erased. The
//! second is raised after the last step: a run that is killed leaves it where it was, and the next begins there again.

use domain::id::CampaignId;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

use super::sql::NEXT_DAY;
use crate::StoreError;
use crate::backend::{Db, retrying};

/// After how many responses a step ends with the unit that it is at: a day of a whole country must not keep SQLite's one
/// writer from answers.
const STEP: i64 = 1_000;

/// Raising it waits for the batches that read it before.
const KEEP_TIMES_FROM: &str = "update campaign set times_kept_from = $2 where id = $1 \
     and coalesce(times_kept_from, $2 - 1) < $2";
const TIMES_ERASED_BEFORE: &str = "select times_erased_before from campaign where id = $1";
const ERASED_TIMES_BEFORE: &str = "update campaign set times_erased_before = $2 where id = $1 \
     and coalesce(times_erased_before, $2 - 1) < $2";
/// The unit with which a step ends. Both databases read it from the index by day alone.
const LAST_OF_STEP: &str = "select served_at from response where campaign = $1 and answered_on = $2 \
     and served_at > $3 order by served_at limit 1 offset $4";
const ERASE_TIMES: &str = "update response set arrived_at = null, clock_offset_s = null \
     where campaign = $1 and answered_on = $2 and served_at > $3 and served_at <= $4 and arrived_at is not null";

macro_rules! times {
    ($db:ty) => {
        impl Db<$db> {
            pub(super) async fn erase_times_before(
                &self,
                campaign: CampaignId,
                before: i32,
            ) -> Result<u64, StoreError> {
                retrying!(self.raise_mark(KEEP_TIMES_FROM, campaign, before))?;
                let mark: Option<Option<i32>> = sqlx::query_scalar(TIMES_ERASED_BEFORE)
                    .bind(campaign.0)
                    .fetch_optional(&self.reader)
                    .await?;
                let erased_before = mark.ok_or(StoreError::NotFound("campaign"))?;
                let mut day = erased_before.map_or(i32::MIN, |day| day - 1);
                let mut touched = 0;
                loop {
                    let next: Option<i32> = sqlx::query_scalar(NEXT_DAY)
                        .bind(campaign.0)
                        .bind(day)
                        .fetch_one(&self.reader)
                        .await?;
                    match next {
                        Some(next) if next < before => day = next,
                        _ => break,
                    }
                    touched += self.erase_times_of(campaign, day).await?;
                }
                retrying!(self.raise_mark(ERASED_TIMES_BEFORE, campaign, before))?;
                Ok(touched)
            }

            /// Erases the times of a day, from one unit to the next.
            async fn erase_times_of(&self, campaign: CampaignId, day: i32) -> Result<u64, StoreError> {
                let mut after = Uuid::nil();
                let mut touched = 0;
                loop {
                    let last: Option<Uuid> = sqlx::query_scalar(LAST_OF_STEP)
                        .bind(campaign.0)
                        .bind(day)
                        .bind(after)
                        .bind(STEP - 1)
                        .fetch_optional(&self.reader)
                        .await?;
                    let to = last.unwrap_or(Uuid::max());
                    touched += retrying!(self.erase_times_once(campaign, day, after, to))?;
                    if last.is_none() {
                        return Ok(touched);
                    }
                    after = to;
                }
            }

            async fn erase_times_once(
                &self,
                campaign: CampaignId,
                day: i32,
                after: Uuid,
                to: Uuid,
            ) -> Result<u64, StoreError> {
                let erased = sqlx::query(ERASE_TIMES)
                    .bind(campaign.0)
                    .bind(day)
                    .bind(after)
                    .bind(to)
                    .execute(&self.writer)
                    .await?;
                Ok(erased.rows_affected())
            }

            async fn raise_mark(
                &self,
                statement: &'static str,
                campaign: CampaignId,
                day: i32,
            ) -> Result<(), StoreError> {
                sqlx::query(statement)
                    .bind(campaign.0)
                    .bind(day)
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }
        }
    };
}
times!(Sqlite);
times!(Postgres);
