//! Limits on responses: they are sent in pieces, so that the memory for slow clients is counted and limited.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};

use super::memory::{Memory, Share};
use crate::error::{ApiError, RefusalCause};

/// The number of bytes that are given to a connection at once.
const PIECE: usize = 32 * 1024;

/// The number of bytes that count for a response that is sent while it is read: its first piece, and those that wait.
const STREAMED: usize = 1536 * 1024;

/// The memory for all responses that are being sent.
#[derive(Clone)]
pub struct Responses {
    memory: Memory,
    most: usize,
}

impl Responses {
    /// Limits without any response.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { memory: Memory::new(most), most }
    }

    /// A share of the memory for a response. A response larger than the memory takes all of it.
    fn take(&self, bytes: usize) -> Option<Share> {
        let mut share = Share::default();
        self.memory.grow(&mut share, bytes.min(self.most)).then_some(share)
    }
}

/// The body of a response, with its share of the memory until it is sent or abandoned.
struct PiecewiseBody {
    rest: Bytes,
    _share: Share,
}

impl MessageBody for PiecewiseBody {
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

/// The body of a response that is sent while it is read, with its share of the memory.
struct StreamedBody {
    body: BoxBody,
    _share: Share,
}

impl MessageBody for StreamedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Box<dyn std::error::Error>>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// Sends large responses to reads in pieces, and refuses them if the memory is full. Small responses and responses to
/// writes are always sent.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn limit_memory(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let responses = request.app_data::<Data<Responses>>().cloned();
    let is_read = request.method() == Method::GET;
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(responses) = responses.filter(|_| is_read) else { return Ok(response) };
    let mut is_refused = false;
    let response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) if bytes.len() <= PIECE => BoxBody::new(bytes),
        Ok(bytes) => {
            let share = responses.take(bytes.len());
            is_refused = share.is_none();
            share.map_or_else(|| BoxBody::new(()), |share| BoxBody::new(PiecewiseBody { rest: bytes, _share: share }))
        }
        Err(body) => {
            let share = responses.take(STREAMED);
            is_refused = share.is_none();
            share.map_or_else(|| BoxBody::new(()), |share| BoxBody::new(StreamedBody { body, _share: share }))
        }
    });
    if is_refused {
        let cause = "responses being sent use all of the memory allowed for them".to_owned();
        return Ok(response.error_response(ApiError::Overloaded(RefusalCause::Memory, cause)));
    }
    Ok(response)
}
