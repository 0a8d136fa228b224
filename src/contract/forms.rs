//! Adds limits to schemas whose types do not have them: characters of text, the length of date-times, and the range of
//! numbers.

use serde_json::{Map, Value, json};

use crate::values::text::PLAIN_TEXT;

/// The pattern of a table in CSV: text whose lines end with CR and LF.
const TABLE: &str = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$";
/// The maximum number of characters of a table.
const MAX_TABLE: u32 = 10_000_000;
/// The maximum number of characters of a date-time such as `2026-11-26T09:30:00.123456Z`.
const MAX_MOMENT: u32 = 35;

/// Completes every schema of the document.
pub(super) fn complete(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(complete),
        Value::Object(members) => {
            if let Some(Value::Object(content)) = members.get_mut("content") {
                content.iter_mut().filter(|(media_type, _)| *media_type == "text/csv").for_each(|(_, table)| {
                    table["schema"] = json!({ "type": "string", "maxLength": MAX_TABLE, "pattern": TABLE });
                });
            }
            let parts =
                members.iter_mut().filter(|(name, _)| !["example", "examples", "default"].contains(&name.as_str()));
            parts.for_each(|(_, part)| complete(part));
            complete_schema(members);
        }
        _ => {}
    }
}

/// Completes a schema of a single type. Objects without such a `type` are not schemas.
fn complete_schema(schema: &mut Map<String, Value>) {
    let has = |name: &str| schema.contains_key(name);
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    let additions = match kind {
        Some("string") if schema.get("format").is_some_and(|format| format == "date-time") => {
            vec![("maxLength", json!(MAX_MOMENT))]
        }
        Some("string") if !has("format") && !has("pattern") && !has("enum") => {
            vec![("pattern", json!(PLAIN_TEXT))]
        }
        Some("integer") if !has("format") => {
            let most = schema.get("maximum").and_then(Value::as_i64);
            let is_narrow = most.is_some_and(|most| i32::try_from(most).is_ok());
            vec![("format", json!(if is_narrow { "int32" } else { "int64" }))]
        }
        _ => Vec::new(),
    };
    for (name, value) in additions {
        schema.entry(name).or_insert(value);
    }
}
