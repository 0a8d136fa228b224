//! An intervention is what government or others set up when an authority's services fail its children: an improvement
//! notice, a statutory direction (Education Act 1996, section 497A), a commissioner, an adviser, a partner, a board, a trust.

pub mod model;
pub mod query;
pub mod routes;
mod table;
