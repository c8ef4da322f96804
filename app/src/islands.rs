//! Everything that also runs in a browser, one set an audience.

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod citizen;
