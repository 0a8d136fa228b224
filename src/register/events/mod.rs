//! Every write, told in the transaction that makes it: what became of which resource, by whom, when and why.
//!
//! The functions of [`query`] are what writes call. An event holds the resource as it is stored, before and after: whoever folds the
//! feed from its beginning, keeping the last `after` of each resource, has the register. Events are never pruned.

pub mod model;
pub mod query;
pub mod routes;
