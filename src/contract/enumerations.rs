//! Names for the values of enumerations, for generators.

use serde_json::{Map, Value, json};

/// The extensions that hold the names, in the order of the values. Each generator reads one of them.
const EXTENSIONS: [&str; 2] = ["x-enum-varnames", "x-enumNames"];
/// Members that contain arbitrary values.
const VALUES: [&str; 3] = ["example", "examples", "default"];

/// Names the values of every enumeration that has a value which is no identifier. From the values alone, generators make
/// names such as `PUBLISHED_ON2` of `-published_on`.
pub(super) fn name_values(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(name_values),
        Value::Object(members) => {
            let parts = members.iter_mut().filter(|(name, _)| !VALUES.contains(&name.as_str()));
            parts.for_each(|(_, part)| name_values(part));
            if let Some(names) = names(members) {
                members.extend(EXTENSIONS.map(|extension| (extension.to_owned(), json!(names))));
            }
        }
        _ => {}
    }
}

/// The names of the values of a schema, unless it is no enumeration, or its values are names already.
fn names(schema: &Map<String, Value>) -> Option<Vec<String>> {
    let values = schema.get("enum")?.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
    let names = values.iter().copied().map(name).collect::<Vec<_>>();
    (names != values).then_some(names)
}

/// The name of a value: that of a descending order ends with `_desc`; in a precondition, `*` is any version.
fn name(value: &str) -> String {
    match (value, value.strip_prefix('-')) {
        ("*", _) => "any".to_owned(),
        (_, Some(order)) => format!("{order}_desc"),
        _ => value.to_owned(),
    }
}
