//! The body of a table that is sent while it is read.
//!
//! If the rest cannot be read, the body fails, so that its transfer ends with an error: a browser, curl and every HTTP
//! library report it. What was saved nevertheless shows it too: its last row says so, and no end of a line follows, while a
//! complete table ends with one.

use std::future::Future;
use std::iter::{once, repeat_n};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::rt::time::{Sleep, sleep};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};

use super::part::Part;
use super::rows::{LINE_END, line};
use crate::database::parts::Parts;
use crate::error::ApiError;
use crate::http::request_id::RequestId;

/// The first cell of the last row of a table that was cut.
const INCOMPLETE: &str = "INCOMPLETE: the rest of this table could not be sent. Request it again.";

/// The time in which the last row is sent before the error, which discards what is not sent yet.
const LAST_ROW_TIME: Duration = Duration::from_secs(1);

/// The body.
pub struct TableBody {
    next: Option<Part>,
    rest: Parts<Part>,
    columns: usize,
    is_quoted: bool,
    is_complete: bool,
    /// The error that ends the body, after a pause.
    fault: Option<(Pin<Box<Sleep>>, ApiError)>,
    request: String,
}

impl TableBody {
    /// The body of the response to a request.
    pub fn new(request: &HttpRequest, first: Part, rest: Parts<Part>) -> Self {
        let request = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let columns = first.columns;
        Self { next: Some(first), rest, columns, is_quoted: false, is_complete: false, fault: None, request }
    }
}

impl MessageBody for TableBody {
    type Error = ApiError;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, ApiError>>> {
        if let Some((mut pause, fault)) = self.fault.take() {
            if pause.as_mut().poll(context).is_pending() {
                self.fault = Some((pause, fault));
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(fault)));
        }
        if self.is_complete {
            return Poll::Ready(None);
        }
        let part = match self.next.take() {
            Some(first) => Ok(first),
            None => ready!(self.rest.poll_next(context)),
        };
        match part {
            Ok(part) => {
                self.is_complete = part.is_last;
                self.is_quoted = part.text.iter().fold(self.is_quoted, |is_quoted, byte| is_quoted ^ (*byte == b'"'));
                Poll::Ready(Some(Ok(part.text)))
            }
            Err(fault) => {
                log::error!(request_id = self.request; "request {} was cut: {fault}", self.request);
                self.fault = Some((Box::pin(sleep(LAST_ROW_TIME)), fault));
                Poll::Ready(Some(Ok(last_row(self.columns, self.is_quoted))))
            }
        }
    }
}

/// The row that tells that the table was cut, without the end of its line; it closes the cell that was cut.
fn last_row(columns: usize, is_quoted: bool) -> Bytes {
    let mut row = if is_quoted { b"\"".to_vec() } else { Vec::new() };
    row.extend(LINE_END);
    row.extend(line(once(INCOMPLETE).chain(repeat_n("", columns.saturating_sub(1)))));
    row.truncate(row.len().saturating_sub(LINE_END.len()));
    Bytes::from(row)
}
