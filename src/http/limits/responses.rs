//! Responses while they are sent: piece by piece, so that what waits for a slow reader is counted and bounded.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};

use super::Limits;
use super::memory::{Memory, Share};
use crate::error::ApiError;

/// Bytes that are handed to a connection at once.
const PIECE: usize = 32 * 1024;

/// What all answers together may fill while they wait for their readers.
#[derive(Clone)]
pub struct Responses {
    memory: Memory,
    most: usize,
}

impl Responses {
    /// No answer yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { memory: Memory::new(limits.response_memory), most: limits.response_memory }
    }

    /// A share of the memory for an answer; one that is larger than all of it needs all of it.
    fn take(&self, bytes: usize) -> Option<Share> {
        let mut share = Share::default();
        self.memory.grow(&mut share, bytes.min(self.most)).then_some(share)
    }
}

/// The body of an answer, with its share of the memory until it is sent or given up.
struct InPieces {
    rest: Bytes,
    _share: Share,
}

impl MessageBody for InPieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let end = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(self.rest.split_to(end))))
    }
}

/// Sends large answers to reads in pieces, and refuses them while others fill the memory. Small ones always pass, and so
/// do those to writes, which are done.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn in_pieces(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answers = request.app_data::<Data<Responses>>().cloned();
    let is_read = request.method() == Method::GET;
    let answer = next.call(request).await?.map_into_boxed_body();
    let Some(answers) = answers.filter(|_| is_read) else { return Ok(answer) };
    let mut is_refused = false;
    let answer = answer.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) if bytes.len() <= PIECE => BoxBody::new(bytes),
        Ok(bytes) => {
            let share = answers.take(bytes.len());
            is_refused = share.is_none();
            share.map_or_else(|| BoxBody::new(()), |share| BoxBody::new(InPieces { rest: bytes, _share: share }))
        }
        Err(body) => body,
    });
    if is_refused {
        let refusal = ApiError::Unavailable("responses being sent use all of the memory allowed for them".to_owned());
        return Ok(answer.error_response(refusal));
    }
    Ok(answer)
}
