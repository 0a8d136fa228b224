//! A key says who calls, and as what: an administrator, a steward of the published facts, or somebody who works with the
//! papers of certain authorities. Whoever holds its secret holds the key.
//!
//! Keys are named after teams and programs, since their names stand in every event; a name is never given twice.

/// The id of the first key that a private register prints, the same in all of them: so the examples of the document speak of
/// a key that is there.
pub const FIRST_KEY: &str = "01a20431-0c26-7ad0-8000-000000000002";

pub mod authenticate;
pub mod model;
pub mod query;
pub mod routes;
mod table;
