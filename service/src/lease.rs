//! Work that one process of many does at a time: a lease in the database says which.
//!
//! The lease is renewed while the work runs, however long that takes, and given back at its end. A process that dies
//! stops renewing, and another may begin when the lease has run out.

use std::future::Future;
use std::time::Duration;

use domain::canonical;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Service;
use crate::clock::random;
use crate::error::ServiceError;

/// The lease of whatever reads many responses and writes what they come to: folding, releases, recounts, retention.
pub const TALLIES: &str = "fold";
/// How long a lease holds without being renewed.
pub const TERM: Duration = Duration::from_mins(5);
/// How often it is renewed. Several may fail before it runs out.
const RENEWED: Duration = Duration::from_mins(1);

impl Service {
    /// Does some work under a lease; none, and nothing of it is done, while another process holds that.
    ///
    /// # Errors
    ///
    /// Those of the work, and [`ServiceError::Invalid`] when the lease was lost on the way, as when the machine slept:
    /// the work then stops where it waits for the database, between two transactions or in one that is undone.
    pub async fn under_lease<T, E: From<ServiceError>>(
        &self,
        lease: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Option<T>, E> {
        self.under(lease, TERM, RENEWED, work).await
    }

    async fn under<T, E: From<ServiceError>>(
        &self,
        lease: &str,
        term: Duration,
        renewed: Duration,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Option<T>, E> {
        let held = Held {
            service: self.clone(),
            lease: lease.to_owned(),
            // One for each piece of work: two of one process are as much in each other's way.
            owner: canonical::hex(&random::<16>()),
            term,
        };
        if !held.take().await? {
            return Ok(None);
        }
        let (stop, stopped) = oneshot::channel();
        // A task of its own, as a plan computes for longer than it waits.
        let mut renewing = JoinSet::new();
        renewing.spawn(held.clone().renew(renewed, stopped));
        let done = tokio::select! {
            done = work => done,
            _ = renewing.join_next() => {
                let why = "another process has taken over this work, as the lease on it could not be renewed in time";
                return Err(ServiceError::Invalid(why.to_owned()).into());
            }
        };
        // A renewal that is on its way comes before the end.
        drop(stop);
        renewing.join_next().await;
        self.store()
            .release_lease(&held.lease, &held.owner)
            .await
            .map_err(ServiceError::from)?;
        done.map(Some)
    }
}

/// A lease as its owner knows it.
#[derive(Clone)]
struct Held {
    service: Service,
    lease: String,
    owner: String,
    term: Duration,
}

impl Held {
    /// Takes or renews it; false while another holds it.
    async fn take(&self) -> Result<bool, ServiceError> {
        let now = self.service.now();
        let store = self.service.store();
        Ok(store
            .lease(&self.lease, &self.owner, now, now + self.term)
            .await?)
    }

    /// Renews it until told to stop; ends before that when it is lost.
    async fn renew(self, every: Duration, mut stopped: oneshot::Receiver<()>) {
        let mut last = Instant::now();
        loop {
            tokio::select! {
                _ = &mut stopped => return,
                () = tokio::time::sleep(every) => {}
            }
            let begun = Instant::now();
            match self.take().await {
                Ok(true) => last = begun,
                Err(error) if last.elapsed() < self.term => {
                    tracing::warn!(%error, lease = self.lease, "a lease could not be renewed yet: {error}");
                }
                Ok(false) | Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use store::SharedStore;

    use super::*;
    use crate::Options;
    use crate::clock::SystemClock;
    use crate::languages::Languages;

    const TERM: Duration = Duration::from_secs(2);
    const RENEWED: Duration = Duration::from_millis(20);

    async fn open() -> (tempfile::TempDir, Service, SharedStore) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = store::connect(&url, store::Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let options = Options {
            queue: 4,
            pepper: [0; 32],
            languages: Languages::default(),
        };
        let service = Service::open(Arc::clone(&store), Arc::new(SystemClock), options)
            .await
            .unwrap();
        (folder, service, store)
    }

    /// Whether another owner could take it at that time from now.
    async fn is_free_in(service: &Service, store: &SharedStore, wait: Duration) -> bool {
        let then = service.now() + wait;
        store.lease(TALLIES, "another", then, then).await.unwrap()
    }

    #[tokio::test]
    async fn work_that_outlasts_the_lease_is_not_begun_twice() {
        let (_folder, service, store) = open().await;
        let taken = service.now();
        let inside = async {
            // Whole seconds are stored, so the term is over when more than its seconds are.
            while service.now() - taken <= TERM {
                tokio::time::sleep(RENEWED).await;
            }
            let free = is_free_in(&service, &store, Duration::ZERO).await;
            let again = service
                .under(TALLIES, TERM, RENEWED, async { Ok::<_, ServiceError>(()) })
                .await?;
            Ok::<_, ServiceError>((free, again))
        };
        let done = service.under(TALLIES, TERM, RENEWED, inside).await.unwrap();
        assert_eq!(done, Some((false, None)));
        // It is given back at the end, also after an error.
        let failed = service.under(TALLIES, TERM, RENEWED, async {
            Err::<(), _>(ServiceError::NotFound("campaign"))
        });
        assert!(matches!(failed.await, Err(ServiceError::NotFound(_))));
        assert!(is_free_in(&service, &store, Duration::ZERO).await);
    }

    #[tokio::test]
    async fn work_stops_when_the_lease_was_lost() {
        let (_folder, service, store) = open().await;
        let slept = async {
            // As after a long sleep: the term is over, and another process was there first.
            assert!(is_free_in(&service, &store, TERM + Duration::from_mins(1)).await);
            let then = service.now() + Duration::from_mins(1);
            assert!(store.lease(TALLIES, "another", then, then).await.unwrap());
            std::future::pending::<Result<(), ServiceError>>().await
        };
        let lost = service.under(TALLIES, TERM, RENEWED, slept).await;
        assert!(matches!(lost, Err(ServiceError::Invalid(_))), "{lost:?}");
    }
}
