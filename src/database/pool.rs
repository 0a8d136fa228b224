//! The database pool: the only place that takes connections, waits for them and runs transactions.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::rt::time::timeout;
use actix_web::web;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, State};

use super::admission::Admission;
use super::parts::{Outlet, Parts, parts};
use super::session::{self, Sessions};
use super::transaction::{self, Kind, Pool, Progress};
use super::waits::Waits;
use super::watch::Watch;
use crate::error::{ApiError, DatabaseFault};

pub use super::condition::Condition;

/// How long the pool tries to open a connection. It also determines the pause between attempts, so it is short: the
/// pool uses a database that comes back at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may be idle before the pool closes it; shorter than the timeout of the server.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The number of blocking threads for each connection: for its transaction, for the compression of responses, and for
/// transactions on connections from before a recovery, which may take long to end.
const THREADS_PER_CONNECTION: u32 = 8;
/// How often a request that waits for the database checks whether the database still responds.
const TICK: Duration = Duration::from_millis(50);
/// How long a request waits for the database before it requests a probe.
const PATIENCE: Duration = Duration::from_millis(150);
/// The maximum time that a request waits for a database that responds to others.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// The maximum time that a request waits for the first part of a read that is made of many statements.
const LONGEST_WAIT_FOR_PART: Duration = Duration::from_secs(30);

/// A pool of connections, cheap to clone.
#[derive(Clone)]
pub struct Db {
    source: Arc<Source>,
}

/// The source of connections.
struct Source {
    url: String,
    size: u32,
    sessions: Sessions,
    watch: Watch,
    waits: Waits,
    current: Mutex<Generation>,
}

/// The pool between two recoveries of the database. Connections from before a recovery may never respond, nor release
/// their places.
struct Generation {
    recoveries: u64,
    pool: Pool,
    admission: Admission,
}

impl Db {
    /// A pool of at most `size` connections, which are opened when they are needed, since the database may still be
    /// starting.
    #[must_use]
    pub fn new(url: &str, size: u32) -> Self {
        let url = session::with_defaults(url);
        let sessions = Sessions::new(&url);
        let current = Mutex::new(Generation::new(0, &url, size, &sessions));
        let watch = Watch::begin(&url, &sessions);
        Self { source: Arc::new(Source { url, size, sessions, watch, waits: Waits::new(), current }) }
    }

