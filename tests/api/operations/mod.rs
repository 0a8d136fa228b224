//! Running it: health, metrics, headers, trouble with the database, and the program itself.

mod answers;
mod browsers;
mod guides;
mod health;
mod methods;
mod problems;
mod process;
pub mod program;
mod secrets;
mod trouble;
