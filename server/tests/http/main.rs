//! Tests of the HTTP interface: one binary, requests straight into the router, a database for each test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod assets;
mod campaigns;
mod devices;
mod embed;
mod fields;
mod indicator_queries;
mod indicators;
mod intake;
mod jobs;
mod languages;
mod openapi;
mod privacy;
mod problems;
mod reading;
mod sampling;
mod sealed;
mod slips;
mod told;
mod unpublished;
mod world;
