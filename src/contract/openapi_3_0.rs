//! The document in the words of OpenAPI 3.0, for tools that read no newer one. It says the same, but for what 3.0 has no
//! words for.

use serde_json::{Map, Value, json};

/// Members that hold values of any kind, and no part of the document.
const VALUES: [&str; 4] = ["example", "examples", "default", "enum"];

/// Converts the document.
#[must_use]
pub fn converted(document: &Value) -> Value {
    let mut document = document.clone();
    convert(&mut document);
    if let Value::Object(members) = &mut document {
        members.insert("openapi".to_owned(), json!("3.0.3"));
    }
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut)
        && let Some(Value::String(identifier)) = license.remove("identifier")
    {
        license.insert("url".to_owned(), json!(format!("https://spdx.org/licenses/{identifier}.html")));
    }
    for example in take_examples(&mut document) {
        move_example(&mut document, example);
    }
    document
}

/// Converts every part that the two versions say in different words.
fn convert(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Object(members) => {
            let parts = members.iter_mut().filter(|(name, _)| !VALUES.contains(&name.as_str()));
            parts.for_each(|(_, part)| convert(part));
            settle_null(members);
            wrap_reference(members);
        }
        _ => {}
    }
}

/// A value that may be null is `nullable`, and has one type.
fn settle_null(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else { return };
    if let Some(kind) = types.iter().find(|kind| *kind != "null").cloned() {
        schema.insert("type".to_owned(), kind);
        schema.insert("nullable".to_owned(), json!(true));
    }
}

/// A reference stands alone; with anything beside it, it is the only part of a conjunction.
fn wrap_reference(schema: &mut Map<String, Value>) {
    if schema.len() > 1
        && schema.get("$ref").is_some_and(Value::is_string)
        && let Some(reference) = schema.remove("$ref")
    {
        schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// The example of a body, and the component that the body is of.
type BodyExample = (String, Value);

/// Takes the examples of bodies out.
fn take_examples(document: &mut Value) -> Vec<BodyExample> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    let contents =
        operations.filter_map(|(_, operation)| operation.pointer_mut("/requestBody/content")?.as_object_mut());
    let examples = contents.filter_map(|content| {
        let body = content.get_mut("application/json")?.as_object_mut()?;
        let component = body.get("schema")?.get("$ref")?.as_str()?.trim_start_matches('#').to_owned();
        Some((component, body.shift_remove("example")?))
    });
    examples.collect()
}

/// Puts the example of a body beside its schema: generators look for it there, and leave it out elsewhere.
fn move_example(document: &mut Value, (component, example): BodyExample) {
    if let Some(schema) = document.pointer_mut(&component).and_then(Value::as_object_mut) {
        schema.entry("example").or_insert(example);
    }
}
