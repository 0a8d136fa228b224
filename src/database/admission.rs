//! Admission to the database: as many requests as there are connections, and a limited queue before them. Waiting uses
//! no thread, and a client that disconnects leaves the queue.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{ApiError, RefusalCause};

/// The maximum wait for a place; after it the request gets `unavailable`.
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// The maximum number of requests for each connection, running or waiting; more are refused at once.
const ADMITTED_PER_CONNECTION: usize = 16;
/// The part of the connections that reads may hold for long: one in so many, and at least one.
const CONNECTIONS_PER_LONG_READ: usize = 2;

/// The queue for connections.
#[derive(Clone)]
pub struct Admission {
    admitted: Arc<Semaphore>,
    connections: Arc<Semaphore>,
    long_reads: Arc<Semaphore>,
}

/// A place at the database, released when it is dropped.
pub struct Place {
    _admitted: OwnedSemaphorePermit,
    _connection: OwnedSemaphorePermit,
    _long_read: Option<OwnedSemaphorePermit>,
}

impl Admission {
    /// The queue for so many connections.
    #[must_use]
    pub fn before(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        let admitted = connections.saturating_mul(ADMITTED_PER_CONNECTION);
        let long_reads = (connections / CONNECTIONS_PER_LONG_READ).max(1);
        Self {
            admitted: Arc::new(Semaphore::new(admitted)),
            connections: Arc::new(Semaphore::new(connections)),
            long_reads: Arc::new(Semaphore::new(long_reads)),
        }
    }

    /// Waits for a place, in the order of arrival.
    ///
    /// # Errors
    ///
    /// `unavailable`: at once if too many are in the queue, or when the longest wait is over.
    pub async fn enter(&self) -> Result<Place, ApiError> {
        let admitted = self.admit()?;
        let connection = wait(&self.connections, "none finished within the wait limit").await?;
        Ok(Place { _admitted: admitted, _connection: connection, _long_read: None })
    }

    /// Waits for a place of a read that may last, of which there are fewer, so that others always find one.
    ///
    /// # Errors
    ///
    /// As [`Self::enter`].
    pub async fn enter_for_long(&self) -> Result<Place, ApiError> {
        let admitted = self.admit()?;
        let long_read = wait(&self.long_reads, "no table was complete within the wait limit").await?;
        let connection = wait(&self.connections, "none finished within the wait limit").await?;
        Ok(Place { _admitted: admitted, _connection: connection, _long_read: Some(long_read) })
    }

    fn admit(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| busy("too many requests are in progress"))
    }
}

async fn wait(places: &Arc<Semaphore>, cause: &str) -> Result<OwnedSemaphorePermit, ApiError> {
    let place = timeout(LONGEST_WAIT, Arc::clone(places).acquire_owned()).await;
    place.ok().and_then(Result::ok).ok_or_else(|| busy(&format!("too many requests are in progress: {cause}")))
}

fn busy(cause: &str) -> ApiError {
    ApiError::Overloaded(RefusalCause::Admission, cause.to_owned())
}
