//! The pages, by address.

pub mod api;
pub mod code;
pub mod home;
pub mod method;
pub mod results;
pub mod survey;
