//! The pages, by address.

pub mod code;
pub mod home;
