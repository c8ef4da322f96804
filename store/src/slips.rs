//! Slips: one-time codes of dossiers with what is known from them, and the systems that may issue them.

mod body;
mod sql;

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::id::{CampaignId, UnitId};
use time::Date;

use crate::StoreError;

/// What is known from a slip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slip {
    /// The unit that decides the dossier.
    pub handled_by: Option<UnitId>,
    /// Its field: an option of the question `field`.
    pub field: Option<String>,
    /// The last day on which an answer may be given with it; none for a plain one-time code.
    pub expires_on: Option<Date>,
}

/// Where a one-time code stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// It was not used yet.
    Open(Slip),
    /// It was issued, and is gone: used, or expired long ago.
    Used,
    /// It was never issued in this campaign.
    Unknown,
}

/// What became of issuing a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    New,
    /// The dossier had one that was not used; it knows what was said now.
    Renewed,
    /// The dossier was rated, and is not rated again.
    Used,
}

/// A system that may issue slips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub token_hash: Hash,
    pub campaign: CampaignId,
    /// What it is called, such as "Cổng dịch vụ công của tỉnh".
    pub label: String,
    pub revoked_on: Option<Date>,
}

/// Slips and their issuers.
#[async_trait]
pub trait Slips: Send + Sync + 'static {
    /// Makes slips known by the keyed hashes of their codes, all or none. The same hash is one slip, however often it
    /// is issued.
    async fn issue_slips(
        &self,
        campaign: CampaignId,
        slips: &[(Hash, Slip)],
    ) -> Result<Vec<Issued>, StoreError>;
    /// Where a one-time code of a campaign stands, a slip's or a plain one.
    async fn code_state(&self, campaign: CampaignId, hash: &Hash) -> Result<CodeState, StoreError>;
    /// The campaigns in which slips were issued.
    async fn slip_campaigns(&self) -> Result<BTreeSet<CampaignId>, StoreError>;
    /// Forgets what unused slips know that expired before that day; the codes stay issued. Returns how many.
    async fn drop_expired_slips(&self, before: Date) -> Result<u64, StoreError>;

    /// Writes an issuer, or replaces the one of that token.
    async fn put_issuer(&self, issuer: &Issuer) -> Result<(), StoreError>;
    async fn issuers(&self) -> Result<Vec<Issuer>, StoreError>;
    async fn issuer_by_token(&self, token_hash: &Hash) -> Result<Option<Issuer>, StoreError>;
}
