//! Leases, receipts and health on both databases.

use async_trait::async_trait;
use sqlx::{Postgres, Sqlite};
use time::OffsetDateTime;

use super::Jobs;
use crate::StoreError;
use crate::backend::{Db, Dialect, retrying};

const LEASE: &str = "insert into job_lease (job, owner, heartbeat, until) values ($1, $2, $3, $4) \
     on conflict (job) do update set owner = excluded.owner, heartbeat = excluded.heartbeat, until = excluded.until \
     where job_lease.owner = excluded.owner or job_lease.until <= excluded.heartbeat";
const RELEASE_LEASE: &str = "delete from job_lease where job = $1 and owner = $2";
const SETTLE: &str = "insert into receipt (bucket, hash) select bucket, hash from receipt_waiting \
     order by bucket, hash on conflict do nothing";
/// Only what was moved: a receipt may arrive between the two statements.
const DROP_SETTLED: &str = "delete from receipt_waiting where exists \
     (select 1 from receipt r where r.bucket = receipt_waiting.bucket and r.hash = receipt_waiting.hash)";

macro_rules! jobs {
    ($db:ty) => {
        #[async_trait]
        impl Jobs for Db<$db> {
            async fn lease(
                &self,
                job: &str,
                owner: &str,
                now: OffsetDateTime,
                until: OffsetDateTime,
            ) -> Result<bool, StoreError> {
                let done = sqlx::query(LEASE)
                    .bind(job)
                    .bind(owner)
                    .bind(now.unix_timestamp())
                    .bind(until.unix_timestamp())
                    .execute(&self.writer)
                    .await?;
                Ok(done.rows_affected() == 1)
            }

            async fn release_lease(&self, job: &str, owner: &str) -> Result<(), StoreError> {
                let release = sqlx::query(RELEASE_LEASE).bind(job).bind(owner);
                release.execute(&self.writer).await?;
                Ok(())
            }

            async fn settle_receipts(&self) -> Result<u64, StoreError> {
                retrying!(self.settle_once())
            }

            async fn migrate(&self) -> Result<(), StoreError> {
                self.run_migrations().await
            }

            async fn ready(&self) -> Result<(), StoreError> {
                self.check_schema().await
            }

            async fn close(&self) {
                self.reader.close().await;
                self.writer.close().await;
            }
        }

        impl Db<$db> {
            async fn settle_once(&self) -> Result<u64, StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                sqlx::query(SETTLE).execute(&mut *tx).await?;
                let moved = sqlx::query(DROP_SETTLED).execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(moved.rows_affected())
            }
        }
    };
}
jobs!(Sqlite);
jobs!(Postgres);
