//! Improvement actions: what is done, by when, where it stands, and what slipped.

mod machine;
mod records;
mod support;
