//! Recording a batch on both databases.

use std::collections::HashSet;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::civil::days_since_epoch;
use sqlx::{Postgres, Sqlite, Transaction};

use super::plan::{Barrier, Barriers, KnownRow, Plan, keeps_times, verdict};
use super::{Intake, NewResponse, Recorded};
use crate::StoreError;
use crate::backend::{ATTEMPTS, Db, Dialect, Rows, back_off, chunks};

/// Responses by id: those that exist come back by their number.
static KNOWN: Rows = Rows::numbered(
    "with k (n, bucket, id) as (values",
    2,
    ") select k.n, r.digest, r.status, r.reason from k join response r on r.bucket = k.bucket and r.id = k.id",
);

static INSERT: Rows = Rows::new(
    "insert into response (bucket, id, digest, point, campaign, version, served_at, handled_by, meeting, channel, \
     mode, language, answered_on, arrived_at, duration_s, clock_offset_s, sampling_cluster, sampling_case, status, \
     reason, answers) values",
    21,
    "on conflict do nothing",
);

static REMARKS: Rows = Rows::new(
    "insert into remark (bucket, response, question, body) values",
    4,
    "",
);

static RECEIPTS: Rows = Rows::new(
    "insert into receipt_waiting (bucket, hash) values",
    2,
    "on conflict do nothing",
);

/// A used code leaves nothing behind that could be lined up with a response.
static CONSUME: Rows = Rows::any_of(
    "delete from code_open where",
    &["bucket", "hash", "campaign"],
    "returning hash",
);

/// What an attempt came to.
enum Attempt {
    Done(Vec<Recorded>),
    /// Some ids were known already; they must be looked up before the rest is written.
    Known,
}

