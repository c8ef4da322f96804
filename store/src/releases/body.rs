//! Stored releases on both databases.

use async_trait::async_trait;
use domain::id::{CampaignId, UnitId};
use futures_util::TryStreamExt as _;
use sqlx::{Postgres, Sqlite, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CellQuery, CellRow, Draft, Release, Releases};
use crate::StoreError;
use crate::backend::{Db, Dialect, Rows, chunks, instant_of, retrying};
use crate::catalogue::VersionId;
use crate::catalogue::sql::RAISE;

const LATEST: &str =
    "select number, campaign, made_at from release where campaign = $1 order by number desc limit 1";
const INSERT: &str = "insert into release (number, campaign, made_at) values ($1, $2, $3)";
static PUT_CELLS: Rows = Rows::new(
    "insert into release_cell (bucket, campaign, version, unit, period, channel, hidden, changed_in, nodes, items) values",
    10,
    "on conflict (bucket, campaign, version, unit, period, channel) do update set hidden = excluded.hidden, \
     changed_in = excluded.changed_in, nodes = excluded.nodes, items = excluded.items",
);
static CELLS: Rows = Rows::new(
    "with k (bucket, campaign, version, unit, period, channel) as (values",
    6,
    ") select c.unit, c.period, c.channel, c.version, c.hidden, c.changed_in, c.nodes from k join release_cell c \
     on c.bucket = k.bucket and c.campaign = k.campaign and c.version = k.version and c.unit = k.unit \
     and c.period = k.period and c.channel = k.channel",
);
static CELLS_WITH_ITEMS: Rows = Rows::new(
    "with k (bucket, campaign, version, unit, period, channel) as (values",
    6,
    ") select c.unit, c.period, c.channel, c.version, c.hidden, c.changed_in, c.nodes, c.items from k \
     join release_cell c on c.bucket = k.bucket and c.campaign = k.campaign and c.version = k.version \
     and c.unit = k.unit and c.period = k.period and c.channel = k.channel",
);
const PREDECESSOR: &str = "select unit, period, channel, version, hidden, changed_in, \
     case when hidden = $3 then nodes else substr(nodes, 1, 0) end, \
     case when hidden = $3 then items else substr(items, 1, $4) end \
     from release_cell where campaign = $1 and version = $2 order by unit, period, channel";
static DRAFT_CELLS: Rows = Rows::new(
    "insert into release_draft (bucket, campaign, draft, version, unit, period, channel, hidden, nodes, items) values",
    10,
    "",
);
const PUBLISH_DRAFT: &str = "insert into release_cell \
     (bucket, campaign, version, unit, period, channel, hidden, changed_in, nodes, items) \
     select bucket, campaign, version, unit, period, channel, hidden, $3, nodes, items from release_draft \
     where campaign = $1 and draft = $2 \
     on conflict (bucket, campaign, version, unit, period, channel) do update set hidden = excluded.hidden, \
     changed_in = excluded.changed_in, nodes = excluded.nodes, items = excluded.items";
const DROP_DRAFT: &str = "delete from release_draft where campaign = $1";

type SmallRow = (Uuid, String, String, i32, Option<i16>, i64, Vec<u8>);
type WholeRow = (Uuid, String, String, i32, Option<i16>, i64, Vec<u8>, Vec<u8>);

fn whole((unit, period, channel, version, hidden, changed_in, nodes, items): WholeRow) -> CellRow {
    CellRow {
        unit: UnitId(unit),
        period,
        channel,
        version: VersionId(version),
        nodes,
        items,
        hidden,
        changed_in,
    }
}

fn small((unit, period, channel, version, hidden, changed_in, nodes): SmallRow) -> CellRow {
    whole((
        unit,
        period,
        channel,
        version,
        hidden,
        changed_in,
        nodes,
        Vec::new(),
    ))
}

fn release_of((number, campaign, made_at): (i64, Uuid, i64)) -> Result<Release, StoreError> {
    Ok(Release {
        number,
        campaign: CampaignId(campaign),
        made_at: instant_of(made_at)?,
    })
}

/// Cells by bucket and unit, so that a batch writes neighbours.
fn in_order<D: Dialect>(cells: &[CellRow]) -> Vec<(i16, &CellRow)> {
    let mut order: Vec<_> = cells.iter().map(|cell| (D::bucket(cell.unit.0), cell)).collect();
    order.sort_unstable_by_key(|(bucket, cell)| (*bucket, cell.unit));
    order
}

/// Every (unit, period, channel) that is asked.
fn keys<'a>(query: &CellQuery<'a>) -> Vec<(UnitId, &'a str, &'a str)> {
    let mut keys = Vec::with_capacity(query.units.len() * query.periods.len() * query.channels.len());
    for unit in query.units {
        for period in query.periods {
            keys.extend(query.channels.iter().map(|channel| (*unit, *period, *channel)));
        }
    }
    keys
}

