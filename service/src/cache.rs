//! What every request needs and what seldom changes, kept in memory.
//!
//! Versions are frozen and stay for ever; units and campaigns are read again when their revision moved,
//! which the server looks up every few seconds; points are looked up on first use and forgotten with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use domain::id::CampaignId;
use domain::questionnaire::Version;
use domain::unit::UnitDirectory;
use store::Store;
use store::catalogue::{Campaign, Point, StoredVersion, VersionId};

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
    units_revision: i64,
    units: Arc<UnitDirectory>,
    versions: Vec<StoredVersion>,
    /// Versions with the texts of language packs, where there are any.
    translated: BTreeMap<VersionId, Arc<Version>>,
    campaigns: Vec<Arc<Campaign>>,
    slip_campaigns: BTreeSet<CampaignId>,
}

impl Cache {
    pub(crate) async fn load(store: &dyn Store, languages: Languages) -> Result<Self, ServiceError> {
        let units_revision = store.units_revision().await?;
        let units = Arc::new(directory(store).await?);
        let state = state(store, units_revision, units, &languages).await?;
        Ok(Self {
            state: RwLock::new(Arc::new(state)),
            points: RwLock::default(),
            languages,
        })
    }

    pub(crate) async fn refresh(&self, store: &dyn Store) -> Result<(), ServiceError> {
        let now = self.state();
        let revision = store.units_revision().await?;
        let units = if revision == now.units_revision {
            Arc::clone(&now.units)
        } else {
            Arc::new(directory(store).await?)
        };
        let fresh = state(store, revision, units, &self.languages).await?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        self.points
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
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

    pub(crate) fn versions(&self) -> Vec<StoredVersion> {
        self.state().versions.clone()
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

async fn directory(store: &dyn Store) -> Result<UnitDirectory, ServiceError> {
    let rows = store.units().await?;
    UnitDirectory::new(rows.units, rows.successions).map_err(|error| ServiceError::Invalid(error.to_string()))
}

async fn state(
    store: &dyn Store,
    units_revision: i64,
    units: Arc<UnitDirectory>,
    languages: &Languages,
) -> Result<State, ServiceError> {
    let versions = store.versions().await?;
    let translated = versions
        .iter()
        .filter_map(|stored| Some((stored.id, Arc::new(languages.translated(&stored.version)?))))
        .collect();
    let mut campaigns: Vec<Arc<Campaign>> = store.campaigns().await?.into_iter().map(Arc::new).collect();
    campaigns.sort_by(|a, b| b.starts_on.cmp(&a.starts_on).then_with(|| a.key.cmp(&b.key)));
    Ok(State {
        units_revision,
        units,
        versions,
        translated,
        campaigns,
        slip_campaigns: store.slip_campaigns().await?,
    })
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
        let Some(point) = self.store().point_by_code(code).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut points = cache.write().unwrap_or_else(PoisonError::into_inner);
        if points.len() >= POINTS {
            points.clear();
        }
        points.insert(code.to_owned(), Arc::clone(&point));
        Ok(Some(point))
    }
}
