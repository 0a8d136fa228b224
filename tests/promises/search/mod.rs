//! What `q` finds, and what filters refuse to look up.

mod folding;
mod names;
mod unknown;
