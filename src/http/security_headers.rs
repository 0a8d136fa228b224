//! Security headers, which restrict what browsers may do with a response.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

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

/// The policy of other pages: an icon and a style sheet.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// Adds the security headers to a response from this path.
pub fn secure(headers: &mut HeaderMap, path: &str) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = match path {
        "/" | "/problems" | "/guides" => PAGE_POLICY,
        _ if path.starts_with("/problems/") || path.starts_with("/guides/") => PAGE_POLICY,
        _ if path.starts_with("/docs/") => SWAGGER_UI_POLICY,
        _ => DATA_POLICY,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
}
