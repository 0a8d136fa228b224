//! Where authorities stand: by the latest published graded inspection on either clock, never by more than it says.

mod definition;
mod filters;
mod neighbours;
mod on_a_day;
mod table;
