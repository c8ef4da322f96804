//! Opening a database so that what it acknowledges is on disk.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite};

use super::Db;
use crate::{SharedStore, StoreError};

/// How to open a database.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Accepts a database that may lose or tear what it acknowledged; for tests only.
    pub allow_unsafe: bool,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_unsafe: false,
            connections: 8,
        }
    }
}

/// Opens `sqlite:PATH`, which it makes when it is missing, or `postgres://…`. The schema is left as it is; see
/// [`crate::jobs::Jobs::migrate`].
pub async fn connect(url: &str, options: Options) -> Result<SharedStore, StoreError> {
    if let Some(path) = sqlite_path(url) {
        return Ok(Arc::new(open_sqlite(path, options).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(open_postgres(url, options).await?));
    }
    Err(StoreError::Unsafe(
        "a database is named `sqlite:PATH` or `postgres://USER@HOST/NAME`".to_owned(),
    ))
}

/// The file of `sqlite:PATH`.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

pub(crate) async fn open_sqlite(path: &str, options: Options) -> Result<Db<Sqlite>, StoreError> {
    let (path, synchronous) = durability(path, options)?;
    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .statement_cache_capacity(200)
        // 64 MB: what is hot today is written many times before it is copied once.
        .pragma("wal_autocheckpoint", "16000")
        .pragma("temp_store", "memory");
    // A used one-time code is overwritten in the file, not only unlinked. Negative sizes are in KiB.
    let write = base
        .clone()
        .pragma("secure_delete", "on")
        .pragma("cache_size", "-16384")
        .optimize_on_close(true, None);
    // The writer is a pool of one, outside the readers: writers queue here instead of at the file's lock.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(write)
        .await?;
    // A reader keeps little: there are several, and the system keeps the same pages once for all of them.
    let read = base.pragma("cache_size", "-2048").pragma("query_only", "on");
    let reader = SqlitePoolOptions::new()
        .max_connections(options.connections)
        .test_before_acquire(false)
        .connect_lazy_with(read);
    Ok(Db::new(writer, reader))
}

/// The file and how it is flushed. `?synchronous=off` shows tests what a run without flushes looks like.
fn durability(path: &str, options: Options) -> Result<(&str, SqliteSynchronous), StoreError> {
    match path.split_once('?') {
        None => Ok((path, SqliteSynchronous::Full)),
        Some((path, "synchronous=off")) if options.allow_unsafe => Ok((path, SqliteSynchronous::Off)),
        Some((_, "synchronous=off")) => Err(StoreError::Unsafe(
            "with `synchronous=off` a power cut loses answers; leave it out".to_owned(),
        )),
        Some((_, other)) => Err(StoreError::Unsafe(format!(
            "an SQLite file is named without options, but `?{other}` follows"
        ))),
    }
}

pub(crate) async fn open_postgres(url: &str, options: Options) -> Result<Db<Postgres>, StoreError> {
    let connect = PgConnectOptions::from_str(url)?
        .application_name("nghe-dan")
        .statement_cache_capacity(200);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set synchronous_commit = on")
                    .execute(connection)
                    .await
                    .map(|_| ())
            })
        })
        .connect_with(connect)
        .await?;
    if !options.allow_unsafe {
        refuse_unsafe(&pool).await?;
    }
    Ok(Db::new(pool.clone(), pool))
}

/// Refuses a server that acknowledges what a power cut may take or tear.
async fn refuse_unsafe(pool: &PgPool) -> Result<(), StoreError> {
    let (fsync, full_pages): (String, String) =
        sqlx::query_as("select current_setting('fsync'), current_setting('full_page_writes')")
            .fetch_one(pool)
            .await?;
    for (name, value) in [("fsync", fsync), ("full_page_writes", full_pages)] {
        if value != "on" {
            return Err(StoreError::Unsafe(format!(
                "`{name}` is off on this server, so a power cut loses answers; turn it on in postgresql.conf"
            )));
        }
    }
    Ok(())
}
