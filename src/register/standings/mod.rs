//! Where every authority stands: the row of its latest published graded inspection, as at any day, by either clock.
//! Nothing is filled from an older inspection, and a framework without an overall grade leaves it absent.

pub mod model;
pub mod query;
pub mod routes;
mod table;
