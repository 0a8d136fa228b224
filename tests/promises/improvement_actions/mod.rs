//! Improvement actions: what is done, by when, where it stands, and what slipped.

mod filters;
mod machine;
mod races;
mod records;
mod steps;
