//! A framework is the rule book of one kind of inspection: which areas are judged, on which scale, and of what kinds an
//! inspection can be. Ofsted replaces it every few years, and grades of different frameworks are different words: the
//! `adequate` of 2012 is not the `requires_improvement` of 2018. Frameworks are data, so that the next one needs no code.

pub mod model;
pub mod query;
pub mod routes;
mod table;
