//! Everything that is wrong with the parameters of a request is reported in one response, in the order of the document.

use serde_json::Value;

use crate::support::operations::{Operation, all};
use crate::support::{Answer, Register};

/// Names and codes of errors.
type Named = Vec<(String, &'static str)>;

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    errors.iter().map(|error| (text(error, "parameter"), text(error, "code"))).collect()
}

fn owned(named: &Named) -> Vec<(String, String)> {
    named.iter().map(|(name, code)| (name.clone(), (*code).to_owned())).collect()
}

/// A text that a schema forbids, and the code of the rule that it breaks.
fn malformed(schema: &Value) -> (String, &'static str) {
    let schema = if schema["items"].is_object() { &schema["items"] } else { schema };
    match schema["type"].as_str() {
        Some("integer" | "boolean") => ("perhaps".to_owned(), "type"),
        _ if schema["enum"].is_array() => ("perhaps".to_owned(), "enum"),
        _ if schema["format"].is_string() => ("perhaps".to_owned(), "format"),
        _ => {
            let longest = schema["maxLength"].as_u64().unwrap();
            ("a".repeat(usize::try_from(longest).unwrap() + 1), "length")
        }
    }
}

/// Every parameter malformed, one of them repeated, one no text at all; and two that are unknown, one of them twice.
fn everything_malformed(operation: &Operation) -> (String, Named) {
    let (mut query, mut expected) = (Vec::new(), Vec::new());
    query.push("colour=red".to_owned());
    let parameters = operation.query_parameters();
    let once = parameters.iter().skip(2).position(|(_, schema)| schema["items"].is_null()).map(|place| place + 2);
    for (place, (name, schema)) in parameters.into_iter().enumerate() {
        let (text, code) = malformed(&schema);
        let code = match place {
            1 => {
                query.push(format!("{name}=%ff"));
                "encoding"
            }
            place if Some(place) == once => {
                query.extend([format!("{name}=1"), format!("{name}=2"), format!("{name}=3")]);
                "repeated"
            }
            _ => {
                query.push(format!("{name}={text}"));
                code
            }
        };
        expected.push((name, code));
    }
    query.extend(["colour=blue".to_owned(), "shade=x".to_owned()]);
    expected.extend([("colour".to_owned(), "unknown"), ("shade".to_owned(), "unknown")]);
    (query.join("&"), expected)
}

/// Every rule broken that the document cannot express: periods, days to come, large pages with embedded resources.
fn every_rule_broken(operation: &Operation) -> (Vec<String>, Named) {
    let parameters = operation.query_parameters();
    let has = |wanted: &str| parameters.iter().any(|(name, _)| name == wanted);
    let (mut query, mut expected) = (Vec::new(), Vec::new());
    for (name, schema) in &parameters {
        if let Some(from) = name.strip_suffix("_to").map(|stem| format!("{stem}_from")).filter(|from| has(from)) {
            query.extend([format!("{from}=2025-01-01"), format!("{name}=2024-01-01")]);
            expected.push((name.clone(), "order"));
        } else if name == "as_at" {
            query.push(format!("{name}=2099-01-01"));
            expected.push((name.clone(), "future"));
        } else if name == "embed" && has("limit") {
            query.push(format!("{name}={}", schema["items"]["enum"][0].as_str().unwrap()));
        } else if name == "limit" && has("embed") {
            query.push(format!("{name}=100"));
            expected.push((name.clone(), "range"));
        }
    }
    (query, expected)
}

#[actix_web::test]
async fn every_malformed_parameter_is_named_in_one_response() {
    let register = Register::real().await;
    let mut count = 0;
    for operation in all() {
        let (query, expected) = everything_malformed(&operation);
        count += expected.len();
        let path = format!("{}?{query}", operation.path());
        let answer = operation.request(&register, &path).send().await.refused(&[400]);
        assert_eq!(answer.code(), "invalid_parameter", "{}", operation.id);
        assert_eq!(errors(&answer), owned(&expected), "{}", operation.id);
    }
    assert!(count > 300, "{count} errors");
}

#[actix_web::test]
async fn every_broken_rule_of_parameters_is_named_in_one_response() {
    let register = Register::real().await;
    let mut count = 0;
    for operation in all() {
        let (mut query, expected) = every_rule_broken(&operation);
        if expected.is_empty() {
            continue;
        }
        count += expected.len();
        let path = format!("{}?{}", operation.path(), query.join("&"));
        let answer = operation.request(&register, &path).send().await.refused(&[422]);
        assert_eq!((answer.code().as_str(), errors(&answer)), ("validation_failed", owned(&expected)), "{path}");

        // With one that is malformed besides, all are named and the status is that of the malformed one.
        query.insert(0, "colour=red".to_owned());
        let path = format!("{}?{}", operation.path(), query.join("&"));
        let answer = operation.request(&register, &path).send().await.refused(&[400]);
        let all = [owned(&expected), vec![("colour".to_owned(), "unknown".to_owned())]].concat();
        assert_eq!((answer.code().as_str(), errors(&answer)), ("invalid_parameter", all), "{path}");
    }
    assert!(count >= 18, "{count} rules");
}

#[actix_web::test]
async fn a_list_of_actions_names_all_that_is_wrong_with_its_filter() {
    let register = Register::real().await;
    let query = "embed=recommendations&limit=100&due_from=2025-01-01&due_to=2024-01-01&as_at=2099-01-01";
    let answer = register.get(&format!("/v1/improvement-actions?{query}")).await.refused(&[422]);
    assert_eq!(answer.places(), ["due_to", "as_at", "limit"]);
}
