//! Reading what changed and writing what it comes to, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{CampaignId, UnitId};
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use super::{CAMPAIGN, Folded, Packed, Read, Split, fold, month_of};
use crate::StoreError;
use crate::backend::{Db, Dialect, Rows, chunks, date_of};
use crate::catalogue::VersionId;
use crate::tallies::rows::{CountRow, CrossRow, FoldDay, SplitRow, Versions, class_of};
use crate::tallies::{Disagreement, Folded as Pass, Grain, sql};

/// Units folded in one transaction, so that the writer is soon free again.
const UNITS_A_TRANSACTION: usize = 32;

/// A unit of a campaign.
type Unit = (CampaignId, UnitId);
/// The same as it is stored, with its changed months.
type Changed = ((Uuid, Uuid), BTreeSet<i32>);

/// The longest month.
const DAYS: usize = 31;

fn disagreement(campaign: CampaignId, unit: Uuid, split: &Split) -> Result<Disagreement, StoreError> {
    Ok(Disagreement {
        unit: UnitId(unit),
        campaign,
        version: VersionId(split.version),
        channel: class_of(split.channel)?,
        grain: if split.month == CAMPAIGN {
            Grain::Campaign
        } else {
            Grain::Month(date_of(split.month)?)
        },
        what: "the folded numbers are not those of the days",
    })
}

/// The changed months of as many units as hold `limit` groups, each unit whole, and the last of them if there
/// may be more.
fn whole_units(
    dirty: Vec<(Uuid, Uuid, i32)>,
    limit: i64,
    all_read: bool,
) -> Result<(Vec<Changed>, Option<Unit>), StoreError> {
    let mut changed: BTreeMap<(Uuid, Uuid), BTreeSet<i32>> = BTreeMap::new();
    for (campaign, unit, day) in dirty {
        changed
            .entry((campaign, unit))
            .or_default()
            .insert(month_of(day)?);
    }
    let mut changed: Vec<Changed> = changed.into_iter().collect();
    // Of the last unit some days may be among the rows that were not read.
    if !all_read && changed.len() > 1 {
        changed.pop();
    }
    let mut groups = 0;
    let fits = changed.iter().take_while(|(_, months)| {
        let before = groups;
        groups += i64::try_from(months.len()).unwrap_or(i64::MAX);
        before < limit
    });
    let fits = fits.count();
    let is_end = all_read && fits == changed.len();
    changed.truncate(fits);
    let last = changed
        .last()
        .map(|((campaign, unit), _)| (CampaignId(*campaign), UnitId(*unit)));
    Ok((changed, last.filter(|_| !is_end)))
}

