//! Pages through the router, as a browser without scripting gets them. A file a kind of page.

#![cfg(feature = "ssr")]

mod pages;
mod poster;
mod results;
mod slips;
mod survey;
mod world;
