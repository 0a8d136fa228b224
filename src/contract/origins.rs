//! The header that permits web pages of other origins to read a response.

use serde_json::{Value, json};

use super::pointers::set;

/// Its name.
const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";

/// Adds the header to every response.
pub(super) fn complete(document: &mut Value) {
    add_to_answers(document);
    set(
        document,
        &format!("/components/headers/{ALLOW_ORIGIN}"),
        json!({
            "description": "The origin that may read the response, or `*`.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 2000 },
        }),
    );
}

fn add_to_answers(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(add_to_answers),
        Value::Object(members) => {
            members.values_mut().for_each(add_to_answers);
            // Only responses have both a description and headers.
            let is_answer = members.contains_key("description");
            if let Some(Value::Object(headers)) = members.get_mut("headers").filter(|_| is_answer) {
                let reference = format!("#/components/headers/{ALLOW_ORIGIN}");
                headers.insert(ALLOW_ORIGIN.to_owned(), json!({ "$ref": reference }));
            }
        }
        _ => {}
    }
}
