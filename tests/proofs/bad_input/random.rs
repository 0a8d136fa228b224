//! Random questions and random bodies: none makes the register fail, and a patch changes what it names and nothing else.

use actix_web::http::Method;
use actix_web::rt::System;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::{places, replaced};
use crate::support::operations::{Operation, all, with_body};
use crate::support::rows::{self, authority, new_authority, with};
use crate::support::{Register, sample};

/// Runs a property so often, or as often as `PROPTEST_CASES` says.
fn runner(cases: u32) -> TestRunner {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { cases };
    TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() })
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A value of a parameter: good by its schema, or any text, or raw percent signs.
fn value(schema: &Value) -> BoxedStrategy<String> {
    let plain = |value: Value| match value {
        Value::String(text) => text,
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap_or("x").to_owned()).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    prop_oneof![
        6 => sample::any(schema).prop_map(move |value| encoded(&plain(value))),
        2 => sample::text(0, 20).prop_map(|text| encoded(&text)),
        1 => any::<String>().prop_map(|text| encoded(&text)),
        1 => "[a-z0-9,%+.:*'()!&|~-]{0,12}".prop_map(|text| text.replace('&', "%26")),
    ]
    .boxed()
}

fn query(operation: &Operation) -> BoxedStrategy<String> {
    let mut names = operation.query_parameters();
    names.push(("x".to_owned(), json!({})));
    vec(
        select(names).prop_flat_map(|(name, schema)| value(&schema).prop_map(move |value| format!("{name}={value}"))),
        0..5,
    )
    .prop_map(|pairs| pairs.join("&"))
    .boxed()
}

#[test]
fn no_query_string_makes_the_register_fail() {
    let system = System::new();
    let register = system.block_on(Register::real());
    let reading = all().into_iter().filter(|operation| operation.method == Method::GET).collect::<Vec<_>>();
    let question =
        select(reading).prop_flat_map(|operation| query(&operation).prop_map(move |query| (operation.clone(), query)));
    runner(400)
        .run(&question, |(operation, query)| {
            let path = format!("{}?{query}", operation.path());
            let answer = system.block_on(register.get(&path));
            // On an earlier day there may have been no such thing.
            let is_right = match answer.status.as_u16() {
                404 => query.contains("as_at="),
                status => [200, 400, 422].contains(&status),
            };
            prop_assert!(is_right, "{path}: {} {}", answer.status, answer.text());
            Ok(())
        })
        .unwrap();
}

/// What is done to a good body.
#[derive(Debug, Clone)]
enum Damage {
    None,
    Replace(Index, Value),
    Remove(Index),
    Add(Index, String, Value),
}

fn damage() -> BoxedStrategy<Damage> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        sample::text(0, 300).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::hash_map(".{0,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop_oneof![
        3 => Just(Damage::None),
        3 => (any::<Index>(), value.clone()).prop_map(|(index, value)| Damage::Replace(index, value)),
        2 => any::<Index>().prop_map(Damage::Remove),
        1 => (any::<Index>(), ".{0,8}", value).prop_map(|(index, name, value)| Damage::Add(index, name, value)),
    ]
    .boxed()
}

fn damaged(body: &Value, damage: &Damage) -> Value {
    let places = places(body).into_iter().map(|(place, _)| place).collect::<Vec<_>>();
    match damage {
        Damage::None => body.clone(),
        Damage::Replace(index, value) => replaced(body, index.get(&places).as_str(), value.clone()),
        Damage::Remove(index) => {
            let mut body = body.clone();
            if let Some((holder, name)) = index.get(&places).rsplit_once('/')
                && let Some(members) = body.pointer_mut(holder).and_then(Value::as_object_mut)
            {
                members.remove(name);
            }
            body
        }
        Damage::Add(index, name, value) => {
            let mut body = body.clone();
            if let Some(members) = body.pointer_mut(index.get(&places).as_str()).and_then(Value::as_object_mut) {
                members.insert(name.clone(), value.clone());
            }
            body
        }
    }
}

#[test]
fn no_body_makes_the_register_fail() {
    let system = System::new();
    let register = system.block_on(Register::real());
    let bodies =
        with_body().into_iter().map(|(operation, schema)| (operation, sample::any(&schema))).collect::<Vec<_>>();
    let indexes = (0..bodies.len()).collect::<Vec<_>>();
    let input = select(indexes).prop_flat_map(move |index| {
        let (operation, body) = bodies[index].clone();
        (Just(operation), body, damage()).prop_map(|(operation, body, damage)| (operation, damaged(&body, &damage)))
    });
    runner(600)
        .run(&input, |(operation, body)| {
            let request = register.request(operation.method.clone(), &operation.path());
            let answer = system.block_on(request.if_match("*").json(&body).send());
            prop_assert!(!answer.status.is_server_error(), "{}: {body}: {}", operation.id, answer.text());
            Ok(())
        })
        .unwrap();
}

/// A patch of some members, each to one of its values.
fn patch_of(values: &Value) -> BoxedStrategy<Map<String, Value>> {
    let members = values.as_object().unwrap().clone().into_iter().collect::<Vec<_>>();
    let size = members.len();
    subsequence(members, 0..=size)
        .prop_flat_map(|chosen| {
            chosen
                .into_iter()
                .map(|(name, values)| (Just(name), select(values.as_array().unwrap().clone())))
                .collect::<Vec<_>>()
        })
        .prop_map(Map::from_iter)
        .boxed()
}

