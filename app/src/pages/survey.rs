//! `/s/{code}`: a person answers.
//!
//! Plain forms all the way: each step is posted, the server decides what comes next and sends the whole form
//! back in hidden fields, so that it stores nothing before the person sends. The island of
//! [`crate::islands::citizen`] makes this quicker, keeps a draft on the device, and hands in when there is a network
//! (`docs/phone.md`).

mod desk;
mod embed;
mod faces;
mod flow;
mod form;
mod handlers;
mod poster;
mod question;
mod render;
mod slip;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use embed::embed;
pub(crate) use faces::faces;
pub(crate) use handlers::{answer, open, thanks};
pub(crate) use poster::{poster, qr_png, qr_svg};
