//! One transaction from its beginning to its end, and when it is run again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::R2D2Connection;
use diesel::result::QueryResult;
use uuid::Uuid;

use super::pool::Pool;
use crate::error::{ApiError, Fault};

/// Longest wait for a connection; beyond it the register is overloaded and says so.
const CONNECTION_WAIT: Duration = Duration::from_millis(500);
/// How often a transaction that another one stands in the way of is run again.
const MOST_COLLISIONS: u32 = 3;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It reads, and sees one state of the data.
    Read,
    /// It changes.
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

/// How far a transaction is: shared by the thread that runs it and the request that waits for it.
#[derive(Default)]
pub struct Progress(Mutex<Stage>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Nothing of it lasts yet.
    #[default]
    Working,
    /// The COMMIT is sent, or about to be.
    Committing,
    /// Nobody waits for it.
    Abandoned,
}

impl Progress {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the transaction may go on, and with what: nothing is committed that nobody waits for.
    fn enter(&self, next: Stage) -> Result<(), ApiError> {
        let mut stage = self.stage();
        if *stage == Stage::Abandoned {
            return Err(ApiError::Unavailable("the client disconnected before the transaction began".to_owned()));
        }
        *stage = next;
        Ok(())
    }

    /// Stops waiting, for this fault. Unless the COMMIT is on its way, nothing of the transaction will ever last.
    pub fn abandon(&self, fault: Fault, cause: &str) -> ApiError {
        let stage = std::mem::replace(&mut *self.stage(), Stage::Abandoned);
        let fault = if stage == Stage::Committing { Fault::OutcomeUnknown } else { fault };
        ApiError::Database(fault, cause.to_owned())
    }
}

/// Runs `work` in a transaction on a connection of the pool: again if another transaction stood in its way, and once
/// more if the connection was lost before it was to be committed. A COMMIT is sent once. `heard` is told whenever the
/// database has answered.
///
/// # Errors
///
/// Those of `work`, and what kept the database from doing it.
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
                // A failure that `work` passed over has undone all of it: a COMMIT would roll back, and report success.
                connection.batch_execute("select 1")?;
                progress.enter(Stage::Committing)?;
            }
            Ok(value)
        });
    let outcome = match outcome {
        Ok(value) => return end(kind, connection, value).inspect(|_| heard()),
        Err(error) => error,
    };
    // What was not committed is undone by the server at the latest when the connection ends.
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

/// Ends a transaction that has done its work.
fn end<T>(kind: Kind, connection: &mut PgConnection, value: T) -> Result<T, ApiError> {
    match AnsiTransactionManager::commit_transaction(connection) {
        Ok(()) => Ok(value),
        // What was read was read.
        Err(_) if kind == Kind::Read => Ok(value),
        Err(error) if connection.is_broken() => Err(ApiError::Database(Fault::OutcomeUnknown, error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn rollback(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::rollback_transaction(connection)
}

/// Has the pool replace a connection to a database that takes no changes, since another one may lead to the one that does;
/// and one that holds plans for a schema of before a migration.
fn renew_if_useless(connection: &mut PgConnection, error: &ApiError) {
    if matches!(error, ApiError::Database(Fault::ReadOnly | Fault::ConnectionLost, _)) {
        AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error();
    }
}

/// A pause of 10 to 80 ms: two that stood in each other's way do not meet again.
fn jitter() -> Duration {
    // The last bits of a UUIDv7 are random.
    let [.., random] = Uuid::now_v7().into_bytes();
    Duration::from_millis(10 + u64::from(random) % 71)
}
