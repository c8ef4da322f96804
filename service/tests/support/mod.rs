//! A service over a filled database, at a time that stands still.

use std::sync::Arc;

use service::clock::Clock;
use service::demo::Plan;
use service::languages::Languages;
use service::{Options, Service};
use time::OffsetDateTime;
use time::macros::datetime;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-20 05:00 UTC)
    }
}

/// A service with a demo and its release, and the folder that it lives in.
pub(crate) async fn filled(plan: Plan) -> (Service, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    let store = store::connect(&url, store::Options::default())
        .await
        .expect("a database");
    store.migrate().await.expect("a schema");
    let options = Options {
        queue: 64,
        pepper: [7; 32],
        languages: Languages::default(),
    };
    let service = Service::open(store, Arc::new(Noon), options)
        .await
        .expect("a service");
    service.load_shipped().await.expect("units and questionnaires");
    service.fill_demo(plan, &mut |_, _| ()).await.expect("a demo");
    service.release_all().await.expect("a release");
    (service, folder)
}
