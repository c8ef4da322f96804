//! Pure domain.

pub mod moments;
