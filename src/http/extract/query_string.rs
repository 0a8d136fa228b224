//! Query strings: split, decoded parameter by parameter, and every fault of each reported at once.

use std::collections::{BTreeSet, HashMap};

use crate::error::{ApiError, FieldError};
use crate::http::operation::{Operation, Parameter};
use crate::http::parameters::Parameters;
use crate::http::rules::{broken_rules, has_control_character};
use crate::values::text::BLANK;

/// A query string on the way to its types, with what is wrong with it.
pub struct QueryString<'a> {
    operation: &'a Operation,
    pairs: Vec<(String, String)>,
    malformed: Vec<FieldError>,
    broken: Vec<FieldError>,
}

impl<'a> QueryString<'a> {
    /// Splits the query string of a request for an operation. A list may be repeated. What is unknown, given twice or
    /// not text is set aside as malformed, each name once.
    pub fn new(query: &str, operation: &'a Operation) -> Self {
        let mut places = HashMap::<String, usize>::new();
        let mut parts = Vec::<(String, Result<String, FieldError>)>::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = read(operation, name, value);
            if let Some((_, first)) = places.get(&name).and_then(|place| parts.get_mut(*place)) {
                combine(operation, &name, first, value);
            } else {
                places.insert(name.clone(), parts.len());
                parts.push((name, value));
            }
        }
        let mut split = Self { operation, pairs: Vec::new(), malformed: Vec::new(), broken: Vec::new() };
        for (name, value) in parts {
            match value {
                Ok(value) if is_list(operation, &name) => split.pairs.push((name, in_one_order(&value))),
                Ok(value) => split.pairs.push((name, value)),
                Err(error) => split.malformed.push(error),
            }
        }
        split
    }

    /// The parameters that are well-formed by their names, and their values. The values of a list are in one order, each
    /// once, however they were sent.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Decodes those parameters whose names `is_part` picks. A value that cannot be decoded is set aside as malformed, and
    /// the others are decoded without it. Nothing is decoded only if the type requires what is not there.
    pub fn decode<T: Parameters>(&mut self, is_part: impl Fn(&str) -> bool) -> Option<T> {
        let mut pairs = self.pairs.iter().filter(|(name, _)| is_part(name)).collect::<Vec<_>>();
        loop {
            match decode_all::<T>(&pairs) {
                Ok(value) => {
                    let (blank, malformed): (Vec<_>, Vec<_>) =
                        broken_rules(&value).into_iter().map(of_parameter).partition(|error| error.code == BLANK);
                    self.malformed.extend(malformed);
                    self.broken.extend(blank);
                    self.broken.extend(value.broken_rules());
                    return Some(value);
                }
                Err((name, message)) => {
                    let place = pairs.iter().position(|(own, _)| *own == name);
                    let text = place.map(|place| pairs.remove(place).1.as_str());
                    let parameter = self.operation.parameter(&name);
                    let code = parameter.zip(text).map_or("schema", |(parameter, text)| parameter.broken_rule(text));
                    self.malformed.push(FieldError::parameter(name, code, message));
                    text?;
                }
            }
        }
    }

    /// Adds rules that parameters of two types break together.
    pub fn break_rules(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.broken.extend(errors);
    }

    /// Refuses the request with all that is wrong, in the order of the document: 400 if anything is malformed, else 422.
    pub fn finish(self) -> Result<(), ApiError> {
        let Self { operation, mut malformed, broken, .. } = self;
        if malformed.is_empty() && broken.is_empty() {
            return Ok(());
        }
        let is_malformed = !malformed.is_empty();
        for error in broken {
            if !malformed.iter().any(|known| known.parameter == error.parameter) {
                malformed.push(error);
            }
        }
        operation.sort(&mut malformed);
        Err(if is_malformed { ApiError::invalid_parameters(malformed) } else { ApiError::broken_parameters(malformed) })
    }
}

/// The name and the value of a parameter, decoded, or what is wrong with either.
fn read(operation: &Operation, name: &str, value: &str) -> (String, Result<String, FieldError>) {
    let wrong = |name: String, code: &str, message: &str| {
        let error = FieldError::parameter(name.clone(), code, message);
        (name, Err(error))
    };
    let encoding = "must be UTF-8, percent-encoded";
    let Some(name) = decode_percent(name) else { return wrong(name.to_owned(), "encoding", encoding) };
    if has_control_character(&name) {
        return wrong(name.escape_default().to_string(), "control_character", "must hold no control characters");
    }
    if operation.parameter(&name).is_none() {
        return wrong(name, "unknown", "is not a parameter of this operation");
    }
    match decode_percent(value) {
        None => wrong(name, "encoding", encoding),
        Some(value) if has_control_character(&value) => {
            wrong(name, "control_character", "must hold no control characters")
        }
        Some(value) => (name, Ok(value)),
    }
}

fn is_list(operation: &Operation, name: &str) -> bool {
    operation.parameter(name).is_some_and(Parameter::is_list)
}

/// Adds the value of a parameter that is given again, which only a list may be.
fn combine(
    operation: &Operation,
    name: &str,
    first: &mut Result<String, FieldError>,
    more: Result<String, FieldError>,
) {
    match (first, more) {
        (Err(_), _) => {}
        (Ok(first), Ok(more)) if is_list(operation, name) => {
            first.push(',');
            first.push_str(&more);
        }
        (first, Err(error)) if is_list(operation, name) => *first = Err(error),
        (first, _) => *first = Err(FieldError::parameter(name, "repeated", "may be given once")),
    }
}

/// The values of a list in alphabetical order, without repetitions.
fn in_one_order(list: &str) -> String {
    let values = list.split(',').collect::<BTreeSet<_>>();
    values.into_iter().collect::<Vec<_>>().join(",")
}

fn decode_percent(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Decodes parameters, or says which one cannot be decoded and why.
fn decode_all<T: Parameters>(pairs: &[&(String, String)]) -> Result<T, (String, String)> {
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.iter().copied()).finish();
    let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(encoded.as_bytes()));
    serde_path_to_error::deserialize::<_, T>(deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner().to_string()))
}

/// The error of a parameter, which has a name where a body has a pointer.
fn of_parameter(error: FieldError) -> FieldError {
    let parameter = error.pointer.map(|pointer| pointer.trim_start_matches('/').to_owned());
    FieldError { parameter, pointer: None, ..error }
}
