//! Reference data on both databases.

use std::sync::Arc;

use async_trait::async_trait;
use domain::canonical::Hash;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, PointId, UnitId};
use domain::questionnaire::Version;
use domain::unit::Extent;
use sqlx::{Postgres, Sqlite};
use time::Date;
use uuid::Uuid;

use super::sql;
use super::{Campaign, Catalogue, Device, KeyPair, Point, Revisions, StoredVersion, UnitRows, VersionId};
use crate::StoreError;
use crate::backend::{Db, Dialect, chunks, retrying};
use crate::tallies::rows::Versions;

macro_rules! catalogue {
    ($db:ty) => {
        #[async_trait]
        impl Catalogue for Db<$db> {
            async fn put_units(&self, rows: &UnitRows) -> Result<(), StoreError> {
                retrying!(self.put_units_once(rows))
            }

            async fn units(&self) -> Result<UnitRows, StoreError> {
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let units = sqlx::query_as(sql::UNITS).fetch_all(&mut *tx).await?;
                let facts = sqlx::query_as(sql::FACTS).fetch_all(&mut *tx).await?;
                let successions = sqlx::query_as(sql::SUCCESSIONS).fetch_all(&mut *tx).await?;
                tx.commit().await?;
                sql::units_of(units, facts, successions)
            }

            async fn revisions(&self) -> Result<Revisions, StoreError> {
                let rows = sqlx::query_as(sql::REVISIONS)
                    .fetch_all(&self.reader)
                    .await?;
                Ok(sql::revisions_of(rows))
            }

            async fn put_version(&self, version: &Version) -> Result<VersionId, StoreError> {
                let id = retrying!(self.put_version_once(version))?;
                self.remember(id, Arc::new(version.clone()));
                Ok(id)
            }

            async fn versions(&self) -> Result<Vec<StoredVersion>, StoreError> {
                let rows: Vec<sql::VersionRow> = sqlx::query_as(sql::VERSIONS)
                    .fetch_all(&self.reader)
                    .await?;
                let versions = rows
                    .into_iter()
                    .map(sql::version_of)
                    .collect::<Result<Vec<_>, _>>()?;
                for stored in &versions {
                    self.remember(stored.id, Arc::clone(&stored.version));
                }
                Ok(versions)
            }

            async fn put_campaign(&self, campaign: &Campaign) -> Result<(), StoreError> {
                retrying!(self.put_campaign_once(campaign))
            }

            async fn campaigns(&self) -> Result<Vec<Campaign>, StoreError> {
                let mut tx = self.reader.begin_with(<$db as Dialect>::SNAPSHOT).await?;
                let rows = sqlx::query_as(sql::CAMPAIGNS).fetch_all(&mut *tx).await?;
                let versions: Vec<(Uuid, i32, i32)> = sqlx::query_as(sql::CAMPAIGN_VERSIONS)
                    .fetch_all(&mut *tx)
                    .await?;
                let units: Vec<(Uuid, Uuid)> = sqlx::query_as(sql::CAMPAIGN_UNITS)
                    .fetch_all(&mut *tx)
                    .await?;
                tx.commit().await?;
                sql::campaigns_of(rows, &versions, &units)
            }

            async fn close_campaign(&self, id: CampaignId, on: Date) -> Result<(), StoreError> {
                retrying!(self.close_campaign_once(id, on))
            }

            async fn put_points(&self, points: &[Point]) -> Result<(), StoreError> {
                retrying!(self.put_points_once(points))
            }

            async fn point_by_code(&self, code: &str) -> Result<Option<Point>, StoreError> {
                let row: Option<sql::PointRow> = sqlx::query_as(sql::POINT_BY_CODE)
                    .bind(code)
                    .fetch_optional(&self.reader)
                    .await?;
                row.map(sql::point_of).transpose()
            }

            async fn point(&self, id: PointId) -> Result<Option<Point>, StoreError> {
                let row: Option<sql::PointRow> = sqlx::query_as(sql::POINT)
                    .bind(id.0)
                    .fetch_optional(&self.reader)
                    .await?;
                row.map(sql::point_of).transpose()
            }

            async fn points_of(&self, unit: UnitId) -> Result<Vec<Point>, StoreError> {
                let rows: Vec<sql::PointRow> = sqlx::query_as(sql::POINTS_OF)
                    .bind(unit.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(sql::point_of).collect()
            }

            async fn points_in_clusters(&self, campaign: CampaignId) -> Result<Vec<Point>, StoreError> {
                let rows: Vec<sql::PointRow> = sqlx::query_as(sql::POINTS_IN_CLUSTERS)
                    .bind(campaign.0)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(sql::point_of).collect()
            }

            async fn put_device(&self, device: &Device) -> Result<(), StoreError> {
                sqlx::query(sql::PUT_DEVICE)
                    .bind(device.id.0)
                    .bind(device.point.0)
                    .bind(device.token_hash.as_slice())
                    .bind(sql::device_state_number(device.state))
                    .bind(device.revoked_on.map(days_since_epoch))
                    .bind(&device.label)
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn device_by_token(&self, token_hash: &Hash) -> Result<Option<Device>, StoreError> {
                let row: Option<sql::DeviceRow> = sqlx::query_as(sql::DEVICE_BY_TOKEN)
                    .bind(token_hash.as_slice())
                    .fetch_optional(&self.reader)
                    .await?;
                row.map(sql::device_of).transpose()
            }

            async fn put_key_pair(&self, pair: &KeyPair) -> Result<(), StoreError> {
                sqlx::query(sql::PUT_KEY_PAIR)
                    .bind(pair.id)
                    .bind(pair.public.as_slice())
                    .bind(pair.sealed_private.as_slice())
                    .bind(pair.made_at.unix_timestamp())
                    .bind(pair.retired_at.map(|at| at.unix_timestamp()))
                    .execute(&self.writer)
                    .await?;
                Ok(())
            }

            async fn key_pairs(&self) -> Result<Vec<KeyPair>, StoreError> {
                let rows: Vec<sql::KeyRow> = sqlx::query_as(sql::KEY_PAIRS)
                    .fetch_all(&self.reader)
                    .await?;
                rows.into_iter().map(sql::key_pair_of).collect()
            }

            async fn issue_codes(&self, campaign: CampaignId, hashes: &[Hash]) -> Result<(), StoreError> {
                retrying!(self.issue_codes_once(campaign, hashes))
            }
        }

        impl Db<$db> {
            /// Every version, read once each.
            pub(crate) async fn all_versions(&self) -> Result<Versions, StoreError> {
                let ids: Vec<i32> = sqlx::query_scalar(sql::VERSION_IDS)
                    .fetch_all(&self.reader)
                    .await?;
                if ids.iter().any(|id| self.cached(VersionId(*id)).is_none()) {
                    self.versions().await?;
                }
                let cached = |id: i32| Some((VersionId(id), self.cached(VersionId(id))?));
                Ok(ids.into_iter().filter_map(cached).collect())
            }

            async fn put_units_once(&self, rows: &UnitRows) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                for range in chunks(rows.units.len()) {
                    let mut query = sqlx::query(sql::PUT_UNITS.text::<$db>(range.len()));
                    for unit in &rows.units[range] {
                        query = query
                            .bind(unit.id.0)
                            .bind(unit.coordinates.map(|place| place.latitude_e6))
                            .bind(unit.coordinates.map(|place| place.longitude_e6));
                    }
                    query.execute(&mut *tx).await?;
                }
                let facts: Vec<_> = rows
                    .units
                    .iter()
                    .flat_map(|unit| {
                        (0_i16..)
                            .zip(&unit.facts)
                            .map(move |(ordinal, fact)| (unit.id, ordinal, fact))
                    })
                    .collect();
                for range in chunks(facts.len()) {
                    let mut query = sqlx::query(sql::PUT_FACTS.text::<$db>(range.len()));
                    for (unit, ordinal, fact) in &facts[range] {
                        query = query
                            .bind(unit.0)
                            .bind(ordinal)
                            .bind(&fact.name.vi)
                            .bind(&fact.name.en)
                            .bind(fact.kind.code())
                            .bind(&fact.code)
                            .bind(fact.parent.map(|parent| parent.0))
                            .bind(fact.valid_from.map(days_since_epoch))
                            .bind(fact.valid_to.map(days_since_epoch))
                            .bind(&fact.decision);
                    }
                    query.execute(&mut *tx).await?;
                }
                for unit in &rows.units {
                    sqlx::query(sql::DROP_LATER_FACTS)
                        .bind(unit.id.0)
                        .bind(i16::try_from(unit.facts.len()).unwrap_or(i16::MAX))
                        .execute(&mut *tx)
                        .await?;
                }
                for range in chunks(rows.successions.len()) {
                    let mut query = sqlx::query(sql::PUT_SUCCESSIONS.text::<$db>(range.len()));
                    for row in &rows.successions[range] {
                        query = query
                            .bind(row.old.0)
                            .bind(row.new.0)
                            .bind(days_since_epoch(row.date))
                            .bind(i16::from(row.extent == Extent::Partial))
                            .bind(&row.decision);
                    }
                    query.execute(&mut *tx).await?;
                }
                sqlx::query(sql::RAISE)
                    .bind("units")
                    .execute(&mut *tx)
                    .await?;
                Ok(tx.commit().await?)
            }

            async fn put_version_once(&self, version: &Version) -> Result<VersionId, StoreError> {
                let definition = version.definition();
                let json = serde_json::to_string(definition)
                    .map_err(|_| StoreError::Corrupt("the definition of a questionnaire version"))?;
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let number: i64 = sqlx::query_scalar(sql::RAISE)
                    .bind("questionnaire_version")
                    .fetch_one(&mut *tx)
                    .await?;
                let known: Option<(i32, Vec<u8>)> = sqlx::query_as(sql::FIND_VERSION)
                    .bind(&definition.key)
                    .bind(&definition.version)
                    .fetch_optional(&mut *tx)
                    .await?;
                if let Some((id, hash)) = known {
                    let frozen = hash == version.hash();
                    let conflict = || StoreError::Conflict("questionnaire_version_key".to_owned());
                    return frozen.then_some(VersionId(id)).ok_or_else(conflict);
                }
                let id = i32::try_from(number).map_err(|_| StoreError::Corrupt("the number of a version"))?;
                sqlx::query(sql::PUT_VERSION)
                    .bind(id)
                    .bind(&definition.key)
                    .bind(&definition.version)
                    .bind(version.hash().as_slice())
                    .bind(json)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(VersionId(id))
            }

            async fn put_campaign_once(&self, campaign: &Campaign) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                sqlx::query(sql::PUT_CAMPAIGN)
                    .bind(campaign.id.0)
                    .bind(&campaign.key)
                    .bind(sql::text_json(&campaign.title))
                    .bind(sql::text_json(&campaign.agency))
                    .bind(&campaign.hotline)
                    .bind(campaign.motto.as_ref().map(sql::text_json))
                    .bind(sql::selection_number(campaign.selection))
                    .bind(sql::rule_number(campaign.release))
                    .bind(i16::from(campaign.demo))
                    .bind(days_since_epoch(campaign.starts_on))
                    .bind(campaign.ends_on.map(days_since_epoch))
                    .bind(campaign.closed_on.map(days_since_epoch))
                    .bind(sql::channels_json(&campaign.channels))
                    .execute(&mut *tx)
                    .await?;
                for drop in [sql::DROP_CAMPAIGN_VERSIONS, sql::DROP_CAMPAIGN_UNITS] {
                    sqlx::query(drop)
                        .bind(campaign.id.0)
                        .execute(&mut *tx)
                        .await?;
                }
                for range in chunks(campaign.versions.len()) {
                    let mut query = sqlx::query(sql::PUT_CAMPAIGN_VERSIONS.text::<$db>(range.len()));
                    for (from, version) in &campaign.versions[range] {
                        query = query
                            .bind(campaign.id.0)
                            .bind(days_since_epoch(*from))
                            .bind(version.0);
                    }
                    query.execute(&mut *tx).await?;
                }
                for range in chunks(campaign.units.len()) {
                    let mut query = sqlx::query(sql::PUT_CAMPAIGN_UNITS.text::<$db>(range.len()));
                    for unit in &campaign.units[range] {
                        query = query.bind(campaign.id.0).bind(unit.0);
                    }
                    query.execute(&mut *tx).await?;
                }
                Ok(tx.commit().await?)
            }

            async fn close_campaign_once(&self, id: CampaignId, on: Date) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                let exists: Option<i32> = sqlx::query_scalar(sql::CAMPAIGN_EXISTS)
                    .bind(id.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                exists.ok_or(StoreError::NotFound("campaign"))?;
                sqlx::query(sql::CLOSE_CAMPAIGN)
                    .bind(id.0)
                    .bind(days_since_epoch(on))
                    .execute(&mut *tx)
                    .await?;
                Ok(tx.commit().await?)
            }

            async fn put_points_once(&self, points: &[Point]) -> Result<(), StoreError> {
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                for range in chunks(points.len()) {
                    let mut query = sqlx::query(sql::PUT_POINTS.text::<$db>(range.len()));
                    for point in &points[range] {
                        query = query
                            .bind(point.id.0)
                            .bind(&point.code)
                            .bind(point.campaign.0)
                            .bind(point.unit.0)
                            .bind(point.channel.code())
                            .bind(sql::point_state_number(point.state))
                            .bind(&point.label)
                            .bind(point.hourly_limit)
                            .bind(i16::from(point.needs_code))
                            .bind(point.cluster.as_deref())
                            .bind(point.field.as_deref());
                    }
                    query.execute(&mut *tx).await?;
                }
                sqlx::query(sql::RAISE)
                    .bind("points")
                    .execute(&mut *tx)
                    .await?;
                Ok(tx.commit().await?)
            }

            async fn issue_codes_once(
                &self,
                campaign: CampaignId,
                hashes: &[Hash],
            ) -> Result<(), StoreError> {
                // Sorted, so that the order in which codes were printed is not kept.
                let mut sorted = hashes.to_vec();
                sorted.sort_unstable();
                let mut tx = self.writer.begin_with(<$db as Dialect>::BEGIN).await?;
                for rows in [&sql::ISSUE_CODES, &sql::OPEN_CODES] {
                    for range in chunks(sorted.len()) {
                        let mut query = sqlx::query(rows.text::<$db>(range.len()));
                        for hash in &sorted[range] {
                            query = query
                                .bind(<$db>::bucket_of_hash(hash))
                                .bind(hash.as_slice())
                                .bind(campaign.0);
                        }
                        query.execute(&mut *tx).await?;
                    }
                }
                Ok(tx.commit().await?)
            }
        }
    };
}
catalogue!(Sqlite);
catalogue!(Postgres);
