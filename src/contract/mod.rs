//! The OpenAPI document: the description by the code, completed with what is common to all operations.
//!
//! Handlers describe their summary, parameters, body and successful response. This module adds, by rule, the problems
//! that an operation can return, preconditions, headers, descriptions of path parameters, examples and links, and
//! removes nulls. It also simplifies schemas, so that generators create plain types: no `oneOf` around references that
//! cannot be null, simple types inlined, and names for the values of enumerations.

mod enumerations;
mod forms;
mod guides;
mod links;
mod openapi_3_0;
mod origins;
mod parameters;
mod pointers;
mod schemas;
mod security;
mod tables;

use actix_web::http::Method;
use include_dir::{Dir, File, include_dir};
use serde_json::{Map, Value, json};

pub use self::openapi_3_0::converted as openapi_3_0;
use self::parameters::{PATH_PARAMETERS, idempotency_key, if_match, if_match_or_nothing, if_none_match};
use self::pointers::{object_mut, set};
use self::schemas::{merge_flattened, settle_nulls, take_simple_schemas, write_out};
use crate::access::{Permission, permission_of};
use crate::error::{FieldError, PROBLEM_JSON, Problem, ProblemCode};
use crate::http::route::METHODS;
use crate::values::codes::MAX_CODES;

/// Real requests and responses by operation: `<operation_id>.request.json`, `<operation_id>.response.json` (or `.csv`).
static EXAMPLES: Dir = include_dir!("$CARGO_MANIFEST_DIR/openapi/examples");

/// The description of the body of every PATCH. It mentions the second media type only in words: from two media types,
/// generators create two bodies, some of which do not compile.
const MERGE_PATCH: &str = "A JSON merge patch (RFC 7396): absent members do not change, `null` clears a member, a \
                           value sets it. The media type `application/merge-patch+json` is accepted too.";

/// The errors that every operation can return.
const ALWAYS: [ProblemCode; 6] = [
    ProblemCode::InvalidParameter,
    ProblemCode::Unauthenticated,
    ProblemCode::NotAcceptable,
    ProblemCode::RateLimited,
    ProblemCode::Internal,
    ProblemCode::Unavailable,
];
/// The errors that PUT, PATCH and DELETE can return.
const OF_CHANGES: [ProblemCode; 3] =
    [ProblemCode::PreconditionFailed, ProblemCode::PreconditionRequired, ProblemCode::ValidationFailed];
/// The errors that an operation with a request body can return.
const OF_BODIES: [ProblemCode; 4] = [
    ProblemCode::RequestTimeout,
    ProblemCode::PayloadTooLarge,
    ProblemCode::UnsupportedMediaType,
    ProblemCode::ValidationFailed,
];

/// The complete document.
#[must_use]
pub fn document(described: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(described).unwrap_or_default();
    set(&mut document, "/info/license", json!({ "name": "MIT", "identifier": "MIT" }));
    set(&mut document, "/info/contact", json!({ "name": "The maintainers of the Inspection Register" }));
    set(&mut document, "/security", json!([]));
    set(&mut document, "/servers/0/x-internal", json!(false));
    merge_flattened(&mut document);
    let simple = take_simple_schemas(&mut document);
    write_out(&mut document, &simple);
    for (name, schema) in object_mut(&mut document, "/components/schemas") {
        let may_be_null = name.ends_with("Patch");
        settle_nulls(schema, may_be_null);
    }
    settle_nulls(document.pointer_mut("/paths").unwrap_or(&mut Value::Null), false);
    set(&mut document, "/components/responses", problem_responses());
    set(&mut document, "/components/headers", headers());
    set(&mut document, "/components/securitySchemes", security::schemes());
    for (path, item) in object_mut(&mut document, "/paths") {
        for (name, method) in &METHODS {
            if let Some(operation) = item.get_mut(name).and_then(Value::as_object_mut) {
                complete(operation, method, path);
            }
        }
        put_in_order(item);
    }
    tables::complete(&mut document);
    links::add_links(&mut document);
    origins::complete(&mut document);
    forms::complete(&mut document);
    guides::complete(&mut document);
    enumerations::name_values(&mut document);
    document
}

/// Puts the operations of a path in the order of [`METHODS`].
fn put_in_order(item: &mut Value) {
    if let Some(operations) = item.as_object_mut() {
        for (name, _) in &METHODS {
            if let Some((name, operation)) = operations.shift_remove_entry(*name) {
                operations.insert(name, operation);
            }
        }
    }
}

