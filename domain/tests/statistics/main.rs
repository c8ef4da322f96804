//! The statistics of the domain: laws, published and hand-checked cases, coverage, and an independent
//! computation.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bound;
mod coverage;
mod golden;
mod laws;
mod oracle;
mod people;
mod survey;
