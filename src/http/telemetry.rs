//! The outermost layer of every request: it assigns the id, has the log line written, updates the metrics, and adds common
//! headers and problem bodies to responses.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};

use crate::error::{ApiError, PROBLEM_JSON, ProblemCode, RefusalCause};
use crate::http::forwarded::TrustedProxies;
use crate::http::metrics::Metrics;
use crate::http::public_url::PublicUrl;
use crate::http::request_id::{RequestId, X_REQUEST_ID};
use crate::http::request_log::{Identity, RequestLine};
use crate::http::route::route;
use crate::http::security_headers;

/// Assigns an id to a request, logs and counts it, and completes its response.
///
/// # Errors
///
/// Those of inner layers that do not return a response; the layers of the register always do.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let identity = Identity::of(&request);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let route = route(&request).unwrap_or_else(|| "unmatched".to_owned());
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    request.extensions_mut().insert(identity.id().clone());
    if let Some(proxies) = request.app_data::<web::Data<TrustedProxies>>() {
        proxies.identify(&request);
    }
    let line = RequestLine::of(&request, identity.clone(), &route);
    let response = next.call(request).await?.map_into_boxed_body();
    let (mut response, cause) = explain(response, &path, &identity);
    finish_headers(response.response_mut(), identity.id());
    security_headers::secure(response.response_mut().headers_mut(), &path);

    if let Some(metrics) = metrics {
        metrics.count(&method, &route, response.status().as_u16(), started.elapsed().as_secs_f64());
        if let Some(cause) = cause {
            metrics.refusals().count(cause);
        }
    }
    Ok(line.follow(response))
}

/// Adds a problem body to every error response, logs errors of the register, and tells why the request was refused, if that
/// was for no fault of its own.
fn explain(
    response: ServiceResponse<BoxBody>,
    path: &str,
    identity: &Identity,
) -> (ServiceResponse<BoxBody>, Option<RefusalCause>) {
    let id = identity.id().to_string();
    let respond = |error: &ApiError| error.respond(PublicUrl::of(response.request()).as_str(), path, &id);
    let mut cause = None;
    let problem = match response.response().error() {
        None if is_failure(response.status()) && !is_problem(response.response()) => {
            respond(&of_status(response.status()))
        }
        None => return (response, None),
        Some(error) => match error.as_error::<ApiError>() {
            Some(problem) => {
                if let Some(failure) = problem.cause_to_log() {
                    identity.log_failure(failure);
                }
                cause = problem.refusal_cause();
                respond(problem)
            }
            None => respond(&of_framework(error)),
        },
    };
    (with_body(response, problem), cause)
}

/// Replaces the response by the problem. CORS and rate-limit headers of other layers are kept.
fn with_body(response: ServiceResponse<BoxBody>, mut problem: HttpResponse) -> ServiceResponse<BoxBody> {
    let of_layers = |name: &HeaderName| {
        *name == header::VARY || name.as_str().starts_with("access-control-") || name.as_str().starts_with("ratelimit")
    };
    for (name, value) in response.headers().iter().filter(|(name, _)| of_layers(name)) {
        problem.headers_mut().append(name.clone(), value.clone());
    }
    response.into_response(problem)
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// Whether the body is already a problem: that of a stored refusal.
fn is_problem(response: &HttpResponse) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|media_type| media_type == PROBLEM_JSON)
}

/// Converts an error of actix-web.
fn of_framework(error: &actix_web::Error) -> ApiError {
    let response = error.as_response_error();
    if response.status_code().is_server_error() {
        ApiError::Internal(error.to_string())
    } else {
        ApiError::refused(ProblemCode::MalformedRequest, error.to_string())
    }
}

/// Converts an error response of actix-web, of which only the status is known.
fn of_status(status: StatusCode) -> ApiError {
    let code = ProblemCode::ALL.iter().find(|code| code.status() == status).copied();
    match code {
        Some(ProblemCode::NotAcceptable) => {
            ApiError::refused(ProblemCode::NotAcceptable, "responses are sent uncompressed or compressed with gzip")
        }
        Some(code) if status.is_client_error() => ApiError::refused(code, code.title()),
        _ if status.is_client_error() => ApiError::refused(ProblemCode::MalformedRequest, status.to_string()),
        _ => ApiError::Internal(status.to_string()),
    }
}

fn finish_headers(response: &mut HttpResponse, id: &RequestId) {
    let is_failure = is_failure(response.status());
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(X_REQUEST_ID, id);
    }
    if is_failure || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // The compression layer adds `Accept-Encoding` to compressed responses.
    let is_compressed = headers.contains_key(header::CONTENT_ENCODING);
    let varies_by = if is_compressed { "Authorization" } else { "Authorization, Accept-Encoding" };
    headers.append(header::VARY, HeaderValue::from_static(varies_by));
}
