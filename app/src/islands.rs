//! Everything that also runs in a browser, one set an audience.

#[cfg(any(feature = "ssr", feature = "citizen"))]
pub mod citizen;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod desk;
