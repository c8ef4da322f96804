//! Adding to day tallies inside the transaction that changes responses.

use sqlx::{Postgres, Sqlite, Transaction};

use super::place::{DayRead, DayWrite, Deltas, writes};
use super::sql;
use crate::StoreError;
use crate::backend::{Db, chunks, place};

macro_rules! days {
    ($db:ty) => {
        impl Db<$db> {
            /// Reads the day tallies concerned, adds, and writes them back. [`StoreError::Busy`] when another
            /// writer was first: the whole transaction must be rolled back and tried again.
            pub(crate) async fn add_to_days(
                &self,
                tx: &mut Transaction<'static, $db>,
                deltas: Deltas,
            ) -> Result<(), StoreError> {
                let rows = deltas.into_rows();
                let mut read: Vec<Option<DayRead>> = Vec::new();
                read.resize_with(rows.len(), || None);
                for range in chunks(rows.len()) {
                    let start = range.start;
                    let mut query = sqlx::query_as(sql::READ_DAYS.text::<$db>(range.len()));
                    for (at, _) in &rows[range] {
                        query = query
                            .bind(at.bucket)
                            .bind(at.campaign)
                            .bind(at.unit)
                            .bind(at.day)
                            .bind(at.version)
                            .bind(at.channel);
                    }
                    let found: Vec<DayRead> = query.fetch_all(&mut **tx).await?;
                    for row in found {
                        let slot = place(start, row.0);
                        read[slot] = Some(row);
                    }
                }
                self.write_days(tx, writes(rows, read)?).await
            }

            /// Writes day tallies in key order, each only if it is still as it was read.
            pub(super) async fn write_days(
                &self,
                tx: &mut Transaction<'static, $db>,
                writes: Vec<DayWrite>,
            ) -> Result<(), StoreError> {
                let mut writes = writes.into_iter();
                for range in chunks(writes.len()) {
                    let sent = range.len();
                    let mut query = sqlx::query(sql::WRITE_DAYS.text::<$db>(sent));
                    for row in writes.by_ref().take(sent) {
                        query = query
                            .bind(row.place.bucket)
                            .bind(row.place.campaign)
                            .bind(row.place.unit)
                            .bind(row.place.day)
                            .bind(row.place.version)
                            .bind(row.place.channel)
                            .bind(row.rev)
                            .bind(row.seal)
                            .bind(row.counts);
                    }
                    let touched = query.execute(&mut **tx).await?.rows_affected();
                    if touched != sent as u64 {
                        return Err(StoreError::Busy);
                    }
                }
                Ok(())
            }
        }
    };
}
days!(Sqlite);
days!(Postgres);
