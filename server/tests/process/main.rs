//! The program as it is run: started, killed, cut off from its power, spoken to by a stranger.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod contract;
mod death;
mod power;
mod review;
mod settings;
mod stop;
mod support;
mod tls;
mod two_servers;
