//! JSON bodies.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::duplicates::duplicates;
use super::shape::Shape;
use crate::error::{ApiError, FieldError, MAX_ERRORS, ProblemCode};
use crate::http::idempotency::Once;
use crate::http::limits::bodies::{Bodies, Held, too_large};
use crate::http::rules::{broken_rules, find_faults, find_nulls, find_nulls_below, plain, pointer, pointer_of};
use crate::values::json::{merged, without_byte_order_mark};

type BoxedFuture<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// The maximum size of a body in bytes, unless the route has another.
pub const MAX_BODY: usize = 1024 * 1024;
/// The maximum size of a body of a document or an inspection in bytes.
pub const MAX_LARGE_BODY: usize = 2 * MAX_BODY;

/// A JSON body that replaces a resource: without unknown members and nulls, and valid; at most [`MAX_BODY`] bytes.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Validate + ToSchema + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read_body(request, payload, &["application/json"], MAX_BODY);
        Box::pin(async move {
            let body = body.await?;
            let (value, _) = decode_new(&body.bytes)?;
            Ok(Self(value))
        })
    }
}

/// The JSON body of a POST, with its idempotency key; at most `MAX` bytes.
pub struct Post<T, const MAX: usize = MAX_BODY> {
    /// The decoded body.
    pub new: T,
    /// Runs the write once.
    pub once: Once,
}

/// The POST of a document or an inspection.
pub type LargePost<T> = Post<T, MAX_LARGE_BODY>;

impl<T: DeserializeOwned + Validate + ToSchema + 'static, const MAX: usize> FromRequest for Post<T, MAX> {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let once = Once::of(request);
        let body = read_body(request, payload, &["application/json"], MAX);
        Box::pin(async move {
            let (once, body) = (once?, body.await?);
            let (new, document) = decode_new(&body.bytes)?;
            Ok(Self { new, once: once.with_body(document) })
        })
    }
}

/// A JSON merge patch (RFC 7396): absent members do not change, `null` clears a member, a value sets it; at most `MAX`
/// bytes.
pub struct Patch<T, const MAX: usize = MAX_BODY> {
    /// The decoded patch.
    pub changes: T,
    document: Map<String, Value>,
}

/// The patch of a document or an inspection.
pub type LargePatch<T> = Patch<T, MAX_LARGE_BODY>;

/// Members that are sets: their order has no meaning.
const SETS: [&str; 5] = ["predecessors", "successors", "authority_ids", "recommendation_ids", "finding_ids"];

impl<T: DeserializeOwned + Validate + ToSchema + 'static, const MAX: usize> Patch<T, MAX> {
    /// The patch that an object is.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn of(document: Map<String, Value>) -> Result<Self, ApiError> {
        let changes = decode_object(document.clone()).map_err(ApiError::invalid)?;
        Ok(Self { changes, document })
    }
}

impl<T, const MAX: usize> Patch<T, MAX> {
    /// The row with the patch applied.
    ///
    /// # Errors
    ///
    /// `internal` if the row cannot be serialised as JSON.
    pub fn applied_to<R: Serialize + DeserializeOwned>(&self, current: &R) -> Result<R, ApiError> {
        Ok(merged(current, &self.document)?)
    }

    /// Whether the patch changes nothing in the resource.
    #[must_use]
    pub fn changes_nothing(&self, current: &impl Serialize) -> bool {
        let Ok(Value::Object(current)) = serde_json::to_value(current) else { return false };
        self.document.iter().filter(|(name, _)| *name != "reason").all(|(name, value)| {
            let own = current.get(name).unwrap_or(&Value::Null);
            if SETS.contains(&name.as_str()) { is_same_set(own, value) } else { is_same(own, value) }
        })
    }
}

/// Whether two lists have the same items, regardless of order and repetition.
fn is_same_set(current: &Value, sent: &Value) -> bool {
    let holds = |one: &Value, other: &Value| match (one.as_array(), other.as_array()) {
        (Some(one), Some(other)) => other.iter().all(|item| one.contains(item)),
        _ => false,
    };
    holds(current, sent) && holds(sent, current)
}

/// Whether a sent value is equal to the current one; an omitted list counts as empty.
fn is_same(current: &Value, sent: &Value) -> bool {
    match (current, sent) {
        (Value::Object(current), Value::Object(sent)) => {
            let is_default = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            current.iter().all(|(name, value)| sent.contains_key(name) || is_default(value))
                && sent.iter().all(|(name, value)| current.get(name).is_some_and(|own| is_same(own, value)))
        }
        (Value::Null, Value::Array(sent)) => sent.is_empty(),
        (Value::Array(current), Value::Array(sent)) => {
            current.len() == sent.len() && current.iter().zip(sent).all(|(own, value)| is_same(own, value))
        }
        // Names and titles are stored without white space around them.
        (Value::String(current), Value::String(sent)) => current == sent || current == sent.trim(),
        _ => current == sent,
    }
}

