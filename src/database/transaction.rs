//! Runs transactions, and retries them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, R2D2Connection};
use diesel::result::QueryResult;
use uuid::Uuid;

use crate::error::{ApiError, Fault};

/// The maximum wait for a connection; after it the request gets `unavailable`.
const CONNECTION_WAIT: Duration = Duration::from_millis(500);
/// The maximum number of retries after a conflict with another transaction.
const MOST_COLLISIONS: u32 = 3;

/// Connections, kept open between requests.
pub(super) type Pool = diesel::r2d2::Pool<ConnectionManager<PgConnection>>;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads with one snapshot of the data.
    Read,
    /// Changes.
    Write,
}

impl Kind {
    fn begin(self) -> &'static str {
        match self {
            Self::Read => "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Write => "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED",
        }
    }
}

/// The progress of a transaction, which the thread that runs it and the request that waits for it share.
#[derive(Default)]
pub struct Progress(Mutex<Stage>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Nothing is committed.
    #[default]
    Working,
    /// The COMMIT is being sent.
    Committing,
    /// The request does not wait any longer.
    Abandoned,
}

impl Progress {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the transaction to the next stage, unless it was abandoned: an abandoned transaction is not committed.
    fn enter(&self, next: Stage) -> Result<(), ApiError> {
        let mut stage = self.stage();
        if *stage == Stage::Abandoned {
            return Err(ApiError::Unavailable("the client disconnected before the transaction began".to_owned()));
        }
        *stage = next;
        Ok(())
    }

    /// Abandons the transaction because of this fault. Unless the COMMIT was sent, nothing of the transaction is
    /// committed.
    pub fn abandon(&self, fault: Fault, cause: &str) -> ApiError {
        let stage = std::mem::replace(&mut *self.stage(), Stage::Abandoned);
        let fault = if stage == Stage::Committing { Fault::OutcomeUnknown } else { fault };
        ApiError::Database(fault, cause.to_owned())
    }
}

/// Runs `work` in a transaction on a connection of the pool. Retries it after a conflict with another transaction, and
/// once if the connection was lost before the commit. A COMMIT is sent once. Calls `heard` whenever the database has
/// responded.
///
/// # Errors
///
/// Those of `work`, and errors of the database.
pub fn run<T>(
    pool: &Pool,
    kind: Kind,
    progress: &Progress,
    heard: &dyn Fn(),
    work: &impl Fn(&mut PgConnection) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let (mut collisions, mut has_lost) = (0, false);
    loop {
        match once(pool, kind, progress, heard, work) {
            Err(ApiError::Database(Fault::Collision, cause)) if collisions < MOST_COLLISIONS => {
                collisions += 1;
                log::warn!("retrying the transaction, attempt {}: {cause}", collisions + 1);
                sleep(jitter());
            }
            Err(ApiError::Database(Fault::ConnectionLost, cause)) if !has_lost => {
                has_lost = true;
                log::warn!("retrying the transaction on a new connection: {cause}");
            }
            outcome => return outcome,
        }
    }
}

fn once<T>(
    pool: &Pool,
    kind: Kind,
    progress: &Progress,
    heard: &dyn Fn(),
    work: &impl Fn(&mut PgConnection) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let mut pooled = pool
        .get_timeout(CONNECTION_WAIT)
        .map_err(|error| ApiError::Unavailable(format!("no connection to the database: {error}")))?;
    let connection = &mut *pooled;
    heard();
    progress.enter(Stage::Working)?;
    let outcome = AnsiTransactionManager::begin_transaction_sql(connection, kind.begin())
        .map_err(ApiError::from)
        .and_then(|()| work(connection))
        .and_then(|value| {
            if kind == Kind::Write {
                // If `work` ignored a failed statement, the transaction is aborted: a COMMIT would roll it back and
                // report success.
                connection.batch_execute("select 1")?;
                progress.enter(Stage::Committing)?;
            }
            Ok(value)
        });
    let outcome = match outcome {
        Ok(value) => return end(kind, connection, value).inspect(|_| heard()),
        Err(error) => error,
    };
    // If this fails, the server rolls the transaction back when the connection ends.
    let _ = rollback(connection);
    Err(match outcome {
        ApiError::Database(_, cause) | ApiError::Internal(cause) if connection.is_broken() => {
            ApiError::Database(Fault::ConnectionLost, cause)
        }
        error => {
            heard();
            renew_if_useless(connection, &error);
            error
        }
    })
}

/// Commits a transaction.
fn end<T>(kind: Kind, connection: &mut PgConnection, value: T) -> Result<T, ApiError> {
    match AnsiTransactionManager::commit_transaction(connection) {
        Ok(()) => Ok(value),
        // The result of a read does not depend on the commit.
        Err(_) if kind == Kind::Read => Ok(value),
        Err(error) if connection.is_broken() => Err(ApiError::Database(Fault::OutcomeUnknown, error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn rollback(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::rollback_transaction(connection)
}

/// Marks a connection to be replaced if the database is read-only, since a new one may reach a writable server, or if
/// it has cached plans from before a migration.
fn renew_if_useless(connection: &mut PgConnection, error: &ApiError) {
    if matches!(error, ApiError::Database(Fault::ReadOnly | Fault::ConnectionLost, _)) {
        AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error();
    }
}

/// A random pause of 10 to 80 ms, so that two transactions do not conflict again.
fn jitter() -> Duration {
    // The last bits of a UUIDv7 are random.
    let [.., random] = Uuid::now_v7().into_bytes();
    Duration::from_millis(10 + u64::from(random) % 71)
}
