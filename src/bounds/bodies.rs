//! Bodies while they arrive: a time for the whole of each, and a store of memory for all.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, BytesMut, Payload};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::error::{ApiError, ProblemCode};

/// Bytes of each body that are not counted, so that ordinary requests are taken also while others fill the memory.
const UNCOUNTED: usize = 8 * 1024;

/// What all bodies together may fill.
#[derive(Clone)]
pub struct Bodies {
    deadline: Duration,
    memory: Arc<Semaphore>,
}

/// A body that has arrived, and its share of the memory.
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    _share: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// No body yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { deadline: limits.body, memory: Arc::new(Semaphore::new(limits.body_memory)) }
    }

    /// Reads a body of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// `payload_too_large`, `malformed_request` if the body ends too early, `request_timeout` if it does not end in time,
    /// and `unavailable` if other bodies fill the memory.
    pub async fn read(&self, body: Payload, limit: usize) -> Result<Held, ApiError> {
        let late = || format!("the body did not arrive within {} seconds", self.deadline.as_secs_f32());
        timeout(self.deadline, self.collect(body, limit))
            .await
            .unwrap_or_else(|_| Err(ApiError::refused(ProblemCode::RequestTimeout, late())))
    }

    async fn collect(&self, body: Payload, limit: usize) -> Result<Held, ApiError> {
        let mut body = pin!(BodyStream::new(body));
        let mut bytes = BytesMut::new();
        let mut share = None::<OwnedSemaphorePermit>;
        while let Some(chunk) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let chunk = chunk.map_err(|_| {
                ApiError::refused(ProblemCode::MalformedRequest, "the body ended too early, or its coding is broken")
            })?;
            if bytes.len().saturating_add(chunk.len()) > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
            let counted = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            let more = self.take(bytes.len().saturating_sub(UNCOUNTED).saturating_sub(counted))?;
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
        }
        Ok(Held { bytes: bytes.freeze(), _share: share })
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let share = Arc::clone(&self.memory).try_acquire_many_owned(bytes);
        share.map_err(|_| ApiError::Unavailable("bodies that are being read fill their memory".to_owned()))
    }
}

/// The refusal of a body over so many bytes.
#[must_use]
pub fn too_large(limit: usize) -> ApiError {
    ApiError::refused(ProblemCode::PayloadTooLarge, format!("the body is over {limit} bytes"))
}
