//! What bounds every request and every connection, so that whatever one caller does, others are answered: how long it
//! may take to send and to be read, how much memory it may fill, and how often it may come.

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

/// How long, how many and how much.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the head of a request, from the connection or from its first byte on.
    pub head: Duration,
    /// For a whole body, from the end of the head on.
    pub body: Duration,
    /// For a reader that takes nothing while an answer waits to be sent.
    pub write: Duration,
    /// For the next request on a connection.
    pub keep_alive: Duration,
    /// For what is left to be read of a request that is answered already, when the connection closes.
    pub disconnect: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Bytes of all heads that are being read, or whose requests are in work.
    pub head_memory: usize,
    /// Bytes of all bodies that are being read.
    pub body_memory: usize,
    /// Bytes of all responses that are being sent.
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

/// The limits, and what is held against them at the moment; shared by all workers.
#[derive(Clone)]
pub struct RequestLimits {
    /// The limits.
    pub limits: Limits,
    /// What heads fill.
    pub heads: Memory,
    /// The bodies that are being read.
    pub bodies: Bodies,
    /// The responses that are being sent.
    pub responses: Responses,
    /// Who has asked how often.
    pub rate: Arc<RateLimits>,
}

impl RequestLimits {
    /// Nothing held yet.
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
