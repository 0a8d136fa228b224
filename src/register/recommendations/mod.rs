//! A recommendation is what an inspection asks to be put right. Frameworks have called it recommendation, area for
//! improvement, or priority and immediate action; ILACS reports list it under what needs to improve. Some reports print
//! a time limit in words: the words are kept, and a day is computed where they give one.

pub mod model;
pub mod query;
pub mod routes;
mod table;
pub mod timescale;
