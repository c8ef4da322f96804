//! Live figures of labelled demo campaigns: every answer moves the cells of its unit and all above it.
//!
//! Real campaigns are released nightly by METHOD 7. A demo, whose answers are nobody's, shows at once that
//! an answer counts. What was counted is gathered and written together a moment later.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::canonical::Hash;
use domain::channel::ChannelClass;
use domain::civil;
use domain::id::{CampaignId, UnitId};
use domain::period::Period;
use domain::release::{Column, live};
use domain::status::Status;
use domain::tally::{Tally, contributions};
use store::catalogue::{Campaign, ReleaseRule, StoredVersion};
use store::intake::NewResponse;
use store::releases::{CellQuery, CellRow};
use time::Date;
use tokio::sync::Notify;

use crate::Service;
use crate::error::ServiceError;

/// What was counted in live campaigns since it was last written into cells.
#[derive(Default)]
pub(crate) struct Live {
    pending: Mutex<HashMap<Key, Tally>>,
    changed: Notify,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    campaign: CampaignId,
    unit: UnitId,
    /// The first day of the month.
    month: Date,
    class: ChannelClass,
    /// The content of the version answered: tallies of two are not added up.
    version: Hash,
}

/// Whether a campaign's figures move with every answer.
pub(crate) fn is_live(campaign: &Campaign) -> bool {
    campaign.demo && campaign.release == ReleaseRule::Live
}

impl Live {
    /// Takes note of a response that was counted.
    pub(crate) fn note(&self, response: &NewResponse) {
        let rows = contributions(
            &response.version,
            &response.answers,
            Status::Counted,
            response.rated,
        );
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for (unit, tally) in rows {
            let key = Key {
                campaign: response.campaign,
                unit,
                month: civil::first_of_month(response.answered_on),
                class: response.channel.class(),
                version: response.version.hash(),
            };
            match pending.get_mut(&key) {
                Some(known) => known.add(&tally),
                None => drop(pending.insert(key, tally)),
            }
        }
        drop(pending);
        self.changed.notify_one();
    }

    fn take(&self) -> HashMap<Key, Tally> {
        std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service {
    /// Waits until something was counted in a live campaign.
    pub async fn live_changed(&self) {
        self.inner.live.changed.notified().await;
    }

    /// Writes what was counted in live campaigns into their cells.
    pub async fn publish_live(&self) -> Result<(), ServiceError> {
        let mut by_campaign: HashMap<CampaignId, Vec<(Key, Tally)>> = HashMap::new();
        for (key, tally) in self.inner.live.take() {
            by_campaign.entry(key.campaign).or_default().push((key, tally));
        }
        for (campaign, counted) in by_campaign {
            let campaign = self.campaign(campaign).await?;
            self.publish_campaign(&campaign, counted).await?;
        }
        Ok(())
    }

    async fn publish_campaign(
        &self,
        campaign: &Campaign,
        counted: Vec<(Key, Tally)>,
    ) -> Result<(), ServiceError> {
        let mut changed = Vec::new();
        for (_, version) in self.versions_of(campaign) {
            let of_version = |(key, _): &&(Key, Tally)| key.version == version.version.hash();
            let counted: Vec<&(Key, Tally)> = counted.iter().filter(of_version).collect();
            if !counted.is_empty() {
                changed.extend(self.moved(campaign, &version, &counted).await?);
            }
        }
        if !changed.is_empty() {
            self.store()
                .put_release(campaign.id, self.inner.clock.now(), &changed)
                .await?;
        }
        Ok(())
    }

    /// The cells of a version with what was counted added to them.
    async fn moved(
        &self,
        campaign: &Campaign,
        version: &StoredVersion,
        counted: &[&(Key, Tally)],
    ) -> Result<Vec<CellRow>, ServiceError> {
        let day = self.tree_day(campaign);
        let units = self.units();
        let mut more: BTreeMap<(UnitId, String, String), Tally> = BTreeMap::new();
        for (key, tally) in counted {
            let Some(month) = Period::month_of(key.month) else {
                continue;
            };
            let above = units.ancestors_on(key.unit, day).map(|above| above.unit.id);
            for unit in std::iter::once(key.unit).chain(above) {
                for period in std::iter::once(month).chain(month.containing()) {
                    for column in [Column::All, Column::Class(key.class)] {
                        let cell = (unit, period.to_string(), column.to_string());
                        match more.get_mut(&cell) {
                            Some(known) => known.add(tally),
                            None => drop(more.insert(cell, tally.clone())),
                        }
                    }
                }
            }
        }
        let distinct = |values: Vec<&str>| {
            let set: std::collections::BTreeSet<String> = values.into_iter().map(str::to_owned).collect();
            set.into_iter().collect::<Vec<_>>()
        };
        let periods = distinct(more.keys().map(|(_, period, _)| period.as_str()).collect());
        let columns = distinct(more.keys().map(|(_, _, column)| column.as_str()).collect());
        let mut asked: Vec<UnitId> = more.keys().map(|(unit, ..)| *unit).collect();
        asked.dedup();
        let query = CellQuery {
            campaign: campaign.id,
            version: version.id,
            units: &asked,
            periods: &periods.iter().map(String::as_str).collect::<Vec<_>>(),
            channels: &columns.iter().map(String::as_str).collect::<Vec<_>>(),
            items: true,
        };
        let mut changed = Vec::new();
        for mut row in self.store().cells(&query).await? {
            let Some(tally) = more.get(&(row.unit, row.period.clone(), row.channel.clone())) else {
                continue;
            };
            if row.hidden.is_some() {
                // A hidden cell has no bytes to add to; the next full release lets it in.
                continue;
            }
            (row.nodes, row.items) = live::add(&version.version, &row.nodes, &row.items, tally)
                .map_err(|error| ServiceError::Invalid(error.to_string()))?;
            changed.push(row);
        }
        Ok(changed)
    }
}
