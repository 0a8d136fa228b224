//! Holds every answer to the OpenAPI document: a documented status, media type and headers, and a body that the schema
//! allows, without a member that it does not name.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex};

use actix_web::http::Method;
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::Answer;

/// The document as it is served.
pub static DOCUMENT: LazyLock<&Value> = LazyLock::new(inspection_register::api::document);

/// The address at which validators find the components of the document.
const COMPONENTS: &str = "https://register.example/";

/// What the document says in words of texts: the pattern of each format, and that of `text` without a format.
static FORMS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("forms.json")).unwrap());

/// The maximum number of characters of a `uri`.
const MAX_URI: u64 = 2_000;

/// Adds to a schema what the document says in words.
fn add_rules_in_words(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(add_rules_in_words),
        Value::Object(members) => {
            members.values_mut().for_each(add_rules_in_words);
            let types = members.get("type").cloned().unwrap_or_default();
            let is_text = types == "string" || types.as_array().is_some_and(|types| types.contains(&json!("string")));
            if !is_text || members.contains_key("pattern") || members.contains_key("enum") {
                return;
            }
            let format = members.get("format").and_then(Value::as_str).unwrap_or_default().to_owned();
            members.insert("pattern".to_owned(), json!(FORMS.get(&format).unwrap_or(&FORMS["text"])));
            if format == "uri" {
                members.insert("maxLength".to_owned(), json!(MAX_URI));
            }
        }
        _ => {}
    }
}

/// A schema with what the document says in words.
pub fn with_rules_in_words(schema: &Value) -> Value {
    let mut schema = schema.clone();
    add_rules_in_words(&mut schema);
    schema
}

/// The components with objects closed, so that a member without description is found.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        if schema["type"] == "object" {
            schema["additionalProperties"] = json!(false);
        }
    }
    json!({ "components": components })
});

/// The closed components for the validators of responses.
static GIVEN: LazyLock<Registry> = LazyLock::new(|| registry(CLOSED.clone()));

/// The closed components for the validators of what callers send.
static SENT: LazyLock<Registry> = LazyLock::new(|| registry(with_rules_in_words(&CLOSED)));

fn registry(components: Value) -> Registry {
    Registry::try_new(COMPONENTS, Draft::Draft202012.create_resource(components)).unwrap()
}

/// The documented path that a request path is of, and its operation.
pub fn operation(method: &Method, path: &str) -> Option<(&'static String, &'static Value)> {
    let path = path.split('?').next()?.strip_prefix("/v1")?;
    let paths = DOCUMENT["paths"].as_object()?;
    let (template, item) = paths
        .iter()
        .find(|(template, _)| *template == path)
        .or_else(|| paths.iter().find(|(t, _)| matches(t, path)))?;
    let method = if *method == Method::HEAD { Method::GET } else { method.clone() };
    Some((template, item.get(method.as_str().to_lowercase())?))
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
    template.len() == path.len()
        && template.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

/// Words of the program's inside, which no problem tells.
const PRIVATE: [&str; 9] =
    ["diesel", "postgres", "constraint", "_fkey", "_check", "syntax error at", "relation ", "serde", "src/"];

/// Panics if the answer is not what the document says.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    if answer.status.is_client_error() || answer.status.is_server_error() {
        let text = answer.text();
        assert!(!PRIVATE.iter().any(|word| text.contains(word)), "the inside is told: {text}");
    }
    let Some((_, operation)) = operation(method, path) else { return };
    let status = answer.status.as_u16().to_string();
    let context = format!("{method} {path}: {status}");
    let mut response = &operation["responses"][&status];
    if let Some(name) = response["$ref"].as_str() {
        response = DOCUMENT.pointer(name.trim_start_matches('#')).unwrap();
    }
    assert!(response.is_object(), "{context} is not documented: {}", answer.text());
    for name in ["ETag", "Location", "X-Request-Id"] {
        // Where nothing is there yet, there is no current tag to tell.
        let is_untold = status == "412" && *method == Method::PUT;
        // A large table is sent before its end is known.
        let is_streamed = answer.header("content-type").starts_with("text/csv") && answer.bytes.len() > 1024 * 1024;
        let may_be_absent = name == "ETag" && (is_untold || is_streamed);
        if response["headers"].get(name).is_some() && status != "304" && !may_be_absent {
            assert!(answer.headers.contains_key(name), "{context}: no {name}");
        }
    }
    let media_type = answer.header("content-type").split(';').next().unwrap().to_owned();
    match response["content"].as_object() {
        None => assert!(answer.bytes.is_empty(), "{context} has a body"),
        Some(offered) => {
            assert!(offered.contains_key(&media_type), "{context}: {media_type:?} is not documented");
            if media_type.ends_with("json") && *method != Method::HEAD {
                let (validator, body) = (compile_response(&offered[&media_type]["schema"]), answer.json());
                if validator.is_valid(&body) {
                    return;
                }
                let errors = validator.iter_errors(&body).map(|error| format!("{error} at {}", error.instance_path()));
                panic!("{context}: {:?}\n{}", errors.collect::<Vec<_>>(), answer.text());
            }
        }
    }
}

/// Whether a schema lets text have any form.
pub fn is_free_text(schema: &Value) -> bool {
    let is_text = schema["type"] == "string" || schema["type"][0] == "string";
    is_text && ["format", "enum", "pattern"].iter().all(|name| schema[name].is_null())
}

/// The validator of what callers send, with what the document says in words.
pub fn compile(schema: &Value) -> &'static Validator {
    static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);
    compile_once(&VALIDATORS, &with_rules_in_words(schema), &SENT)
}

/// The validator of a response.
pub fn compile_response(schema: &Value) -> &'static Validator {
    static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);
    compile_once(&VALIDATORS, schema, &GIVEN)
}

/// The validator of a schema that may refer to the components of the document; equal schemas share it.
fn compile_once(
    known: &Mutex<HashMap<String, &'static Validator>>,
    schema: &Value,
    components: &Registry,
) -> &'static Validator {
    let text = schema.to_string().replace("\"$ref\":\"#/", &format!("\"$ref\":\"{COMPONENTS}#/"));
    known.lock().unwrap().entry(text).or_insert_with_key(|text| {
        let schema = serde_json::from_str(text).unwrap();
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(components.clone());
        Box::leak(Box::new(options.should_validate_formats(true).build(&schema).unwrap()))
    })
}
