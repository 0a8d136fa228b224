//! Who may do what, and sees what: the same by every operation, and by every window.

pub mod answers;
pub mod callers;
mod feeds;
mod matrix;
mod naming;
mod questions;
mod requests;
pub mod table;
mod ties;
mod twin;
mod windows;
mod world;
