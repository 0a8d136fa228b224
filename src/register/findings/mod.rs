//! A finding is one thing that inspectors found, a paragraph or a bullet of the report or letter: a strength, a concern,
//! or both at once. Findings carry themes and cohorts, so that one can ask what was said of care leavers over the years.

pub mod model;
pub mod query;
pub mod routes;
mod table;
