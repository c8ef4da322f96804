//! The pages, by address.

pub mod api;
pub mod code;
pub mod home;
pub mod method;
pub mod results;
#[expect(
    dead_code,
    reason = "its handlers join the router together with the use cases"
)]
pub mod survey;
