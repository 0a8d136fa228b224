//! Query strings.

use std::collections::HashSet;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use validator::Validate;

use super::rules::{broken_rules, has_control_character};
use crate::error::{ApiError, FieldError};
use crate::http::page::{Window, WindowParameters};
use crate::values::text::Reason;

/// The parameters of an operation that is not a list.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query_pairs(request.query_string()).and_then(|pairs| decode_parameters(pairs.iter())).map(Self))
    }
}

/// The parameters of a list: the window and the filter.
pub struct List<F> {
    /// The window.
    pub window: Window,
    /// The filter.
    pub filter: F,
}

/// Parameters of the window, which are not part of the filter.
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
    let question = serde_json::to_string(&(request.path(), question))?;
    Ok(List { window: Window::new(window, question), filter })
}

/// Splits a query string into names and values: each name once, in UTF-8, without control characters.
///
/// # Errors
///
/// `invalid_parameter` with every parameter that is repeated or is not text.
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
                    errors.push(FieldError::parameter(
                        name,
                        "control_character",
                        "must not contain control characters",
                    ));
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

/// No parameters at all.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// The parameter of a deletion with a reason.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReasonParameter {
    /// The reason for deleting a part of a published inspection.
    #[validate(nested)]
    #[param(example = "Recorded twice.")]
    pub reason: Option<Reason>,
}
