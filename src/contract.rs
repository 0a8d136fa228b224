//! The OpenAPI document: what the code describes, completed with what holds for every operation alike.
//!
//! Handlers say what is theirs: summary, parameters, body and success. Said here once, by rule: the problems that an
//! operation can answer with, preconditions and headers, the meaning of path parameters, examples, and the absence of
//! nulls. The rest is tidied so that generators make plain types: no `oneOf` around references, simple types written out.

use std::collections::BTreeSet;

use actix_web::http::Method;
use include_dir::{Dir, File, include_dir};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::api;
use crate::authorities::model::AuthorityKey;
use crate::date::Date;
use crate::documents::model::DocumentId;
use crate::error::{FieldError, Problem, ProblemCode};
use crate::findings::model::FindingId;
use crate::inspections::model::InspectionId;
use crate::recommendations::model::RecommendationId;
use crate::text::Code;

/// The methods of operations, as the document and as HTTP names them.
pub const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// Real requests and answers, by operation: `<operation_id>.request.json`, `<operation_id>.response.json` (or
/// `.csv`).
static EXAMPLES: Dir = include_dir!("$CARGO_MANIFEST_DIR/openapi/examples");

/// The name of the schema of days.
const DATE: &str = "Date";

/// What every operation can answer with.
const ALWAYS: [ProblemCode; 4] =
    [ProblemCode::InvalidParameter, ProblemCode::NotAcceptable, ProblemCode::Internal, ProblemCode::Unavailable];
/// What a change of something can answer with.
const OF_CHANGES: [ProblemCode; 3] =
    [ProblemCode::PreconditionFailed, ProblemCode::PreconditionRequired, ProblemCode::ValidationFailed];
/// What an operation with a body can answer with.
const OF_BODIES: [ProblemCode; 3] =
    [ProblemCode::PayloadTooLarge, ProblemCode::UnsupportedMediaType, ProblemCode::ValidationFailed];

/// A parameter in a path: its name, its description, and an example that exists in `data/`.
struct PathParameter {
    name: &'static str,
    description: &'static str,
    example: &'static str,
    schema: fn() -> RefOr<Schema>,
}

const PATH_PARAMETERS: [PathParameter; 6] = [
    PathParameter {
        name: "authority",
        description: "The authority: its id, its current GSS code, its Ofsted URN or its DfE code. Of two with one code, \
                      the current one.",
        example: "E06000019",
        schema: AuthorityKey::schema,
    },
    PathParameter {
        name: "framework",
        description: "The code of the framework.",
        example: "ilacs_2018",
        schema: Code::schema,
    },
    PathParameter {
        name: "inspection_id",
        description: "The id of the inspection.",
        example: "01a20435-3ea9-7d3f-a057-7ff72ea165f0",
        schema: InspectionId::schema,
    },
    PathParameter {
        name: "finding_id",
        description: "The id of the finding.",
        example: "01a20435-3ece-76be-9a54-66d9f1e9c157",
        schema: FindingId::schema,
    },
    PathParameter {
        name: "recommendation_id",
        description: "The id of the recommendation.",
        example: "01a20435-3ef5-7317-9141-125fc3e6149a",
        schema: RecommendationId::schema,
    },
    PathParameter {
        name: "document_id",
        description: "The id of the document.",
        example: "01a20435-3eb1-7ff6-9794-45fc41d0913b",
        schema: DocumentId::schema,
    },
];

/// The document, complete.
#[must_use]
pub fn document() -> Value {
    let mut document = serde_json::to_value(api::described()).unwrap_or_default();
    set(&mut document, "/info/license", json!({ "name": "MIT", "identifier": "MIT" }));
    set(&mut document, "/info/contact", json!({ "name": "The maintainers of the Inspection Register" }));
    set(&mut document, "/security", json!([]));
    merge_flattened(&mut document);
    let mut simple = take_simple_schemas(&mut document);
    simple.insert(DATE.to_owned(), json!(Date::schema()));
    write_out(&mut document, &simple);
    for (name, schema) in object_mut(&mut document, "/components/schemas") {
        let may_be_null = name.ends_with("Patch");
        settle_nulls(schema, may_be_null, &simple);
    }
    settle_nulls(document.pointer_mut("/paths").unwrap_or(&mut Value::Null), false, &simple);
    set(&mut document, "/components/responses", problem_responses());
    set(&mut document, "/components/headers", headers());
    for (path, item) in object_mut(&mut document, "/paths") {
        for (name, method) in &METHODS {
            if let Some(operation) = item.get_mut(name).and_then(Value::as_object_mut) {
                complete(operation, method, path);
            }
        }
        put_in_order(item);
    }
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

fn object_mut<'a>(document: &'a mut Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).into_iter().flatten()
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(parent) = document.pointer_mut(parent).and_then(Value::as_object_mut)
    {
        parent.insert(name.to_owned(), value);
    }
}

