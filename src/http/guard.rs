//! Refuses requests that the OpenAPI document does not describe, before any handler runs: unknown methods, parameters
//! and media types. Also checks the permission that the operation requires.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, Quality, QualityItem};
use actix_web::middleware::Next;
use actix_web::mime::{self, Mime};
use actix_web::web::{self, Bytes};

use crate::access::caller::Caller;
use crate::error::{ApiError, PROBLEM_JSON, ProblemCode};
use crate::http::extract::{check_if_none_match, check_no_parameters};
use crate::http::operation::{Operation, Operations};
use crate::http::route::route;

/// Refuses what is not documented, and callers who may not do such a thing at all before anything is said of their
/// request. The handler checks the parameters that the operation has.
fn check(operations: &Operations, route: &str, request: &ServiceRequest) -> Result<(), ApiError> {
    let method = request.method();
    let Some(operations) = operations.of_route(route) else { return only_read(route, method) };
    let Some((_, operation)) = operations.iter().find(|(known, _)| known == method) else {
        let mut allowed = operations.iter().map(|(method, _)| method.clone()).collect::<Vec<_>>();
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        return Err(ApiError::method_not_allowed(&allowed));
    };
    permit(operation, request)?;
    if operation.parameters.is_empty() {
        check_no_parameters(request.query_string(), operation)?;
    }
    if method == Method::GET {
        check_if_none_match(request.request())?;
    }
    if !accepts(request, &operation.media_types) {
        let offered = operation.media_types.iter().map(String::as_str).collect::<Vec<_>>().join(" or ");
        return Err(ApiError::refused(ProblemCode::NotAcceptable, format!("this is sent as {offered}")));
    }
    Ok(())
}

fn permit(operation: &Operation, request: &ServiceRequest) -> Result<(), ApiError> {
    let unlisted = || ApiError::Internal(format!("nothing says who may call {}", operation.id));
    let permission = operation.permission.ok_or_else(unlisted)?;
    Caller::among(&request.extensions())?.access().permits(permission)
}

/// Resources outside the document, such as pages and health, can only be read. A request without a route is left to the
/// router.
fn only_read(route: &str, method: &Method) -> Result<(), ApiError> {
    if route.is_empty() || method == Method::GET {
        Ok(())
    } else {
        Err(ApiError::method_not_allowed(&[Method::GET, Method::HEAD]))
    }
}

/// Whether the caller takes one of these media types (RFC 9110, section 12.5.1). An operation without a body in its
/// response is acceptable to all, and a header that cannot be parsed as a whole refuses nothing: older Java clients send
/// `*; q=.2`. Some generated clients ask for the media type of problems alone, whatever they expect.
fn accepts(request: &ServiceRequest, offered: &BTreeSet<String>) -> bool {
    let Some(ranges) = accepted_ranges(request.headers()) else { return true };
    offered.is_empty()
        || ranges.is_empty()
        || offered.iter().any(|media_type| is_wanted(&ranges, media_type))
        || ranges.iter().all(|range| range.item.essence_str() == PROBLEM_JSON && range.quality > Quality::ZERO)
}

/// The media ranges of the `Accept` headers, or nothing if one of them cannot be parsed.
fn accepted_ranges(headers: &HeaderMap) -> Option<Vec<QualityItem<Mime>>> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let parts = value.to_str().ok()?.split(',').map(str::trim).filter(|part| !part.is_empty());
        for part in parts {
            ranges.push(part.parse().ok()?);
        }
    }
    Some(ranges)
}

/// Whether the most specific range that matches a media type has a weight other than zero.
fn is_wanted(ranges: &[QualityItem<Mime>], media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let kind = essence.split('/').next().unwrap_or_default();
    let fit = |range: &Mime| match (range.type_(), range.subtype()) {
        (mime::STAR, _) => Some(0),
        (own, mime::STAR) => (own == kind).then_some(1),
        _ => (range.essence_str() == essence).then_some(2),
    };
    let fitting = ranges.iter().filter_map(|range| Some((fit(&range.item)?, range.quality)));
    fitting.max_by_key(|(fit, quality)| (*fit, *quality)).is_some_and(|(_, quality)| quality > Quality::ZERO)
}

/// Applies the guard, and handles HEAD as GET without the body.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let route = route(&request).unwrap_or_default();
    if let Some(operations) = request.app_data::<web::Data<Operations>>().cloned()
        && let Err(refusal) = check(&operations, &route, &request)
    {
        return Ok(request.error_response(refusal));
    }
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(if is_head { response.map_body(|_, body| without_reading(body)) } else { response })
}

/// The body of a response to HEAD, which is not sent: one that would be read to be sent is not read further.
fn without_reading(body: BoxBody) -> BoxBody {
    match body.size() {
        BodySize::Stream => BoxBody::new(Unread),
        _ => body,
    }
}

/// A body of unknown length that ends at once.
struct Unread;

impl MessageBody for Unread {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
