//! PostgreSQL: the pool, transactions, the schema and its migrations, and the private server.

mod admission;
mod condition;
pub mod embedded;
pub mod limited;
pub mod migrate;
pub mod parts;
pub mod pool;
mod pooler;
mod refusal;
#[expect(missing_docs, reason = "written by diesel: its descriptions come from the database")]
pub mod schema;
pub mod session;
pub mod sql;
mod transaction;
pub mod url;
pub mod waits;
mod watch;
