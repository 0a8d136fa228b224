//! Looks whether the database answers, when somebody has to wait for it.
//!
//! A statement may take seconds, and a connection into a black hole never says that it is one. So whoever waits has a
//! look taken: a short question on a connection that nobody else uses. If it stays without an answer, and nobody else
//! got one in the meantime, nobody waits any longer.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::pg::PgConnection;

use super::condition::{self, Condition};
use crate::error::ApiError;

/// How long the database may stay silent.
const SILENCE: Duration = Duration::from_millis(600);
/// The shortest time from one look to the next, however many ask.
const SPACING: Duration = Duration::from_millis(100);
/// How long somebody waits for what is found.
const LONGEST_LOOK: Duration = Duration::from_millis(850);
/// Most looks at once: those into a black hole end by themselves, after a while.
const MOST_LOOKS: usize = 16;

/// A thread that looks when it is asked to. Dropping this ends it.
pub struct Watch(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    asked: Condvar,
}

struct State {
    condition: Condition,
    /// When the latest look began that has an outcome.
    looked_at: Option<Instant>,
    heard_at: Option<Instant>,
    is_asked: bool,
    is_over: bool,
    recoveries: u64,
}

/// What a look found, on which connection.
struct Report {
    number: u64,
    begun: Instant,
    condition: Condition,
    cause: String,
    connection: Option<PgConnection>,
}

impl Watch {
    /// Starts the thread. It does not connect before it is asked to look.
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

    /// Has somebody look, soon.
    pub fn ask(&self) {
        self.0.state().is_asked = true;
        self.0.asked.notify_one();
    }

    /// Looks, and waits for what is found.
    pub async fn look(&self) -> Condition {
        let begun = Instant::now();
        self.ask();
        // A look may have to wait for the one before it.
        while begun.elapsed() < LONGEST_LOOK {
            sleep(Duration::from_millis(5)).await;
            let state = self.0.state();
            if state.looked_at.is_some_and(|looked_at| looked_at >= begun) || !state.condition.answers() {
                return state.condition;
            }
        }
        Condition::Unreachable
    }

    /// Refuses to wait for a database that does not answer.
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

    /// Tells that the database has answered somebody.
    pub fn hear(&self) {
        self.0.state().heard_at = Some(Instant::now());
    }

    /// How often the database came back.
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

    /// Waits for a reason to look and the time to do so; false if there is nobody left to look for.
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

    /// Notes what a look found that began at this time.
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

    /// Notes that a look has found nothing yet, which is bad news unless others are answered.
    fn find_silence(&self, begun: Instant) {
        let state = self.state();
        let is_heard = state.heard_at.is_some_and(|heard_at| heard_at >= begun);
        let condition = if is_heard { state.condition } else { Condition::Unreachable };
        drop(state);
        self.find(condition, begun, "no response within 600 ms");
    }
}

/// The thread.
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
                // Of earlier looks, which were given up, it is news only that one of them has an answer after all.
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

    /// Sends somebody to look, who may not come back for long.
    fn send(&self, number: u64, connection: Option<PgConnection>, sender: &Sender<Report>) -> bool {
        let (url, sender, begun) = (self.url.clone(), sender.clone(), Instant::now());
        let look = move || {
            let (condition, cause, connection) = condition::look(&url, connection);
            // If the watch is over nobody wants to know.
            let _ = sender.send(Report { number, begun, condition, cause, connection });
        };
        thread::Builder::new().name("database-look".to_owned()).spawn(look).is_ok()
    }
}
