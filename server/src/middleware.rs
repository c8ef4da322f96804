//! What every request passes through, one layer for each kind of route.

pub mod boundary;
pub mod headers;