impl<T: DeserializeOwned + Validate + ToSchema + 'static, const MAX: usize> FromRequest for Patch<T, MAX> {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read_body(request, payload, &["application/merge-patch+json", "application/json"], MAX);
        Box::pin(async move {
            let body = body.await?;
            let (document, mut errors) = parse(&body.bytes)?;
            for (name, value) in &document {
                find_nulls_below(value, &pointer("", name), &mut errors);
            }
            Ok(Self { changes: decode(&body.bytes, &document, errors)?, document })
        })
    }
}

/// Deserialises a member that may be absent but not null.
///
/// # Errors
///
/// If the value is null or of another type.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Deserialises a member of a patch that may be absent, null or a value.
///
/// # Errors
///
/// If the value is of another type.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn read_body(request: &HttpRequest, payload: &mut Payload, media_types: &[&str], limit: usize) -> BoxedFuture<Held> {
    let type_ok = media_types.iter().any(|known| known.eq_ignore_ascii_case(request.content_type()))
        && charset_is_utf8(request)
        && !request.headers().contains_key(header::CONTENT_ENCODING);
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let expected = media_types.join(" or ");
    let bodies = request.app_data::<web::Data<Bodies>>().cloned();
    let stream = web::Payload::from_request(request, payload);
    Box::pin(async move {
        if !type_ok {
            let detail = format!("the body must be {expected} in UTF-8, not compressed");
            return Err(ApiError::refused(ProblemCode::UnsupportedMediaType, detail));
        }
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let bodies = bodies.ok_or_else(|| ApiError::Internal("web::Data<Bodies> is not configured".to_owned()))?;
        let stream = stream.await.map_err(|error| malformed(error.to_string()))?;
        let mut body = bodies.read(stream, limit).await?;
        body.bytes = body.bytes.slice_ref(without_byte_order_mark(&body.bytes));
        Ok(body)
    })
}

fn charset_is_utf8(request: &HttpRequest) -> bool {
    request.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8")
}

fn malformed(detail: String) -> ApiError {
    ApiError::refused(ProblemCode::MalformedRequest, detail)
}

/// Decodes a body without nulls, and gives the document besides.
fn decode_new<T: DeserializeOwned + Validate + ToSchema + 'static>(
    bytes: &[u8],
) -> Result<(T, Map<String, Value>), ApiError> {
    let (document, mut errors) = parse(bytes)?;
    find_nulls(&document, "", &mut errors);
    Ok((decode(bytes, &document, errors)?, document))
}

/// Parses any JSON object, and collects faults that the types of members do not detect: control characters, lists in
/// lists.
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
fn decode<T: DeserializeOwned + Validate + ToSchema + 'static>(
    bytes: &[u8],
    document: &Map<String, Value>,
    mut errors: Vec<FieldError>,
) -> Result<T, ApiError> {
    match serde_json::from_slice::<T>(bytes) {
        Ok(value) => {
            errors.extend(broken_rules(&value));
            if errors.is_empty() {
                return Ok(value);
            }
            Shape::of::<T>().sort(&mut errors);
            Err(ApiError::invalid(errors))
        }
        Err(error) => {
            errors.extend(duplicates(bytes));
            Err(ApiError::invalid(all_faults::<T>(document.clone(), errors, &error)))
        }
    }
}

/// Decodes a JSON object as the body of a request.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the document.
pub fn decode_object<T: DeserializeOwned + Validate + ToSchema + 'static>(
    document: Map<String, Value>,
) -> Result<T, Vec<FieldError>> {
    match T::deserialize(&Value::Object(document.clone())) {
        Ok(value) => {
            let errors = broken_rules(&value);
            if errors.is_empty() { Ok(value) } else { Err(errors) }
        }
        Err(error) => Err(all_faults::<T>(document, Vec::new(), &error)),
    }
}

/// Everything that is wrong with a body that cannot be decoded, together with what was found before: where it departs from
/// its shape, and the rules that the rest of it breaks; the reason that the decoder gave if there is nothing else.
fn all_faults<T: DeserializeOwned + Validate + ToSchema + 'static>(
    mut document: Map<String, Value>,
    mut errors: Vec<FieldError>,
    reason: &serde_json::Error,
) -> Vec<FieldError> {
    let shape = Shape::of::<T>();
    let mut walk = shape.mend(&mut document);
    let known = errors.iter().filter_map(|error| error.pointer.clone()).collect::<HashSet<_>>();
    let is_new = |error: &FieldError| error.pointer.as_ref().is_none_or(|place| !known.contains(place));
    errors.extend(std::mem::take(&mut walk.errors).into_iter().filter(is_new));
    if errors.len() < MAX_ERRORS {
        match serde_path_to_error::deserialize::<_, T>(&Value::Object(document)) {
            Ok(value) => {
                let is_own = |error: &FieldError| !walk.concerns(error.pointer.as_deref().unwrap_or_default());
                errors.extend(broken_rules(&value).into_iter().filter(is_own));
            }
            Err(error) => {
                let place = pointer_of(error.path());
                if !known.contains(&place) {
                    errors.push(FieldError::body(place, "schema", plain(&error.into_inner().to_string())));
                }
            }
        }
    }
    if errors.is_empty() {
        errors.push(FieldError::body("", "schema", plain(&reason.to_string())));
    }
    shape.sort(&mut errors);
    errors
}
