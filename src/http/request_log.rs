//! The line of a request in the log, written when its response is sent or abandoned. As text it has what identifies and
//! classifies the request; its fields, which the log has as JSON, have the rest.

use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::Bytes;
use log::kv::Value;
use log::{Level, Record};
use percent_encoding::percent_decode_str;

use crate::access::caller::Caller;
use crate::access::secret::Secret;
use crate::http::forwarded::caller_address;
use crate::http::request_id::RequestId;
use crate::http::trace_context::TraceContext;

/// The maximum number of characters of a method or a path in the log.
const LONGEST: usize = 1024;
/// What stands in place of a path that may contain a secret.
const HIDDEN: &str = "[hidden]";

/// Who a request is, in every line of the log about it.
#[derive(Debug, Clone)]
pub struct Identity {
    id: RequestId,
    trace: Option<TraceContext>,
}

impl Identity {
    /// That of a request.
    #[must_use]
    pub fn of(request: &ServiceRequest) -> Self {
        Self { id: RequestId::of(request.request()), trace: TraceContext::of(request.headers()) }
    }

    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// Logs a failure of the request with its cause.
    pub fn log_failure(&self, cause: &str) {
        let id = self.id.to_string();
        let mut fields = Vec::new();
        self.add_to(&mut fields, &id);
        write(Level::Error, &fields, format_args!("request {self} failed: {cause}"));
    }

    fn add_to<'a>(&'a self, fields: &mut Vec<(&'static str, Value<'a>)>, id: &'a str) {
        fields.push(("request_id", id.into()));
        if let Some(TraceContext { trace_id, parent_id }) = &self.trace {
            fields.extend([("trace_id", trace_id.as_str().into()), ("parent_id", parent_id.as_str().into())]);
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.id)?;
        self.trace.iter().try_for_each(|trace| write!(f, " of trace {}", trace.trace_id))
    }
}

/// The line of a request. It is written when it is dropped.
pub struct RequestLine {
    begun: Instant,
    identity: Identity,
    method: Method,
    path: String,
    route: String,
    address: Option<IpAddr>,
    key: Option<String>,
    status: Option<u16>,
    bytes: u64,
}

impl RequestLine {
    /// The line of a request that begins now.
    #[must_use]
    pub fn of(request: &ServiceRequest, identity: Identity, route: &str) -> Self {
        Self {
            begun: Instant::now(),
            identity,
            method: request.method().clone(),
            path: path(request),
            route: route.to_owned(),
            address: caller_address(request),
            key: None,
            status: None,
            bytes: 0,
        }
    }

    /// Writes the line when the response is sent: at once if that is certain, otherwise with the bytes that were sent.
    pub fn follow(mut self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        self.status = Some(response.status().as_u16());
        self.key = response.request().extensions().get::<Caller>().and_then(Caller::key_name).map(ToOwned::to_owned);
        match response.response().body().size() {
            BodySize::None | BodySize::Sized(0) => response,
            _ if self.method == Method::HEAD => response,
            _ => response.map_body(|_, body| BoxBody::new(LoggedBody { body, line: self })),
        }
    }
}

impl Drop for RequestLine {
    fn drop(&mut self) {
        // A request that was abandoned has no status, and no line.
        let Some(status) = self.status.filter(|_| log::log_enabled!(Level::Info)) else { return };
        let Self { identity, route, .. } = self;
        let method = shortened(self.method.as_str());
        let milliseconds = self.begun.elapsed().as_secs_f64() * 1_000.0;
        let rounded = (milliseconds * 10.0).round() / 10.0;
        let (id, address) = (identity.id.to_string(), self.address.map(|address| address.to_string()));
        let mut fields = vec![
            ("method", method.into()),
            ("path", self.path.as_str().into()),
            ("route", route.as_str().into()),
            ("status", status.into()),
            ("duration_ms", rounded.into()),
            ("bytes", self.bytes.into()),
        ];
        fields.extend(address.as_deref().map(|address| ("address", address.into())));
        fields.extend(self.key.as_deref().map(|key| ("key", key.into())));
        identity.add_to(&mut fields, &id);
        write(Level::Info, &fields, format_args!("request {identity} {method} {route} {status} {milliseconds:.1} ms"));
    }
}

/// The body of a response whose line is written when it is sent or abandoned.
struct LoggedBody {
    body: BoxBody,
    line: RequestLine,
}

impl MessageBody for LoggedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let part = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &part {
            self.line.bytes = self.line.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
        part
    }
}

/// As much of a text as the log has room for.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The path of a request without its query, as the log may have it.
fn path(request: &ServiceRequest) -> String {
    let path = request.uri().path();
    let has_secret = Secret::may_be_in(&percent_decode_str(path).decode_utf8_lossy());
    if has_secret { HIDDEN } else { shortened(path) }.to_owned()
}

/// Writes a line with fields.
fn write(level: Level, fields: &[(&'static str, Value<'_>)], message: std::fmt::Arguments<'_>) {
    let mut record = Record::builder();
    record.level(level).target(module_path!()).module_path_static(Some(module_path!())).key_values(&fields);
    log::logger().log(&record.args(message).build());
}
