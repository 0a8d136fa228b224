//! An examination is what an inspection or visit said of an earlier recommendation: whether it saw improvement. Silence is
//! not improvement: what a visit did not look at has no examination, and nothing about it changes.

pub mod model;
pub mod query;
pub mod routes;
mod table;
