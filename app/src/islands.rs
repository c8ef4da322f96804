//! Everything that also runs in a browser, one set an audience.

#[cfg(any(feature = "ssr", all(feature = "hydrate", feature = "citizen")))]
pub mod citizen;
#[cfg(any(feature = "ssr", all(feature = "hydrate", feature = "desk")))]
pub mod desk;
