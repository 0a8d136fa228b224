//! Adjusts schemas to what clients can check: patterns only where callers send text, limits of tables, and the sizes of
//! numbers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::pointers::{component_of, object_mut};

/// Members of an operation whose schemas describe what callers send.
const SENT: [&str; 2] = ["parameters", "requestBody"];

/// Completes every schema of the document.
pub(super) fn complete(document: &mut Value) {
    let sent = sent_components(document);
    for (name, schema) in object_mut(document, "/components/schemas") {
        complete_part(schema, sent.contains(name));
    }
    for (_, item) in object_mut(document, "/paths") {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            for (name, part) in operation.as_object_mut().into_iter().flatten() {
                complete_part(part, SENT.contains(&name.as_str()));
            }
        }
    }
    for part in ["/components/responses", "/components/headers"] {
        document.pointer_mut(part).into_iter().for_each(|part| complete_part(part, false));
    }
}

/// The components that parameters and request bodies refer to, directly or through other components.
fn sent_components(document: &Value) -> BTreeSet<String> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object()).flatten();
    let mut waiting =
        operations.flat_map(|(_, operation)| SENT.iter().filter_map(|name| operation.get(name))).collect::<Vec<_>>();
    let mut sent = BTreeSet::new();
    while let Some(part) = waiting.pop() {
        match part {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => {
                waiting.extend(members.values());
                if let Some(name) = component_of(members).filter(|name| sent.insert((*name).to_owned())) {
                    waiting.extend(document.get("components").and_then(|parts| parts.get("schemas")?.get(name)));
                }
            }
            _ => {}
        }
    }
    sent
}

/// Completes the schemas of a part of the document; `is_sent` if callers send what they describe.
fn complete_part(part: &mut Value, is_sent: bool) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(|item| complete_part(item, is_sent)),
        Value::Object(members) => {
            let parts =
                members.iter_mut().filter(|(name, _)| !["example", "examples", "default"].contains(&name.as_str()));
            parts.for_each(|(_, part)| complete_part(part, is_sent));
            complete_schema(members, is_sent);
        }
        _ => {}
    }
}

/// Completes a schema of a single type. Objects without such a `type` are not schemas. Generated clients refuse a response
/// that does not match a pattern, and each language reads patterns its own way, so responses have none.
fn complete_schema(schema: &mut Map<String, Value>, is_sent: bool) {
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("string") if !is_sent => {
            schema.shift_remove("pattern");
        }
        Some("integer") if !schema.contains_key("format") => {
            let most = schema.get("maximum").and_then(Value::as_i64);
            let is_narrow = most.is_some_and(|most| i32::try_from(most).is_ok());
            schema.insert("format".to_owned(), json!(if is_narrow { "int32" } else { "int64" }));
        }
        _ => {}
    }
}