/// What holds for every operation: who may call it, problems, preconditions, headers, examples.
fn complete(operation: &mut Map<String, Value>, method: &Method, path: &str) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let permission = permission_of(method, path);
    if let Some(permission) = permission {
        security::describe(operation, permission);
    }
    let has_body = operation.contains_key("requestBody");
    let is_change = matches!(*method, Method::PUT | Method::PATCH | Method::DELETE);
    let in_path = PATH_PARAMETERS.iter().filter(|parameter| path.contains(&format!("{{{}}}", parameter.name)));
    let mut parameters = in_path.map(|parameter| parameter.describe(path)).collect::<Vec<_>>();
    let has_path_parameter = !parameters.is_empty();
    if let Some(Value::Array(own)) = operation.remove("parameters") {
        parameters.extend(own);
    }
    let creates_too = is_change && operation.get("responses").is_some_and(|responses| responses.get("201").is_some());
    if creates_too {
        parameters.extend(if_match_or_nothing());
    } else if is_change {
        parameters.push(if_match());
    } else if *method == Method::GET {
        parameters.push(if_none_match());
    } else {
        parameters.push(idempotency_key());
    }
    let has_question = parameters.iter().any(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
    complete_lists(&mut parameters);
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        for (status, response) in responses.iter_mut() {
            add_headers(response, status, method, id.starts_with("list_"));
            add_example(response, &format!("{id}.response"));
        }
        if *method == Method::GET {
            let not_modified = json!({ "description": "Not modified: the `If-None-Match` tag matches the current representation.", "headers": tagged_headers() });
            responses.insert("304".to_owned(), not_modified);
        }
        let mut add = |code: ProblemCode| {
            let name = format!("#/components/responses/{}", response_name(code));
            responses.entry(code.status().as_str()).or_insert_with(|| json!({ "$ref": name }));
        };
        ALWAYS.into_iter().for_each(&mut add);
        if permission != Some(Permission::Read) {
            add(ProblemCode::Forbidden);
        }
        if has_path_parameter {
            add(ProblemCode::NotFound);
        }
        if has_question {
            add(ProblemCode::ValidationFailed);
        }
        if is_change {
            OF_CHANGES.into_iter().for_each(&mut add);
        }
        if *method != Method::GET {
            add(ProblemCode::Conflict);
        }
        if *method == Method::POST {
            add(ProblemCode::IdempotencyKeyReused);
        }
        if has_body {
            OF_BODIES.into_iter().for_each(&mut add);
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        set(body, "/required", json!(true));
        add_example(body, &format!("{id}.request"));
        if *method == Method::PATCH {
            set(body, "/description", json!(MERGE_PATCH));
        }
    }
}

/// Adds what all lists of codes in parameters have in common. They are described with commas: generators that do not
/// support this repeat the parameter, and some that repeat it add brackets to its name.
fn complete_lists(parameters: &mut [Value]) {
    for parameter in parameters.iter_mut().filter(|parameter| parameter.pointer("/schema/items").is_some()) {
        set(parameter, "/style", json!("form"));
        set(parameter, "/explode", json!(false));
        set(parameter, "/schema/minItems", json!(1));
        set(parameter, "/schema/maxItems", json!(MAX_CODES));
    }
}

fn add_headers(response: &mut Value, status: &str, method: &Method, is_list: bool) {
    let mut headers = if matches!(status, "200" | "201") { tagged_headers() } else { common_headers() };
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    if let Value::Object(headers) = &mut headers {
        if status == "201" {
            headers.insert("Location".to_owned(), header("Location"));
        }
        if *method == Method::GET && is_list {
            headers.insert("Link".to_owned(), header("Link"));
        }
        if *method == Method::POST {
            headers.insert("Idempotent-Replayed".to_owned(), header("Idempotent-Replayed"));
        }
    }
    set(response, "/headers", headers);
}

fn common_headers() -> Value {
    json!({
        "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" },
        "RateLimit": { "$ref": "#/components/headers/RateLimit" },
        "RateLimit-Policy": { "$ref": "#/components/headers/RateLimit-Policy" },
    })
}

fn tagged_headers() -> Value {
    let mut headers = common_headers();
    set(&mut headers, "/ETag", json!({ "$ref": "#/components/headers/ETag" }));
    headers
}

