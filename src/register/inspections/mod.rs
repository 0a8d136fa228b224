//! An inspection is one look by Ofsted at an authority's services for children, with the report or letter that tells of
//! it. Graded inspections judge areas on the scale of their framework: ILACS (the inspection of local authority
//! children's services, since 2018) has standard and short ones. An inadequate judgement opens a numbered series of
//! monitoring visits, which carry no grades; focused visits look at one theme between inspections; a JTAI (joint
//! targeted area inspection) looks at several bodies together.
//!
//! Two clocks run: fieldwork (`started_on`, `ended_on`) and publication (`published_on`). Nothing is inferred: what no
//! source tells is absent.

pub mod model;
pub mod query;
pub mod routes;
mod table;
