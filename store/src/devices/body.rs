//! Devices on both databases.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::civil::days_since_epoch;
use domain::id::{DeviceId, PointId, ResponseId};
use sqlx::{Postgres, Sqlite};
use time::{Date, OffsetDateTime};

use super::{DeviceContact, Devices, Enrolment, KnownDevice, PinHash, Redeemed, sql};
use crate::StoreError;
use crate::backend::{Db, Dialect, hash_of, retrying};
use crate::catalogue::sql::{PUT_DEVICE, device_of, device_state_number};
use crate::catalogue::{Device, DeviceState};

macro_rules! devices {
    ($db:ty) => {
        #[async_trait]
        impl Devices for Db<$db> {
            async fn put_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
                sqlx::query(sql::PUT_ENROLMENT)
                    .bind(enrolment.code_hash.as_slice())
                    .bind(enrolment.point.0)
                    .bind(&enrolment.label)
                    .bind(enrolment.pin.salt.as_slice())
                    .bind(enrolment.pin.hash.as_slice())
                    .bind(enrolment.expires_at.unix_timestamp())
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn redeem(
                &self,
                code_hash: &Hash,
                device: &Device,
                now: OffsetDateTime,
            ) -> Result<Redeemed, StoreError> {
                retrying!(self.redeem_once(code_hash, device, now))
            }

            async fn set_device(
                &self,
                id: DeviceId,
                state: DeviceState,
                revoked_on: Option<Date>,
            ) -> Result<(), StoreError> {
                let found: Option<i32> = sqlx::query_scalar(sql::SET_DEVICE)
                    .bind(id.0)
                    .bind(device_state_number(state))
                    .bind(revoked_on.map(days_since_epoch))
                    .fetch_optional(&self.writer)
                    .await?;
                found.map(|_| ()).ok_or(StoreError::NotFound("device"))
            }

            async fn devices(&self) -> Result<Vec<KnownDevice>, StoreError> {
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let devices = sqlx::query_as(sql::DEVICES).fetch_all(&mut *tx).await?;
                let abandoned = sqlx::query_as(sql::ABANDONED).fetch_all(&mut *tx).await?;
                let contacts = sqlx::query_as(sql::CONTACTS).fetch_all(&mut *tx).await?;
                tx.commit().await?;
                sql::known(devices, abandoned, contacts)
            }

            async fn note_contact(
                &self,
                device: DeviceId,
                contact: &DeviceContact,
                abandoned: &[(Date, String, i32)],
            ) -> Result<(), StoreError> {
                retrying!(self.note_contact_once(device, contact, abandoned))
            }

            async fn settle(&self, responses: &[ResponseId], on: Date) -> Result<(), StoreError> {
                retrying!(self.settle_responses_once(responses, on))
            }

            async fn is_settled(&self, response: ResponseId) -> Result<bool, StoreError> {
                let settled = sqlx::query_scalar::<_, i32>(sql::SETTLED).bind(response.0);
                Ok(settled.fetch_optional(&self.reader).await?.is_some())
            }

            async fn facts(&self) -> Result<BTreeMap<String, String>, StoreError> {
                let facts: Vec<(String, String)> = sqlx::query_as(sql::FACTS).fetch_all(&self.reader).await?;
                Ok(facts.into_iter().collect())
            }

            async fn put_fact(&self, name: &str, content: &str) -> Result<(), StoreError> {
                let put = sqlx::query(sql::PUT_FACT).bind(name).bind(content);
                put.execute(&self.writer).await?;
                Ok(())
            }
        }

        impl Db<$db> {
            async fn redeem_once(
                &self,
                code_hash: &Hash,
                device: &Device,
                now: OffsetDateTime,
            ) -> Result<Redeemed, StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let claimed: Option<sql::ClaimRow> = sqlx::query_as(sql::CLAIM)
                    .bind(code_hash.as_slice())
                    .bind(device.id.0)
                    .bind(now.unix_timestamp())
                    .fetch_optional(&mut *tx)
                    .await?;
                let Some((point, label, salt, hash)) = claimed else {
                    let row: Option<sql::ClaimedRow> = sqlx::query_as(sql::CLAIMED)
                        .bind(code_hash.as_slice())
                        .bind(device.token_hash.as_slice())
                        .fetch_optional(&mut *tx)
                        .await?;
                    tx.commit().await?;
                    let Some((id, point, token, state, revoked, label, salt, hash)) = row else {
                        return Ok(Redeemed::Refused);
                    };
                    let known = device_of((id, point, token, state, revoked, label))?;
                    return Ok(Redeemed::Same(known, pin_of(salt, hash)?));
                };
                let device = Device {
                    point: PointId(point),
                    label,
                    ..device.clone()
                };
                sqlx::query(PUT_DEVICE)
                    .bind(device.id.0)
                    .bind(device.point.0)
                    .bind(device.token_hash.as_slice())
                    .bind(device_state_number(device.state))
                    .bind(device.revoked_on.map(days_since_epoch))
                    .bind(&device.label)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(Redeemed::New(device, pin_of(salt, hash)?))
            }

            async fn settle_responses_once(
                &self,
                responses: &[ResponseId],
                on: Date,
            ) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                for response in responses {
                    sqlx::query(sql::SETTLE)
                        .bind(response.0)
                        .bind(days_since_epoch(on))
                        .execute(&mut *tx)
                        .await?;
                }
                tx.commit().await?;
                Ok(())
            }

            async fn note_contact_once(
                &self,
                device: DeviceId,
                contact: &DeviceContact,
                abandoned: &[(Date, String, i32)],
            ) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                sqlx::query(sql::PUT_CONTACT)
                    .bind(device.0)
                    .bind(contact.contact_at.unix_timestamp())
                    .bind(contact.clock_skew_s)
                    .bind(contact.unsent)
                    .bind(contact.oldest_unsent_s)
                    .bind(contact.refused)
                    .bind(contact.last_delivery_s)
                    .bind(&contact.program)
                    .bind(contact.format)
                    .bind(contact.storage_used)
                    .bind(contact.storage_quota)
                    .bind(contact.persisted.map(i16::from))
                    .bind(contact.storage_failing.map(i16::from))
                    .execute(&mut *tx)
                    .await?;
                for (day, question, attempts) in abandoned {
                    sqlx::query(sql::PUT_ABANDONED)
                        .bind(device.0)
                        .bind(days_since_epoch(*day))
                        .bind(question)
                        .bind(attempts)
                        .execute(&mut *tx)
                        .await?;
                }
                tx.commit().await?;
                Ok(())
            }
        }
    };
}
devices!(Sqlite);
devices!(Postgres);

fn pin_of(salt: Vec<u8>, hash: Vec<u8>) -> Result<PinHash, StoreError> {
    Ok(PinHash {
        salt: salt
            .try_into()
            .map_err(|_| StoreError::Corrupt("a salt has 16 bytes"))?,
        hash: hash_of(hash)?,
    })
}
