//! A connection with the limits that the HTTP library does not have: deadlines for the head of every request but the
//! first, for the rest of a request whose response was sent, and for clients that stop reading; and a memory for the
//! heads of requests.
//!
//! Ten thousand connections may send a head at the same time. The first 8 KiB of each are not counted, since every
//! connection has a buffer of this size; the rest comes from one memory, and a connection that finds it full is closed.
//! Pipelined requests remain in the buffers of the kernel ([`super::framing`]), as does everything else while a
//! response is being sent.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Version, header};
use actix_web::middleware::Next;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::web::Data;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Limits;
use super::framing::{Body, Framing};
use super::memory::{Memory, Share};
use crate::error::RefusalCause;
use crate::http::health::Draining;
use crate::http::metrics::Refusals;

/// The number of bytes of each head that are not counted.
const UNCOUNTED: usize = 8 * 1024;

/// The size of the send buffer of the kernel. The kernel accepts more bytes when a third of it is free, so that a
/// client that reads a few kilobytes per second still counts as reading.
const SEND_BUFFER: usize = 128 * 1024;

/// The stage of a connection between requests and responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Before the first request; the library has a deadline for its head.
    #[default]
    New,
    /// From the end of a head to the response.
    InRequest,
    /// After a response: the rest of an unread body, or the next head, follows.
    Responded,
    /// After a response that closes the connection.
    Closing,
}

/// A deadline that may be set.
type Deadline = Option<Pin<Box<Sleep>>>;

/// The state that a connection and its requests share.
#[derive(Clone, Default)]
pub struct Exchange(Rc<Shared>);

#[derive(Default)]
struct Shared {
    stage: Cell<Stage>,
    head: Cell<Deadline>,
    framing: RefCell<Framing>,
    share: RefCell<Share>,
    /// The waker of the reader, if there are bytes that may not be read yet.
    waiting: Cell<Option<Waker>>,
    /// Whether a part of a body has arrived and is not read yet.
    is_unread: Cell<bool>,
}

impl Exchange {
    /// A request starts.
    fn begin(&self, body: Body) {
        self.enter(Stage::InRequest);
        self.0.framing.borrow_mut().begin(body);
        if body != Body::Sized(0)
            && let Some(waker) = self.0.waiting.take()
        {
            self.0.is_unread.set(true);
            waker.wake();
        }
    }

    /// Waits until the part of a body that has arrived is read: the library closes the connection of a request whose
    /// response is sent before its body is read. The waker belongs to the connection, which polls the request.
    async fn read_on(&self) {
        let is_read = |_: &mut Context<'_>| if self.0.is_unread.get() { Poll::Pending } else { Poll::Ready(()) };
        poll_fn(is_read).await;
    }

    /// The response to the request is complete.
    fn finish(&self, closes: bool) {
        self.enter(if closes { Stage::Closing } else { Stage::Responded });
        self.0.share.take();
        if !closes {
            self.0.framing.borrow_mut().finish();
            self.wake();
        }
    }

    fn enter(&self, stage: Stage) {
        self.0.stage.set(stage);
        self.0.head.take();
    }

    /// Wakes the reader of the connection.
    fn wake(&self) {
        if let Some(waker) = self.0.waiting.take() {
            waker.wake();
        }
    }
}

/// A connection with deadlines.
pub struct Connection {
    stream: TcpStream,
    limits: Limits,
    exchange: Exchange,
    write: Deadline,
    heads: Memory,
    refusals: Refusals,
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(stream: TcpStream, limits: Limits, heads: Memory, refusals: Refusals) -> Self {
        // If the kernel refuses, its default size remains, which only costs memory.
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
        Self { stream, limits, exchange: Exchange::default(), write: None, heads, refusals }
    }

    /// The state that requests on the connection share with it.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }

