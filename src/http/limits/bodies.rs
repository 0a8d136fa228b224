//! Limits on request bodies: a time for each, and a memory for all of them.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, BytesMut, Payload};

use super::memory::{Memory, Share};
use crate::error::{ApiError, ProblemCode, RefusalCause};

/// The number of bytes of each body that are not counted, so that ordinary requests are accepted even if the memory is
/// full.
const UNCOUNTED: usize = 8 * 1024;

/// The limits on all bodies together.
#[derive(Clone)]
pub struct Bodies {
    deadline: Duration,
    memory: Memory,
}

/// A body, and its share of the memory.
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    _share: Share,
}

impl Bodies {
    /// Limits without any body.
    #[must_use]
    pub fn new(deadline: Duration, most: usize) -> Self {
        Self { deadline, memory: Memory::new(most) }
    }

    /// Reads a body of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// `payload_too_large`, `malformed_request` if the body ends too early, `request_timeout` if it does not end in
    /// time, and `unavailable` if other bodies use all of the memory.
    pub async fn read(&self, body: Payload, limit: usize) -> Result<Held, ApiError> {
        let late = || format!("the body did not arrive within {} seconds", self.deadline.as_secs_f32());
        timeout(self.deadline, self.collect(body, limit))
            .await
            .unwrap_or_else(|_| Err(ApiError::refused(ProblemCode::RequestTimeout, late())))
    }

    async fn collect(&self, body: Payload, limit: usize) -> Result<Held, ApiError> {
        let mut body = pin!(BodyStream::new(body));
        let mut bytes = BytesMut::new();
        let mut share = Share::default();
        while let Some(chunk) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let chunk = chunk.map_err(|_| {
                ApiError::refused(
                    ProblemCode::MalformedRequest,
                    "the body is incomplete or its transfer coding is invalid",
                )
            })?;
            if bytes.len().saturating_add(chunk.len()) > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
            if !self.memory.grow(&mut share, bytes.len().saturating_sub(UNCOUNTED)) {
                let cause = "request bodies being read use all of the memory allowed for them".to_owned();
                return Err(ApiError::Overloaded(RefusalCause::Memory, cause));
            }
        }
        Ok(Held { bytes: bytes.freeze(), _share: share })
    }
}

/// The refusal of a body that exceeds so many bytes.
#[must_use]
pub fn too_large(limit: usize) -> ApiError {
    ApiError::refused(ProblemCode::PayloadTooLarge, format!("the body exceeds {limit} bytes"))
}
