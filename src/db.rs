//! The database: the one place that takes connections, waits for them and runs transactions.

mod admission;

use std::time::Duration;

use actix_web::web;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, Pool, State};

use self::admission::Admission;
use crate::error::ApiError;

/// How long the pool tries to open a connection. It also sets the pause between attempts, so it is short: a database
/// that comes back is used again at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of connections, cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    admission: Admission,
    size: usize,
}

/// Settings of each connection.
#[derive(Debug)]
struct Session;

impl CustomizeConnection<PgConnection, PoolError> for Session {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), PoolError> {
        connection
            .batch_execute("set lc_messages = 'C'")
            // An ordinary user may not set the language.
            .or_else(|_| Ok(()))
            .and_then(|()| {
                connection.batch_execute(
                    "set application_name = 'inspection-register'; set timezone = 'UTC'; set statement_timeout = '5s'; \
                     set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '10s'",
                )
            })
            .map_err(PoolError::QueryError)
    }
}

impl Db {
    /// A pool of at most `size` connections, opened as they are needed: the database may still be starting.
    #[must_use]
    pub fn new(url: &str, size: u32) -> Self {
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(CONNECT_TIMEOUT)
            .connection_customizer(Box::new(Session))
            .build_unchecked(ConnectionManager::new(url));
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self { pool, admission: Admission::before(size), size }
    }

    /// Runs reads on one connection, all of which see the same state of the data.
    ///
    /// # Errors
    ///
    /// Those of `work`; `unavailable` if there is no connection in time.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(|connection| connection.build_transaction().repeatable_read().read_only().run(work)).await
    }

    /// Runs changes in one transaction, which `Ok` commits and `Err` rolls back.
    ///
    /// # Errors
    ///
    /// Those of `work`; `unavailable` if there is no connection in time.
    pub async fn write<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(|connection| connection.build_transaction().read_committed().run(work)).await
    }

    /// Blocking threads that a worker needs: one a connection, and as many for the compression of answers.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.size.saturating_mul(2)
    }

    /// How many connections there are.
    #[must_use]
    pub fn state(&self) -> State {
        self.pool.state()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
    async fn run<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: FnOnce(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.admission.enter().await?;
        let pool = self.pool.clone();
        web::block(move || {
            // Dropped last, when the connection is back in the pool.
            let place = place;
            let mut connection = pool
                .get_timeout(place.patience())
                .map_err(|error| ApiError::Unavailable(format!("no connection: {error}")))?;
            work(&mut connection)
        })
        .await
        .map_err(|error| ApiError::Unavailable(error.to_string()))?
    }
}