macro_rules! releases {
    ($db:ty) => {
        #[async_trait]
        impl Releases for Db<$db> {
            async fn latest(&self, campaign: CampaignId) -> Result<Option<Release>, StoreError> {
                let latest = sqlx::query_as(LATEST).bind(campaign.0);
                latest
                    .fetch_optional(&self.reader)
                    .await?
                    .map(release_of)
                    .transpose()
            }

            async fn put_release(
                &self,
                campaign: CampaignId,
                made_at: OffsetDateTime,
                changed: &[CellRow],
            ) -> Result<Release, StoreError> {
                retrying!(self.put_release_once(campaign, made_at, changed))
            }

            async fn cells(&self, query: &CellQuery<'_>) -> Result<Vec<CellRow>, StoreError> {
                let keys = keys(query);
                let mut cells = Vec::with_capacity(keys.len());
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let texts = if query.items {
                    &CELLS_WITH_ITEMS
                } else {
                    &CELLS
                };
                for range in chunks(keys.len()) {
                    let text = texts.text::<$db>(range.len());
                    if query.items {
                        let mut rows = sqlx::query_as::<_, WholeRow>(text);
                        for (unit, period, channel) in &keys[range] {
                            rows = rows
                                .bind(<$db>::bucket(unit.0))
                                .bind(query.campaign.0)
                                .bind(query.version.0)
                                .bind(unit.0)
                                .bind(*period)
                                .bind(*channel);
                        }
                        cells.extend(rows.fetch_all(&mut *tx).await?.into_iter().map(whole));
                    } else {
                        let mut rows = sqlx::query_as::<_, SmallRow>(text);
                        for (unit, period, channel) in &keys[range] {
                            rows = rows
                                .bind(<$db>::bucket(unit.0))
                                .bind(query.campaign.0)
                                .bind(query.version.0)
                                .bind(unit.0)
                                .bind(*period)
                                .bind(*channel);
                        }
                        cells.extend(rows.fetch_all(&mut *tx).await?.into_iter().map(small));
                    }
                }
                tx.commit().await?;
                Ok(cells)
            }

            async fn begin_draft(&self, campaign: CampaignId, number: [u8; 16]) -> Result<Draft, StoreError> {
                sqlx::query(DROP_DRAFT)
                    .bind(campaign.0)
                    .execute(&self.writer)
                    .await?;
                Ok(Draft {
                    campaign,
                    id: Uuid::from_bytes(number),
                    cells: 0,
                })
            }

            async fn add_to_draft(&self, draft: &mut Draft, changed: &[CellRow]) -> Result<(), StoreError> {
                let order = in_order::<$db>(changed);
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                for range in chunks(order.len()) {
                    let mut query = sqlx::query(DRAFT_CELLS.text::<$db>(range.len()));
                    for (bucket, cell) in &order[range] {
                        query = query
                            .bind(*bucket)
                            .bind(draft.campaign.0)
                            .bind(draft.id)
                            .bind(cell.version.0)
                            .bind(cell.unit.0)
                            .bind(cell.period.as_str())
                            .bind(cell.channel.as_str())
                            .bind(cell.hidden)
                            .bind(cell.nodes.as_slice())
                            .bind(cell.items.as_slice());
                    }
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await?;
                draft.cells += changed.len() as u64;
                Ok(())
            }

            async fn publish_draft(
                &self,
                draft: Draft,
                made_at: OffsetDateTime,
            ) -> Result<Release, StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let number = self.next_release(&mut tx, draft.campaign, made_at).await?;
                let published = sqlx::query(PUBLISH_DRAFT)
                    .bind(draft.campaign.0)
                    .bind(draft.id)
                    .bind(number)
                    .execute(&mut *tx)
                    .await?;
                if published.rows_affected() != draft.cells {
                    return Err(StoreError::Busy);
                }
                sqlx::query(DROP_DRAFT)
                    .bind(draft.campaign.0)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                release_of((number, draft.campaign.0, made_at.unix_timestamp()))
            }

            async fn predecessor(
                &self,
                campaign: CampaignId,
                version: VersionId,
                tags: usize,
                ledger: i16,
                each: &mut (dyn FnMut(CellRow) + Send),
            ) -> Result<(), StoreError> {
                let mut rows = sqlx::query_as(PREDECESSOR)
                    .bind(campaign.0)
                    .bind(version.0)
                    .bind(ledger)
                    .bind(i32::try_from(tags).unwrap_or(i32::MAX))
                    .fetch(&self.reader);
                while let Some(row) = rows.try_next().await? {
                    each(whole(row));
                }
                Ok(())
            }
        }

        impl Db<$db> {
            /// Notes a release of the campaign, with the next number there is.
            async fn next_release(
                &self,
                tx: &mut Transaction<'static, $db>,
                campaign: CampaignId,
                made_at: OffsetDateTime,
            ) -> Result<i64, StoreError> {
                let number: i64 = sqlx::query_scalar(RAISE)
                    .bind("release")
                    .fetch_one(&mut **tx)
                    .await?;
                sqlx::query(INSERT)
                    .bind(number)
                    .bind(campaign.0)
                    .bind(made_at.unix_timestamp())
                    .execute(&mut **tx)
                    .await?;
                Ok(number)
            }

            async fn put_release_once(
                &self,
                campaign: CampaignId,
                made_at: OffsetDateTime,
                changed: &[CellRow],
            ) -> Result<Release, StoreError> {
                let order = in_order::<$db>(changed);
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let number = self.next_release(&mut tx, campaign, made_at).await?;
                for range in chunks(order.len()) {
                    let mut query = sqlx::query(PUT_CELLS.text::<$db>(range.len()));
                    for (bucket, cell) in &order[range] {
                        query = query
                            .bind(*bucket)
                            .bind(campaign.0)
                            .bind(cell.version.0)
                            .bind(cell.unit.0)
                            .bind(cell.period.as_str())
                            .bind(cell.channel.as_str())
                            .bind(cell.hidden)
                            .bind(number)
                            .bind(cell.nodes.as_slice())
                            .bind(cell.items.as_slice());
                    }
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await?;
                release_of((number, campaign.0, made_at.unix_timestamp()))
            }
        }
    };
}
releases!(Sqlite);
releases!(Postgres);
