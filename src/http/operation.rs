//! The operations of the OpenAPI document, as the service reads them: what is documented is served, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use actix_web::{HttpRequest, web};
use serde_json::Value;

use crate::access::{Permission, permission_of};
use crate::error::{ApiError, FieldError};
use crate::http::route::METHODS;

/// One operation.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// What its callers must be allowed to do; absent if no table names it.
    pub permission: Option<Permission>,
    /// Its parameters in the query string, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// The media types of its successes.
    pub media_types: BTreeSet<String>,
}

/// A parameter in the query string.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    schema: Value,
}

impl Operation {
    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Puts errors in the order of the parameters in the document; those of unknown parameters come last, in their order.
    pub fn sort(&self, errors: &mut [FieldError]) {
        errors.sort_by_key(|error| {
            let place = |name: &str| self.parameters.iter().position(|parameter| parameter.name == name);
            error.parameter.as_deref().and_then(place).unwrap_or(usize::MAX)
        });
    }
}

impl Parameter {
    /// Whether it holds several values.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.schema.get("items").is_some()
    }

    /// The rule of its schema that a text breaks, by name, for a text that is known to break one.
    #[must_use]
    pub fn broken_rule(&self, text: &str) -> &'static str {
        match self.schema.get("items") {
            None => rule_of_text(&self.schema, text),
            Some(items) => {
                if limit(&self.schema, "maxItems").is_some_and(|most| text.split(',').count() > most) {
                    return "length";
                }
                let mut rules = text.split(',').map(|item| rule_of_item(items, item));
                rules.find_map(|rule| rule).unwrap_or_else(|| rule_of_text(items, text))
            }
        }
    }
}

fn limit(schema: &Value, name: &str) -> Option<usize> {
    usize::try_from(schema.get(name)?.as_u64()?).ok()
}

/// The rule that an item of a list breaks, if that can be told without its pattern.
fn rule_of_item(schema: &Value, text: &str) -> Option<&'static str> {
    match rule_of_text(schema, text) {
        "enum" => {
            let values = schema.get("enum").and_then(Value::as_array);
            let is_known = values.is_some_and(|values| values.iter().any(|value| value == text));
            (!is_known).then_some("enum")
        }
        "length" => Some("length"),
        _ => None,
    }
}

fn rule_of_text(schema: &Value, text: &str) -> &'static str {
    let length = text.chars().count();
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") if text.parse::<i64>().is_ok_and(|number| number.to_string() == text) => "range",
        Some("integer" | "boolean") => "type",
        _ if schema.get("enum").is_some() => "enum",
        _ if schema.get("format").is_some() => "format",
        _ if limit(schema, "minLength").is_some_and(|least| length < least) => "length",
        _ if limit(schema, "maxLength").is_some_and(|most| length > most) => "length",
        _ => "pattern",
    }
}

/// The operations of the document by route and method.
#[derive(Debug, Clone)]
pub struct Operations {
    routes: BTreeMap<String, Vec<(Method, Operation)>>,
}

impl Operations {
    /// Reads the operations of a document whose paths begin below `prefix`.
    #[must_use]
    pub fn new(document: &Value, prefix: &str) -> Self {
        let paths = document.get("paths").and_then(Value::as_object);
        let routes = paths.into_iter().flatten().map(|(path, item)| {
            let described = METHODS.iter().filter_map(|(name, method)| Some((method, item.get(name)?)));
            let operations = described
                .map(|(method, value)| (method.clone(), operation(document, permission_of(method, path), value)));
            (format!("{prefix}{path}"), operations.collect())
        });
        Self { routes: routes.collect() }
    }

    /// The operations of a route, each with its method.
    #[must_use]
    pub fn of_route(&self, route: &str) -> Option<&[(Method, Operation)]> {
        self.routes.get(route).map(Vec::as_slice)
    }

    /// Calls `f` with the operation of a request.
    ///
    /// # Errors
    ///
    /// `internal` if the request is of no operation, or what `f` returns.
    pub fn with<T>(request: &HttpRequest, f: impl FnOnce(&Operation) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let known = request.app_data::<web::Data<Self>>().zip(request.match_pattern());
        let operations = known.as_ref().and_then(|(known, route)| known.of_route(route));
        let operation = operations.into_iter().flatten().find(|(method, _)| method == request.method());
        let (_, operation) =
            operation.ok_or_else(|| ApiError::Internal(format!("{} is of no operation", request.path())))?;
        f(operation)
    }
}

fn operation(document: &Value, permission: Option<Permission>, value: &Value) -> Operation {
    let id = value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parameters = value.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"));
    let parameters = in_query.filter_map(|parameter| {
        let name = parameter.get("name")?.as_str()?.to_owned();
        Some(Parameter { name, schema: resolved(document, parameter.get("schema")?) })
    });
    let responses = value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let successes = responses.filter(|(status, _)| status.starts_with('2'));
    let media_types =
        successes.filter_map(|(_, response)| response.get("content")?.as_object()).flat_map(|content| content.keys());
    Operation { permission, id, parameters: parameters.collect(), media_types: media_types.cloned().collect() }
}

/// The schema of a parameter, with that of its items, in place of references to components.
fn resolved(document: &Value, schema: &Value) -> Value {
    let target = schema.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| document.pointer(target.trim_start_matches('#')));
    let mut schema = target.unwrap_or(schema).clone();
    if let Some(items) = schema.get_mut("items") {
        *items = resolved(document, items);
    }
    schema
}