/// Makes one object of each schema that is a conjunction of objects, as flattened members are described; the parts are no
/// components of their own.
fn merge_flattened(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let all = schemas.clone();
    let mut parts = BTreeSet::new();
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        let Some(Value::Array(flattened)) = schema.remove("allOf") else { continue };
        for part in flattened {
            let name = part.as_object().and_then(component_of).map(ToOwned::to_owned);
            let part = name.as_ref().and_then(|name| all.get(name)).unwrap_or(&part);
            merge(schema, part);
            parts.extend(name);
        }
    }
    schemas.retain(|name, _| !parts.contains(name));
}

fn merge(schema: &mut Map<String, Value>, part: &Value) {
    for (name, member) in part.as_object().into_iter().flatten() {
        match (schema.get_mut(name), member) {
            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more.clone()),
            (Some(Value::Array(own)), Value::Array(more)) => own.extend(more.clone()),
            (Some(_), _) => {}
            (None, _) => {
                schema.insert(name.clone(), member.clone());
            }
        }
    }
}

/// Removes the components that are no objects, ids and dates and texts with limits, to write them out where they are used.
/// Enumerations are removed too if they are referred to as something that may be null; those stay as components as well.
fn take_simple_schemas(document: &mut Value) -> Map<String, Value> {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Map::new();
    };
    let simple = schemas.iter().filter(|(_, schema)| schema.get("type").is_some_and(|kind| kind != "object"));
    let simple = simple.map(|(name, schema)| (name.clone(), schema.clone())).collect::<Map<_, _>>();
    schemas.retain(|name, schema| !simple.contains_key(name) || schema.get("enum").is_some());
    simple
}

fn component_of(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// Replaces references to simple schemas by the schemas; what stands beside a reference comes first. To `utoipa` a type
/// of the name `Date` is a day of any form, without a reference to the schema that is ours.
fn write_out(value: &mut Value, simple: &Map<String, Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| write_out(item, simple)),
        Value::Object(object) => {
            object.values_mut().for_each(|member| write_out(member, simple));
            let is_day = object.get("format").is_some_and(|format| format == "date");
            let name = component_of(object).or(is_day.then_some(DATE));
            let target = name.and_then(|name| simple.get(name)).filter(|schema| schema.get("enum").is_none());
            if let Some(Value::Object(target)) = target {
                object.remove("$ref");
                for (name, member) in target {
                    object.entry(name.clone()).or_insert_with(|| member.clone());
                }
            }
        }
        _ => {}
    }
}

/// Removes null wherever a member is left out instead, and says it plainly where null clears a member of a patch.
fn settle_nulls(value: &mut Value, may_be_null: bool, simple: &Map<String, Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| settle_nulls(item, may_be_null, simple)),
        Value::Object(object) => {
            object.values_mut().for_each(|member| settle_nulls(member, may_be_null, simple));
            unwrap_choice(object, may_be_null, simple);
            if !may_be_null && let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
        }
        _ => {}
    }
}

