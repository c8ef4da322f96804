//! Opening the database for a command, and reading what commands name.

use std::future::Future;
use std::io::{self, Write as _};
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use domain::civil;
use domain::id::UnitId;
use domain::unit::Resolved;
use service::clock::{Clock, SystemClock};
use service::error::ServiceError;
use service::languages::Languages;
use service::lease::{TALLIES, TERM};
use service::{Options, Service};
use time::Date;

use crate::config::Common;
use crate::master_key::MasterKey;

/// How soon a command that waits for another process looks again.
const PAUSE: Duration = Duration::from_millis(500);

/// An open database.
pub(super) struct Opened {
    pub(super) service: Service,
    pub(super) master: MasterKey,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whether a command may change the schema before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    Migrate,
    AsItIs,
}

/// Opens the database of the settings.
pub(super) async fn open(
    common: &Common,
    schema: Schema,
    queue: usize,
    languages: Languages,
) -> anyhow::Result<Opened> {
    let (key_file, create) = common.master_key()?;
    let master = MasterKey::load(&key_file, create)?;
    let options = store::Options {
        allow_unsafe: common.allow_unsafe_database.unwrap_or(false),
        ..store::Options::default()
    };
    let store = store::connect(common.database(), options)
        .await
        .context("the database cannot be opened")?;
    if schema == Schema::Migrate {
        store
            .migrate()
            .await
            .context("the schema could not be brought up to date")?;
    } else {
        store
            .ready()
            .await
            .context("the database is not ready for this program; `nghe-dan migrate` prepares it")?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let options = Options {
        queue,
        pepper: master.pepper(),
        languages,
    };
    let service = Service::open(store, Arc::clone(&clock), options).await?;
    Ok(Opened {
        service,
        master,
        clock,
    })
}

/// Opens the database for a short command.
pub(super) async fn for_command(common: &Common) -> anyhow::Result<Service> {
    Ok(open(common, Schema::AsItIs, 64, Languages::default())
        .await?
        .service)
}

/// Does what works on the tallies, as soon as no other process does such a thing; says so when it has to wait.
pub(super) async fn once_free<T>(
    service: &Service,
    work: impl Future<Output = Result<T, ServiceError>>,
) -> anyhow::Result<T> {
    let mut work = pin!(work);
    let mut has_said = false;
    loop {
        if let Some(done) = service.under_lease(TALLIES, work.as_mut()).await? {
            return Ok(done);
        }
        if !has_said {
            writeln!(
                io::stderr(),
                "another process folds, releases or recounts; waiting until it is done (of one that died, up to {} minutes)",
                TERM.as_secs() / 60
            )?;
            has_said = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A unit by its id, code or address.
pub(super) fn unit(service: &Service, text: &str) -> anyhow::Result<UnitId> {
    let units = service.units();
    if let Ok(id) = UnitId::from_str(text) {
        return units
            .unit(id)
            .map(|unit| unit.id)
            .ok_or_else(|| anyhow!("there is no unit {id}"));
    }
    if let Some(today) = units.by_code(text, service.today()) {
        return Ok(today.unit.id);
    }
    match units.resolve(text) {
        Resolved::Unit(id) => Ok(id),
        Resolved::Choice(ids) => bail!(
            "the code {text} has meant several units; give the id of one: {}",
            ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
        Resolved::Unknown => bail!("there is no unit with the id, code or address `{text}`"),
    }
}

/// A civil date of the command line.
pub(super) fn date(text: &str) -> Result<Date, String> {
    civil::parse(text).ok_or_else(|| format!("`{text}` is no date such as 2026-11-22"))
}

/// A value that has a name in URLs and JSON.
pub(super) fn named<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is unknown"))
}