    /// The time limit for reading, from the first byte. While a response is being sent, writing has a deadline instead.
    fn reading_limit(&self) -> Option<Duration> {
        match self.exchange.0.stage.get() {
            Stage::Responded if self.write.is_none() => Some(self.limits.head),
            Stage::Closing => Some(self.limits.disconnect),
            Stage::New | Stage::InRequest | Stage::Responded => None,
        }
    }

    /// Reads the bytes that may be read now. The end of the stream is detected even if no byte may be read.
    fn read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        self.exchange.0.is_unread.set(false);
        let mut ahead = buffer.take(buffer.remaining());
        if ready!(self.stream.poll_peek(context, &mut ahead))? == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut framing = self.exchange.0.framing.borrow_mut();
        let passed = if self.write.is_none() { framing.pass(ahead.filled()) } else { 0 };
        let head = framing.head().saturating_sub(UNCOUNTED);
        drop(framing);
        if passed == 0 {
            self.exchange.0.waiting.set(Some(context.waker().clone()));
            return Poll::Pending;
        }
        if !self.heads.grow(&mut self.exchange.0.share.borrow_mut(), head) {
            return Poll::Ready(Err(
                self.give_up(RefusalCause::Memory, "request headers being read use all of the memory allowed for them")
            ));
        }
        let mut passing = ReadBuf::new(buffer.initialize_unfilled_to(passed));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut passing))?;
        let read = passing.filled().len();
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }

    /// Closes the connection at once, and discards the buffers of the kernel.
    fn give_up(&self, cause: RefusalCause, what: &str) -> Error {
        self.refusals.count(cause);
        let _ = self.stream.set_zero_linger();
        Error::new(ErrorKind::TimedOut, what)
    }
}

/// Whether a deadline is set and has passed; wakes the connection when it passes.
fn is_over(deadline: &mut Deadline, context: &mut Context<'_>) -> bool {
    deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let limit = self.reading_limit();
        let mut head = self.exchange.0.head.take().filter(|_| limit.is_some());
        if is_over(&mut head, context) {
            return Poll::Ready(Err(self.give_up(RefusalCause::Deadline, "a request did not arrive in time")));
        }
        let before = buffer.filled().len();
        let outcome = self.read(context, buffer);
        if buffer.filled().len() > before {
            head = head.or_else(|| limit.map(|limit| Box::pin(sleep(limit))));
        }
        self.exchange.0.head.set(head);
        outcome
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        if outcome.is_ready() {
            if self.write.take().is_some() {
                self.exchange.wake();
            }
            return outcome;
        }
        let limit = self.limits.write;
        self.write.get_or_insert_with(|| Box::pin(sleep(limit)));
        if is_over(&mut self.write, context) {
            return Poll::Ready(Err(self.give_up(RefusalCause::Deadline, "the client does not read the response")));
        }
        Poll::Pending
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The framing of the body of a request. The HTTP library has already refused ambiguous heads.
fn body(request: &ServiceRequest) -> Body {
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Body::Chunked;
    }
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    Body::Sized(length.and_then(|length| length.trim().parse().ok()).unwrap_or_default())
}

/// Informs the connection of the start of a request and of its response, and closes it after the response if it cannot or
/// should not be used again.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn follow(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let exchange = request.conn_data::<Exchange>().cloned().unwrap_or_default();
    exchange.begin(body(&request));
    exchange.read_on().await;
    let is_old = request.version() < Version::HTTP_11;
    if is_old {
        // A compressed body has no length, and there are no chunks to send it in.
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    let draining = request.app_data::<Data<Draining>>().cloned();
    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            exchange.finish(false);
            return Err(error);
        }
    };
    let has_end = response.response().body().size() != BodySize::Stream;
    let head = response.response_mut().head_mut();
    if is_old && !has_end {
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    if draining.is_some_and(|draining| draining.has_begun()) {
        // A proxy that kept the connection could send its next request while the service closes it.
        head.set_connection_type(ConnectionType::Close);
    }
    exchange.finish(head.connection_type() == ConnectionType::Close);
    Ok(response)
}
