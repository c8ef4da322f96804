//! Slips and issuers on both databases.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::civil::days_since_epoch;
use domain::id::CampaignId;
use sqlx::{Postgres, Sqlite};
use time::Date;
use uuid::Uuid;

use super::{CodeState, Issued, Issuer, Slip, Slips, sql};
use crate::StoreError;
use crate::backend::{Db, Dialect, retrying};

macro_rules! slips {
    ($db:ty) => {
        #[async_trait]
        impl Slips for Db<$db> {
            async fn issue_slips(
                &self,
                campaign: CampaignId,
                slips: &[(Hash, Slip)],
            ) -> Result<Vec<Issued>, StoreError> {
                retrying!(self.issue_slips_once(campaign, slips))
            }

            async fn code_state(&self, campaign: CampaignId, hash: &Hash) -> Result<CodeState, StoreError> {
                let row: Option<sql::StateRow> = sqlx::query_as(sql::STATE)
                    .bind(<$db>::bucket_of_hash(hash))
                    .bind(hash.as_slice())
                    .bind(campaign.0)
                    .fetch_optional(&self.reader)
                    .await?;
                Ok(match row {
                    None => CodeState::Unknown,
                    Some((false, ..)) => CodeState::Used,
                    Some((true, handled_by, field, expires_on)) => {
                        CodeState::Open(sql::slip_of(handled_by, field, expires_on)?)
                    }
                })
            }

            async fn slip_campaigns(&self) -> Result<BTreeSet<CampaignId>, StoreError> {
                let campaigns: Vec<Uuid> = sqlx::query_scalar(sql::CAMPAIGNS)
                    .fetch_all(&self.reader)
                    .await?;
                Ok(campaigns.into_iter().map(CampaignId).collect())
            }

            async fn drop_expired_slips(&self, before: Date) -> Result<u64, StoreError> {
                let drop = sqlx::query(sql::DROP_EXPIRED).bind(days_since_epoch(before));
                Ok(drop.execute(&self.writer).await?.rows_affected())
            }

            async fn put_issuer(&self, issuer: &Issuer) -> Result<(), StoreError> {
                sqlx::query(sql::PUT_ISSUER)
                    .bind(issuer.token_hash.as_slice())
                    .bind(issuer.campaign.0)
                    .bind(&issuer.label)
                    .bind(issuer.revoked_on.map(days_since_epoch))
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn issuers(&self) -> Result<Vec<Issuer>, StoreError> {
                let rows: Vec<sql::IssuerRow> = sqlx::query_as(sql::ISSUERS).fetch_all(&self.reader).await?;
                rows.into_iter().map(sql::issuer_of).collect()
            }

            async fn issuer_by_token(&self, token_hash: &Hash) -> Result<Option<Issuer>, StoreError> {
                let row: Option<sql::IssuerRow> = sqlx::query_as(sql::ISSUER_BY_TOKEN)
                    .bind(token_hash.as_slice())
                    .fetch_optional(&self.reader)
                    .await?;
                row.map(sql::issuer_of).transpose()
            }
        }

        impl Db<$db> {
            async fn issue_slips_once(
                &self,
                campaign: CampaignId,
                slips: &[(Hash, Slip)],
            ) -> Result<Vec<Issued>, StoreError> {
                // Sorted, so that neither the order of issuing is kept nor two writers wait for each other.
                let mut order: Vec<usize> = (0..slips.len()).collect();
                order.sort_unstable_by_key(|index| slips[*index].0);
                let mut issued = vec![Issued::Used; slips.len()];
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                sqlx::query(sql::NOTE_CAMPAIGN)
                    .bind(campaign.0)
                    .execute(&mut *tx)
                    .await?;
                for index in order {
                    let (hash, slip) = &slips[index];
                    let bucket = <$db>::bucket_of_hash(hash);
                    let fresh = sqlx::query(sql::ISSUE)
                        .bind(bucket)
                        .bind(hash.as_slice())
                        .bind(campaign.0)
                        .execute(&mut *tx)
                        .await?;
                    let fresh = fresh.rows_affected() == 1;
                    let written = sqlx::query(if fresh { sql::OPEN } else { sql::RENEW })
                        .bind(bucket)
                        .bind(hash.as_slice())
                        .bind(campaign.0)
                        .bind(slip.handled_by.map(|unit| unit.0))
                        .bind(slip.field.as_deref())
                        .bind(slip.expires_on.map(days_since_epoch))
                        .execute(&mut *tx)
                        .await?;
                    issued[index] = match (fresh, written.rows_affected()) {
                        (true, _) => Issued::New,
                        (false, 1) => Issued::Renewed,
                        _ => Issued::Used,
                    };
                }
                tx.commit().await?;
                Ok(issued)
            }
        }
    };
}
slips!(Sqlite);
slips!(Postgres);
