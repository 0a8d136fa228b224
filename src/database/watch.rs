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

use super::condition::{self, Condition, Link};
use super::session::Sessions;
use crate::error::ApiError;

/// How long a probe waits for a response.
const SILENCE: Duration = Duration::from_millis(600);
/// The minimum time between the starts of two probes.
const SPACING: Duration = Duration::from_millis(100);
/// How long a request waits for the result of a probe.
const MAX_PROBE_WAIT: Duration = Duration::from_millis(850);
/// The maximum number of simultaneous probes: those to an unreachable host end only after a timeout.
const MAX_PROBES: usize = 16;

/// A thread that probes the database on request. Dropping the watch ends it.
pub struct Watch(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    requested: Condvar,
}

struct State {
    condition: Condition,
    /// The start of the latest probe that has a result.
    probed_at: Option<Instant>,
    heard_at: Option<Instant>,
    is_requested: bool,
    is_over: bool,
    recoveries: u64,
}

/// The result of a probe, with its connection.
struct Report {
    number: u64,
    begun: Instant,
    condition: Condition,
    cause: String,
    link: Option<Link>,
}

impl Watch {
    /// Starts the thread, which does not connect before the first request for a probe.
    pub fn begin(url: &str, sessions: &Sessions) -> Self {
        let state = State {
            condition: Condition::Ready,
            probed_at: None,
            heard_at: None,
            is_requested: false,
            is_over: false,
            recoveries: 0,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), requested: Condvar::new() });
        let worker = Worker { url: url.to_owned(), sessions: sessions.clone(), shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("database-watch".to_owned()).spawn(move || worker.serve());
        if let Err(error) = thread {
            log::error!("cannot start the database watch thread: {error}");
        }
        Self(shared)
    }

    /// Requests a probe.
    pub fn request_probe(&self) {
        self.0.state().is_requested = true;
        self.0.requested.notify_one();
    }

    /// Requests a probe, and waits for its result.
    pub async fn probe(&self) -> Condition {
        let begun = Instant::now();
        self.request_probe();
        // A probe may have to wait for the previous one.
        while begun.elapsed() < MAX_PROBE_WAIT {
            sleep(Duration::from_millis(5)).await;
            let state = self.0.state();
            if state.probed_at.is_some_and(|probed_at| probed_at >= begun) || !state.condition.responds() {
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
    pub fn check_response(&self) -> Result<(), ApiError> {
        match self.0.state().condition {
            condition if condition.responds() => Ok(()),
            condition => Err(ApiError::Unavailable(format!(
                "no connection to the database: {}",
                condition.reason().unwrap_or_default()
            ))),
        }
    }

    /// Records that the database has responded to a request.
    pub fn record_response(&self) {
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
        self.0.requested.notify_one();
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
        while !state.is_requested && !state.is_over {
            state = match state.condition.pause().map(|pause| pause.saturating_sub(since.elapsed())) {
                Some(Duration::ZERO) => break,
                Some(rest) => self.requested.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0,
                None => self.requested.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        let rest = state.probed_at.map_or(Duration::ZERO, |probed_at| SPACING.saturating_sub(probed_at.elapsed()));
        if !rest.is_zero() {
            drop(state);
            thread::sleep(rest);
            state = self.state();
        }
        state.is_requested = false;
        !state.is_over
    }

    /// Records the result of a probe that started at this time.
    fn record(&self, condition: Condition, begun: Instant, cause: &str) {
        let mut state = self.state();
        state.probed_at = Some(begun);
        let before = std::mem::replace(&mut state.condition, condition);
        if before == condition {
            return;
        }
        if before.pause().is_some() && condition.responds() {
            state.recoveries += 1;
        }
        match condition.reason() {
            None => log::info!("the database is ready"),
            Some(reason) => log::warn!("the database is not ready ({reason}): {cause}"),
        }
    }

    /// Records that a probe has no response yet: the database is unreachable unless it responded to others.
    fn record_silence(&self, begun: Instant) {
        let state = self.state();
        let is_heard = state.heard_at.is_some_and(|heard_at| heard_at >= begun);
        let condition = if is_heard { state.condition } else { Condition::Unreachable };
        drop(state);
        self.record(condition, begun, "no response within 600 ms");
    }
}

/// The thread of the watch.
struct Worker {
    url: String,
    sessions: Sessions,
    shared: Arc<Shared>,
}

impl Worker {
    fn serve(self) {
        let (sender, inbox) = channel();
        let (mut number, mut under_way, mut link) = (0, 0, None);
        while self.shared.wait() {
            let begun = Instant::now();
            if under_way < MAX_PROBES && self.send(number + 1, link.take(), &sender) {
                number += 1;
                under_way += 1;
            }
            let mut is_settled = false;
            while let Ok(report) = inbox.recv_timeout(SILENCE.saturating_sub(begun.elapsed())) {
                under_way -= 1;
                // Results of earlier, abandoned probes matter only if the database responds after all.
                let is_news = report.condition.responds() && !self.shared.state().condition.responds();
                if report.number == number || is_news {
                    self.shared.record(report.condition, report.begun, &report.cause);
                    is_settled = true;
                }
                link = report.link.or(link);
                if is_settled {
                    break;
                }
            }
            if !is_settled {
                self.shared.record_silence(begun);
            }
        }
    }

    /// Starts a probe in its own thread, which may take long.
    fn send(&self, number: u64, link: Option<Link>, sender: &Sender<Report>) -> bool {
        let (url, sessions, sender, begun) = (self.url.clone(), self.sessions.clone(), sender.clone(), Instant::now());
        let probe = move || {
            let (condition, cause, link) = condition::probe(&url, &sessions, link);
            // The result is dropped if the watch has ended.
            let _ = sender.send(Report { number, begun, condition, cause, link });
        };
        thread::Builder::new().name("database-probe".to_owned()).spawn(probe).is_ok()
    }
}
