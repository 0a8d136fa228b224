//! Who may do what, and sees what: the same by every operation, and by every window.

pub mod callers;
mod matrix;
mod requests;
mod table;
mod windows;
mod world;
