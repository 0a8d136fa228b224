//! An improvement plan is what an authority undertakes to do about an inspection. The law asks for a written statement of
//! the action proposed (Education and Inspections Act 2006, section 137), within 70 working days of receiving the report.

pub mod model;
pub mod query;
pub mod routes;
mod table;
