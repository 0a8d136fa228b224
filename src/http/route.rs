//! The route of a request, and the methods of operations.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// The methods of operations, with their names in the document.
pub const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// The route of a request, matched as the router does, which decodes percent-encoded letters.
#[must_use]
pub fn route(request: &ServiceRequest) -> Option<String> {
    request.resource_map().match_pattern(request.match_info().as_str())
}
