//! The header by which an answer may be read by web pages of other origins.

use serde_json::{Value, json};

/// Its name.
const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";

/// Adds the header to every answer: any may go to a web page, and then says to whose.
pub(super) fn complete(document: &mut Value) {
    add_to_answers(document);
    super::set(
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
            // Only answers are described and have headers: what holds the components has no description.
            let is_answer = members.contains_key("description");
            if let Some(Value::Object(headers)) = members.get_mut("headers").filter(|_| is_answer) {
                let reference = format!("#/components/headers/{ALLOW_ORIGIN}");
                headers.insert(ALLOW_ORIGIN.to_owned(), json!({ "$ref": reference }));
            }
        }
        _ => {}
    }
}
