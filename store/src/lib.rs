//! Everything the system remembers, behind one interface for SQLite and PostgreSQL.
//!
//! This is the only crate that knows SQL. Every statement is one constant text, expanded by macro into a
//! body for each database ([`connect`] picks one); the conformance suite calls every method on both. One
//! transaction is one method: no transaction crosses the interface.

mod backend;
pub mod catalogue;
pub mod devices;
pub mod error;
pub mod intake;
pub mod jobs;
#[doc(hidden)]
pub mod probe;
pub mod releases;
pub mod responses;
pub mod slips;
pub mod tallies;

use std::sync::Arc;

pub use backend::{Options, connect};
pub use error::StoreError;

/// The whole interface. Object-safe, so that pages and handlers need not be generic.
pub trait Store:
    catalogue::Catalogue
    + devices::Devices
    + intake::Intake
    + responses::Responses
    + tallies::Tallies
    + releases::Releases
    + slips::Slips
    + jobs::Jobs
{
}

impl<T> Store for T where
    T: catalogue::Catalogue
        + devices::Devices
        + intake::Intake
        + responses::Responses
        + tallies::Tallies
        + releases::Releases
        + slips::Slips
        + jobs::Jobs
{
}

/// A store that is shared by handlers, pages and jobs.
pub type SharedStore = Arc<dyn Store>;
