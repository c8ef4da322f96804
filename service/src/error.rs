//! Errors of the use cases, apart from refusals of intake, which have their own.

use domain::response::FieldError;
use store::StoreError;

/// Why a use case could not be carried out. Only the variant reaches a person, never the inner text.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was typed is not a code: a character is wrong or missing.
    #[error("the code was mistyped")]
    Mistyped,
    /// Fields of an input that are wrong, each by its path.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<FieldError>),
    /// A value given to the command line or the API does not fit.
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServiceError {
    /// Whether the same may succeed in a while: the database does not answer, or not with the schema of this program.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::Busy
                    | StoreError::Database(_)
                    | StoreError::SchemaTooNew
                    | StoreError::SchemaTooOld
            )
        )
    }
}
