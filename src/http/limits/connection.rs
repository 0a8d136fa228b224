//! One connection, with the bounds that the HTTP library does not set: deadlines for the head of every request but the
//! first, for what is left of a request that is answered, and for readers that stop reading; and a memory for what is
//! read of requests before they are answered.
//!
//! Ten thousand connections may be in the middle of a head. Of each, 8 KiB are free, which is the buffer that every
//! connection has anyway; all that is beyond comes from one memory, and who finds it full is closed. Requests that are
//! sent ahead are left to the kernel ([`super::framing`]), and so is everything while an answer waits to be sent.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, header};
use actix_web::middleware::Next;
use actix_web::rt::time::{Sleep, sleep};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Limits;
use super::framing::{Body, Framing};
use super::memory::{Memory, Share};

/// Bytes of each head that are not counted.
const UNCOUNTED: usize = 8 * 1024;

/// Bytes that the kernel keeps of an answer. It asks for more when a third of them is taken, so that a reader of a few
/// kilobytes a second still counts as one that reads.
const SEND_BUFFER: usize = 128 * 1024;

/// Where a connection is in its exchanges of request and answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// Before the first request, whose head the library waits for.
    #[default]
    New,
    /// From the end of a head to the answer.
    InRequest,
    /// After an answer: what comes is the rest of a body that nobody wants, or the next head.
    Answered,
    /// After an answer that ends the connection.
    Closing,
}

/// A deadline that may be set.
type Deadline = Option<Pin<Box<Sleep>>>;

/// What a connection and the requests on it tell each other.
#[derive(Clone, Default)]
pub struct Exchange(Rc<Shared>);

#[derive(Default)]
struct Shared {
    stage: Cell<Stage>,
    head: Cell<Deadline>,
    framing: RefCell<Framing>,
    share: RefCell<Share>,
    /// Who waits for bytes that are there and may not be read yet.
    waiting: Cell<Option<Waker>>,
    /// Something of a body is there, and not read yet.
    is_unread: Cell<bool>,
}

impl Exchange {
    /// A request is in work.
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

    /// Waits until what is there of a body is read: the library closes the connection of a request that is answered before
    /// its body has come. It is the connection that is woken, and that polls the request.
    async fn read_on(&self) {
        let is_read = |_: &mut Context<'_>| if self.0.is_unread.get() { Poll::Pending } else { Poll::Ready(()) };
        poll_fn(is_read).await;
    }

    /// The request is answered, and gone.
    fn answer(&self, closes: bool) {
        self.enter(if closes { Stage::Closing } else { Stage::Answered });
        self.0.share.take();
        if !closes {
            self.0.framing.borrow_mut().answer();
            self.wake();
        }
    }

    fn enter(&self, stage: Stage) {
        self.0.stage.set(stage);
        self.0.head.take();
    }

    /// Has the connection read on.
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
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(stream: TcpStream, limits: Limits, heads: Memory) -> Self {
        // A kernel that refuses keeps its own size, which costs memory and nothing else.
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
        Self { stream, limits, exchange: Exchange::default(), write: None, heads }
    }

    /// What requests on the connection need of it.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }

    /// How long what is read may take from its first byte on. While an answer waits to be sent, it is the caller's reading
    /// that has a deadline.
    fn reading_limit(&self) -> Option<Duration> {
        match self.exchange.0.stage.get() {
            Stage::Answered if self.write.is_none() => Some(self.limits.head),
            Stage::Closing => Some(self.limits.disconnect),
            Stage::New | Stage::InRequest | Stage::Answered => None,
        }
    }

    /// Reads what may be read now. The end of what is sent is heard meanwhile, unless there is something before it.
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
            return Poll::Ready(Err(self.give_up("request headers being read use all of the memory allowed for them")));
        }
        let mut passing = ReadBuf::new(buffer.initialize_unfilled_to(passed));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut passing))?;
        let read = passing.filled().len();
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }

    /// Gives a caller up: what is in the kernel's buffers goes with the connection.
    fn give_up(&self, what: &str) -> Error {
        let _ = self.stream.set_zero_linger();
        Error::new(ErrorKind::TimedOut, what)
    }
}

/// Whether a deadline is set and over; wakes the connection when it will be.
fn is_over(deadline: &mut Deadline, context: &mut Context<'_>) -> bool {
    deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let limit = self.reading_limit();
        let mut head = self.exchange.0.head.take().filter(|_| limit.is_some());
        if is_over(&mut head, context) {
            return Poll::Ready(Err(self.give_up("a request did not arrive in time")));
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
            return Poll::Ready(Err(self.give_up("the client does not read the response")));
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

/// How the body of a request is framed. The HTTP library has refused heads that tell of it in two ways.
fn body(request: &ServiceRequest) -> Body {
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Body::Chunked;
    }
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    Body::Sized(length.and_then(|length| length.trim().parse().ok()).unwrap_or_default())
}

/// Tells the connection when a request has begun, and when it is answered.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn follow(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let exchange = request.conn_data::<Exchange>().cloned().unwrap_or_default();
    exchange.begin(body(&request));
    exchange.read_on().await;
    let answer = next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    let closes =
        answer.as_ref().is_ok_and(|answer| answer.response().head().connection_type() == ConnectionType::Close);
    exchange.answer(closes);
    answer
}
