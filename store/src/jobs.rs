//! Leases by which one of many servers holds a job, and the health of the database.

mod body;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::StoreError;

/// Leases and health.
#[async_trait]
pub trait Jobs: Send + Sync + 'static {
    /// Takes or renews the lease of a job until `until`; false while another owner holds it.
    async fn lease(
        &self,
        job: &str,
        owner: &str,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Gives the lease back.
    async fn release_lease(&self, job: &str, owner: &str) -> Result<(), StoreError>;
    /// Moves the receipts that wait to their place, all at once and in order of their hash, so that neither
    /// transaction nor order lines them up with responses. For the nightly job: the more wait, the better.
    /// Returns how many it moved.
    async fn settle_receipts(&self) -> Result<u64, StoreError>;
    /// Brings the schema to the one of this program; safe to call from many servers at once.
    async fn migrate(&self) -> Result<(), StoreError>;
    /// Answers when the database does and its schema is the one this program knows.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Closes the connections, after SQLite's checkpoint.
    async fn close(&self);
}
