//! Running it: the program as a process, trouble with the database, and what must never be logged.

mod containers;
mod log;
pub mod process;
pub mod program;
mod secrets;
mod stopping;
mod trouble;
