//! Converts the document to OpenAPI 3.0, for tools that do not support 3.1. What 3.0 cannot express is omitted.

use serde_json::{Map, Value, json};

/// Members that contain arbitrary values, which are not converted.
const VALUES: [&str; 4] = ["example", "examples", "default", "enum"];

/// Converts the document.
#[must_use]
pub fn converted(whole: &Value) -> Value {
    let mut document = whole.clone();
    convert(&mut document, whole);
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

/// Converts every part that differs between the two versions.
fn convert(part: &mut Value, whole: &Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(|item| convert(item, whole)),
        Value::Object(members) => {
            let parts = members.iter_mut().filter(|(name, _)| !VALUES.contains(&name.as_str()));
            parts.for_each(|(_, part)| convert(part, whole));
            settle_null(members);
            settle_choice(members, whole);
            wrap_reference(members);
            capitalise_names(members);
        }
        _ => {}
    }
}

/// Converts a schema that permits null: 3.0 has one type and `nullable`.
fn settle_null(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else { return };
    if let Some(kind) = types.iter().find(|kind| *kind != "null").cloned() {
        schema.insert("type".to_owned(), kind);
        schema.insert("nullable".to_owned(), json!(true));
    }
}

/// Converts the choice of a reference and null: 3.0 has `nullable` beside the type of what the reference leads to.
fn settle_choice(schema: &mut Map<String, Value>, whole: &Value) {
    let Some(Value::Array(choices)) = schema.remove("oneOf") else { return };
    let Some(choice) = choices.into_iter().find(|choice| choice.get("$ref").is_some()) else { return };
    let target = choice.get("$ref").and_then(Value::as_str).unwrap_or_default().trim_start_matches('#');
    let kind = whole.pointer(target).and_then(|target| target.get("type")).cloned();
    schema.extend(kind.map(|kind| ("type".to_owned(), kind)));
    schema.insert("nullable".to_owned(), json!(true));
    schema.insert("allOf".to_owned(), json!([choice]));
}

/// Converts the names of the values of an enumeration to capitals. openapi-generator, for which 3.0 is, writes them as they are,
/// and a constant of Ruby begins with a capital.
fn capitalise_names(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(names)) = schema.get_mut("x-enum-varnames") {
        for name in names {
            *name = json!(name.as_str().unwrap_or_default().to_ascii_uppercase());
        }
    }
}

/// Converts a reference with siblings: in 3.0 it must be the only part of an `allOf`.
fn wrap_reference(schema: &mut Map<String, Value>) {
    if schema.len() > 1
        && schema.get("$ref").is_some_and(Value::is_string)
        && let Some(reference) = schema.remove("$ref")
    {
        schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// The component of a body, and its example.
type BodyExample = (String, Value);

/// Removes the examples of bodies.
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

/// Moves the example of a body to its schema, the only place where generators of 3.0 read it.
fn move_example(document: &mut Value, (component, example): BodyExample) {
    if let Some(schema) = document.pointer_mut(&component).and_then(Value::as_object_mut) {
        schema.entry("example").or_insert(example);
    }
}
