//! Broken rules and their place in a document.

use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::error::{FieldError, MAX_ERRORS};
use crate::values::text::is_control;

/// All rules of its type that a value breaks, with JSON Pointers.
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
        // The names that `validator` and `Text` give to values without a name.
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
                    errors.push(FieldError::body(here.clone(), rule.code.clone(), describe(rule)));
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

/// Extends a JSON Pointer by one step (RFC 6901).
pub(super) fn pointer(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

pub(super) fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |place, segment| match segment {
        Segment::Seq { index } => pointer(&place, &index.to_string()),
        Segment::Map { key } => pointer(&place, key),
        Segment::Enum { .. } | Segment::Unknown => place,
    })
}

/// The message of a decoding error without the position in the text, which the pointer replaces.
pub(super) fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Whether text contains a control character other than newline and tab.
pub(super) fn has_control_character(text: &str) -> bool {
    text.chars().any(is_control)
}

/// Whether a value contains what no request may: control characters, lists in lists.
#[must_use]
pub fn has_faults(value: &Value) -> bool {
    let mut errors = Vec::new();
    find_faults_below(value, "", &mut errors);
    !errors.is_empty()
}

pub(super) fn find_faults(document: &Map<String, Value>, place: &str, errors: &mut Vec<FieldError>) {
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
                "must not contain control characters other than newline and tab",
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

pub(super) fn find_nulls(document: &Map<String, Value>, place: &str, errors: &mut Vec<FieldError>) {
    for (name, value) in document {
        if value.is_null() && errors.len() < MAX_ERRORS {
            errors.push(FieldError::body(
                pointer(place, name),
                "null",
                "must not be null: omit the member if the value is unknown",
            ));
        }
        find_nulls_below(value, &pointer(place, name), errors);
    }
}

pub(super) fn find_nulls_below(value: &Value, place: &str, errors: &mut Vec<FieldError>) {
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
