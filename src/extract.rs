//! What handlers are given: bodies, parameters and preconditions, decoded and valid, or an [`ApiError`].

use std::collections::HashSet;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag, Header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::error::{ApiError, FieldError, MAX_ERRORS, ProblemCode};
use crate::page::{Window, WindowParameters};

type BoxedFuture<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// Largest body in bytes, unless the route sets another.
pub const MAX_BODY: usize = 1024 * 1024;
/// Largest body in bytes of documents and inspections.
pub const MAX_LARGE_BODY: usize = 2 * MAX_BODY;

/// A JSON body that creates or replaces: no member unknown, none null, every rule kept; at most `MAX` bytes.
pub struct Body<T, const MAX: usize = MAX_BODY>(pub T);

/// The body of a document or an inspection.
pub type LargeBody<T> = Body<T, MAX_LARGE_BODY>;

impl<T: DeserializeOwned + Validate + 'static, const MAX: usize> FromRequest for Body<T, MAX> {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read_body(request, payload, &["application/json"], MAX);
        Box::pin(async move {
            let bytes = bytes.await?;
            let (document, mut errors) = parse(&bytes)?;
            find_nulls(&document, "", &mut errors);
            decode(&bytes, errors).map(Self)
        })
    }
}

/// A JSON merge patch (RFC 7396): absent members stay, `null` clears, a value sets; at most `MAX` bytes.
pub struct Patch<T, const MAX: usize = MAX_BODY> {
    /// The decoded patch.
    pub changes: T,
    document: Map<String, Value>,
}

/// The patch of a document or an inspection.
pub type LargePatch<T> = Patch<T, MAX_LARGE_BODY>;

impl<T, const MAX: usize> Patch<T, MAX> {
    /// Whether the patch would leave the resource as it is.
    #[must_use]
    pub fn changes_nothing(&self, current: &impl Serialize) -> bool {
        let Ok(Value::Object(current)) = serde_json::to_value(current) else { return false };
        self.document
            .iter()
            .filter(|(name, _)| *name != "reason")
            .all(|(name, value)| is_same(current.get(name).unwrap_or(&Value::Null), value))
    }
}

/// Whether a value that was sent is the current one: a list that was left out inside it counts as empty.
fn is_same(current: &Value, sent: &Value) -> bool {
    match (current, sent) {
        (Value::Object(current), Value::Object(sent)) => {
            let is_default = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            current.iter().all(|(name, value)| sent.contains_key(name) || is_default(value))
                && sent.iter().all(|(name, value)| current.get(name).is_some_and(|own| is_same(own, value)))
        }
        (Value::Array(current), Value::Array(sent)) => {
            current.len() == sent.len() && current.iter().zip(sent).all(|(own, value)| is_same(own, value))
        }
        _ => current == sent,
    }
}

impl<T: DeserializeOwned + Validate + 'static, const MAX: usize> FromRequest for Patch<T, MAX> {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read_body(request, payload, &["application/merge-patch+json", "application/json"], MAX);
        Box::pin(async move {
            let bytes = bytes.await?;
            let (document, mut errors) = parse(&bytes)?;
            for (name, value) in &document {
                find_nulls_below(value, &pointer("", name), &mut errors);
            }
            Ok(Self { changes: decode(&bytes, errors)?, document })
        })
    }
}

/// Reads a member that may be absent but not null.
///
/// # Errors
///
/// If the value is null or of another type.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a member of a patch that may be absent, null or a value.
///
/// # Errors
///
/// If the value is of another type.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    media_types: &[&str],
    limit: usize,
) -> BoxedFuture<web::Bytes> {
    let type_ok = media_types.iter().any(|known| known.eq_ignore_ascii_case(request.content_type()))
        && charset_is_utf8(request)
        && !request.headers().contains_key(header::CONTENT_ENCODING);
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let expected = media_types.join(" or ");
    let stream = web::Payload::from_request(request, payload);
    Box::pin(async move {
        if !type_ok {
            let detail = format!("the body must be {expected} in UTF-8, not compressed");
            return Err(ApiError::refused(ProblemCode::UnsupportedMediaType, detail));
        }
        let too_large = || ApiError::refused(ProblemCode::PayloadTooLarge, format!("the body is over {limit} bytes"));
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let stream = stream.await.map_err(|error| malformed(error.to_string()))?;
        match stream.to_bytes_limited(limit).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(_)) => Err(malformed("the body ended too early".to_owned())),
            Err(_) => Err(too_large()),
        }
    })
}

fn charset_is_utf8(request: &HttpRequest) -> bool {
    request.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8")
}

fn malformed(detail: String) -> ApiError {
    ApiError::refused(ProblemCode::MalformedRequest, detail)
}

