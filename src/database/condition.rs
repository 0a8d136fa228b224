//! The condition of the database, and the probe that determines it.

use std::time::Duration;

use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::session;
use crate::database::migrate;
use crate::error::{ApiError, Fault};

/// The pause between probes of a database that does not respond.
const PAUSE: Duration = Duration::from_millis(250);
/// The pause between probes of a read-only database.
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// The condition of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It responds, is writable and has the schema of the program.
    Ready,
    /// It does not respond.
    Unreachable,
    /// It is starting, stopping or recovering.
    Starting,
    /// It refuses the connection.
    Refusing,
    /// It is read-only.
    ReadOnly,
    /// Its schema is older than the program.
    SchemaBehind,
}

impl Condition {
    /// The reason for programs; `None` if the database is ready.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Ready => None,
            Self::Unreachable => Some("database_unreachable"),
            Self::Starting => Some("database_restarting"),
            Self::Refusing => Some("database_refuses"),
            Self::ReadOnly => Some("database_read_only"),
            Self::SchemaBehind => Some("schema_behind"),
        }
    }

    /// Whether requests wait for the database.
    pub(super) fn answers(self) -> bool {
        !matches!(self, Self::Unreachable | Self::Starting)
    }

    /// The pause before the next probe without a request for one.
    pub(super) fn pause(self) -> Option<Duration> {
        match self {
            Self::Unreachable | Self::Starting => Some(PAUSE),
            Self::ReadOnly => Some(LONG_PAUSE),
            Self::Ready | Self::Refusing | Self::SchemaBehind => None,
        }
    }
}

/// Probes the database, on the connection of the last probe if it still works.
pub(super) fn look(url: &str, connection: Option<PgConnection>) -> (Condition, String, Option<PgConnection>) {
    if let Some(mut connection) = connection
        && let Ok(state) = examine(&mut connection)
    {
        return (state, String::new(), Some(connection).filter(|_| state != Condition::ReadOnly));
    }
    match PgConnection::establish(url) {
        Err(error) => {
            let cause = error.to_string();
            (refusal(&cause), cause, None)
        }
        Ok(mut connection) => {
            match session::prepare(&mut connection).map_err(Into::into).and_then(|()| examine(&mut connection)) {
                Ok(state) => (state, String::new(), Some(connection).filter(|_| state != Condition::ReadOnly)),
                Err(ApiError::Database(Fault::ConnectionLost, cause)) => (Condition::Unreachable, cause, None),
                Err(error) => (Condition::Refusing, error.to_string(), None),
            }
        }
    }
}

fn examine(connection: &mut PgConnection) -> Result<Condition, ApiError> {
    let is_read_only = select(sql::<Bool>("current_setting('transaction_read_only')::boolean"));
    if is_read_only.get_result::<bool>(connection)? {
        return Ok(Condition::ReadOnly);
    }
    let pending = migrate::pending(connection)?;
    Ok(if pending > 0 { Condition::SchemaBehind } else { Condition::Ready })
}

/// The condition according to the error of a failed connection: a message of libpq in English, or of the server.
fn refusal(message: &str) -> Condition {
    let silent = [
        "Connection refused",
        "Connection reset",
        "Connection timed out",
        "No such file or directory",
        "No route to host",
        "Network is unreachable",
        "could not translate host name",
        "server closed the connection",
        "could not receive data",
        "could not send data",
        "timeout expired",
    ];
    if message.contains("the database system is") {
        Condition::Starting
    } else if silent.iter().any(|sign| message.contains(sign)) {
        Condition::Unreachable
    } else {
        Condition::Refusing
    }
}
