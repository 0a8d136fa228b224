//! What followed a graded inspection: the visits of the series that it opened and the gaps in their numbers, the inspection
//! that closed it, and what each of them said of its recommendations and themes. All of it is computed from published
//! inspections, their findings and their examinations.
//!
//! Silence is not improvement: where a visit did not look, it says `not_examined`, whatever others said before or after. Nor
//! is it silence of the visit if its text is not held: what such a visit is not known to have said is `not_held`. Of
//! a theme with several recommendations the least favourable outcome counts, since one part that is put right does not
//! make up for another that is not.

pub mod model;
pub mod query;
pub mod routes;
