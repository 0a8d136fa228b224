//! Recognises a pooler that gives every transaction another session of the server, such as pgbouncer in transaction mode.
//!
//! Behind it, timeouts that one client sets apply to others, a prepared statement is unknown in the next transaction, and
//! the lock of a migration belongs to nobody. What a pooler says of itself differs from one to the next, but each shows by
//! the process of the server that serves a connection: two open connections never have one process, and none changes it.

use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

/// What the operator is told.
pub const REFUSAL: &str = "DATABASE_URL leads to a connection pooler that gives each transaction another session of the \
    server, as pgbouncer does with pool_mode = transaction: set pool_mode = session for this database, or set the URL of \
    PostgreSQL itself";

/// How many transactions each connection is asked for. A quiet pooler gives the first away again at once; of a busy one with
/// as few as three sessions, fewer than one in a hundred thousand pairs of connections keep theirs so often.
const ROUNDS: usize = 10;

/// Whether two connections keep a session each.
///
/// # Errors
///
/// If a connection is lost or refused.
pub fn keep_sessions(connections: [&mut PgConnection; 2]) -> QueryResult<bool> {
    let [one, other] = connections;
    let first = (process_of(one)?, process_of(other)?);
    if first.0 == first.1 {
        return Ok(false);
    }
    for _ in 1..ROUNDS {
        if (process_of(one)?, process_of(other)?) != first {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The process of the server that a transaction runs in. All of it is in one transaction, since a statement may be prepared
/// in one step and executed in the next.
fn process_of(connection: &mut PgConnection) -> QueryResult<i32> {
    connection.batch_execute("begin")?;
    let process = select(sql::<Integer>("pg_backend_pid()")).get_result(connection);
    connection.batch_execute("commit")?;
    process
}
