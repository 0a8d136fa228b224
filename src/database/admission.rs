//! Admission to the database: as many requests as there are connections, and a limited queue before them. Waiting uses
//! no thread, and a client that disconnects leaves the queue.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// The maximum wait for a place; after it the request gets `unavailable`.
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// The maximum number of requests for each connection, running or waiting; more are refused at once.
const ADMITTED_PER_CONNECTION: usize = 16;

/// The queue for connections.
#[derive(Clone)]
pub struct Admission {
    admitted: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

/// A place at the database, released when it is dropped.
pub struct Place {
    _admitted: OwnedSemaphorePermit,
    _connection: OwnedSemaphorePermit,
}

impl Admission {
    /// The queue for so many connections.
    #[must_use]
    pub fn before(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        let admitted = connections.saturating_mul(ADMITTED_PER_CONNECTION);
        Self { admitted: Arc::new(Semaphore::new(admitted)), connections: Arc::new(Semaphore::new(connections)) }
    }

    /// Waits for a place, in the order of arrival.
    ///
    /// # Errors
    ///
    /// `unavailable`: at once if too many are in the queue, or when the longest wait is over.
    pub async fn enter(&self) -> Result<Place, ApiError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| busy("too many requests are in progress"))?;
        let connection = timeout(LONGEST_WAIT, Arc::clone(&self.connections).acquire_owned()).await;
        let connection = connection.ok().and_then(Result::ok);
        let connection =
            connection.ok_or_else(|| busy("too many requests are in progress: none finished within the wait limit"))?;
        Ok(Place { _admitted: admitted, _connection: connection })
    }
}

fn busy(cause: &str) -> ApiError {
    ApiError::Unavailable(cause.to_owned())
}
