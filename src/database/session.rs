//! The settings of a connection: the timeouts of the client and of the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::{CustomizeConnection, Error as PoolError};
use diesel::result::{ConnectionError, QueryResult};

use super::url::DatabaseUrl;
use super::{pooler, refusal};

/// The defaults of a connection: the network timeouts of libpq, for connecting, for the acknowledgement of sent data, and
/// for keepalives of an idle connection; and its name at the server.
const DEFAULTS: [(&str, &str); 6] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("fallback_application_name", NAME),
];

/// The name of connections at the server.
const NAME: &str = "inspection-register";

/// Sets the language of messages to English if the user has the privilege, since errors are classified by their
/// messages.
pub const SPEAK_ENGLISH: &str =
    "select set_config('lc_messages', 'C', false) where has_parameter_privilege('lc_messages', 'set')";

/// The timeouts of the server, if the register is slow or gone: for statements, row locks, transactions and sessions.
const SETTINGS: &str = "set timezone = 'UTC'; set statement_timeout = '5s'; set lock_timeout = '2s'; \
    set idle_in_transaction_session_timeout = '10s'; set idle_session_timeout = '2min'";

/// The sessions of one database: whether each connection has its own, and their settings.
#[derive(Debug, Clone)]
pub struct Sessions {
    url: Arc<str>,
    /// Whether connections are known to keep their sessions.
    is_kept: Arc<AtomicBool>,
}

impl Sessions {
    /// Those of the database with this URL.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.into(), is_kept: Arc::default() }
    }

    /// Prepares a new connection for requests. Nothing is set before it is known that the connection keeps its session.
    ///
    /// # Errors
    ///
    /// If it does not, if the server refuses a setting, or if it is gone.
    pub fn prepare(&self, connection: &mut PgConnection) -> Result<(), SessionError> {
        if !self.is_kept.load(Ordering::Relaxed) {
            must_be_kept(&self.url, connection)?;
            self.is_kept.store(true, Ordering::Relaxed);
        }
        Ok(connection.batch_execute(&format!("{SPEAK_ENGLISH}; {SETTINGS}"))?)
    }

    /// Checks again whether connections keep their sessions: the database was away, and another one may have come back.
    pub fn doubt(&self) {
        self.is_kept.store(false, Ordering::Relaxed);
    }
}

impl CustomizeConnection<PgConnection, PoolError> for Sessions {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), PoolError> {
        self.prepare(connection).map_err(|error| match error {
            SessionError::Query(error) => PoolError::QueryError(error),
            error => PoolError::ConnectionError(ConnectionError::BadConnection(error.to_string())),
        })
    }
}

/// Why a connection cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is no second connection to compare it with.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// A pooler gives each transaction another session.
    #[error("{}", pooler::REFUSAL)]
    Pooler,
    /// A statement failed.
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

/// Checks that a connection keeps its session.
fn must_be_kept(url: &str, connection: &mut PgConnection) -> Result<(), SessionError> {
    let mut other = establish(url)?;
    let is_kept = pooler::keep_sessions([connection, &mut other])?;
    if is_kept { Ok(()) } else { Err(SessionError::Pooler) }
}

/// Refuses a pooler that gives each transaction another session. A database that cannot be reached yet is checked when it
/// is used first.
///
/// # Errors
///
/// If there is such a pooler.
pub fn refuse_pooler(url: &str) -> Result<(), SessionError> {
    let url = with_defaults(url);
    let checked = establish(&url).map_err(Into::into).and_then(|mut first| must_be_kept(&url, &mut first));
    match checked {
        Err(error @ SessionError::Pooler) => Err(error),
        Err(error) => {
            log::warn!("the database cannot be used yet: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Names a connection at the server, unless the operator has named it.
///
/// # Errors
///
/// If the server is gone.
pub fn call(connection: &mut PgConnection, name: &str) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "select set_config('application_name', '{name}', false) where current_setting('application_name') = '{NAME}'"
    ))
}

/// The URL of a database with the defaults of a connection, unless it has its own. A URL that cannot be parsed stays as it
/// is: the settings never contain one.
#[must_use]
pub fn with_defaults(url: &str) -> String {
    let Ok(parsed) = DatabaseUrl::parse(url) else { return url.to_owned() };
    // At the server, the fallback would replace a name among the options.
    let is_named = parsed.parameter("options").is_some_and(|options| options.contains("application_name"));
    let defaults = DEFAULTS.iter().filter(|(name, _)| !is_named || *name != "fallback_application_name");
    parsed.with_defaults(&defaults.copied().collect::<Vec<_>>())
}

/// Opens a connection. The reason why there is none is in one line.
///
/// # Errors
///
/// If there is no connection.
pub(super) fn establish(url: &str) -> Result<PgConnection, ConnectionError> {
    PgConnection::establish(url).map_err(|error| {
        let reason = error.to_string();
        let lines = reason.lines().map(str::trim).filter(|line| !line.is_empty());
        ConnectionError::BadConnection(lines.collect::<Vec<_>>().join("; "))
    })
}

/// Opens a connection outside the pool. Retries for ten seconds, since the database may still be starting; not if it refuses,
/// as for a wrong password or certificate.
///
/// # Errors
///
/// If there is no connection within ten seconds, or it leads to a pooler that gives each transaction another session.
pub fn connect(url: &str) -> Result<PgConnection, ConnectionError> {
    let url = with_defaults(url);
    let mut attempts = 0;
    loop {
        match establish(&url) {
            Err(error) if attempts < 20 && refusal::may_pass(&error.to_string()) => {
                log::warn!("the database does not respond yet; retrying: {error}");
                attempts += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            outcome => {
                let mut connection = outcome?;
                let checked = must_be_kept(&url, &mut connection);
                checked.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
                return Ok(connection);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn what_the_operator_sets_stays() {
        let name = "fallback_application_name=inspection-register";
        let given = "postgresql://db/register?connect_timeout=9&keepalives_count=1";
        let expected = format!("{given}&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2&{name}");
        assert_eq!(with_defaults(given), expected);
        let named = with_defaults("postgresql://db?options=-capplication_name%3Dmine");
        assert!(named.contains("connect_timeout=2") && !named.contains(name), "{named}");
    }
}
