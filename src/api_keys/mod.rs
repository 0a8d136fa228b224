//! A key says who calls, and as what: an administrator, a steward of the published facts, or somebody who works with the
//! papers of certain authorities. Whoever holds its secret holds the key.
//!
//! Keys are named after teams and programs, since their names stand in every event; a name is never given twice.

pub mod model;
pub mod query;
pub mod routes;
pub mod secret;
