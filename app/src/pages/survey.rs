//! `/s/{code}`: a person answers.
//!
//! Plain forms all the way: each step is posted, the server decides what comes next and sends the whole form
//! back in hidden fields, so that it stores nothing before the person sends. The island of
//! [`crate::islands::citizen`] only makes this quicker and keeps a draft on the device.

mod desk;
mod faces;
mod flow;
mod form;
mod handlers;
mod poster;
mod question;
mod render;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use faces::faces;
pub(crate) use handlers::{answer, open, thanks};
pub(crate) use poster::{poster, qr_png, qr_svg};
