//! The pages of Nghe Dân.
//!
//! Pages are plain components that run on the server only (feature `ssr`); islands are the few parts that
//! also run in a browser (feature `hydrate`), one set an audience. Every page works as HTML alone: an island
//! adds comfort and never a function. The desk device is the one page that a browser makes (feature `csr`).

pub mod islands;
#[cfg(any(feature = "ssr", feature = "desk"))]
mod lotus;
#[cfg(any(feature = "ssr", feature = "desk"))]
mod tick;

#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod i18n;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod qr;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
mod site;

#[cfg(feature = "ssr")]
pub use routes::{Framable, Nonce, State, routes};
#[cfg(feature = "ssr")]
pub use site::{Site, SiteError};
