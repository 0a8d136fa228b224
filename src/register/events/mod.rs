//! Every write, recorded in its transaction: what became of which resource, by whom, when and why.
//!
//! Writes call the functions of [`query`]. An event holds the resource as it is stored, before and after: whoever reads the
//! feed from its beginning and keeps the last `after` of each resource has the register. Events are never pruned. The
//! history of a resource is an operation of that resource, which responds through [`routes::history`].

pub mod model;
pub mod query;
pub mod routes;
pub mod table;
