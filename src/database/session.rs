//! The settings of a connection: the timeouts of the client and of the server.

use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::{CustomizeConnection, Error as PoolError};
use diesel::result::{ConnectionError, QueryResult};

/// The default network timeouts of libpq: for connecting, for the acknowledgement of sent data, and for keepalives of
/// an idle connection.
const NETWORK_LIMITS: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

/// Sets the language of messages to English if the user has the privilege, since errors are classified by their
/// messages.
pub const SPEAK_ENGLISH: &str =
    "select set_config('lc_messages', 'C', false) where has_parameter_privilege('lc_messages', 'set')";

/// The timeouts of the server, if the register is slow or gone: for statements, row locks, transactions and sessions.
const SETTINGS: &str = "set application_name = 'inspection-register'; set timezone = 'UTC'; \
    set statement_timeout = '5s'; set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '10s'; \
    set idle_session_timeout = '2min'";

/// Applies the settings to each connection of the pool.
#[derive(Debug)]
pub struct Session;

impl CustomizeConnection<PgConnection, PoolError> for Session {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), PoolError> {
        prepare(connection).map_err(PoolError::QueryError)
    }
}

/// Prepares a new connection for requests.
///
/// # Errors
///
/// If the server refuses a setting, or is gone.
pub fn prepare(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute(&format!("{SPEAK_ENGLISH}; {SETTINGS}"))
}

/// The URL of a database with the default network timeouts, unless it has its own.
#[must_use]
pub fn with_timeouts(url: &str) -> String {
    let query_start = query_start(url);
    let given = query_start.and_then(|start| url.get(start..)).unwrap_or_default();
    let has = |name: &str| given.split(['?', '&']).any(|pair| pair.split('=').next() == Some(name));
    let missing = NETWORK_LIMITS.iter().filter(|(name, _)| !has(name)).map(|(name, value)| format!("{name}={value}"));
    let missing = missing.collect::<Vec<_>>().join("&");
    let separator = if query_start.is_some() { '&' } else { '?' };
    if missing.is_empty() { url.to_owned() } else { format!("{url}{separator}{missing}") }
}

/// The start of the query of a URL. A password may contain an unencoded question mark.
fn query_start(url: &str) -> Option<usize> {
    let authority = url.find("://").map_or(0, |scheme| scheme + 3);
    let end_of_user = url.get(authority..)?.find(['@', '/']).map_or(authority, |end| authority + end);
    let from = if url.get(end_of_user..)?.starts_with('@') { end_of_user } else { authority };
    url.get(from..)?.find('?').map(|start| from + start)
}

/// Opens a connection outside the pool. Retries for ten seconds, since the database may still be starting.
///
/// # Errors
///
/// If there is no connection within ten seconds.
pub fn connect(url: &str) -> Result<PgConnection, ConnectionError> {
    let url = with_timeouts(url);
    let mut attempts = 0;
    loop {
        match PgConnection::establish(&url) {
            Err(error) if attempts < 20 => {
                log::warn!("the database does not respond yet; retrying: {error}");
                attempts += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_timeouts;

    const ALL: &str =
        "connect_timeout=2&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2&keepalives_count=3";

    #[test]
    fn an_address_is_bounded_whatever_its_form() {
        for (given, expected) in [
            ("postgresql://register@db/register", format!("postgresql://register@db/register?{ALL}")),
            ("postgres://", format!("postgres://?{ALL}")),
            ("postgresql:///register?host=/run", format!("postgresql:///register?host=/run&{ALL}")),
            ("postgresql://register:a?b@db/register", format!("postgresql://register:a?b@db/register?{ALL}")),
            ("postgresql://a:1,b:2/register?user=x@y", format!("postgresql://a:1,b:2/register?user=x@y&{ALL}")),
        ] {
            assert_eq!(with_timeouts(given), expected);
        }
    }

    #[test]
    fn what_the_operator_sets_stays() {
        let given = "postgresql://db/register?connect_timeout=9&keepalives_count=1";
        let expected = format!("{given}&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2");
        assert_eq!(with_timeouts(given), expected);
    }
}
