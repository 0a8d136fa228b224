//! The enumerations of the document: each is one component, and its values have names that every language can use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::contract::DOCUMENT;

/// Every schema that lists its values, by its place.
fn enumerations() -> BTreeMap<String, &'static Value> {
    let mut found = BTreeMap::new();
    collect(&DOCUMENT, "", &mut found);
    assert!(found.len() > 40, "{found:?}");
    found
}

fn collect(part: &'static Value, place: &str, found: &mut BTreeMap<String, &'static Value>) {
    match part {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{place}/{index}"), found));
        }
        Value::Object(members) => {
            if members.get("enum").is_some_and(Value::is_array) {
                found.insert(place.to_owned(), part);
            }
            for (name, member) in members.iter().filter(|(name, _)| !["example", "examples"].contains(&name.as_str())) {
                collect(member, &format!("{place}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// A copy would be another type of generated clients. One value is no choice, and needs no type.
#[test]
fn every_enumeration_is_one_component() {
    let (mut faults, mut seen) = (Vec::new(), BTreeMap::new());
    for (place, schema) in enumerations() {
        let values = schema["enum"].as_array().unwrap();
        let name = place.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'));
        let Some(name) = name else {
            faults.extend((values.len() > 1).then(|| format!("{place} is no component")));
            continue;
        };
        // The orders of a list, and what it embeds, belong to that list, whatever others have.
        let is_of_one_list = name.ends_with("Sort") || name.ends_with("Embed");
        if let Some(other) =
            (!is_of_one_list).then(|| seen.insert(schema["enum"].to_string(), name.to_owned())).flatten()
        {
            faults.push(format!("{name} has the values of {other}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_patch_refers_to_the_enumeration_that_it_may_clear() {
    let priority = &DOCUMENT["components"]["schemas"]["ImprovementActionPatch"]["properties"]["priority"];
    assert_eq!(priority["oneOf"], json!([{ "$ref": "#/components/schemas/Priority" }, { "type": "null" }]));
    assert_eq!(priority["description"], "The priority.");
}

#[test]
fn every_value_has_a_name() {
    let is_identifier = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    for (place, schema) in enumerations() {
        let texts = |member: &str| {
            let values = schema[member].as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().map(|value| value.as_str().unwrap()).collect::<Vec<_>>()
        };
        let (values, names) = (texts("enum"), texts("x-enum-varnames"));
        assert_eq!(names, texts("x-enumNames"), "{place}");
        let is_named = !names.is_empty();
        assert_eq!(is_named, !values.iter().copied().all(is_identifier), "{place}");
        let names = if is_named { names } else { values.clone() };
        assert!(names.iter().copied().all(is_identifier), "{place}: {names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), values.len(), "{place}: {names:?}");
    }
}

#[test]
fn descending_orders_say_so() {
    let sort = &DOCUMENT["components"]["schemas"]["InspectionSort"];
    assert_eq!(sort["enum"], json!(["published_on", "-published_on", "started_on", "-started_on"]));
    assert_eq!(sort["x-enum-varnames"], json!(["published_on", "published_on_desc", "started_on", "started_on_desc"]));
}
