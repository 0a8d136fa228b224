//! Rate limits: each caller has a quota of requests per minute, which the headers of every response below `/v1` report
//! (draft-ietf-httpapi-ratelimit-headers), and each API key one of data that it writes; requests beyond them get 429.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::forwarded::caller_address;
use crate::values::ids::KeyId;

/// The header with the remaining quota.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The header with the quota.
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The number of seconds in which a quota is replenished.
const WINDOW: u64 = 60;

/// A quota for callers of one kind.
///
/// Callers are identified by 16 bits of a keyed hash, which limits the memory however many there are. Two callers with
/// the same hash share a quota: one in sixty among a thousand callers.
struct Policy {
    name: &'static str,
    quota: NonZeroU32,
    seed: RandomState,
    used: RateLimiter<u16, HashMapStateStore<u16>, DefaultClock, StateInformationMiddleware>,
}

/// The remaining quota of a caller.
struct Remaining {
    name: &'static str,
    quota: u64,
    left: u32,
    /// The number of seconds until the quota is full again.
    reset: u64,
    /// The number of seconds until the next request is permitted, if this one exceeds the quota.
    wait: Option<u64>,
}

impl Policy {
    fn new(name: &'static str, quota: NonZeroU32) -> Self {
        let used = RateLimiter::hashmap(Quota::per_minute(quota)).with_middleware();
        Self { name, quota, seed: RandomState::new(), used }
    }

    /// The number that stands for a caller.
    fn slot(&self, caller: impl Hash) -> u16 {
        let [first, second, ..] = self.seed.hash_one(caller).to_le_bytes();
        u16::from_le_bytes([first, second])
    }

    /// Counts a request.
    fn spend(&self, caller: impl Hash) -> Remaining {
        self.spend_units(self.slot(caller), NonZeroU32::MIN)
    }

    /// Counts so many units, or none if the quota has less.
    fn spend_units(&self, slot: u16, units: NonZeroU32) -> Remaining {
        let (left, wait) = match self.used.check_key_n(&slot, units.min(self.quota)) {
            Ok(Ok(state)) => (state.remaining_burst_capacity(), None),
            Ok(Err(refusal)) => {
                let wait = refusal.wait_time_from(DefaultClock::default().now());
                (0, Some(wait.as_secs().saturating_add(1)))
            }
            Err(_) => (0, Some(WINDOW)),
        };
        let quota = u64::from(self.quota.get());
        let reset = quota.saturating_sub(u64::from(left)).saturating_mul(WINDOW).div_ceil(quota);
        Remaining { name: self.name, quota, left, reset, wait }
    }
}

impl Remaining {
    /// Adds the headers to a response.
    fn add_to(&self, headers: &mut HeaderMap) {
        let Self { name, quota, left, reset, .. } = self;
        let policy = format!("\"{name}\";q={quota};w={WINDOW}");
        let left = format!("\"{name}\";r={left};t={reset}");
        for (header, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(header, value);
            }
        }
    }
}

/// The factor for requests with credentials from one address, valid or not. Several holders of keys may share an
/// address, and nobody can guess keys at a higher rate.
const WITH_CREDENTIALS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// The data that one API key may write, in KiB per minute: the bodies of its requests, and twice those of the responses,
/// since an event contains the resource before and after. Otherwise a caller could fill the database.
const WRITTEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(32 * 1024 - 1);
/// The factor for requests with one API key.
const OF_A_KEY: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// The quotas of all callers; none by default.
#[derive(Default)]
pub struct RateLimits {
    policies: Option<Policies>,
}

struct Policies {
    /// By address, for requests without credentials.
    without: Policy,
    /// By address, for requests with credentials, valid or not.
    with: Policy,
    keys: Policy,
    written: Written,
}

/// The data that API keys write. What a request writes is known after it, and counts before the next one of the key.
struct Written {
    policy: Policy,
    owed: Mutex<HashMap<u16, u32>>,
}

