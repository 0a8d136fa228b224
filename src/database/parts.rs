//! Reads that are sent on in parts while they are made: one transaction with one snapshot, on a thread of its own, which
//! waits for its reader for a limited time, since it holds a connection as long as it runs.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{OwnedPermit, Receiver, Sender, channel};

use crate::error::ApiError;

/// The maximum number of parts that wait for their reader.
const WAITING: usize = 16;
/// The maximum time that one part waits for a place among them; shorter than the timeout of the server for an idle
/// transaction.
const LONGEST_STALL: Duration = Duration::from_secs(8);
/// The maximum time for which a read holds its connection.
const LONGEST_READ: Duration = Duration::from_secs(60);
/// How often a full queue is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// What a read sends: a part, or why there are no more.
type Sent<T> = Result<T, ApiError>;

/// The reading end.
#[derive(Debug)]
pub struct Parts<T>(Receiver<Sent<T>>);

impl<T> Parts<T> {
    /// The next part. Nothing follows the last one, which the reader has to know by itself.
    ///
    /// # Errors
    ///
    /// Those of the read; `unavailable` if it has ended.
    pub async fn next(&mut self) -> Sent<T> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The next part, as [`Self::next`].
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Sent<T>> {
        self.0.poll_recv(context).map(|sent| sent.unwrap_or_else(|| Err(lost("the read ended without a word"))))
    }
}

/// The sending end.
pub struct Outlet<T> {
    queue: Sender<Sent<T>>,
    begun: Instant,
    has_sent: Cell<bool>,
}

/// A place in the queue for the error that ends a read.
pub(super) struct LastWord<T>(OwnedPermit<Sent<T>>);

/// Both ends, and a place for an error.
pub(super) fn parts<T>() -> (Outlet<T>, Option<LastWord<T>>, Parts<T>) {
    let (queue, receiver) = channel(WAITING + 1);
    let last_word = queue.clone().try_reserve_owned().ok().map(LastWord);
    (Outlet { queue, begun: Instant::now(), has_sent: Cell::new(false) }, last_word, Parts(receiver))
}

impl<T> Outlet<T> {
    /// Sends a part on. Waits while the queue is full.
    ///
    /// # Errors
    ///
    /// `unavailable` if the reader is gone or too slow.
    pub fn send(&self, part: T) -> Result<(), ApiError> {
        let deadline = (Instant::now() + LONGEST_STALL).min(self.begun + LONGEST_READ);
        let mut waiting = Ok(part);
        loop {
            waiting = match self.queue.try_send(waiting) {
                Ok(()) => {
                    self.has_sent.set(true);
                    return Ok(());
                }
                Err(TrySendError::Closed(_)) => return Err(lost("the reader is gone")),
                Err(TrySendError::Full(_)) if Instant::now() > deadline => return Err(lost("the reader is too slow")),
                Err(TrySendError::Full(waiting)) => waiting,
            };
            sleep(PAUSE);
        }
    }

    /// The outcome of a read, which cannot be repeated once a part of it was sent.
    pub(super) fn once(&self, outcome: Result<(), ApiError>) -> Result<(), ApiError> {
        match outcome {
            Err(ApiError::Database(_, cause)) if self.has_sent.get() => Err(ApiError::Unavailable(cause)),
            outcome => outcome,
        }
    }
}

impl<T> LastWord<T> {
    /// Sends the error that ended the read.
    pub(super) fn send(self, error: ApiError) {
        self.0.send(Err(error));
    }
}

fn lost(cause: &str) -> ApiError {
    ApiError::Unavailable(cause.to_owned())
}
