//! A document is a text that speaks of inspections: Ofsted's report or letter, the version for children, a council's
//! press release, a news article, with the statements that people made in it. The register holds a summary in its own
//! words, and the full text only where its licence allows.

pub mod model;
pub mod query;
pub mod routes;
mod table;
