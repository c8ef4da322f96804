//! What the tests of the program share: databases, the program itself, a client, a survey and people who answer it.

pub(crate) mod client;
pub(crate) mod cluster;
pub(crate) mod load;
pub(crate) mod place;
pub(crate) mod say;
pub(crate) mod seed;
pub(crate) mod survey;
