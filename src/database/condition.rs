//! The condition of the database, and the probe that determines it.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::refusal;
use super::session::{self, SessionError, Sessions};
use crate::database::migrate;
use crate::error::{ApiError, DatabaseFault};

/// The pause between probes of a database that does not respond.
const PAUSE: Duration = Duration::from_millis(250);
/// The pause between probes of a database that responds but accepts no changes.
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// How long the connection of a probe is used for further probes.
const FRESH: Duration = Duration::from_secs(5);

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
    /// Another version was installed under the running server, whose new processes cannot load its files.
    NeedsRestart,
    /// A pooler before it gives each transaction another session.
    Pooled,
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
            Self::NeedsRestart => Some("database_needs_restart"),
            Self::Pooled => Some("database_pooled"),
        }
    }

    /// Whether requests wait for the database.
    pub(super) fn responds(self) -> bool {
        !matches!(self, Self::Unreachable | Self::Starting | Self::Pooled)
    }

    /// The pause before the next probe without a request for one.
    pub(super) fn pause(self) -> Option<Duration> {
        match self {
            Self::Unreachable | Self::Starting => Some(PAUSE),
            Self::ReadOnly | Self::NeedsRestart | Self::Pooled => Some(LONG_PAUSE),
            Self::Ready | Self::Refusing | Self::SchemaBehind => None,
        }
    }
}

/// The connection of a probe, which later ones use for a while.
pub(super) struct Link {
    connection: PgConnection,
    opened: Instant,
}

/// What a probe finds: the condition, its cause, and the connection for the next probe.
pub(super) type Finding = (Condition, String, Option<Link>);

/// Probes the database, on the connection of the last probe if it still works. From time to time the connection is a new
/// one: only a new process of the server loads the files that are installed now.
pub(super) fn probe(url: &str, sessions: &Sessions, mut link: Option<Link>) -> Finding {
    if let Some(old) = link.take_if(|old| old.opened.elapsed() < FRESH)
        && let Some(finding) = probe_again(old)
    {
        return finding;
    }
    match session::establish(url) {
        Ok(connection) => probe_first(sessions, connection),
        Err(error) => {
            let cause = error.to_string();
            // There may be no free connection: the one of the last probe is as good as those of the pool.
            link.and_then(probe_again).unwrap_or_else(|| (refusal(&cause), cause, None))
        }
    }
}

/// Probes the database on the connection of the last probe; `None` if that is lost.
fn probe_again(mut link: Link) -> Option<Finding> {
    let state = examine(&mut link.connection).ok()?;
    Some((state, String::new(), Some(link).filter(|_| state != Condition::ReadOnly)))
}

fn probe_first(sessions: &Sessions, mut connection: PgConnection) -> Finding {
    let state = match sessions.prepare(&mut connection) {
        Ok(()) => examine(&mut connection),
        Err(SessionError::Query(error)) => Err(error.into()),
        Err(SessionError::Connection(error)) => {
            let cause = error.to_string();
            return (refusal(&cause), cause, None);
        }
        Err(error @ SessionError::Pooler) => return (Condition::Pooled, error.to_string(), None),
    };
    match state {
        Ok(state) => {
            let link = Link { connection, opened: Instant::now() };
            (state, String::new(), Some(link).filter(|_| state != Condition::ReadOnly))
        }
        Err(ApiError::Database(DatabaseFault::ConnectionLost, cause)) => (Condition::Unreachable, cause, None),
        Err(ApiError::Database(DatabaseFault::FilesReplaced, cause)) => (Condition::NeedsRestart, cause, None),
        Err(error) => (Condition::Refusing, error.to_string(), None),
    }
}

/// Finds out whether the database has what writes need: permission, the schema, and the language and the dictionary that
/// their triggers and search vectors use, which the server loads from its files.
fn examine(connection: &mut PgConnection) -> Result<Condition, ApiError> {
    let is_read_only = select(sql::<Bool>("current_setting('transaction_read_only')::boolean"));
    if is_read_only.get_result::<bool>(connection)? {
        return Ok(Condition::ReadOnly);
    }
    if migrate::pending(connection)? > 0 {
        return Ok(Condition::SchemaBehind);
    }
    connection.batch_execute("select searchable('inspections')")?;
    Ok(Condition::Ready)
}

/// The condition according to the error of a failed connection.
fn refusal(message: &str) -> Condition {
    if refusal::is_starting(message) {
        Condition::Starting
    } else if refusal::is_silent(message) {
        Condition::Unreachable
    } else {
        Condition::Refusing
    }
}
