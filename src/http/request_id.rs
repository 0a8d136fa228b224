//! The id of a request, which its log line, response and problem contain.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use uuid::Uuid;

use crate::access::secret::Secret;

/// The header with the id of a request, in requests and responses.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the one that the caller sent, if it is short, plain and not a secret, or a new one.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The id in the header of a request, or a new one.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let plain = |id: &&str| {
            (1..=128).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
                && !Secret::may_be_in(id)
        };
        let given = request.headers().get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
        Self(given.map_or_else(|| Uuid::now_v7().to_string(), ToOwned::to_owned))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
