//! A theme is a subject that findings and recommendations are about, whatever the framework: supervision, the front
//! door, life as a care leaver. Themes make it possible to ask what comes back, inspection after inspection.

pub mod model;
pub mod query;
pub mod routes;
mod table;