impl Written {
    /// Counts what the key wrote before.
    fn settle(&self, key: KeyId) -> Remaining {
        let slot = self.policy.slot(key);
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        let units = owed.get(&slot).copied().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let remaining = self.policy.spend_units(slot, units);
        if remaining.wait.is_none() {
            owed.remove(&slot);
        }
        remaining
    }

    /// Records what the key wrote, in KiB.
    fn owe(&self, key: KeyId, units: u32) {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        let own = owed.entry(self.policy.slot(key)).or_default();
        *own = own.saturating_add(units);
    }
}

impl RateLimits {
    /// Limits with this number of requests per minute for each address without credentials; no limits if it is `None`.
    #[must_use]
    pub fn new(quota: Option<NonZeroU32>) -> Self {
        let policies = quota.map(|quota| Policies {
            without: Policy::new("address", quota),
            with: Policy::new("address", quota.saturating_mul(WITH_CREDENTIALS)),
            keys: Policy::new("key", quota.saturating_mul(OF_A_KEY)),
            written: Written { policy: Policy::new("written", WRITTEN), owed: Mutex::default() },
        });
        Self { policies }
    }

    /// Counts a request below `/v1` by its client address.
    fn count_address(&self, request: &ServiceRequest) -> Option<Remaining> {
        let is_operation = request.match_info().as_str().starts_with("/v1/");
        let policies = self.policies.as_ref().filter(|_| is_operation)?;
        let has_credentials = request.headers().contains_key(header::AUTHORIZATION);
        let policy = if has_credentials { &policies.with } else { &policies.without };
        Some(policy.spend(network(caller_address(request)?)))
    }

    /// Counts a request by its API key.
    fn count_key(&self, request: &ServiceRequest) -> Option<Remaining> {
        let key = request.extensions().get::<Caller>().and_then(Caller::key_id);
        Some(self.policies.as_ref()?.keys.spend(key?))
    }

    /// The quota of data of the API key of a request that writes.
    fn written(&self, request: &ServiceRequest) -> Option<(&Written, KeyId)> {
        let key = request.extensions().get::<Caller>().and_then(Caller::key_id)?;
        let policies = self.policies.as_ref().filter(|_| !request.method().is_safe())?;
        Some((&policies.written, key))
    }
}

/// The network that has one quota: an IPv4 address, or an IPv6 network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Counts requests by client address, before they are authenticated.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let remaining = request.app_data::<Data<RateLimits>>().and_then(|limits| limits.count_address(&request));
    enforce(remaining, request, next).await
}

/// Counts requests by API key, after they are authenticated.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn by_key(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let limits = request.app_data::<Data<RateLimits>>().cloned();
    let Some(limits) = limits else { return enforce(None, request, next).await };
    let remaining = limits.count_key(&request);
    let Some((written, key)) = limits.written(&request) else { return enforce(remaining, request, next).await };
    let settled = written.settle(key);
    if settled.wait.is_some() {
        return enforce(Some(settled), request, next).await;
    }
    let sent = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let response = enforce(remaining, request, next).await?;
    if response.status().is_success() {
        written.owe(key, kibibytes(sent.unwrap_or_default(), response.response().body().size()));
    }
    Ok(response)
}

/// What a request that writes counts for: its body, and twice that of its response.
fn kibibytes(sent: u64, returned: BodySize) -> u32 {
    let returned = if let BodySize::Sized(bytes) = returned { bytes } else { 0 };
    u32::try_from(sent.saturating_add(returned.saturating_mul(2)) / 1024).unwrap_or(u32::MAX)
}

/// Refuses a request that exceeds its quota, and adds the headers unless an inner layer has added them.
async fn enforce(
    remaining: Option<Remaining>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = match remaining.as_ref().and_then(|remaining| remaining.wait) {
        Some(seconds) => request.error_response(ApiError::rate_limited(seconds)),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if let Some(remaining) = remaining.filter(|_| !response.headers().contains_key(RATE_LIMIT)) {
        remaining.add_to(response.headers_mut());
    }
    Ok(response)
}
