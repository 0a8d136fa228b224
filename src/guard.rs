//! Refuses what the OpenAPI document does not know, before any handler runs: methods, parameters, media types. What is
//! documented is served, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, Accept, Header};
use actix_web::middleware::Next;
use actix_web::web;
use serde_json::Value;

use crate::contract::METHODS;
use crate::error::{ApiError, FieldError, ProblemCode};
use crate::extract::query_pairs;

/// One operation, as the guard needs it.
#[derive(Debug, Clone, Default)]
struct Operation {
    parameters: BTreeSet<String>,
    media_types: BTreeSet<String>,
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
        let routes = paths.into_iter().flatten().map(|(path, item)| (format!("{prefix}{path}"), operations(item)));
        Self { routes: routes.collect() }
    }

    fn check(&self, route: &str, method: &Method, request: &ServiceRequest) -> Result<(), ApiError> {
        let Some(operations) = self.routes.get(route) else { return Ok(()) };
        let Some((_, operation)) = operations.iter().find(|(known, _)| known == method) else {
            let mut allowed = operations.iter().map(|(method, _)| method.clone()).collect::<Vec<_>>();
            if allowed.contains(&Method::GET) {
                allowed.push(Method::HEAD);
            }
            return Err(ApiError::method_not_allowed(&allowed));
        };
        let pairs = query_pairs(request.query_string())?;
        let unknown = pairs.iter().filter(|(name, _)| !operation.parameters.contains(name));
        let unknown =
            unknown.map(|(name, _)| FieldError::parameter(name, "unknown", "is no parameter of this operation"));
        let unknown = unknown.collect::<Vec<_>>();
        if !unknown.is_empty() {
            return Err(ApiError::invalid_parameters(unknown));
        }
        if !accepts(request, &operation.media_types) {
            let offered = operation.media_types.iter().map(String::as_str).collect::<Vec<_>>().join(" or ");
            return Err(ApiError::refused(ProblemCode::NotAcceptable, format!("this is sent as {offered}")));
        }
        Ok(())
    }
}

fn operations(item: &Value) -> Vec<(Method, Operation)> {
    METHODS.iter().filter_map(|(name, method)| Some((method.clone(), operation(item.get(name)?)))).collect()
}

fn operation(value: &Value) -> Operation {
    let parameters = value.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"));
    let parameters = in_query.filter_map(|parameter| parameter.get("name")?.as_str().map(ToOwned::to_owned)).collect();
    let responses = value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let successes = responses.filter(|(status, _)| status.starts_with('2'));
    let media_types =
        successes.filter_map(|(_, response)| response.get("content")?.as_object()).flat_map(|content| content.keys());
    Operation { parameters, media_types: media_types.cloned().collect() }
}

/// Whether the caller takes one of these media types (RFC 9110, section 12.5.1). An operation without a body in its
/// answer is acceptable to all.
fn accepts(request: &ServiceRequest, offered: &BTreeSet<String>) -> bool {
    if offered.is_empty() || !request.headers().contains_key(header::ACCEPT) {
        return true;
    }
    let Ok(accept) = Accept::parse(request.request()) else { return true };
    let ranges = accept.ranked();
    ranges.is_empty()
        || ranges.iter().any(|range| {
            let (kind, subtype) = (range.type_(), range.subtype());
            kind == "*"
                || offered.iter().filter_map(|media_type| media_type.split_once('/')).any(
                    |(offered_kind, offered_subtype)| {
                        kind == offered_kind
                            && (subtype == "*" || subtype == offered_subtype.split(';').next().unwrap_or_default())
                    },
                )
        })
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
    let route = request.match_pattern().unwrap_or_default();
    if let Some(guard) = request.app_data::<web::Data<Guard>>().cloned() {
        let method = request.method().clone();
        if let Err(refusal) = guard.check(&route, &method, &request) {
            return Ok(request.error_response(refusal));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
