//! What takes long to prove: matrices of every operation and every caller, random requests, overload, faults of the
//! database, and the program as a process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "shared by two binaries, each of which uses a part of it")]
mod support;

mod authorization;
mod bad_input;
mod bounds;
mod events;
mod evidence;
mod faults;
mod follow_up;
mod idempotency;
mod improvement_actions;
mod keys;
mod lists;
mod operations;
mod overload;
mod schema;
mod standings;
mod statements;