/// What a resource is after a merge patch; only version and time tell of the change besides.
fn patched(before: &Value, patch: &Map<String, Value>) -> Value {
    let mut after = before.clone();
    let members = after.as_object_mut().unwrap();
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    plain(&after)
}

fn plain(resource: &Value) -> Value {
    let mut resource = resource.clone();
    for name in ["version", "updated_at"] {
        resource.as_object_mut().unwrap().remove(name);
    }
    resource
}

/// Patches a resource again and again: each time, the members named change, and no other.
fn patches_change_what_they_name(
    system: &actix_web::rt::SystemRunner,
    register: &Register,
    path: &str,
    values: &Value,
) {
    runner(80)
        .run(&patch_of(values), |patch| {
            let before = system.block_on(register.get(path)).expect(200).json();
            let patch_value = Value::Object(patch.clone());
            let tag = format!("\"{}\"", before["version"]);
            let after = system.block_on(register.patch(path, &tag, &patch_value)).expect(200).json();
            prop_assert_eq!(plain(&after), patched(&before, &patch));
            let raised = i64::from(plain(&after) != plain(&before));
            prop_assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + raised));
            let again = system.block_on(register.patch(path, "*", &patch_value)).expect(200).json();
            prop_assert_eq!(&again, &after);
            prop_assert_eq!(&system.block_on(register.get(path)).expect(200).json(), &after);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_patch_of_an_authority_changes_the_members_that_it_names() {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let row = system.block_on(authority(&register));
    let other = system.block_on(authority(&register))["authority_id"].clone();
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    let values = json!({
        "name": ["Exampleshire", "Exampleford", "\u{1f600}"],
        "official_name": ["Exampleshire County Council", "x", null],
        "gss_code": ["E06000999", "E10000999"],
        "dfe_code": ["123", "999", null],
        "ofsted_urn": ["12345", "1234567", null],
        "region": ["London", "South West"],
        "authority_type": ["county", "london_borough"],
        "website": ["https://example.org", null],
        "population_0_25": [0, 10_000_000, null],
        "active_from": ["1900-01-01", "1974-04-01", null],
        "active_to": ["1974-04-01", "2100-12-31", null],
        "predecessors": [[], [other]],
        "successors": [[], [other]],
    });
    patches_change_what_they_name(&system, &register, &path, &values);
}

#[test]
fn a_patch_of_a_draft_changes_the_members_that_it_names() {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let row = system.block_on(rows::inspection(&register, json!({ "judgements": [] })));
    let values = json!({
        "framework": ["ilacs_2018"],
        "kind": ["standard", "short", null],
        "title": ["Inspection of services", "\u{1f600}", null],
        "started_on": ["2022-07-18", null],
        "ended_on": ["2022-07-18", "2022-07-29", null],
        "fieldwork_as_printed": ["18 to 29 July", null],
        "fieldwork_periods": [[], [{ "started_on": "2022-07-18", "ended_on": "2022-07-18" }]],
        "received_on": ["2022-07-29", "2022-09-01", null],
        "published_on": ["2022-09-01", "2022-09-21", null],
        "inspected_name": ["Exampleshire", null],
        "lead_inspectors": [[], ["A. Example"], ["A. Example", "B. Example"]],
        "inspectors": [[], [{ "name": "A. Example" }], [{ "name": "A. Example", "role": "Her Majesty's Inspector" }]],
        "addressee": ["The Director", null],
        "copied_to": ["The Department", null],
        "areas_covered": [[], [{ "description": "The front door", "themes": [], "cohorts": [] }]],
        "headline": ["Much is well.\n\nMuch is not.", null],
        "opened_by_inspection_id": [null],
        "visit_number": [null],
        "is_final_visit": [null],
        "report_url": ["https://example.org/report", null],
        "source": ["letter", "news", null],
        "source_reference": ["page 1", null],
        "kind_basis": ["printed", "derived_from_dates", null],
        "state": ["draft"],
    });
    patches_change_what_they_name(&system, &register, &rows::path(&row), &values);
}

#[test]
fn a_patch_may_leave_out_what_has_a_default() {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let covered = json!([{ "description": "The front door" }]);
    let row = system.block_on(rows::inspection(&register, json!({ "areas_covered": covered.clone() })));
    let patch = json!({ "areas_covered": covered });
    let same = system.block_on(register.patch(&rows::path(&row), "\"1\"", &patch)).expect(200);
    assert_eq!(same.json()["version"], 1, "nothing changed");
    system.block_on(register.post("/v1/authorities", &with(new_authority(), json!({})))).expect(201);
}

#[actix_web::test]
async fn a_judged_inspection_keeps_its_framework() {
    let register = Register::empty().await;
    let row = rows::inspection(&register, json!({})).await;
    for patch in
        [json!({ "framework": null, "kind": null }), json!({ "framework": null }), json!({ "framework": "no_such" })]
    {
        register.patch(&rows::path(&row), "*", &patch).await.refused(&[422]);
    }
}
