//! Rate limits: each caller has a quota per minute, which the headers of every response below `/v1` report
//! (draft-ietf-httpapi-ratelimit-headers); requests beyond it get 429.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use crate::access::caller::Caller;
use crate::error::ApiError;

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
struct Standing {
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

    /// Counts a request.
    fn spend(&self, caller: impl Hash) -> Standing {
        let [first, second, ..] = self.seed.hash_one(caller).to_le_bytes();
        let (left, wait) = match self.used.check_key(&u16::from_le_bytes([first, second])) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refusal) => {
                let wait = refusal.wait_time_from(DefaultClock::default().now());
                (0, Some(wait.as_secs().saturating_add(1)))
            }
        };
        let quota = u64::from(self.quota.get());
        let reset = quota.saturating_sub(u64::from(left)).saturating_mul(WINDOW).div_ceil(quota);
        Standing { name: self.name, quota, left, reset, wait }
    }
}

impl Standing {
    /// Adds the headers to a response.
    fn tell(&self, headers: &mut HeaderMap) {
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
/// The factor for requests with one API key.
const OF_A_KEY: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// The quotas of all callers; none by default.
#[derive(Default)]
pub struct RateLimits {
    policies: Option<Policies>,
    trusted_proxies: Vec<IpNet>,
}

struct Policies {
    /// By address, for requests without credentials.
    without: Policy,
    /// By address, for requests with credentials, valid or not.
    with: Policy,
    keys: Policy,
}

impl RateLimits {
    /// Limits with this number of requests per minute for each address without credentials; no limits if it is `None`.
    #[must_use]
    pub fn new(quota: Option<NonZeroU32>, trusted_proxies: Vec<IpNet>) -> Self {
        let policies = quota.map(|quota| Policies {
            without: Policy::new("address", quota),
            with: Policy::new("address", quota.saturating_mul(WITH_CREDENTIALS)),
            keys: Policy::new("key", quota.saturating_mul(OF_A_KEY)),
        });
        Self { policies, trusted_proxies }
    }

    /// Counts a request below `/v1` by its client address.
    fn count_address(&self, request: &ServiceRequest) -> Option<Standing> {
        let is_operation = request.match_info().as_str().starts_with("/v1/");
        let policies = self.policies.as_ref().filter(|_| is_operation)?;
        let has_credentials = request.headers().contains_key(header::AUTHORIZATION);
        let policy = if has_credentials { &policies.with } else { &policies.without };
        Some(policy.spend(network(self.source(request)?)))
    }

    /// Counts a request by its API key.
    fn count_key(&self, request: &ServiceRequest) -> Option<Standing> {
        let key = request.extensions().get::<Caller>().and_then(Caller::key_id);
        Some(self.policies.as_ref()?.keys.spend(key?))
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The client address of a request: the peer of the connection or, if that is a trusted proxy, the last forwarded
    /// address that is not a trusted proxy.
    fn source(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let mut source = request.peer_addr()?.ip().to_canonical();
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let hops = forwarded.flat_map(|value| value.split(',')).map(|hop| hop.trim().parse::<IpAddr>());
        let mut hops = hops.collect::<Vec<_>>().into_iter().rev();
        while self.is_trusted(source) {
            let Some(Ok(hop)) = hops.next() else { break };
            source = hop.to_canonical();
        }
        Some(source)
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
    let standing = request.app_data::<Data<RateLimits>>().and_then(|limits| limits.count_address(&request));
    hold_to(standing, request, next).await
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
    let standing = request.app_data::<Data<RateLimits>>().and_then(|limits| limits.count_key(&request));
    hold_to(standing, request, next).await
}

/// Refuses a request that exceeds its quota, and adds the headers unless an inner layer has added them.
async fn hold_to(
    standing: Option<Standing>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut answer = match standing.as_ref().and_then(|standing| standing.wait) {
        Some(seconds) => request.error_response(ApiError::rate_limited(seconds)),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if let Some(standing) = standing.filter(|_| !answer.headers().contains_key(RATE_LIMIT)) {
        standing.tell(answer.headers_mut());
    }
    Ok(answer)
}
