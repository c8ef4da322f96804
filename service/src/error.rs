//! Errors of the use cases, apart from refusals of intake, which have their own.

use store::StoreError;

/// Why a use case could not be carried out. Only the variant reaches a person, never the inner text.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was typed is not a code: a character is wrong or missing.
    #[error("the code was mistyped")]
    Mistyped,
    /// A value given to the command line or the API does not fit.
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}
