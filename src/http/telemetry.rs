//! The outermost layer of every request: it assigns the id, writes the log line, updates the metrics, and adds common
//! headers and problem bodies to responses.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::database::pool::Db;
use crate::error::{ApiError, PROBLEM_JSON, ProblemCode};
use crate::http::forwarded::TrustedProxies;
use crate::http::public_url::PublicUrl;
use crate::http::request_id::{RequestId, X_REQUEST_ID};
use crate::http::route::route;
use crate::http::security_headers;

/// The metrics of the service, for Prometheus.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    connections: IntGauge,
    idle_connections: IntGauge,
}

impl Metrics {
    /// Empty counters in a registry of their own.
    ///
    /// # Errors
    ///
    /// If the library refuses a name, which would be an error in this function.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let labels = ["method", "route", "status"];
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Number of HTTP requests by method, route and status."),
            &labels,
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "Time from the arrival of a request to its response, in seconds.",
            ),
            &["method", "route"],
        )?;
        let connections = IntGauge::new("database_connections", "Open connections to the database.")?;
        let idle_connections = IntGauge::new("database_connections_idle", "Open database connections not in use.")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(idle_connections.clone()))?;
        Ok(Self { registry, requests, durations, connections, idle_connections })
    }

    /// The metrics in the text format of Prometheus.
    fn expose(&self, db: &Db) -> Result<String, ApiError> {
        let state = db.pool_state();
        self.connections.set(i64::from(state.connections));
        self.idle_connections.set(i64::from(state.idle_connections));
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// `GET /metrics`.
///
/// # Errors
///
/// `internal` if the library cannot encode the metrics.
pub async fn metrics(metrics: web::Data<Metrics>, db: web::Data<Db>) -> Result<HttpResponse, ApiError> {
    let text = metrics.expose(&db)?;
    Ok(HttpResponse::Ok().content_type(prometheus::TEXT_FORMAT).body(text))
}

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
    let id = RequestId::of(request.request());
    let method = request.method().clone();
    let path = request.path().to_owned();
    let route = route(&request).unwrap_or_else(|| "unmatched".to_owned());
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    request.extensions_mut().insert(id.clone());
    if let Some(proxies) = request.app_data::<web::Data<TrustedProxies>>() {
        proxies.identify(&request);
    }
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = explain(response, &path, &id);
    finish_headers(response.response_mut(), &id);
    security_headers::secure(response.response_mut().headers_mut(), &path);

    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    log::info!("request {id} {method} {route} {status} {:.1} ms", elapsed.as_secs_f64() * 1_000.0);
    if let Some(metrics) = metrics {
        let method = known(&method);
        metrics.requests.with_label_values(&[method, &route, &status.to_string()]).inc();
        metrics.durations.with_label_values(&[method, &route]).observe(elapsed.as_secs_f64());
    }
    Ok(response)
}

/// The method as a label; all unknown methods share one label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Adds a problem body to every error response, and logs errors of the register.
fn explain(response: ServiceResponse<BoxBody>, path: &str, id: &RequestId) -> ServiceResponse<BoxBody> {
    let respond = |error: &ApiError| error.respond(PublicUrl::of(response.request()).as_str(), path, &id.to_string());
    let problem = match response.response().error() {
        None if is_failure(response.status()) && !is_problem(response.response()) => {
            respond(&of_status(response.status()))
        }
        None => return response,
        Some(error) => match error.as_error::<ApiError>() {
            Some(problem) => {
                if let ApiError::Internal(cause) | ApiError::Unavailable(cause) | ApiError::Database(_, cause) = problem
                {
                    log::error!("request {id} failed: {cause}");
                }
                respond(problem)
            }
            None => respond(&of_framework(error)),
        },
    };
    with_body(response, problem)
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
