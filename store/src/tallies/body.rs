//! Tallies on both databases.

use async_trait::async_trait;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, UnitId};
use futures_util::TryStreamExt as _;
use sqlx::{Postgres, Sqlite};
use time::Date;
use uuid::Uuid;

use super::fold::unpack_cross;
use super::recount::Expected;
use super::rows::{CountRow, CrossRow, DayRow, PeriodRow, Versions, class_of};
use super::{CrossTally, DayTally, Dimension, Disagreement, Folded, PeriodTally, Tallies, sql};
use crate::StoreError;
use crate::backend::{Db, Dialect, date_of, retrying};
use crate::catalogue::VersionId;

fn cross_of(row: CrossRow, versions: &Versions) -> Result<CrossTally, StoreError> {
    let (split, packed) = row.split();
    let version = VersionId(split.version);
    let criteria = versions
        .get(&version)
        .ok_or(StoreError::Corrupt("a tally names an unknown version"))?
        .layout()
        .criteria();
    Ok(CrossTally {
        version,
        channel: class_of(split.channel)?,
        dimension: Dimension::of(split.dim1),
        products: unpack_cross(criteria, &packed)?,
    })
}

macro_rules! tallies {
    ($db:ty) => {
        #[async_trait]
        impl Tallies for Db<$db> {
            async fn days(
                &self,
                campaign: CampaignId,
                unit: UnitId,
                from: Date,
                to: Date,
            ) -> Result<Vec<DayTally>, StoreError> {
                let rows: Vec<DayRow> = sqlx::query_as(sql::DAYS)
                    .bind(<$db>::bucket(unit.0))
                    .bind(campaign.0)
                    .bind(unit.0)
                    .bind(days_since_epoch(from))
                    .bind(days_since_epoch(to))
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(DayTally::try_from).collect()
            }

            async fn fold(
                &self,
                after: Option<(CampaignId, UnitId)>,
                limit: i64,
            ) -> Result<Folded, StoreError> {
                retrying!(self.fold_once(after, limit))
            }

            async fn periods(
                &self,
                campaign: CampaignId,
                months: Option<&[Date]>,
            ) -> Result<Vec<PeriodTally>, StoreError> {
                let mut rows: Vec<PeriodRow> = Vec::new();
                match months {
                    None => {
                        let all = sqlx::query_as(sql::PERIODS).bind(campaign.0);
                        rows = all.fetch_all(&self.reader).await?;
                    }
                    Some(months) => {
                        for month in months {
                            let of_month = sqlx::query_as(sql::PERIODS_OF_MONTH)
                                .bind(campaign.0)
                                .bind(days_since_epoch(*month));
                            rows.extend(of_month.fetch_all(&self.reader).await?);
                        }
                    }
                }
                rows.into_iter().map(PeriodTally::try_from).collect()
            }

            async fn split(
                &self,
                campaign: CampaignId,
                unit: UnitId,
            ) -> Result<Vec<PeriodTally>, StoreError> {
                let rows: Vec<PeriodRow> = sqlx::query_as(sql::SPLIT)
                    .bind(<$db>::bucket(unit.0))
                    .bind(campaign.0)
                    .bind(unit.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(PeriodTally::try_from).collect()
            }

            async fn cross(&self, campaign: CampaignId, unit: UnitId) -> Result<Vec<CrossTally>, StoreError> {
                let versions = self.all_versions().await?;
                let rows: Vec<CrossRow> = sqlx::query_as(sql::CROSS)
                    .bind(<$db>::bucket(unit.0))
                    .bind(campaign.0)
                    .bind(unit.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter()
                    .map(|row| cross_of(row, &versions))
                    .collect()
            }

            async fn recount(
                &self,
                campaign: CampaignId,
                repair: bool,
            ) -> Result<Vec<Disagreement>, StoreError> {
                let versions = self.all_versions().await?;
                let days: Vec<i32> = sqlx::query_scalar(sql::COUNTED_DAYS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                let mut found = Vec::new();
                for day in days {
                    found.extend(retrying!(
                        self.recount_day(campaign, day, repair, &versions)
                    )?);
                }
                let units: Vec<Uuid> = sqlx::query_scalar(sql::TALLIED_UNITS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                for unit in units {
                    found.extend(retrying!(
                        self.recount_unit(campaign, unit, repair, &versions)
                    )?);
                }
                Ok(found)
            }
        }

        impl Db<$db> {
            async fn recount_day(
                &self,
                campaign: CampaignId,
                day: i32,
                repair: bool,
                versions: &Versions,
            ) -> Result<Vec<Disagreement>, StoreError> {
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let mut expected = Expected::new(campaign, date_of(day)?);
                {
                    let mut responses = sqlx::query_as::<_, CountRow>(sql::RESPONSES_ON)
                        .bind(campaign.0)
                        .bind(day)
                        .fetch(&mut *tx);
                    while let Some(row) = responses.try_next().await? {
                        expected.count::<$db>(&row, versions)?;
                    }
                }
                let rows: Vec<DayRow> = sqlx::query_as(sql::DAY_ROWS)
                    .bind(campaign.0)
                    .bind(day)
                    .fetch_all(&mut *tx)
                    .await?;
                tx.commit().await?;
                let (found, repairs) = expected.compare(rows, versions)?;
                if repair && !repairs.is_empty() {
                    let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                    self.write_days(&mut tx, repairs).await?;
                    tx.commit().await?;
                }
                Ok(found)
            }
        }
    };
}
tallies!(Sqlite);
tallies!(Postgres);