macro_rules! folding {
    ($db:ty) => {
        impl Db<$db> {
            pub(crate) async fn fold_once(
                &self,
                after: Option<Unit>,
                limit: i64,
            ) -> Result<Pass, StoreError> {
                let versions = self.all_versions().await?;
                // Nothing stands before the nil of both ids; after a unit's last day comes the next unit.
                let (campaign, unit) = after.map_or((Uuid::nil(), Uuid::nil()), |(campaign, unit)| {
                    (campaign.0, unit.0)
                });
                // A month has at most 31 days, a day a few classes: this many rows hold `limit` groups.
                let rows = limit.saturating_mul(64);
                let dirty: Vec<(Uuid, Uuid, i32)> = sqlx::query_as(sql::DIRTY)
                    .bind(campaign)
                    .bind(unit)
                    .bind(i32::MAX)
                    .bind(rows)
                    .fetch_all(&self.reader)
                    .await?;
                let all_read = i64::try_from(dirty.len()).unwrap_or(i64::MAX) < rows;
                let (changed, last) = whole_units(dirty, limit, all_read)?;
                for some in changed.chunks(UNITS_A_TRANSACTION) {
                    let mut folded = Vec::with_capacity(some.len());
                    for ((campaign, unit), months) in some {
                        folded.push(self.fold_unit(*campaign, *unit, months, &versions).await?);
                    }
                    let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                    self.write_folded(&mut tx, &folded).await?;
                    tx.commit().await?;
                }
                let groups = changed.iter().map(|(_, months)| months.len() as u64).sum();
                Ok(Pass { groups, last })
            }

            /// Computes every row of a unit anew and compares; with `repair`, writes them. What waits to be
            /// folded is not wrong.
            pub(crate) async fn recount_unit(
                &self,
                campaign: CampaignId,
                unit: Uuid,
                repair: bool,
                versions: &Versions,
            ) -> Result<Vec<Disagreement>, StoreError> {
                let days: Vec<i32> = sqlx::query_scalar(sql::DAYS_OF_UNIT)
                    .bind(<$db>::bucket(unit))
                    .bind(campaign.0)
                    .bind(unit)
                    .fetch_all(&self.reader)
                    .await?;
                let months = days.into_iter().map(month_of).collect::<Result<_, _>>()?;
                let folded = self.fold_unit(campaign.0, unit, &months, versions).await?;
                if !folded.days.is_empty() || folded.differs.is_empty() {
                    return Ok(Vec::new());
                }
                if repair {
                    let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                    self.write_folded(&mut tx, std::slice::from_ref(&folded))
                        .await?;
                    tx.commit().await?;
                }
                folded
                    .differs
                    .iter()
                    .map(|split| disagreement(campaign, unit, split))
                    .collect()
            }

            async fn fold_unit(
                &self,
                campaign: Uuid,
                unit: Uuid,
                months: &BTreeSet<i32>,
                versions: &Versions,
            ) -> Result<Folded, StoreError> {
                let bucket = <$db>::bucket(unit);
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let days: Vec<FoldDay> = sqlx::query_as(sql::UNIT_DAYS)
                    .bind(bucket)
                    .bind(campaign)
                    .bind(unit)
                    .fetch_all(&mut *tx)
                    .await?;
                let mut responses: Vec<CountRow> = Vec::new();
                for month in months {
                    let mut named: BTreeSet<i32> = BTreeSet::new();
                    for day in &days {
                        let day = day.row.place().day;
                        if month_of(day)? == *month {
                            named.insert(day);
                        }
                    }
                    let mut query = sqlx::query_as(sql::UNIT_RESPONSES)
                        .bind(campaign)
                        .bind(unit);
                    // The list has a fixed length; the month's first day stands again where it is shorter.
                    for day in named
                        .into_iter()
                        .chain(std::iter::repeat(*month))
                        .take(DAYS)
                    {
                        query = query.bind(day);
                    }
                    responses.extend(query.fetch_all(&mut *tx).await?);
                }
                let samples: Vec<CountRow> = sqlx::query_as(sql::UNIT_SAMPLES)
                    .bind(campaign)
                    .bind(unit)
                    .fetch_all(&mut *tx)
                    .await?;
                let periods: Vec<SplitRow> = sqlx::query_as(sql::UNIT_PERIODS)
                    .bind(bucket)
                    .bind(campaign)
                    .bind(unit)
                    .fetch_all(&mut *tx)
                    .await?;
                let cross: Vec<CrossRow> = sqlx::query_as(sql::UNIT_CROSS)
                    .bind(bucket)
                    .bind(campaign)
                    .bind(unit)
                    .fetch_all(&mut *tx)
                    .await?;
                tx.commit().await?;
                let read = Read {
                    days,
                    responses,
                    samples,
                    periods: periods.into_iter().map(SplitRow::split).collect(),
                    cross: cross.into_iter().map(CrossRow::split).collect(),
                };
                fold((bucket, campaign, unit), months, read, versions)
            }

            async fn write_folded(
                &self,
                tx: &mut Transaction<'static, $db>,
                folded: &[Folded],
            ) -> Result<(), StoreError> {
                self.drop_months(tx, folded, &sql::DROP_PERIODS).await?;
                self.drop_months(tx, folded, &sql::DROP_CROSS).await?;
                let periods: Vec<(&Folded, &Split, &Packed)> = folded
                    .iter()
                    .flat_map(|unit| {
                        unit.periods
                            .iter()
                            .map(move |(split, packed)| (unit, split, packed))
                    })
                    .collect();
                for range in chunks(periods.len()) {
                    let mut query = sqlx::query(sql::PUT_PERIODS.text::<$db>(range.len()));
                    for (unit, split, packed) in &periods[range] {
                        query = query
                            .bind(unit.bucket)
                            .bind(unit.campaign)
                            .bind(unit.unit)
                            .bind(split.month)
                            .bind(split.version)
                            .bind(split.channel)
                            .bind(split.dim1)
                            .bind(split.dim2)
                            .bind(packed.counts.as_slice())
                            .bind(packed.clusters.as_slice())
                            .bind(packed.samples.as_slice());
                    }
                    query.execute(&mut **tx).await?;
                }
                let cross: Vec<(&Folded, &Split, &Vec<u8>)> = folded
                    .iter()
                    .flat_map(|unit| {
                        unit.cross
                            .iter()
                            .map(move |(split, packed)| (unit, split, packed))
                    })
                    .collect();
                for range in chunks(cross.len()) {
                    let mut query = sqlx::query(sql::PUT_CROSS.text::<$db>(range.len()));
                    for (unit, split, products) in &cross[range] {
                        query = query
                            .bind(unit.bucket)
                            .bind(unit.campaign)
                            .bind(unit.unit)
                            .bind(split.month)
                            .bind(split.version)
                            .bind(split.channel)
                            .bind(split.dim1)
                            .bind(products.as_slice());
                    }
                    query.execute(&mut **tx).await?;
                }
                let mut days: Vec<_> = folded.iter().flat_map(|unit| &unit.days).collect();
                days.sort_unstable_by_key(|(place, ..)| *place);
                for range in chunks(days.len()) {
                    let mut query = sqlx::query(sql::MARK_DAYS.text::<$db>(range.len()));
                    for (place, rev, clusters) in &days[range] {
                        query = query
                            .bind(place.bucket)
                            .bind(place.campaign)
                            .bind(place.unit)
                            .bind(place.day)
                            .bind(place.version)
                            .bind(place.channel)
                            .bind(*rev)
                            .bind(clusters.as_slice());
                    }
                    query.execute(&mut **tx).await?;
                }
                Ok(())
            }

            async fn drop_months(
                &self,
                tx: &mut Transaction<'static, $db>,
                folded: &[Folded],
                text: &Rows,
            ) -> Result<(), StoreError> {
                let months: Vec<(&Folded, i32)> = folded
                    .iter()
                    .flat_map(|unit| unit.months.iter().map(move |month| (unit, *month)))
                    .collect();
                for range in chunks(months.len()) {
                    let mut query = sqlx::query(text.text::<$db>(range.len()));
                    for (unit, month) in &months[range] {
                        query = query
                            .bind(unit.bucket)
                            .bind(unit.campaign)
                            .bind(unit.unit)
                            .bind(*month);
                    }
                    query.execute(&mut **tx).await?;
                }
                Ok(())
            }
        }
    };
}
folding!(Sqlite);
folding!(Postgres);
