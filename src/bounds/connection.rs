//! One connection, with the deadlines that the HTTP library does not set: for the head of every request but the first,
//! for what is left of a request that is answered, and for readers that stop reading.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::time::{Sleep, sleep};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Limits;

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
}

impl Exchange {
    fn tell(&self, stage: Stage) {
        self.0.stage.set(stage);
        self.0.head.take();
    }
}

/// A connection with deadlines.
pub struct Connection {
    stream: TcpStream,
    limits: Limits,
    exchange: Exchange,
    write: Deadline,
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(stream: TcpStream, limits: Limits) -> Self {
        // A kernel that refuses keeps its own size, which costs memory and nothing else.
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
        Self { stream, limits, exchange: Exchange::default(), write: None }
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
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
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
            self.write = None;
            return outcome;
        }
        let limit = self.limits.write;
        self.write.get_or_insert_with(|| Box::pin(sleep(limit)));
        if is_over(&mut self.write, context) {
            return Poll::Ready(Err(self.give_up("the answer is not read")));
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
    exchange.tell(Stage::InRequest);
    let answer = next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    let closes =
        answer.as_ref().is_ok_and(|answer| answer.response().head().connection_type() == ConnectionType::Close);
    exchange.tell(if closes { Stage::Closing } else { Stage::Answered });
    answer
}