/// Reads any JSON object, and notes what no type of a member would: control characters, lists in lists.
fn parse(bytes: &[u8]) -> Result<(Map<String, Value>, Vec<FieldError>), ApiError> {
    let document =
        serde_json::from_slice::<Value>(bytes).map_err(|error| malformed(format!("the body is not JSON: {error}")))?;
    let Value::Object(document) = document else {
        return Err(ApiError::invalid_member("", "type", "must be an object"));
    };
    let mut errors = Vec::new();
    find_faults(&document, "", &mut errors);
    Ok((document, errors))
}

/// Decodes the body as a `T` and applies its rules; reports all broken ones together with those found before.
fn decode<T: DeserializeOwned + Validate>(bytes: &[u8], mut errors: Vec<FieldError>) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(value) => {
            errors.extend(broken_rules(&value));
            if errors.is_empty() { Ok(value) } else { Err(ApiError::invalid(errors)) }
        }
        Err(error) => {
            let place = pointer_of(error.path());
            if !errors.iter().any(|known| known.pointer.as_deref() == Some(&place)) {
                errors.push(FieldError::body(place, "schema", plain(&error.into_inner().to_string())));
            }
            Err(ApiError::invalid(errors))
        }
    }
}

/// Every rule of its own type that a value breaks, with JSON Pointers.
pub fn broken_rules(value: &impl Validate) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Err(broken) = value.validate() {
        collect(&broken, "", &mut errors);
    }
    errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    errors
}

fn collect(broken: &ValidationErrors, place: &str, errors: &mut Vec<FieldError>) {
    for (name, kind) in broken.errors() {
        // The names that `validator` and `Text` give to what has no name of its own.
        let here = if matches!(name.as_ref(), "" | "__all__" | "_tmp_validator") {
            place.to_owned()
        } else {
            pointer(place, name)
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &here, errors),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &pointer(&here, &index.to_string()), errors);
                }
            }
            ValidationErrorsKind::Field(rules) => {
                for rule in rules {
                    let below = rule.params.get("pointer").and_then(Value::as_str).unwrap_or_default();
                    errors.push(FieldError::body(format!("{here}{below}"), rule.code.clone(), describe(rule)));
                }
            }
        }
    }
}

fn describe(rule: &validator::ValidationError) -> String {
    if let Some(message) = &rule.message {
        return message.to_string();
    }
    let bound = |name: &str| rule.params.get(name).map(ToString::to_string);
    let unit = if rule.code == "length" { " items" } else { "" };
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => format!("must be {min} to {max}{unit}"),
        (Some(min), None) => format!("must be at least {min}{unit}"),
        (None, Some(max)) => format!("must be at most {max}{unit}"),
        (None, None) => format!("breaks the rule {}", rule.code),
    }
}

/// A step further into a document (RFC 6901).
fn pointer(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |place, segment| match segment {
        Segment::Seq { index } => pointer(&place, &index.to_string()),
        Segment::Map { key } => pointer(&place, key),
        Segment::Enum { .. } | Segment::Unknown => place,
    })
}

/// The words of a decoding error without the position in the text, which the pointer tells better.
fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Whether text holds a control character other than newline and tab.
fn has_control_character(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && character != '\n' && character != '\t')
}

/// Whether a value holds what no request may: control characters, lists in lists.
#[must_use]
pub fn has_faults(value: &Value) -> bool {
    let mut errors = Vec::new();
    find_faults_below(value, "", &mut errors);
    !errors.is_empty()
}

fn find_faults(document: &Map<String, Value>, place: &str, errors: &mut Vec<FieldError>) {
    for (name, value) in document {
        find_faults_below(value, &pointer(place, name), errors);
    }
}

fn find_faults_below(value: &Value, place: &str, errors: &mut Vec<FieldError>) {
    match value {
        _ if errors.len() >= MAX_ERRORS => {}
        Value::String(text) if has_control_character(text) => {
            errors.push(FieldError::body(
                place,
                "control_character",
                "must hold no control characters but newline and tab",
            ));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let place = pointer(place, &index.to_string());
                if item.is_array() {
                    // No list holds lists. The decoder would take one for an object without the names of its members.
                    errors.push(FieldError::body(&place, "type", "must not be a list"));
                }
                find_faults_below(item, &place, errors);
            }
        }
        Value::Object(document) => find_faults(document, place, errors),
        _ => {}
    }
}

fn find_nulls(document: &Map<String, Value>, place: &str, errors: &mut Vec<FieldError>) {
    for (name, value) in document {
        if value.is_null() && errors.len() < MAX_ERRORS {
            errors.push(FieldError::body(
                pointer(place, name),
                "null",
                "must not be null: leave it out if it is unknown",
            ));
        }
        find_nulls_below(value, &pointer(place, name), errors);
    }
}

