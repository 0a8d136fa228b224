//! What all tables have in common: no embedded resources, columns that the description lists, and the headers with the name
//! of the file and the number of rows.

use serde_json::{Map, Value, json};

use super::pointers::{object_mut, set};
use crate::access::TABLE;
use crate::http::table::schema::X_COLUMNS;

/// The maximum number of characters of a table that a client has to expect in one string.
const MAX_TABLE: u32 = 1_000_000_000;
/// What holds for every table.
const RULES: &str = "The table as comma-separated values (RFC 4180) in UTF-8: a header line, one line for each row of the list, \
    each ending with CR LF. Absent values are empty, several values in one cell are separated by `; `, and text that a \
    spreadsheet would interpret as a formula starts with an apostrophe. A table of more than 1 MiB is sent while it is read, \
    without `ETag` and `Content-Length`: if it is cut, the transfer ends with an error, and what was saved does not end with CR \
    LF.";

/// Completes the operation of every table.
pub(super) fn complete(document: &mut Value) {
    for (_, item) in object_mut(document, "/paths").filter(|(path, _)| path.ends_with(TABLE)) {
        if let Some(Value::Array(parameters)) = item.pointer_mut("/get/parameters") {
            parameters.retain(|parameter| parameter.get("name").is_none_or(|name| name != "embed"));
        }
        if let Some(Value::Object(response)) = item.pointer_mut("/get/responses/200") {
            describe(response);
        }
    }
    for (name, header) in headers() {
        set(document, &format!("/components/headers/{name}"), header);
    }
}

/// The headers of every table.
fn headers() -> [(&'static str, Value); 2] {
    let file = json!({
        "description": "`attachment`, with the name under which a browser saves the table: what and as at which day.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
    });
    let count = json!({
        "description": "The number of rows of the whole table; present with `count=exact`.",
        "schema": { "type": "integer", "minimum": 0, "maximum": 1_000_000_000 },
    });
    [("Content-Disposition", file), ("X-Total-Count", count)]
}

fn describe(response: &mut Map<String, Value>) {
    let content = response.get_mut("content").and_then(|content| content.get_mut("text/csv"));
    let Some(Value::Object(schema)) = content.and_then(|content| content.get_mut("schema")) else { return };
    schema.insert("maxLength".to_owned(), json!(MAX_TABLE));
    let text = |column: &Value, name: &str| column.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let columns = schema.get(X_COLUMNS).and_then(Value::as_array).into_iter().flatten();
    let columns = columns.map(|column| format!("- `{}`: {}", text(column, "name"), text(column, "description")));
    let description = format!("{RULES}\n\nIts columns:\n\n{}", columns.collect::<Vec<_>>().join("\n"));
    response.insert("description".to_owned(), json!(description));
    if let Some(Value::Object(headers)) = response.get_mut("headers") {
        for (name, _) in self::headers() {
            headers.insert(name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
        }
    }
}
