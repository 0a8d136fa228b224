//! Evidence shows that an action had an effect: an audit, data, what children say. The register keeps where it lies and what
//! it speaks of, not the file. Reviews say what others made of it and are only added to: the latest counts. Evidence that
//! another than its author accepted supports that the action is verified.

pub mod model;
pub mod query;
pub mod routes;
mod table;