    /// Runs reads in one transaction with one snapshot of the data. `work` may run more than once.
    ///
    /// # Errors
    ///
    /// Those of `work`; `unavailable` if the database does not respond in time.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: Fn(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Kind::Read, work).await
    }

    /// Runs changes in one transaction, which `Ok` commits and `Err` rolls back. `work` may run more than once, so it
    /// must not have effects outside the database.
    ///
    /// # Errors
    ///
    /// Those of `work`; `unavailable` if the database does not respond in time, and nothing is changed;
    /// `outcome_unknown` if the connection is lost during the commit.
    pub async fn write<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: Fn(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Kind::Write, work).await
    }

    /// The maximum number of blocking threads of a worker.
    #[must_use]
    pub fn threads(&self) -> usize {
        usize::try_from(self.source.size.saturating_mul(THREADS_PER_CONNECTION)).unwrap_or(usize::MAX)
    }

    /// The maximum number of connections.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.source.size
    }

    /// How long requests waited for a connection.
    #[must_use]
    pub fn waits(&self) -> &Waits {
        &self.source.waits
    }

    /// The numbers of open and idle connections.
    #[must_use]
    pub fn pool_state(&self) -> State {
        self.source.pool().state()
    }

    /// Probes the database, with a timeout.
    pub async fn condition(&self) -> Condition {
        self.source.watch.probe().await
    }

    /// Runs reads in one transaction with one snapshot of the data, which send parts on while they are made. Returns the
    /// first part with those that follow. `work` may run more than once until its first part is sent. It has few places at
    /// the database, and loses its own if its reader is slow.
    ///
    /// # Errors
    ///
    /// Those of `work` before its first part; `unavailable` if the database does not respond in time.
    #[expect(clippy::disallowed_methods, reason = "the thread outlives the wait for the first part")]
    pub async fn stream<T, F>(&self, work: F) -> Result<(T, Parts<T>), ApiError>
    where
        F: Fn(&mut PgConnection, &Outlet<T>) -> Result<(), ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.source.watch.check_response()?;
        let place = self.source.waits.during(self.source.admission().enter_for_long()).await?;
        let source = Arc::clone(&self.source);
        let progress = Arc::new(Progress::default());
        let (outlet, last_word, mut parts) = parts::<T>();
        let thread = web::block({
            let progress = Arc::clone(&progress);
            move || {
                let _place = place;
                let heard = || source.watch.record_response();
                let work = |conn: &mut PgConnection| outlet.once(work(conn, &outlet));
                let outcome = transaction::run(&source.pool(), Kind::Read, &progress, &heard, &work);
                if let (Err(error), Some(last_word)) = (outcome, last_word) {
                    last_word.send(error);
                }
            }
        });
        drop(thread);
        let first = self.watched(&progress, LONGEST_WAIT_FOR_PART, parts.next()).await?;
        Ok((first, parts))
    }

    #[expect(clippy::disallowed_methods, reason = "the only place where this is allowed")]
    async fn run<T, F>(&self, kind: Kind, work: F) -> Result<T, ApiError>
    where
        F: Fn(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        self.source.watch.check_response()?;
        let place = self.source.waits.during(self.source.admission().enter()).await?;
        let source = Arc::clone(&self.source);
        let progress = Arc::new(Progress::default());
        let outcome = web::block({
            let progress = Arc::clone(&progress);
            move || {
                let _place = place;
                transaction::run(&source.pool(), kind, &progress, &|| source.watch.record_response(), &work)
            }
        });
        let outcome = async { outcome.await.map_err(|error| ApiError::Unavailable(error.to_string()))? };
        self.watched(&progress, LONGEST_WAIT, outcome).await
    }

    /// Waits for the outcome of a thread that waits for the database. The thread cannot be cancelled: it is abandoned if the
    /// database does not respond.
    async fn watched<T>(
        &self,
        progress: &Progress,
        longest: Duration,
        outcome: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let watch = &self.source.watch;
        let begun = Instant::now();
        let mut outcome = pin!(outcome);
        loop {
            if let Ok(outcome) = timeout(TICK, outcome.as_mut()).await {
                if matches!(outcome, Err(ApiError::Database(..))) {
                    watch.request_probe();
                }
                return outcome;
            }
            if begun.elapsed() > longest {
                return Err(progress.abandon(DatabaseFault::TooSlow, "the database did not respond in time"));
            }
            if watch.check_response().is_err() {
                return Err(progress.abandon(DatabaseFault::ConnectionLost, "the database stopped responding"));
            }
            if begun.elapsed() > PATIENCE {
                watch.request_probe();
            }
        }
    }
}

impl Source {
    fn pool(&self) -> Pool {
        self.of_current(|current| current.pool.clone())
    }

    fn admission(&self) -> Admission {
        self.of_current(|current| current.admission.clone())
    }

    /// A part of the current generation, which is replaced after each recovery.
    fn of_current<T>(&self, part: impl FnOnce(&Generation) -> T) -> T {
        let recoveries = self.watch.recoveries();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stale = None;
        if current.recoveries != recoveries {
            self.sessions.doubt();
            stale = Some(std::mem::replace(
                &mut *current,
                Generation::new(recoveries, &self.url, self.size, &self.sessions),
            ));
        }
        let part = part(&current);
        // The old connections are closed after the lock is released.
        drop(current);
        drop(stale);
        part
    }
}

impl Generation {
    fn new(recoveries: u64, url: &str, size: u32, sessions: &Sessions) -> Self {
        Self { recoveries, pool: pool(url, size, sessions), admission: Admission::before(size) }
    }
}

fn pool(url: &str, size: u32, sessions: &Sessions) -> Pool {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(CONNECT_TIMEOUT)
        .idle_timeout(Some(IDLE_TIMEOUT))
        .connection_customizer(Box::new(sessions.clone()))
        .build_unchecked(ConnectionManager::new(url))
}
