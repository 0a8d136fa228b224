//! The route of a request, and the methods of operations.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// The methods of operations, as the document and as HTTP names them.
pub const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// The route of a request: of its path as the router reads it, in which letters may be percent-encoded.
#[must_use]
pub fn route(request: &ServiceRequest) -> Option<String> {
    request.resource_map().match_pattern(request.match_info().as_str())
}
