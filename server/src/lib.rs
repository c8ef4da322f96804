//! The server of Nghe Dân: HTTP, the command line, configuration and jobs. It holds no HTML and no SQL.

pub mod api;
pub mod assets;
pub mod cli;
pub mod config;
pub mod jobs;
pub mod languages;
pub mod listen;
pub mod master_key;
pub mod middleware;
pub mod pages;
pub mod problem;
pub mod router;
pub mod sealed;
pub mod telemetry;
