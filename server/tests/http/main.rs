//! Tests of the HTTP interface: one binary, requests straight into the router, a database for each test.

mod assets;
mod intake;
mod openapi;
mod privacy;
mod problems;
mod reading;
mod sealed;
mod world;
