//! What the bench does to a database and the interface does not offer: rows without tallies, and damage.

use async_trait::async_trait;
use domain::id::CampaignId;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

use crate::StoreError;
use crate::backend::{Db, Dialect, Options, open_postgres, open_sqlite, sqlite_path};
use crate::intake::NewResponse;

const ANY_DAY: &str = "select bucket, unit, day, version, channel, counts from tally_day where campaign = $1 \
     order by day limit 1";
const SPOIL: &str = "update tally_day set counts = $7 where bucket = $1 and campaign = $2 and unit = $3 and day = $4 \
     and version = $5 and channel = $6";

/// A key and the counts that stand there.
type AnyDay = (i16, Uuid, i32, i32, i16, Vec<u8>);

/// A database opened past the interface.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Writes the response rows of a batch in one insert and one transaction, and nothing else: no tally
    /// knows of them. What [`crate::intake::Intake::record`] is held against.
    async fn insert_only(&self, batch: &[NewResponse]) -> Result<(), StoreError>;
    /// Changes one bit of one stored day tally; done again, it puts it right.
    async fn flip_bit(&self, campaign: CampaignId) -> Result<(), StoreError>;
    /// Counts what the tables hold, for the planner: what PostgreSQL does by itself within minutes after many rows came.
    async fn analyze(&self) -> Result<(), StoreError>;
    /// Closes the connections.
    async fn close(&self);
}

/// Opens a database as [`crate::connect`] does.
pub async fn open(url: &str) -> Result<Box<dyn Probe>, StoreError> {
    match sqlite_path(url) {
        Some(path) => Ok(Box::new(open_sqlite(path, Options::default()).await?)),
        None => Ok(Box::new(open_postgres(url, Options::default()).await?)),
    }
}

/// The batch as the rows that are written, in the order in which [`crate::intake::Intake::record`] writes them.
fn rows<D: Dialect>(batch: &[NewResponse]) -> Vec<(i16, usize)> {
    let mut rows: Vec<(i16, usize)> = batch
        .iter()
        .enumerate()
        .map(|(index, response)| (D::bucket(response.id.0), index))
        .collect();
    rows.sort_unstable_by_key(|(bucket, index)| (*bucket, batch[*index].id));
    rows
}

macro_rules! probe {
    ($db:ty) => {
        #[async_trait]
        impl Probe for Db<$db> {
            async fn insert_only(&self, batch: &[NewResponse]) -> Result<(), StoreError> {
                let rows = rows::<$db>(batch);
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                if !self
                    .insert(
                        &mut tx,
                        batch,
                        &rows,
                        &crate::intake::plan::Barriers::default(),
                    )
                    .await?
                {
                    return Err(StoreError::Conflict("response_bucket".to_owned()));
                }
                tx.commit().await?;
                Ok(())
            }

            async fn analyze(&self) -> Result<(), StoreError> {
                sqlx::query("analyze").execute(&self.writer).await?;
                Ok(())
            }

            async fn flip_bit(&self, campaign: CampaignId) -> Result<(), StoreError> {
                let any = sqlx::query_as(ANY_DAY).bind(campaign.0);
                let (bucket, unit, day, version, channel, mut counts): AnyDay =
                    any.fetch_one(&self.reader).await?;
                let middle = counts.len() / 2;
                let byte = counts
                    .get_mut(middle)
                    .ok_or(StoreError::Corrupt("an empty tally"))?;
                *byte ^= 2;
                sqlx::query(SPOIL)
                    .bind(bucket)
                    .bind(campaign.0)
                    .bind(unit)
                    .bind(day)
                    .bind(version)
                    .bind(channel)
                    .bind(counts)
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn close(&self) {
                self.reader.close().await;
                self.writer.close().await;
            }
        }
    };
}
probe!(Sqlite);
probe!(Postgres);