macro_rules! intake {
    ($db:ty) => {
        #[async_trait]
        impl Intake for Db<$db> {
            async fn record(&self, batch: &[NewResponse]) -> Result<Vec<Recorded>, StoreError> {
                if batch.is_empty() {
                    return Ok(Vec::new());
                }
                let mut plan = Plan::new::<$db>(batch);
                let mut careful = false;
                let mut tried = 0;
                loop {
                    match self.record_once(&mut plan, careful).await {
                        Ok(Attempt::Done(recorded)) => return Ok(recorded),
                        Ok(Attempt::Known) => careful = true,
                        Err(StoreError::Busy) if tried < ATTEMPTS => {
                            tried += 1;
                            back_off(tried).await;
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        }

        impl Db<$db> {
            async fn record_once(&self, plan: &mut Plan<'_>, careful: bool) -> Result<Attempt, StoreError> {
                plan.reset();
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let mut barriers = Barriers::default();
                for campaign in plan.campaigns() {
                    let barrier: Option<Barrier> = sqlx::query_as(<$db as Dialect>::CAMPAIGN_BARRIER)
                        .bind(campaign.0)
                        .fetch_optional(&mut *tx)
                        .await?;
                    let barrier = barrier.ok_or(StoreError::NotFound("campaign"))?;
                    barriers.campaigns.insert(campaign, barrier);
                }
                let devices = plan.devices();
                for range in chunks(devices.len()) {
                    let mut query = sqlx::query_as(<$db>::device_barrier().text::<$db>(range.len()));
                    for device in &devices[range] {
                        query = query.bind(device.0);
                    }
                    barriers.note_devices(query.fetch_all(&mut *tx).await?);
                }
                let asked = plan.to_look_up(&barriers, careful);
                self.look_up(&mut tx, plan, &asked).await?;
                plan.note_closing(&barriers);
                self.consume_codes(&mut tx, plan).await?;
                let written: Vec<(i16, usize)> = plan.pending().collect();
                if !self
                    .insert(&mut tx, plan.batch, &written, &barriers)
                    .await?
                {
                    tx.rollback().await?;
                    // After a look-up only another server can have written the same id meanwhile.
                    return if careful {
                        Err(StoreError::Busy)
                    } else {
                        Ok(Attempt::Known)
                    };
                }
                self.insert_remarks(&mut tx, plan.batch, &written).await?;
                self.insert_receipts(&mut tx, plan.batch, &written).await?;
                self.add_to_days(&mut tx, plan.deltas::<$db>(&barriers))
                    .await?;
                tx.commit().await?;
                Ok(Attempt::Done(plan.finish(&barriers)))
            }

            async fn look_up(
                &self,
                tx: &mut Transaction<'static, $db>,
                plan: &mut Plan<'_>,
                asked: &[(i16, usize)],
            ) -> Result<(), StoreError> {
                for range in chunks(asked.len()) {
                    let start = range.start;
                    let mut query = sqlx::query_as(KNOWN.text::<$db>(range.len()));
                    for (bucket, index) in &asked[range] {
                        query = query.bind(*bucket).bind(plan.batch[*index].id.0);
                    }
                    let rows: Vec<KnownRow> = query.fetch_all(&mut **tx).await?;
                    plan.note_known(asked, start, rows)?;
                }
                Ok(())
            }

            async fn consume_codes(
                &self,
                tx: &mut Transaction<'static, $db>,
                plan: &mut Plan<'_>,
            ) -> Result<(), StoreError> {
                let codes = plan.with_codes();
                let mut open: HashSet<Hash> = HashSet::with_capacity(codes.len());
                for range in chunks(codes.len()) {
                    let mut query = sqlx::query_scalar(CONSUME.text::<$db>(range.len()));
                    for (index, code) in &codes[range] {
                        query = query
                            .bind(<$db>::bucket_of_hash(code))
                            .bind(code.as_slice())
                            .bind(plan.batch[*index].campaign.0);
                    }
                    let consumed: Vec<Vec<u8>> = query.fetch_all(&mut **tx).await?;
                    for hash in consumed {
                        open.insert(crate::backend::hash_of(hash)?);
                    }
                }
                // Another server may have taken this very response while we waited for the code's row.
                let refused: Vec<(i16, usize)> = codes
                    .iter()
                    .filter(|(_, code)| !open.contains(code))
                    .map(|(index, _)| (<$db>::bucket(plan.batch[*index].id.0), *index))
                    .collect();
                self.look_up(tx, plan, &refused).await?;
                plan.note_used(refused.into_iter().map(|(_, index)| index));
                Ok(())
            }

            /// Writes the rows; false when some id was there already.
            pub(crate) async fn insert(
                &self,
                tx: &mut Transaction<'static, $db>,
                batch: &[NewResponse],
                written: &[(i16, usize)],
                barriers: &Barriers,
            ) -> Result<bool, StoreError> {
                for range in chunks(written.len()) {
                    let sent = range.len();
                    let mut query = sqlx::query(INSERT.text::<$db>(sent));
                    for (bucket, index) in &written[range] {
                        let response = &batch[*index];
                        let (status, reason) = verdict(response, barriers);
                        let handled = response.rated.handled_by;
                        let keeps_times = keeps_times(response, barriers);
                        let arrived_at = keeps_times.then_some(response.arrived_at.unix_timestamp());
                        query = query
                            .bind(*bucket)
                            .bind(response.id.0)
                            .bind(response.digest.as_slice())
                            .bind(response.point.0)
                            .bind(response.campaign.0)
                            .bind(response.version_id.0)
                            .bind(response.rated.served_at.0)
                            .bind(handled.map(|handled| handled.unit.0))
                            .bind(handled.map(|handled| handled.meeting.0))
                            .bind(response.channel.code())
                            .bind(response.mode.code())
                            .bind(response.language.as_str())
                            .bind(days_since_epoch(response.answered_on))
                            .bind(arrived_at)
                            .bind(i32::try_from(response.duration_s).unwrap_or(i32::MAX))
                            .bind(response.clock_offset_s.filter(|_| keeps_times))
                            .bind(response.cluster.as_deref())
                            .bind(response.case.as_deref())
                            .bind(status.code())
                            .bind(reason.map(|reason| reason.code()))
                            .bind(response.answers.pack());
                    }
                    if query.execute(&mut **tx).await?.rows_affected() != sent as u64 {
                        return Ok(false);
                    }
                }
                Ok(true)
            }

            async fn insert_remarks(
                &self,
                tx: &mut Transaction<'static, $db>,
                batch: &[NewResponse],
                written: &[(i16, usize)],
            ) -> Result<(), StoreError> {
                let remarks: Vec<_> = written
                    .iter()
                    .flat_map(|(bucket, index)| {
                        let response = &batch[*index];
                        let remarks = response.answers.remarks.iter();
                        remarks
                            .map(move |(question, body)| (*bucket, response.id.0, *question, body.as_str()))
                    })
                    .collect();
                for range in chunks(remarks.len()) {
                    let mut query = sqlx::query(REMARKS.text::<$db>(range.len()));
                    for (bucket, id, question, body) in &remarks[range] {
                        let question = i16::try_from(*question).unwrap_or(i16::MAX);
                        query = query.bind(*bucket).bind(*id).bind(question).bind(*body);
                    }
                    query.execute(&mut **tx).await?;
                }
                Ok(())
            }

            async fn insert_receipts(
                &self,
                tx: &mut Transaction<'static, $db>,
                batch: &[NewResponse],
                written: &[(i16, usize)],
            ) -> Result<(), StoreError> {
                let mut receipts: Vec<(i16, Hash)> = written
                    .iter()
                    .filter_map(|(_, index)| batch[*index].receipt)
                    .map(|receipt| (<$db>::bucket_of_hash(&receipt), receipt))
                    .collect();
                receipts.sort_unstable();
                receipts.dedup();
                for range in chunks(receipts.len()) {
                    let mut query = sqlx::query(RECEIPTS.text::<$db>(range.len()));
                    for (bucket, hash) in &receipts[range] {
                        query = query.bind(*bucket).bind(hash.as_slice());
                    }
                    query.execute(&mut **tx).await?;
                }
                Ok(())
            }
        }
    };
}
intake!(Sqlite);
intake!(Postgres);