fn find_nulls_below(value: &Value, place: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_nulls_below(item, &pointer(place, &index.to_string()), errors);
            }
        }
        Value::Object(document) => find_nulls(document, place, errors),
        _ => {}
    }
}

/// Parameters of an operation that is no list.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query_pairs(request.query_string()).and_then(|pairs| decode_parameters(pairs.iter())).map(Self))
    }
}

/// Parameters of a list: which part is wanted, and of what.
pub struct List<F> {
    /// Which part is wanted.
    pub window: Window,
    /// Of what.
    pub filter: F,
}

/// Parameters that belong to the window and not to the question.
const WINDOW_NAMES: [&str; 3] = ["limit", "cursor", "count"];

impl<F: DeserializeOwned + Validate> FromRequest for List<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(list(request))
    }
}

fn list<F: DeserializeOwned + Validate>(request: &HttpRequest) -> Result<List<F>, ApiError> {
    let pairs = query_pairs(request.query_string())?;
    let (window, mut question): (Vec<_>, Vec<_>) =
        pairs.iter().partition(|(name, _)| WINDOW_NAMES.contains(&name.as_str()));
    let filter = decode_parameters(question.iter().copied());
    let window = decode_parameters::<WindowParameters>(window.into_iter());
    let (filter, window) = match (filter, window) {
        (Ok(filter), Ok(window)) => (filter, window),
        (Err(one), Err(other)) => {
            return Err(ApiError::invalid_parameters([one.errors(), other.errors()].concat()));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    question.sort();
    let question =
        serde_json::to_string(&(request.path(), question)).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(List { window: Window::new(window, question), filter })
}

/// Splits a query string into names and values: each name once, all in UTF-8, nothing that is not text.
///
/// # Errors
///
/// `invalid_parameter`, naming every parameter that is repeated or not text.
pub fn query_pairs(query: &str) -> Result<Vec<(String, String)>, ApiError> {
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name_text = decode_percent(name);
        let name = name_text.clone().unwrap_or_else(|| name.to_owned());
        match (name_text, decode_percent(value)) {
            (Some(_), Some(value)) => {
                if !seen.insert(name.clone()) {
                    errors.push(FieldError::parameter(name, "repeated", "may be given once"));
                } else if has_control_character(&name) || has_control_character(&value) {
                    let name = name.escape_default().to_string();
                    errors.push(FieldError::parameter(name, "control_character", "must hold no control characters"));
                } else {
                    pairs.push((name, value));
                }
            }
            _ => errors.push(FieldError::parameter(name, "encoding", "must be UTF-8, percent-encoded")),
        }
    }
    if errors.is_empty() { Ok(pairs) } else { Err(ApiError::invalid_parameters(errors)) }
}

fn decode_percent(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn decode_parameters<'a, T: DeserializeOwned + Validate>(
    pairs: impl Iterator<Item = &'a (String, String)>,
) -> Result<T, ApiError> {
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(encoded.as_bytes()));
    let value = serde_path_to_error::deserialize::<_, T>(deserializer).map_err(|error| {
        let name = error.path().to_string();
        ApiError::invalid_parameters(vec![FieldError::parameter(name, "schema", error.into_inner().to_string())])
    })?;
    let errors = broken_rules(&value).into_iter().map(|error| FieldError {
        parameter: error.pointer.map(|pointer| pointer.trim_start_matches('/').to_owned()),
        pointer: None,
        ..error
    });
    let errors = errors.collect::<Vec<_>>();
    if errors.is_empty() { Ok(value) } else { Err(ApiError::invalid_parameters(errors)) }
}

/// The version that the caller means to change: `If-Match` (RFC 9110, section 13.1.1).
#[derive(Debug)]
pub struct IfMatch(header::IfMatch);

impl IfMatch {
    /// Refuses the change if the resource is at another version. Only the version part of a tag counts, since the rest
    /// tells of what is computed or embedded; weak tags never match.
    ///
    /// # Errors
    ///
    /// `precondition_failed`, with the current tag.
    pub fn check(&self, version: i32) -> Result<(), ApiError> {
        let matches = |tag: &EntityTag| !tag.weak && tag.tag().split('-').next() == Some(&version.to_string());
        match &self.0 {
            header::IfMatch::Any => Ok(()),
            header::IfMatch::Items(tags) if tags.iter().any(matches) => Ok(()),
            header::IfMatch::Items(_) => Err(ApiError::precondition_failed(&format!("\"{version}\""))),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if request.headers().contains_key(header::IF_MATCH) {
            header::IfMatch::parse(request).map(Self).map_err(|_| {
                ApiError::invalid_parameters(vec![FieldError::parameter("If-Match", "schema", "must be an entity tag")])
            })
        } else {
            Err(ApiError::refused(
                ProblemCode::PreconditionRequired,
                "say in If-Match which version you mean to change",
            ))
        })
    }
}

/// No parameters at all.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}
