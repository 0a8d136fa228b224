//! One connection: how long it waits for the server, and how long the server waits for it.

use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::{CustomizeConnection, Error as PoolError};
use diesel::result::{ConnectionError, QueryResult};

/// How long libpq waits for the network, unless the address says otherwise: to connect, for what was sent to arrive,
/// and for a sign of life from a server that has nothing to say.
const NETWORK_LIMITS: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

/// Makes the server speak English, by which failures are told apart, where the user may choose that.
pub const SPEAK_ENGLISH: &str =
    "select set_config('lc_messages', 'C', false) where has_parameter_privilege('lc_messages', 'set')";

/// What the server does when the register is slow, or gone: the statement, the wait for a row, the transaction and the
/// session all end by themselves.
const SETTINGS: &str = "set application_name = 'inspection-register'; set timezone = 'UTC'; \
    set statement_timeout = '5s'; set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '10s'; \
    set idle_session_timeout = '2min'";

/// Settings of each connection of the pool.
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

/// The address of a database with limits to what libpq waits for, unless it has its own.
#[must_use]
pub fn bounded(url: &str) -> String {
    let query_start = query_start(url);
    let given = query_start.and_then(|start| url.get(start..)).unwrap_or_default();
    let has = |name: &str| given.split(['?', '&']).any(|pair| pair.split('=').next() == Some(name));
    let missing = NETWORK_LIMITS.iter().filter(|(name, _)| !has(name)).map(|(name, value)| format!("{name}={value}"));
    let missing = missing.collect::<Vec<_>>().join("&");
    let separator = if query_start.is_some() { '&' } else { '?' };
    if missing.is_empty() { url.to_owned() } else { format!("{url}{separator}{missing}") }
}

/// Where the parameters of an address begin. A password may hold a question mark as it is.
fn query_start(url: &str) -> Option<usize> {
    let authority = url.find("://").map_or(0, |scheme| scheme + 3);
    let end_of_user = url.get(authority..)?.find(['@', '/']).map_or(authority, |end| authority + end);
    let from = if url.get(end_of_user..)?.starts_with('@') { end_of_user } else { authority };
    url.get(from..)?.find('?').map(|start| from + start)
}

/// Opens a connection outside the pool, trying for ten seconds: the database may still be starting.
///
/// # Errors
///
/// If the database refuses for so long.
pub fn connect(url: &str) -> Result<PgConnection, ConnectionError> {
    let url = bounded(url);
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
    use super::bounded;

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
            assert_eq!(bounded(given), expected);
        }
    }

    #[test]
    fn what_the_operator_sets_stays() {
        let given = "postgresql://db/register?connect_timeout=9&keepalives_count=1";
        let expected = format!("{given}&tcp_user_timeout=5000&keepalives_idle=5&keepalives_interval=2");
        assert_eq!(bounded(given), expected);
    }
}
