//! Callers who are slow, many or too frequent: each is bounded, and all others are answered.

mod admission;
mod answers;
mod bodies;
mod connections;
mod heads;
mod limits;
mod memory;
mod rate;
mod refusals;
mod server;
mod sizes;
mod sustained;
mod tables;