/// Turns a choice between null and one schema, or the conjunction of one schema, into that schema.
fn unwrap_choice(object: &mut Map<String, Value>, may_be_null: bool, simple: &Map<String, Value>) {
    let choice = ["oneOf", "anyOf", "allOf"].into_iter().find(|name| object.contains_key(*name));
    let Some(Value::Array(schemas)) = choice.and_then(|name| object.remove(name)) else { return };
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    let has_null = schemas.iter().any(is_null);
    let Some(Value::Object(mut schema)) = schemas.into_iter().find(|schema| !is_null(schema)) else { return };
    if has_null && may_be_null {
        if let Some(Value::Object(target)) = component_of(&schema).and_then(|name| simple.get(name)) {
            schema.clone_from(target);
        }
        if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
            schema.insert("type".to_owned(), json!([kind, "null"]));
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    for (name, member) in schema {
        object.entry(name).or_insert(member);
    }
}

/// What holds for every operation: problems, preconditions, headers, examples.
fn complete(operation: &mut Map<String, Value>, method: &Method, path: &str) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let has_body = operation.contains_key("requestBody");
    let is_change = matches!(*method, Method::PUT | Method::PATCH | Method::DELETE);
    let in_path = PATH_PARAMETERS.iter().filter(|parameter| path.contains(&format!("{{{}}}", parameter.name)));
    let mut parameters = in_path.map(PathParameter::describe).collect::<Vec<_>>();
    let has_path_parameter = !parameters.is_empty();
    if let Some(Value::Array(own)) = operation.remove("parameters") {
        parameters.extend(own);
    }
    if is_change {
        parameters.push(if_match());
    } else if *method == Method::GET {
        parameters.push(if_none_match());
    }
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        for (status, response) in responses.iter_mut() {
            add_headers(response, status, *method == Method::GET, id.starts_with("list_"));
            add_example(response, &format!("{id}.response"));
        }
        if *method == Method::GET {
            let not_modified =
                json!({ "description": "The caller has this representation already.", "headers": tagged_headers() });
            responses.insert("304".to_owned(), not_modified);
        }
        let mut add = |code: ProblemCode| {
            let name = format!("#/components/responses/{}", response_name(code));
            responses.entry(code.status().as_str()).or_insert_with(|| json!({ "$ref": name }));
        };
        ALWAYS.into_iter().for_each(&mut add);
        if has_path_parameter {
            add(ProblemCode::NotFound);
        }
        if is_change {
            OF_CHANGES.into_iter().for_each(&mut add);
        }
        if *method != Method::GET {
            add(ProblemCode::Conflict);
        }
        if has_body {
            OF_BODIES.into_iter().for_each(&mut add);
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        set(body, "/required", json!(true));
        add_example(body, &format!("{id}.request"));
        if *method == Method::PATCH
            && let Some(content) = body.get_mut("content").and_then(Value::as_object_mut)
            && let Some(json) = content.get("application/json").cloned()
        {
            content.insert("application/merge-patch+json".to_owned(), json);
        }
    }
}

impl PathParameter {
    fn describe(&self) -> Value {
        json!({
            "name": self.name, "in": "path", "required": true,
            "description": self.description, "example": self.example, "schema": (self.schema)(),
        })
    }
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": true,
        "description": "The `ETag` of the version to change (RFC 9110). Only its version part counts; a weak tag never matches.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200 }, "example": "\"1\""
    })
}

fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "The `ETag` of a representation that the caller has: it is not sent again (RFC 9110).",
        "schema": { "type": "string", "minLength": 1, "maxLength": 1000 }
    })
}

fn add_headers(response: &mut Value, status: &str, is_read: bool, is_list: bool) {
    let mut headers = if matches!(status, "200" | "201") { tagged_headers() } else { common_headers() };
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    if let Value::Object(headers) = &mut headers {
        if status == "201" {
            headers.insert("Location".to_owned(), header("Location"));
        }
        if is_read && is_list {
            headers.insert("Link".to_owned(), header("Link"));
        }
    }
    set(response, "/headers", headers);
}

fn common_headers() -> Value {
    json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } })
}

fn tagged_headers() -> Value {
    let mut headers = common_headers();
    set(&mut headers, "/ETag", json!({ "$ref": "#/components/headers/ETag" }));
    headers
}

fn headers() -> Value {
    let text = |description: &str, max: u32| json!({ "description": description, "schema": { "type": "string", "minLength": 1, "maxLength": max } });
    json!({
        "ETag": text("The version of the resource, or of the representation where some of it is computed.", 200),
        "Link": text("Where the next page is (RFC 8288), on all pages but the last.", 8000),
        "Location": text("The address of the new resource.", 2000),
        "Retry-After": { "description": "Seconds after which to try again.", "schema": { "type": "integer", "minimum": 1, "maximum": 3600 } },
        "X-Request-Id": text("The id of the request: the caller's own if it sent one, as in the log and in problems.", 128),
    })
}

/// Puts the real request or answer of that name beside each media type.
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

/// The component that answers with this status.
fn response_name(code: ProblemCode) -> String {
    code.status().canonical_reason().unwrap_or_default().split(' ').collect()
}

/// One component a status: its description names every code that it may carry.
fn problem_responses() -> Value {
    let mut responses = Map::new();
    for code in ProblemCode::ALL {
        let errors = match code {
            // A method that a path does not know belongs to no operation; others are rarer than those of their status.
            ProblemCode::MethodNotAllowed
            | ProblemCode::MalformedRequest
            | ProblemCode::InvalidCursor
            | ProblemCode::InUse
            | ProblemCode::IllegalTransition
            | ProblemCode::ReasonRequired => continue,
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
            let extra = match code {
                ProblemCode::Unavailable => Some("Retry-After"),
                ProblemCode::PreconditionFailed => Some("ETag"),
                _ => None,
            };
            headers
                .extend(extra.map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))));
        }
        responses.insert(
            response_name(*code),
            json!({
                "description": codes,
                "headers": headers,
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                    "example": Problem {
                        type_uri: format!("urn:problem-type:inspection-register:{}", code.slug()),
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
