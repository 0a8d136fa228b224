//! Detects whether the database responds.
//!
//! A statement may take seconds, and a connection to an unreachable host does not fail by itself. Therefore a request
//! that waits for the database starts a probe: a short query on a separate connection. If neither the probe nor any
//! request gets a response in time, all requests stop waiting.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::pg::PgConnection;

use super::condition::{self, Condition};
use crate::error::ApiError;

/// How long a probe waits for a response.
const SILENCE: Duration = Duration::from_millis(600);
/// The minimum time between the starts of two probes.
const SPACING: Duration = Duration::from_millis(100);
/// How long a request waits for the result of a probe.
const LONGEST_LOOK: Duration = Duration::from_millis(850);
/// The maximum number of simultaneous probes: those to an unreachable host end only after a timeout.
const MOST_LOOKS: usize = 16;

/// A thread that probes the database on request. Dropping the watch ends it.
pub struct Watch(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    asked: Condvar,
}

struct State {
    condition: Condition,
    /// The start of the latest probe that has a result.
    looked_at: Option<Instant>,
    heard_at: Option<Instant>,
    is_asked: bool,
    is_over: bool,
    recoveries: u64,
}

/// The result of a probe, with its connection.
struct Report {
    number: u64,
    begun: Instant,
    condition: Condition,
    cause: String,
    connection: Option<PgConnection>,
}

impl Watch {
    /// Starts the thread, which does not connect before the first request for a probe.
    pub fn begin(url: &str) -> Self {
        let state = State {
            condition: Condition::Ready,
            looked_at: None,
            heard_at: None,
            is_asked: false,
            is_over: false,
            recoveries: 0,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), asked: Condvar::new() });
        let watchman = Watchman { url: url.to_owned(), shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("database-watch".to_owned()).spawn(move || watchman.serve());
        if let Err(error) = thread {
            log::error!("cannot start the database watch thread: {error}");
        }
        Self(shared)
    }

    /// Requests a probe.
    pub fn ask(&self) {
        self.0.state().is_asked = true;
        self.0.asked.notify_one();
    }

    /// Requests a probe, and waits for its result.
    pub async fn look(&self) -> Condition {
        let begun = Instant::now();
        self.ask();
        // A probe may have to wait for the previous one.
        while begun.elapsed() < LONGEST_LOOK {
            sleep(Duration::from_millis(5)).await;
            let state = self.0.state();
            if state.looked_at.is_some_and(|looked_at| looked_at >= begun) || !state.condition.answers() {
                return state.condition;
            }
        }
        Condition::Unreachable
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    ///
    /// `unavailable` if it does not.
    pub fn must_answer(&self) -> Result<(), ApiError> {
        match self.0.state().condition {
            condition if condition.answers() => Ok(()),
            condition => Err(ApiError::Unavailable(format!(
                "no connection to the database: {}",
                condition.reason().unwrap_or_default()
            ))),
        }
    }

    /// Records that the database has responded to a request.
    pub fn hear(&self) {
        self.0.state().heard_at = Some(Instant::now());
    }

    /// The number of recoveries of the database.
    pub fn recoveries(&self) -> u64 {
        self.0.state().recoveries
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.asked.notify_one();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a probe is due; returns false if the watch is dropped.
    fn wait(&self) -> bool {
        let mut state = self.state();
        let since = Instant::now();
        while !state.is_asked && !state.is_over {
            state = match state.condition.pause().map(|pause| pause.saturating_sub(since.elapsed())) {
                Some(Duration::ZERO) => break,
                Some(rest) => self.asked.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0,
                None => self.asked.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        let rest = state.looked_at.map_or(Duration::ZERO, |looked_at| SPACING.saturating_sub(looked_at.elapsed()));
        if !rest.is_zero() {
            drop(state);
            thread::sleep(rest);
            state = self.state();
        }
        state.is_asked = false;
        !state.is_over
    }

    /// Records the result of a probe that started at this time.
    fn find(&self, condition: Condition, begun: Instant, cause: &str) {
        let mut state = self.state();
        state.looked_at = Some(begun);
        let before = std::mem::replace(&mut state.condition, condition);
        if before == condition {
            return;
        }
        if before.pause().is_some() && condition.answers() {
            state.recoveries += 1;
        }
        match condition.reason() {
            None => log::info!("the database is ready"),
            Some(reason) => log::warn!("the database is not ready ({reason}): {cause}"),
        }
    }

    /// Records that a probe has no response yet: the database is unreachable unless it responded to others.
    fn find_silence(&self, begun: Instant) {
        let state = self.state();
        let is_heard = state.heard_at.is_some_and(|heard_at| heard_at >= begun);
        let condition = if is_heard { state.condition } else { Condition::Unreachable };
        drop(state);
        self.find(condition, begun, "no response within 600 ms");
    }
}

/// The thread of the watch.
struct Watchman {
    url: String,
    shared: Arc<Shared>,
}

impl Watchman {
    fn serve(self) {
        let (sender, inbox) = channel();
        let (mut number, mut under_way, mut connection) = (0, 0, None);
        while self.shared.wait() {
            let begun = Instant::now();
            if under_way < MOST_LOOKS && self.send(number + 1, connection.take(), &sender) {
                number += 1;
                under_way += 1;
            }
            let mut is_settled = false;
            while let Ok(report) = inbox.recv_timeout(SILENCE.saturating_sub(begun.elapsed())) {
                under_way -= 1;
                // Results of earlier, abandoned probes matter only if the database responds after all.
                let is_news = report.condition.answers() && !self.shared.state().condition.answers();
                if report.number == number || is_news {
                    self.shared.find(report.condition, report.begun, &report.cause);
                    is_settled = true;
                }
                connection = report.connection.or(connection);
                if is_settled {
                    break;
                }
            }
            if !is_settled {
                self.shared.find_silence(begun);
            }
        }
    }

    /// Starts a probe in its own thread, which may take long.
    fn send(&self, number: u64, connection: Option<PgConnection>, sender: &Sender<Report>) -> bool {
        let (url, sender, begun) = (self.url.clone(), sender.clone(), Instant::now());
        let look = move || {
            let (condition, cause, connection) = condition::look(&url, connection);
            // The result is dropped if the watch has ended.
            let _ = sender.send(Report { number, begun, condition, cause, connection });
        };
        thread::Builder::new().name("database-look".to_owned()).spawn(look).is_ok()
    }
}
