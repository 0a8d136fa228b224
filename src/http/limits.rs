//! Limits on every request and connection, so that no caller can block others: on time, on memory and on rate.

pub mod bodies;
pub mod connection;
pub mod files;
pub mod framing;
pub mod memory;
pub mod rate;
pub mod responses;

use std::sync::Arc;
use std::time::Duration;

use self::bodies::Bodies;
use self::memory::Memory;
use self::rate::RateLimits;
use self::responses::Responses;

/// The limits of time, number and size.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time for the head of a request, from the connection or from its first byte.
    pub head: Duration,
    /// The time for a whole body, from the end of the head.
    pub body: Duration,
    /// The time for which a client may not read anything while a response is being sent.
    pub write: Duration,
    /// The time until the next request on a connection.
    pub keep_alive: Duration,
    /// The time for the rest of a request whose response was sent, before the connection closes.
    pub disconnect: Duration,
    /// The maximum number of simultaneous connections.
    pub connections: usize,
    /// The memory for the heads of requests that are being read or are in progress, in bytes.
    pub head_memory: usize,
    /// The memory for bodies that are being read, in bytes.
    pub body_memory: usize,
    /// The memory for responses that are being sent, in bytes.
    pub response_memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(15),
            write: Duration::from_secs(15),
            keep_alive: Duration::from_secs(15),
            disconnect: Duration::from_secs(1),
            connections: 10_000,
            head_memory: 8 * 1024 * 1024,
            body_memory: 32 * 1024 * 1024,
            response_memory: 32 * 1024 * 1024,
        }
    }
}

/// The limits and their current use, which all workers share.
#[derive(Clone)]
pub struct RequestLimits {
    /// The limits.
    pub limits: Limits,
    /// The memory for heads.
    pub heads: Memory,
    /// The bodies that are being read.
    pub bodies: Bodies,
    /// The responses that are being sent.
    pub responses: Responses,
    /// The rate limits.
    pub rate: Arc<RateLimits>,
}

impl RequestLimits {
    /// Unused limits.
    #[must_use]
    pub fn new(limits: Limits, rate: RateLimits) -> Self {
        Self {
            limits,
            heads: Memory::new(limits.head_memory),
            bodies: Bodies::new(limits.body, limits.body_memory),
            responses: Responses::new(limits.response_memory),
            rate: Arc::new(rate),
        }
    }
}
