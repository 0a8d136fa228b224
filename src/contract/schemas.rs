//! Simplifies schemas, so that generators create plain types.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::pointers::component_of;
use crate::values::date::Date;

/// The name of the schema of dates.
const DATE: &str = "Date";

/// Merges each `allOf` of objects, which describes flattened members, into one object, and removes the components of
/// its parts.
pub(super) fn merge_flattened(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let all = schemas.clone();
    let mut parts = BTreeSet::new();
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        let Some(Value::Array(flattened)) = schema.remove("allOf") else { continue };
        for part in flattened {
            let name = part.as_object().and_then(component_of).map(ToOwned::to_owned);
            let part = name.as_ref().and_then(|name| all.get(name)).unwrap_or(&part);
            merge(schema, part);
            parts.extend(name);
        }
    }
    schemas.retain(|name, _| !parts.contains(name));
}

fn merge(schema: &mut Map<String, Value>, part: &Value) {
    for (name, member) in part.as_object().into_iter().flatten() {
        match (schema.get_mut(name), member) {
            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more.clone()),
            (Some(Value::Array(own)), Value::Array(more)) => own.extend(more.clone()),
            (Some(_), _) => {}
            (None, _) => {
                schema.insert(name.clone(), member.clone());
            }
        }
    }
}

/// Removes the components that are not objects, such as ids and texts with limits, so that they can be inlined.
/// Enumerations remain components. Dates are added.
pub(super) fn take_simple_schemas(document: &mut Value) -> Map<String, Value> {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Map::new();
    };
    let is_simple =
        |schema: &Value| schema.get("type").is_some_and(|kind| kind != "object") && schema.get("enum").is_none();
    let simple = schemas.iter().filter(|(_, schema)| is_simple(schema));
    let mut simple = simple.map(|(name, schema)| (name.clone(), schema.clone())).collect::<Map<_, _>>();
    schemas.retain(|_, schema| !is_simple(schema));
    simple.insert(DATE.to_owned(), json!(Date::schema()));
    simple
}

/// Replaces references to simple schemas by the schemas; siblings of a reference take precedence. `utoipa` describes
/// any type named `Date` as a date without a reference to our schema.
pub(super) fn write_out(value: &mut Value, simple: &Map<String, Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| write_out(item, simple)),
        Value::Object(object) => {
            object.values_mut().for_each(|member| write_out(member, simple));
            let is_day = object.get("format").is_some_and(|format| format == "date");
            let name = component_of(object).or(is_day.then_some(DATE));
            if let Some(Value::Object(target)) = name.and_then(|name| simple.get(name)) {
                object.remove("$ref");
                for (name, member) in target {
                    object.entry(name.clone()).or_insert_with(|| member.clone());
                }
            }
        }
        _ => {}
    }
}

/// Removes null from members that are omitted instead, and keeps it for members of a patch that null clears.
pub(super) fn settle_nulls(value: &mut Value, may_be_null: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| settle_nulls(item, may_be_null)),
        Value::Object(object) => {
            object.values_mut().for_each(|member| settle_nulls(member, may_be_null));
            unwrap_choice(object, may_be_null);
            if !may_be_null && let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
        }
        _ => {}
    }
}

/// Replaces a `oneOf` of null and one schema, or an `allOf` of one schema, by that schema. Only a reference that may be null
/// stays a choice, of nothing but the two, since a copy of what it refers to would be another type of generated clients.
fn unwrap_choice(object: &mut Map<String, Value>, may_be_null: bool) {
    let choice = ["oneOf", "anyOf", "allOf"].into_iter().find(|name| object.contains_key(*name));
    let Some(Value::Array(schemas)) = choice.and_then(|name| object.remove(name)) else { return };
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    let keeps_null = may_be_null && schemas.iter().any(is_null);
    let Some(Value::Object(mut schema)) = schemas.into_iter().find(|schema| !is_null(schema)) else { return };
    if keeps_null {
        if let Some(reference) = schema.remove("$ref") {
            schema.insert("oneOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
        } else if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
            schema.insert("type".to_owned(), json!([kind, "null"]));
        }
    }
    for (name, member) in schema {
        object.entry(name).or_insert(member);
    }
}
