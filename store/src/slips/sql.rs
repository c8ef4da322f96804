//! The statements of slips and issuers, and their rows.

use domain::id::{CampaignId, UnitId};
use uuid::Uuid;

use super::{Issuer, Slip};
use crate::StoreError;
use crate::backend::{date_of, hash_of};

pub(super) const ISSUE: &str =
    "insert into code_issued (bucket, hash, campaign) values ($1, $2, $3) on conflict do nothing";
pub(super) const OPEN: &str = "insert into code_open (bucket, hash, campaign, handled_by, field, expires_on) \
     values ($1, $2, $3, $4, $5, $6)";
pub(super) const RENEW: &str = "update code_open set handled_by = $4, field = $5, expires_on = $6 \
     where bucket = $1 and hash = $2 and campaign = $3";
pub(super) const STATE: &str = "select o.hash is not null, o.handled_by, o.field, o.expires_on from code_issued i \
     left join code_open o on o.bucket = i.bucket and o.hash = i.hash \
     where i.bucket = $1 and i.hash = $2 and i.campaign = $3";
/// Wherever they lie: it is a job of the night.
pub(super) const DROP_EXPIRED: &str = "delete from code_open where expires_on < $1";
pub(super) const NOTE_CAMPAIGN: &str =
    "insert into slip_campaign (campaign) values ($1) on conflict do nothing";
pub(super) const CAMPAIGNS: &str = "select campaign from slip_campaign";
pub(super) const PUT_ISSUER: &str = "insert into issuer (token_hash, campaign, label, revoked_on) values ($1, $2, $3, $4) \
     on conflict (token_hash) do update set campaign = excluded.campaign, label = excluded.label, \
     revoked_on = excluded.revoked_on";
pub(super) const ISSUERS: &str =
    "select token_hash, campaign, label, revoked_on from issuer order by label, token_hash";
pub(super) const ISSUER_BY_TOKEN: &str =
    "select token_hash, campaign, label, revoked_on from issuer where token_hash = $1";

/// Whether it is open, and what it knows.
pub(super) type StateRow = (bool, Option<Uuid>, Option<String>, Option<i32>);
pub(super) type IssuerRow = (Vec<u8>, Uuid, String, Option<i32>);

pub(super) fn slip_of(
    handled_by: Option<Uuid>,
    field: Option<String>,
    expires_on: Option<i32>,
) -> Result<Slip, StoreError> {
    Ok(Slip {
        handled_by: handled_by.map(UnitId),
        field,
        expires_on: expires_on.map(date_of).transpose()?,
    })
}

pub(super) fn issuer_of(row: IssuerRow) -> Result<Issuer, StoreError> {
    let (token_hash, campaign, label, revoked_on) = row;
    Ok(Issuer {
        token_hash: hash_of(token_hash)?,
        campaign: CampaignId(campaign),
        label,
        revoked_on: revoked_on.map(date_of).transpose()?,
    })
}
