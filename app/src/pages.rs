//! The pages, by address.

pub mod api;
pub mod code;
pub mod home;
pub(crate) mod kiosk;
pub mod method;
pub mod results;
pub mod survey;
