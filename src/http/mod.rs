//! HTTP: from the bytes of a request to a checked input, and from a result to a response.

pub mod compression;
pub mod extract;
pub mod forwarded;
pub mod guard;
pub mod health;
pub mod idempotency;
pub mod limits;
pub mod metrics;
pub mod operation;
pub mod page;
pub mod pages;
pub mod parameters;
pub mod public_url;
pub mod request_id;
pub mod request_log;
pub mod response;
pub mod route;
mod rules;
mod security_headers;
pub mod table;
pub mod telemetry;
pub mod trace_context;