fn headers() -> Value {
    let text = |description: &str, max: u32| json!({ "description": description, "schema": { "type": "string", "minLength": 1, "maxLength": max } });
    json!({
        "ETag": text("The version of the resource, or of the representation if it has computed or embedded members; of a compressed response, with `-gzip` at its end.", 200),
        "Idempotent-Replayed": { "description": "`true` if this is the stored response to an earlier request with the same `Idempotency-Key`; otherwise absent.", "schema": { "type": "boolean" } },
        "Link": text("The URL of the next page (RFC 8288); absent on the last page.", 8000),
        "Location": text("The address of the new resource.", 2000),
        "RateLimit": text("The number of requests left (`r`) and the seconds until the quota is full (`t`); absent if no limit applies.", 100),
        "RateLimit-Policy": text("The number of requests allowed (`q`) in a period of `w` seconds, for each client address or each API key.", 100),
        "Retry-After": { "description": "The seconds after which to retry.", "schema": { "type": "integer", "minimum": 1, "maximum": 3600 } },
        "WWW-Authenticate": text("The authentication scheme: `Bearer`, with an API key.", 200),
        "X-Request-Id": text("The id of the request, as in the log and in problems: the one that the caller sent, or a new one.", 128),
    })
}

/// Adds the example with this name to each media type.
fn add_example(holder: &mut Value, name: &str) {
    for (media_type, content) in object_mut(holder, "/content") {
        let is_json = media_type.ends_with("json");
        let file = EXAMPLES.get_file(format!("{name}.{}", if is_json { "json" } else { "csv" }));
        let text = file.and_then(File::contents_utf8);
        let example = text.and_then(|text| if is_json { serde_json::from_str(text).ok() } else { Some(text.into()) });
        if let Some(example) = example {
            set(content, "/example", example);
        }
    }
}

/// The name of the response component with the status of this code.
fn response_name(code: ProblemCode) -> String {
    code.status().canonical_reason().unwrap_or_default().split(' ').collect()
}

/// One response component for each status, with a description of every code with that status.
fn problem_responses() -> Value {
    let mut responses = Map::new();
    for code in ProblemCode::ALL {
        let errors = match code {
            // An unsupported method belongs to no operation; the others are described by another code with the same
            // status.
            ProblemCode::MethodNotAllowed
            | ProblemCode::MalformedRequest
            | ProblemCode::InvalidCursor
            | ProblemCode::InUse
            | ProblemCode::IllegalTransition
            | ProblemCode::IdempotencyInProgress
            | ProblemCode::IdempotencyKeyReused
            | ProblemCode::ReasonRequired
            | ProblemCode::OutcomeUnknown => continue,
            ProblemCode::InvalidParameter => vec![FieldError::parameter("limit", "range", "must be 1 to 200")],
            ProblemCode::ValidationFailed => {
                vec![FieldError::body("/text", "length", "must have 1 to 10000 characters, has 0")]
            }
            _ => Vec::new(),
        };
        let codes = ProblemCode::ALL.iter().filter(|other| other.status() == code.status());
        let codes = codes.map(|code| format!("`{code}`: {}", code.advice())).collect::<Vec<_>>().join("\n\n");
        let mut headers = common_headers();
        if let Value::Object(headers) = &mut headers {
            let extra: &[&str] = match code {
                ProblemCode::RateLimited | ProblemCode::Unavailable => &["Retry-After"],
                ProblemCode::Unauthenticated => &["WWW-Authenticate"],
                ProblemCode::Conflict => &["Idempotent-Replayed", "Retry-After"],
                ProblemCode::ValidationFailed => &["Idempotent-Replayed"],
                ProblemCode::PreconditionFailed => &["ETag"],
                _ => &[],
            };
            headers.extend(
                extra
                    .iter()
                    .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))),
            );
        }
        responses.insert(
            response_name(*code),
            json!({
                "description": codes,
                "headers": headers,
                "content": { PROBLEM_JSON: {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                    "example": Problem {
                        type_uri: format!("urn:problem-type:inspection-register:{}", code.slug()),
                        documentation_url: format!("/problems/{}", code.slug()),
                        title: code.title(),
                        status: code.status().as_u16(),
                        detail: code.advice().to_owned(),
                        instance: "/v1/findings".to_owned(),
                        code: *code,
                        trace_id: "01a20431-0c26-7000-8000-41513696de59".to_owned(),
                        errors,
                    },
                } },
            }),
        );
    }
    Value::Object(responses)
}
