//! What every request needs and what seldom changes, kept in memory.
//!
//! Every few seconds a server looks up what changed. Campaigns are few and read again each time; units, versions
//! and points only when their revision moved. Points are looked up on first use.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use domain::id::CampaignId;
use domain::questionnaire::Version;
use domain::unit::UnitDirectory;
use store::Store;
use store::catalogue::{Campaign, Point, Revisions, StoredVersion, VersionId};

use crate::Service;
use crate::error::ServiceError;
use crate::languages::Languages;

/// How many points are kept: far more than a province has desks.
const POINTS: usize = 50_000;

pub(crate) struct Cache {
    state: RwLock<Arc<State>>,
    points: RwLock<HashMap<String, Arc<Point>>>,
    languages: Languages,
}

struct State {
    revisions: Revisions,
    units: Arc<UnitDirectory>,
    versions: Arc<[StoredVersion]>,
    /// Versions with the texts of language packs, where there are any.
    translated: Arc<BTreeMap<VersionId, Arc<Version>>>,
    campaigns: Vec<Arc<Campaign>>,
    slip_campaigns: BTreeSet<CampaignId>,
}

impl Cache {
    pub(crate) async fn load(store: &dyn Store, languages: Languages) -> Result<Self, ServiceError> {
        let state = State::read(store, &languages, None).await?;
        Ok(Self {
            state: RwLock::new(Arc::new(state)),
            points: RwLock::default(),
            languages,
        })
    }

    pub(crate) async fn refresh(&self, store: &dyn Store) -> Result<(), ServiceError> {
        let before = self.state();
        let fresh = State::read(store, &self.languages, Some(&before)).await?;
        let points_changed = fresh.revisions.points != before.revisions.points;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        if points_changed {
            self.points
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
        Ok(())
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn units(&self) -> Arc<UnitDirectory> {
        Arc::clone(&self.state().units)
    }

    pub(crate) fn campaigns(&self) -> Vec<Arc<Campaign>> {
        self.state().campaigns.clone()
    }

    pub(crate) fn campaign(&self, id: CampaignId) -> Option<Arc<Campaign>> {
        self.state()
            .campaigns
            .iter()
            .find(|campaign| campaign.id == id)
            .cloned()
    }

    pub(crate) fn takes_slips(&self, campaign: CampaignId) -> bool {
        self.state().slip_campaigns.contains(&campaign)
    }

    pub(crate) fn languages(&self) -> &Languages {
        &self.languages
    }

    pub(crate) fn translated(&self, stored: &StoredVersion) -> Arc<Version> {
        let state = self.state();
        Arc::clone(state.translated.get(&stored.id).unwrap_or(&stored.version))
    }

    pub(crate) fn versions(&self) -> Arc<[StoredVersion]> {
        Arc::clone(&self.state().versions)
    }

    pub(crate) fn version(&self, key: &str, version: &str) -> Option<StoredVersion> {
        let state = self.state();
        let found = state.versions.iter().find(|stored| {
            let definition = stored.version.definition();
            definition.key == key && definition.version == version
        });
        found.cloned()
    }

    pub(crate) fn version_by_id(&self, id: VersionId) -> Option<StoredVersion> {
        self.state()
            .versions
            .iter()
            .find(|stored| stored.id == id)
            .cloned()
    }
}

impl State {
    /// Reads what changed since `before`, and takes the rest from there.
    async fn read(
        store: &dyn Store,
        languages: &Languages,
        before: Option<&Self>,
    ) -> Result<Self, ServiceError> {
        // Before what they count: a change in between is read now and once more at the next refresh.
        let revisions = store.revisions().await?;
        let same =
            |of: fn(&Revisions) -> i64| before.filter(|before| of(&before.revisions) == of(&revisions));
        let units = match same(|of| of.units) {
            Some(before) => Arc::clone(&before.units),
            None => Arc::new(directory(store).await?),
        };
        let (versions, translated) = if let Some(before) = same(|of| of.versions) {
            (Arc::clone(&before.versions), Arc::clone(&before.translated))
        } else {
            let versions = store.versions().await?;
            let translated = versions
                .iter()
                .filter_map(|stored| Some((stored.id, Arc::new(languages.translated(&stored.version)?))))
                .collect();
            (versions.into(), Arc::new(translated))
        };
        let mut campaigns: Vec<Arc<Campaign>> = store.campaigns().await?.into_iter().map(Arc::new).collect();
        campaigns.sort_by(|a, b| b.starts_on.cmp(&a.starts_on).then_with(|| a.key.cmp(&b.key)));
        Ok(Self {
            revisions,
            units,
            versions,
            translated,
            campaigns,
            slip_campaigns: store.slip_campaigns().await?,
        })
    }
}

async fn directory(store: &dyn Store) -> Result<UnitDirectory, ServiceError> {
    let rows = store.units().await?;
    UnitDirectory::new(rows.units, rows.successions).map_err(|error| ServiceError::Invalid(error.to_string()))
}

impl Service {
    /// A campaign by its id; one made since the last refresh is looked up in the store.
    pub(crate) async fn campaign(&self, id: CampaignId) -> Result<Arc<Campaign>, ServiceError> {
        if let Some(campaign) = self.inner.cache.campaign(id) {
            return Ok(campaign);
        }
        self.refresh().await?;
        self.inner
            .cache
            .campaign(id)
            .ok_or(ServiceError::NotFound("campaign"))
    }

    /// A point by its normalised code.
    pub(crate) async fn cached_point(&self, code: &str) -> Result<Option<Arc<Point>>, ServiceError> {
        let cache = &self.inner.cache.points;
        if let Some(point) = cache.read().unwrap_or_else(PoisonError::into_inner).get(code) {
            return Ok(Some(Arc::clone(point)));
        }
        let asked_at = self.inner.cache.state().revisions.points;
        let Some(point) = self.store().point_by_code(code).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut points = cache.write().unwrap_or_else(PoisonError::into_inner);
        // What was read before a refresh would outlive it.
        if self.inner.cache.state().revisions.points == asked_at {
            if points.len() >= POINTS {
                points.clear();
            }
            points.insert(code.to_owned(), Arc::clone(&point));
        }
        Ok(Some(point))
    }
}
