//! Sealing the days whose answers retention removes.

use domain::id::CampaignId;
use sqlx::{Postgres, Sqlite, Transaction};

use super::place::seal_of;
use super::rows::DayRow;
use super::sql;
use crate::StoreError;
use crate::backend::{Db, chunks};

macro_rules! seal {
    ($db:ty) => {
        impl Db<$db> {
            /// Seals the tallies of a day under the hash of their counts. A day must be folded before, as it
            /// never is again: [`StoreError::Busy`] while something of it is not.
            pub(crate) async fn seal_day(
                &self,
                tx: &mut Transaction<'static, $db>,
                campaign: CampaignId,
                day: i32,
            ) -> Result<(), StoreError> {
                let dirty: i64 = sqlx::query_scalar(sql::DIRTY_ON)
                    .bind(campaign.0)
                    .bind(day)
                    .fetch_one(&mut **tx)
                    .await?;
                if dirty > 0 {
                    return Err(StoreError::Busy);
                }
                let mut rows: Vec<DayRow> = sqlx::query_as(sql::DAY_ROWS)
                    .bind(campaign.0)
                    .bind(day)
                    .fetch_all(&mut **tx)
                    .await?;
                rows.retain(|row| row.seal.is_none());
                rows.sort_unstable_by_key(DayRow::place);
                for range in chunks(rows.len()) {
                    let sent = range.len();
                    let mut query = sqlx::query(sql::SEAL_DAYS.text::<$db>(sent));
                    for row in &rows[range] {
                        let place = row.place();
                        query = query
                            .bind(place.bucket)
                            .bind(place.campaign)
                            .bind(place.unit)
                            .bind(place.day)
                            .bind(place.version)
                            .bind(place.channel)
                            .bind(row.rev)
                            .bind(seal_of(&row.counts));
                    }
                    if query.execute(&mut **tx).await?.rows_affected() != sent as u64 {
                        return Err(StoreError::Busy);
                    }
                }
                Ok(())
            }
        }
    };
}
seal!(Sqlite);
seal!(Postgres);
