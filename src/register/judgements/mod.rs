//! A judgement is what was judged in an inspection (the area) and the word it was given (the grade). Overall
//! effectiveness is a judgement of its own and no average: leaders may be inadequate while the whole requires
//! improvement. An area without a grade says why. The judgements of an inspection are written as one set.

pub mod model;
pub mod query;
pub mod routes;
mod table;
