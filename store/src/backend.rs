//! One body for two databases: pools, transactions, retries, and what differs between the two.
//!
//! Each module writes its statements once, as constants with `$1` placeholders, and its `impl` once, inside a
//! macro that is expanded for `Db<Sqlite>` and for `Db<Postgres>`. Such a macro only binds, runs and maps;
//! whatever thinks is a plain function beside it.

mod connect;
mod migrate;
mod rows;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::questionnaire::Version;
use sqlx::{Database, Pool, Postgres, Sqlite};
use uuid::Uuid;

use crate::StoreError;
use crate::catalogue::VersionId;

pub use connect::{Options, connect};
pub(crate) use connect::{open_postgres, open_sqlite, sqlite_path};
pub(crate) use rows::{Rows, chunks, place};

/// A database behind the interface.
pub(crate) struct Db<D: Database> {
    /// Where writes go: SQLite's one writer, or the pool.
    pub(crate) writer: Pool<D>,
    pub(crate) reader: Pool<D>,
    /// Frozen versions, cached for ever.
    versions: RwLock<HashMap<VersionId, Arc<Version>>>,
}

/// What differs between the databases beyond types.
pub(crate) trait Dialect: Database {
    /// Opens a transaction that will write. SQLite takes its lock at once: a transaction that reads first and
    /// writes later fails when another wrote in between.
    const BEGIN: &'static str;
    /// Opens a transaction in which all reads see one state.
    const SNAPSHOT: &'static str;
    /// Reads a campaign so that it cannot be closed before this transaction ends.
    const CAMPAIGN_BARRIER: &'static str;
    /// How many buckets growing tables are spread over. SQLite has one: a hashed prefix scatters its inserts.
    const BUCKETS: u64;
    /// Whether parameters of statements over many rows are numbered; see [`Rows`].
    const NUMBERED_PARAMETERS: bool;

    /// Reads devices so that none can be revoked before this transaction ends.
    fn device_barrier() -> &'static Rows;

    /// The bucket of an id. The function must never change: rows are found by it.
    fn bucket(id: Uuid) -> i16 {
        let (high, low) = id.as_u64_pair();
        // Fibonacci hashing; the product's high bits depend on every bit of the id.
        let mixed = (high ^ low.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bucket_of(mixed >> 40, Self::BUCKETS)
    }

    /// The bucket of a hash, which is evenly spread already.
    fn bucket_of_hash(hash: &[u8; 32]) -> i16 {
        bucket_of(u64::from(hash[0]) << 8 | u64::from(hash[1]), Self::BUCKETS)
    }
}

fn bucket_of(number: u64, buckets: u64) -> i16 {
    i16::try_from(number % buckets).unwrap_or(0)
}

impl Dialect for Sqlite {
    const BEGIN: &'static str = "begin immediate";
    const SNAPSHOT: &'static str = "begin";
    const CAMPAIGN_BARRIER: &'static str =
        "select closed_on, ends_on, times_kept_from from campaign where id = $1";
    const BUCKETS: u64 = 1;
    const NUMBERED_PARAMETERS: bool = false;

    fn device_barrier() -> &'static Rows {
        static DEVICES: Rows = Rows::any_of("select id, state from device where", &["id"], "");
        &DEVICES
    }
}

impl Dialect for Postgres {
    const BEGIN: &'static str = "begin";
    const SNAPSHOT: &'static str = "begin isolation level repeatable read";
    const CAMPAIGN_BARRIER: &'static str =
        "select closed_on, ends_on, times_kept_from from campaign where id = $1 for share";
    const BUCKETS: u64 = 1024;
    const NUMBERED_PARAMETERS: bool = true;

    fn device_barrier() -> &'static Rows {
        static DEVICES: Rows = Rows::any_of("select id, state from device where", &["id"], "for share");
        &DEVICES
    }
}

impl<D: Database> Db<D> {
    fn new(writer: Pool<D>, reader: Pool<D>) -> Self {
        Self {
            writer,
            reader,
            versions: RwLock::default(),
        }
    }

    /// A version read before, if any.
    pub(crate) fn cached(&self, id: VersionId) -> Option<Arc<Version>> {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        versions.get(&id).cloned()
    }

    /// Remembers a version.
    pub(crate) fn remember(&self, id: VersionId, version: Arc<Version>) {
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        versions.insert(id, version);
    }
}

/// How often a transaction that met another writer is tried.
pub(crate) const ATTEMPTS: u32 = 40;

/// Waits before the next attempt, longer each time and never as long as the other writer does.
pub(crate) async fn back_off(attempt: u32) {
    // A fresh `RandomState` is the standard library's source of randomness.
    let jitter = RandomState::new().hash_one(attempt) % 1000;
    let micros = u64::from(attempt.min(10)) * (500 + jitter);
    tokio::time::sleep(Duration::from_micros(micros)).await;
}

/// Runs an attempt of one transaction until no other writer is in its way.
macro_rules! retrying {
    ($attempt:expr) => {{
        let mut tried = 0;
        loop {
            match $attempt.await {
                Err($crate::StoreError::Busy) if tried < $crate::backend::ATTEMPTS => {
                    tried += 1;
                    $crate::backend::back_off(tried).await;
                }
                done => break done,
            }
        }
    }};
}
pub(crate) use retrying;

/// A packed hash of 32 bytes as it comes from a row.
pub(crate) fn hash_of(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Corrupt("a hash has 32 bytes"))
}

/// A stored day as a date.
pub(crate) fn date_of(days: i32) -> Result<time::Date, StoreError> {
    domain::civil::date_from_days(days).ok_or(StoreError::Corrupt("a day outside the calendar"))
}

/// A stored instant.
pub(crate) fn instant_of(seconds: i64) -> Result<time::OffsetDateTime, StoreError> {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| StoreError::Corrupt("an instant outside the calendar"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_even_and_stay() {
        let mut counts = [0_u32; 1024];
        for n in 0..102_400_u128 {
            // Ids of one day differ in their low bits only.
            let id = Uuid::from_u128(0x019a_a000_0000_7000_8000_0000_0000_0000 | (n * 0x1_0001_0001));
            counts[usize::try_from(Postgres::bucket(id)).unwrap()] += 1;
        }
        assert!(
            counts.iter().all(|count| (40..=180).contains(count)),
            "{counts:?}"
        );
        let id = Uuid::from_u128(0x019a_a000_0000_7123_8456_789a_bcde_f012);
        assert_eq!(
            (Postgres::bucket(id), Sqlite::bucket(id)),
            (Postgres::bucket(id), 0)
        );
    }
}
