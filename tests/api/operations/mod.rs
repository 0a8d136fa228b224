//! Running it: health, metrics, headers, trouble with the database, and the program itself.

mod answers;
mod health;
mod methods;
mod process;
pub mod program;
mod trouble;
