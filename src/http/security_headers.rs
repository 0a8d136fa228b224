//! Security headers, which restrict what browsers may do with a response.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::http::pages;

/// The headers of every response. `cross-origin-resource-policy` prevents embedding; it does not affect CORS.
/// `strict-transport-security` is left to the proxy, which knows whether clients use TLS.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The policy of data: nothing is loaded or run.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The policy of Swagger UI: its own files, requests to this service, and the images in its style sheet.
const SWAGGER_UI_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The policy of the landing page: its icon and its inline style sheet.
static LANDING_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = pages::LANDING.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let hash = STANDARD.encode(Sha256::digest(style.map_or("", |(style, _)| style)));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static(DATA_POLICY))
});

/// Adds the security headers to a response from this path.
pub fn secure(headers: &mut HeaderMap, path: &str) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = match path {
        "/" => LANDING_POLICY.clone(),
        _ if path.starts_with("/docs/") => HeaderValue::from_static(SWAGGER_UI_POLICY),
        _ => HeaderValue::from_static(DATA_POLICY),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
}
