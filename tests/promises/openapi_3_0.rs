//! The document in the words of OpenAPI 3.0: committed, served, and without a word of 3.1.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use inspection_register::contract::openapi_3_0;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::contract::DOCUMENT;

static CONVERTED: LazyLock<Value> = LazyLock::new(|| openapi_3_0(&DOCUMENT));

/// What a schema of OpenAPI 3.0 may have beside its own limits. Whatever else the document comes to use is converted first.
const WORDS: [&str; 25] = [
    "additionalProperties",
    "allOf",
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "x-columns",
];

#[test]
fn the_committed_document_is_current() {
    let committed = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi-3.0.json"));
    let current = format!("{}\n", serde_json::to_string_pretty(&*CONVERTED).unwrap());
    assert!(
        committed.unwrap_or_default() == current,
        "run: cargo run -- openapi --version 3.0 > openapi/openapi-3.0.json"
    );
}

#[actix_web::test]
async fn the_document_is_served() {
    let register = Register::empty().await;
    let answer = register.get("/openapi-3.0.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), *CONVERTED);
}

#[test]
fn the_document_says_that_it_is_of_3_0() {
    assert_eq!(CONVERTED["openapi"], "3.0.3");
    assert_eq!(CONVERTED["info"]["license"]["url"], "https://spdx.org/licenses/MIT.html");
    assert!(CONVERTED["info"]["license"]["identifier"].is_null());
}

#[test]
fn every_schema_is_in_the_words_of_3_0() {
    let mut faults = BTreeSet::new();
    find_faults(&CONVERTED, &mut faults);
    assert_eq!(faults, BTreeSet::new());
}

/// Looks at every reference, and at every schema: what stands under the names that hold schemas.
fn find_faults(part: &Value, faults: &mut BTreeSet<String>) {
    match part {
        Value::Array(items) => items.iter().for_each(|item| find_faults(item, faults)),
        Value::Object(members) => {
            if members.get("$ref").is_some_and(Value::is_string) && members.len() > 1 {
                faults.insert(format!("something stands beside a reference: {part}"));
            }
            for (name, member) in members.iter().filter(|(name, _)| *name != "example") {
                let schemas = match name.as_str() {
                    "schema" | "items" => vec![member],
                    "schemas" | "properties" => member.as_object().unwrap().values().collect(),
                    "allOf" => member.as_array().unwrap().iter().collect(),
                    _ => Vec::new(),
                };
                for schema in schemas {
                    judge(schema, faults);
                }
                find_faults(member, faults);
            }
        }
        _ => {}
    }
}

fn judge(schema: &Value, faults: &mut BTreeSet<String>) {
    if schema.get("$ref").is_some() {
        return;
    }
    let is_known = |name: &str| WORDS.contains(&name) || name.starts_with("x-");
    let unknown = schema.as_object().unwrap().keys().filter(|name| !is_known(name));
    faults.extend(unknown.map(|name| format!("{name} is no word of 3.0, or is to be added here")));
    if !schema["type"].is_string() && schema.get("allOf").is_none() {
        faults.insert(format!("a schema has not one type: {schema}"));
    }
}

#[test]
fn what_may_be_null_says_so() {
    let name = &CONVERTED["components"]["schemas"]["AuthorityPatch"]["properties"]["official_name"];
    assert_eq!((&name["type"], &name["nullable"]), (&"string".into(), &true.into()));
    let priority = &CONVERTED["components"]["schemas"]["ImprovementActionPatch"]["properties"]["priority"];
    let expected = json!([{ "$ref": "#/components/schemas/Priority" }]);
    assert_eq!((&priority["allOf"], &priority["nullable"]), (&expected, &true.into()));
}

#[test]
fn examples_of_bodies_stand_beside_their_schemas() {
    let body = &CONVERTED["paths"]["/authorities"]["post"]["requestBody"]["content"]["application/json"];
    assert!(body.get("example").is_none());
    let original = &DOCUMENT["paths"]["/authorities"]["post"]["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(CONVERTED["components"]["schemas"]["NewAuthority"]["example"], *original);
}

#[test]
fn names_of_values_are_in_capitals() {
    let sort = &CONVERTED["components"]["schemas"]["DocumentSort"];
    assert_eq!(sort["x-enum-varnames"], json!(["PUBLISHED_ON", "PUBLISHED_ON_DESC"]));
    assert_eq!(sort["x-enumNames"], json!(["published_on", "published_on_desc"]));
    assert_eq!(sort["enum"], json!(["published_on", "-published_on"]));
}
