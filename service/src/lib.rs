//! The use cases: what pages, the API and the command line may do, and nothing else reaches the store.
//!
//! A use case asks `domain` to decide and the store to remember. It knows neither HTTP nor HTML.
//!
//! Who may do what follows from the way in, as there are no accounts yet. The command line is trusted: whoever runs it
//! holds the database. A device or an issuer of slips is known by its token, which the use case that takes it checks.
//! Everybody else may answer and read, and what they read is what a release has let through.

pub mod clock;
pub mod demo;
pub mod desk;
pub mod devices;
pub mod error;
pub mod handouts;
pub mod intake;
pub mod languages;
pub mod lease;
pub mod releases;
pub mod results;
pub mod review;
pub mod setup;
pub mod shape;
pub mod shipped;
pub mod slips;
pub mod upkeep;

mod cache;
mod coverage;
mod live;
mod queue;

use std::sync::Arc;

use domain::canonical::Hash;
use domain::questionnaire::Version;
use domain::unit::UnitDirectory;
use store::SharedStore;
use store::catalogue::{Campaign, StoredVersion, VersionId};
use time::{Date, OffsetDateTime};

use crate::cache::Cache;
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::languages::Languages;
use crate::queue::Queue;

/// Everything that pages, handlers and jobs need; cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: SharedStore,
    clock: Arc<dyn Clock>,
    cache: Cache,
    queue: Queue,
    bursts: intake::Bursts,
    live: live::Live,
    /// The key under which one-time codes and dossier tokens are hashed.
    pepper: Hash,
}

/// What a service is made with.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many responses may wait for the writer before others are told to come back.
    pub queue: usize,
    /// The key under which one-time codes are hashed; kept outside the database.
    pub pepper: Hash,
    pub languages: Languages,
}

impl Service {
    /// Opens the use cases over a store, and starts the writer.
    pub async fn open(
        store: SharedStore,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, ServiceError> {
        let cache = Cache::load(store.as_ref(), options.languages).await?;
        let queue = Queue::start(Arc::clone(&store), options.queue);
        let inner = Inner {
            store,
            clock,
            cache,
            queue,
            bursts: intake::Bursts::default(),
            live: live::Live::default(),
            pepper: options.pepper,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The instant now, UTC.
    pub fn now(&self) -> OffsetDateTime {
        self.inner.clock.now()
    }

    /// Today's civil date in Việt Nam.
    pub fn today(&self) -> Date {
        domain::civil::date_of(self.inner.clock.now())
    }

    /// The units, with search.
    pub fn units(&self) -> Arc<UnitDirectory> {
        self.inner.cache.units()
    }

    /// The campaigns, newest first.
    pub fn campaigns(&self) -> Vec<Arc<Campaign>> {
        self.inner.cache.campaigns()
    }

    /// A published version by key and version, such as `sipas` and `2023`.
    pub fn version(&self, key: &str, version: &str) -> Option<StoredVersion> {
        self.inner.cache.version(key, version)
    }

    /// A published version by its name in addresses, such as `sipas/2023`.
    pub fn version_named(&self, name: &str) -> Option<StoredVersion> {
        let (key, version) = name.split_once('/')?;
        self.version(key, version)
    }

    /// Every published version.
    pub fn versions(&self) -> Arc<[StoredVersion]> {
        self.inner.cache.versions()
    }

    /// A published version by its number.
    pub fn version_by_id(&self, id: VersionId) -> Option<StoredVersion> {
        self.inner.cache.version_by_id(id)
    }

    /// The language packs.
    pub fn languages(&self) -> &Languages {
        self.inner.cache.languages()
    }

    /// A published version in every language in which it can be asked here, packs included. Its hash and what is asked are
    /// those of the version; its definition is not what was published.
    pub fn translated(&self, version: &StoredVersion) -> Arc<Version> {
        self.inner.cache.translated(version)
    }

    /// Reads campaigns, versions and units again when another server or the command line changed them.
    pub async fn refresh(&self) -> Result<(), ServiceError> {
        self.inner.cache.refresh(self.inner.store.as_ref()).await
    }

    /// Whether the database answers and its schema is ours.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        Ok(self.inner.store.ready().await?)
    }

    /// Takes no more responses, writes those that wait, and closes the database.
    pub async fn close(&self) {
        self.inner.queue.close().await;
        self.inner.store.close().await;
    }

    pub(crate) fn store(&self) -> &dyn store::Store {
        self.inner.store.as_ref()
    }
}
