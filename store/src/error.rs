//! What can go wrong in the store.
//!
//! There is one error type. Whatever a caller can act on is a variant of its own; everything else is
//! [`StoreError::Database`], logged once at the boundary and answered as an internal error.

/// An error of the store. Its text goes to the log, never to a browser.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A constraint refused the write. The name is `<table>_<first column>` on both databases.
    #[error("the write conflicts with `{0}`")]
    Conflict(String),
    /// Another writer was first more often than a retry bears.
    #[error("too many writers at once; try again")]
    Busy,
    #[error("stored bytes do not fit their layout: {0}")]
    Corrupt(&'static str),
    /// Retention removed what the change would need.
    #[error("the answers were removed by retention, so this can no longer change")]
    Sealed,
    #[error("the database is not safe to use: {0}")]
    Unsafe(String),
    #[error("the database's schema is newer than this program; use the newer program")]
    SchemaTooNew,
    #[error("the database's schema is older than this program; run `nghe-dan migrate`")]
    SchemaTooOld,
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(refusal) = error.as_database_error() else {
            return Self::Database(Box::new(error));
        };
        if refusal.is_unique_violation() || refusal.is_foreign_key_violation() {
            let name = refusal
                .constraint()
                .map_or_else(|| sqlite_constraint(refusal.message()), str::to_owned);
            return Self::Conflict(name);
        }
        match refusal.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock. SQLite: busy, and busy because of a stale snapshot.
            Some("40001" | "40P01" | "5" | "517") => Self::Busy,
            _ => Self::Database(Box::new(error)),
        }
    }
}

impl From<domain::answer::Corrupt> for StoreError {
    fn from(_: domain::answer::Corrupt) -> Self {
        Self::Corrupt("answers or counts")
    }
}

/// `UNIQUE constraint failed: point.code` → `point_code`, the name that PostgreSQL's constraint has.
fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or(message);
    columns.split(',').next().unwrap_or(columns).replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_have_one_name_on_both_databases() {
        assert_eq!(
            sqlite_constraint("UNIQUE constraint failed: point.code"),
            "point_code"
        );
        assert_eq!(
            sqlite_constraint(
                "UNIQUE constraint failed: questionnaire_version.key, questionnaire_version.version"
            ),
            "questionnaire_version_key"
        );
    }
}
