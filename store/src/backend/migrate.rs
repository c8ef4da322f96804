//! Migrations: two folders with the same numbers and names, one for each database.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{Postgres, Sqlite};

use super::Db;
use crate::StoreError;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

const APPLIED: &str = "select coalesce(max(version), 0) from _sqlx_migrations where success";

fn newest(migrator: &Migrator) -> i64 {
    migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

fn compare(applied: i64, migrator: &Migrator) -> Result<(), StoreError> {
    match applied.cmp(&newest(migrator)) {
        std::cmp::Ordering::Less => Err(StoreError::SchemaTooOld),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StoreError::SchemaTooNew),
    }
}

macro_rules! migrations {
    ($db:ty, $migrator:ident) => {
        impl Db<$db> {
            /// Brings the schema to the one of this program. PostgreSQL's run holds an advisory lock; on
            /// SQLite the loser of a race finds the work done when it looks again.
            pub(crate) async fn run_migrations(&self) -> Result<(), StoreError> {
                let first = $migrator.run(&self.writer).await;
                let done = match first {
                    Ok(()) => Ok(()),
                    Err(sqlx::migrate::MigrateError::VersionMissing(_)) => {
                        return Err(StoreError::SchemaTooNew);
                    }
                    Err(_) => {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        $migrator.run(&self.writer).await
                    }
                };
                done.map_err(|error| StoreError::Database(Box::new(error)))
            }

            /// Whether the schema is the one of this program.
            pub(crate) async fn check_schema(&self) -> Result<(), StoreError> {
                let applied: i64 = sqlx::query_scalar(APPLIED).fetch_one(&self.reader).await?;
                compare(applied, &$migrator)
            }
        }
    };
}
migrations!(Sqlite, SQLITE);
migrations!(Postgres, POSTGRES);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_have_the_same_migrations() {
        let names = |migrator: &Migrator| -> Vec<(i64, String)> {
            migrator
                .iter()
                .map(|migration| (migration.version, migration.description.to_string()))
                .collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        let numbers: Vec<i64> = SQLITE.iter().map(|migration| migration.version).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        assert!(compare(newest(&SQLITE), &SQLITE).is_ok());
        assert!(matches!(
            compare(newest(&SQLITE) + 1, &SQLITE),
            Err(StoreError::SchemaTooNew)
        ));
        assert!(matches!(compare(0, &SQLITE), Err(StoreError::SchemaTooOld)));
    }
}
