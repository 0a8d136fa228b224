//! Who may go to the database: as many as there are connections, and a bounded queue before them. Waiting holds no
//! thread, and a caller who goes away gives up the place.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Longest wait for a place; beyond it the register is overloaded and says so.
const LONGEST_WAIT: Duration = Duration::from_millis(500);
/// Requests at the database and before it, for each connection: more are refused before they wait.
const ADMITTED_PER_CONNECTION: usize = 16;

/// The queue before the connections.
#[derive(Clone)]
pub struct Admission {
    admitted: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

/// A place at the database, given back when it is dropped.
pub struct Place {
    _admitted: OwnedSemaphorePermit,
    _connection: OwnedSemaphorePermit,
}

impl Admission {
    /// The queue before so many connections.
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
