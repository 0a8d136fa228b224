//! Values that follow a schema of the document: one that has everything, or any at all.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::contract::{is_free_text, with_rules_in_words};
use super::operations::resolve;

/// A value with every member that the schema names, the same at every run.
pub fn whole(schema: &Value) -> Value {
    let mut runner = TestRunner::deterministic();
    strategy("", schema, true).new_tree(&mut runner).unwrap().current()
}

/// Any value that follows the schema.
pub fn any(schema: &Value) -> BoxedStrategy<Value> {
    strategy("", schema, false)
}

/// Any text in any script.
pub fn text(min: usize, max: usize) -> BoxedStrategy<String> {
    let characters = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        1 => proptest::char::range('\u{a0}', '\u{2fff}'),
        1 => proptest::char::range('\u{1f300}', '\u{1f6ff}'),
    ];
    vec(characters, min..=max).prop_map(String::from_iter).boxed()
}

fn strategy(name: &str, schema: &Value, is_whole: bool) -> BoxedStrategy<Value> {
    let schema = resolve(schema);
    let own = by_type(name, &schema, is_whole);
    let own = match known(name).filter(|_| schema["type"] != "array") {
        Some(values) if is_whole => select(values).boxed(),
        Some(values) => prop_oneof![3 => select(values), 1 => own].boxed(),
        None => own,
    };
    let may_be_null = schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")));
    if may_be_null && !is_whole { prop_oneof![4 => own, 1 => Just(Value::Null)].boxed() } else { own }
}

fn by_type(name: &str, schema: &Value, is_whole: bool) -> BoxedStrategy<Value> {
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter(|value| !value.is_null()).cloned().collect::<Vec<_>>();
        return select(values).boxed();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    let size = |member: &str, default: u64| usize::try_from(schema[member].as_u64().unwrap_or(default)).unwrap();
    match kind {
        "object" => object(schema, is_whole),
        "array" => {
            let (min, max) = if is_whole { (1, 1) } else { (size("minItems", 0), size("maxItems", 3).min(3)) };
            vec(strategy(name, &schema["items"], is_whole), min..=max).prop_map(Value::Array).boxed()
        }
        "boolean" => any_bool(),
        "integer" => {
            let bound = |name: &str, default: i64| schema[name].as_i64().unwrap_or(default);
            (bound("minimum", 0)..=bound("maximum", 1_000)).prop_map(Value::from).boxed()
        }
        _ if schema["format"] == "date" => {
            select(vec!["1999-12-31", "2022-07-18", "2022-07-29", "2022-09-21"]).prop_map(Value::from).boxed()
        }
        _ => match with_rules_in_words(schema)["pattern"].as_str() {
            Some(pattern) if !is_free_text(schema) => {
                let (min, max) = (size("minLength", 0), size("maxLength", 2_000));
                let text = string_regex(pattern.trim_start_matches('^').trim_end_matches('$')).unwrap();
                let fits = move |text: &String| (min..=max).contains(&text.chars().count());
                text.prop_filter("too short or too long", fits).prop_map(Value::from).boxed()
            }
            _ => text(size("minLength", 0), size("maxLength", 30).min(30)).prop_map(Value::from).boxed(),
        },
    }
}

fn any_bool() -> BoxedStrategy<Value> {
    proptest::bool::ANY.prop_map(Value::Bool).boxed()
}

fn object(schema: &Value, is_whole: bool) -> BoxedStrategy<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let members = schema["properties"].as_object().into_iter().flatten().map(|(name, member)| {
        let value = strategy(name, member, is_whole);
        let name = name.clone();
        let value = if is_whole || required.contains(&json!(name)) {
            value.prop_map(Some).boxed()
        } else {
            proptest::option::of(value).boxed()
        };
        value.prop_map(move |value| value.map(|value| (name.clone(), value))).boxed()
    });
    let members = members.collect::<Vec<_>>();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>())).boxed()
}

/// Values that exist in the data, so that some of what is made up is right altogether.
fn known(name: &str) -> Option<Vec<Value>> {
    let values: &[&str] = match name {
        "authority_id" | "authority_ids" | "predecessors" | "successors" => &[HEREFORDSHIRE],
        "inspection_id" | "opened_by_inspection_id" | "responds_to_inspection_id" | "triggered_by_inspection_id" => {
            &["01a20431-0c26-7f6f-b048-41513696de59"]
        }
        "plan_id" => &["01a204d1-fb25-74ba-b7fa-820ab9b7a94d"],
        "recommendation_ids" => &["01a204d1-fb25-7845-a5a7-57124a83b17d"],
        "finding_ids" => &["01a20435-3ece-76be-9a54-66d9f1e9c157"],
        "evidence_ids" => &["01a204d1-fb25-7c93-b4a6-55739f645fc3"],
        "document_id" => &["01a20435-3eb1-7ff6-9794-45fc41d0913b"],
        "framework" => &["sif_2013", "ilacs_2018", "ilacs_2023"],
        "area" => &["overall_effectiveness", "impact_of_leaders", "help_and_protection"],
        "themes" => &["early_help", "assessment"],
        "region" => &["London", "West Midlands"],
        _ => return None,
    };
    Some(values.iter().map(|value| json!(value)).collect())
}

/// The id of Herefordshire.
pub const HEREFORDSHIRE: &str = "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8";
