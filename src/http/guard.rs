//! Refuses what the OpenAPI document does not know, before any handler runs: methods, parameters, media types. What is
//! documented is served, and nothing else is; and each operation to those alone who may do such things at all.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, Accept, Header, Quality};
use actix_web::middleware::Next;
use actix_web::mime::{self, Mime};
use actix_web::web;
use serde_json::Value;

use crate::access::caller::Caller;
use crate::access::{Permission, permission_of};
use crate::error::{ApiError, FieldError, ProblemCode};
use crate::http::extract::{check_if_none_match, query_pairs};
use crate::http::route::{METHODS, route};

/// One operation, as the guard needs it.
#[derive(Debug, Clone, Default)]
struct Operation {
    id: String,
    permission: Option<Permission>,
    parameters: BTreeSet<String>,
    media_types: BTreeSet<String>,
}

impl Operation {
    /// Refuses callers who may not do such a thing at all, before anything is said of their request.
    fn permit(&self, request: &ServiceRequest) -> Result<(), ApiError> {
        let unlisted = || ApiError::Internal(format!("nothing says who may call {}", self.id));
        let permission = self.permission.ok_or_else(unlisted)?;
        Caller::among(&request.extensions())?.access().permits(permission)
    }
}

/// The operations of the document by route and method.
#[derive(Debug, Clone)]
pub struct Guard {
    routes: BTreeMap<String, Vec<(Method, Operation)>>,
}

impl Guard {
    /// Reads the operations of a document whose paths begin below `prefix`.
    #[must_use]
    pub fn new(document: &Value, prefix: &str) -> Self {
        let paths = document.get("paths").and_then(Value::as_object);
        let routes =
            paths.into_iter().flatten().map(|(path, item)| (format!("{prefix}{path}"), operations(path, item)));
        Self { routes: routes.collect() }
    }

    fn check(&self, route: &str, method: &Method, request: &ServiceRequest) -> Result<(), ApiError> {
        let Some(operations) = self.routes.get(route) else { return only_read(route, method) };
        let Some((_, operation)) = operations.iter().find(|(known, _)| known == method) else {
            let mut allowed = operations.iter().map(|(method, _)| method.clone()).collect::<Vec<_>>();
            if allowed.contains(&Method::GET) {
                allowed.push(Method::HEAD);
            }
            return Err(ApiError::method_not_allowed(&allowed));
        };
        operation.permit(request)?;
        let pairs = query_pairs(request.query_string())?;
        let unknown = pairs.iter().filter(|(name, _)| !operation.parameters.contains(name));
        let unknown =
            unknown.map(|(name, _)| FieldError::parameter(name, "unknown", "is no parameter of this operation"));
        let unknown = unknown.collect::<Vec<_>>();
        if !unknown.is_empty() {
            return Err(ApiError::invalid_parameters(unknown));
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
}

/// What is no operation of the document, as pages and health, is only read. No route is left to the router.
fn only_read(route: &str, method: &Method) -> Result<(), ApiError> {
    if route.is_empty() || method == Method::GET {
        Ok(())
    } else {
        Err(ApiError::method_not_allowed(&[Method::GET, Method::HEAD]))
    }
}

fn operations(path: &str, item: &Value) -> Vec<(Method, Operation)> {
    let described = METHODS.iter().filter_map(|(name, method)| Some((method, item.get(name)?)));
    described.map(|(method, value)| (method.clone(), operation(permission_of(method, path), value))).collect()
}

fn operation(permission: Option<Permission>, value: &Value) -> Operation {
    let id = value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parameters = value.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"));
    let parameters = in_query.filter_map(|parameter| parameter.get("name")?.as_str().map(ToOwned::to_owned)).collect();
    let responses = value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let successes = responses.filter(|(status, _)| status.starts_with('2'));
    let media_types =
        successes.filter_map(|(_, response)| response.get("content")?.as_object()).flat_map(|content| content.keys());
    Operation { permission, id, parameters, media_types: media_types.cloned().collect() }
}

/// Whether the caller takes one of these media types (RFC 9110, section 12.5.1). An operation without a body in its
/// answer is acceptable to all.
fn accepts(request: &ServiceRequest, offered: &BTreeSet<String>) -> bool {
    if offered.is_empty() || !request.headers().contains_key(header::ACCEPT) {
        return true;
    }
    let Ok(accept) = Accept::parse(request.request()) else { return true };
    accept.is_empty() || offered.iter().any(|media_type| is_wanted(&accept, media_type))
}

/// Whether the range that fits a media type best has a weight other than zero.
fn is_wanted(accept: &Accept, media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let kind = essence.split('/').next().unwrap_or_default();
    let fit = |range: &Mime| match (range.type_(), range.subtype()) {
        (mime::STAR, _) => Some(0),
        (own, mime::STAR) => (own == kind).then_some(1),
        _ => (range.essence_str() == essence).then_some(2),
    };
    let fitting = accept.iter().filter_map(|range| Some((fit(&range.item)?, range.quality)));
    fitting.max_by_key(|(fit, quality)| (*fit, *quality)).is_some_and(|(_, quality)| quality > Quality::ZERO)
}

/// Applies the guard, and lets HEAD be answered as GET without the body.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let route = route(&request).unwrap_or_default();
    if let Some(guard) = request.app_data::<web::Data<Guard>>().cloned() {
        let method = request.method().clone();
        if let Err(refusal) = guard.check(&route, &method, &request) {
            return Ok(request.error_response(refusal));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
