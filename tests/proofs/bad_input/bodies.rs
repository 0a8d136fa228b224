//! Members that are not what the document asks for.

use serde_json::{Map, Value, json};

use super::{places, replaced, spliced};
use crate::support::operations::{Operation, with_body};
use crate::support::{Answer, Register, contract, sample};

/// What is wrong for most members: of the wrong type, out of range, of another form.
fn wrong_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(2_147_483_648_i64),
        json!(-2_147_483_649_i64),
        json!(9_223_372_036_854_775_807_i64),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("E0600001\u{661}"),
        json!("019A0000-0000-7000-8000-000000000000"),
        json!("{019a0000-0000-7000-8000-000000000000}"),
        json!("javascript:alert(1)"),
        json!([]),
        json!([[]]),
        json!(["x", null]),
        json!({}),
        json!({ "x": 1 }),
    ]
}

/// What is no day from 1900 to 2100.
const WRONG_DAYS: [&str; 14] = [
    "2024-2-3",
    " 2024-02-03",
    "2024-02-03 ",
    "2024-02-30",
    "2023-02-29",
    "0000-01-01",
    "-5000-01-01",
    "+262142-12-31",
    "1899-12-31",
    "2101-01-01",
    "20240203",
    "2024-02-03T00:00:00Z",
    "infinity",
    "today",
];

async fn sent(register: &Register, operation: &Operation, body: impl Into<Vec<u8>>) -> Answer {
    operation.request(register, &operation.path()).body("application/json", body).send().await
}

/// Sends a body in which only one place is wrong: the refusal names it, or what holds it.
async fn refused_at(register: &Register, operation: &Operation, body: &Value, place: &str) {
    let answer = sent(register, operation, body.to_string()).await.refused(&[422]);
    let named = answer.places();
    assert!(
        named.iter().any(|named| named.starts_with(place) || place.starts_with(named.as_str())),
        "{}: {place} is not among {named:?}: {body}",
        operation.id
    );
}

#[actix_web::test]
async fn what_the_document_forbids_is_refused_where_it_stands() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let (whole, validator) = (sample::whole(&schema), contract::compile(&schema));
        assert!(validator.is_valid(&whole), "{}: {whole}", operation.id);
        for (place, _) in places(&whole) {
            for value in wrong_values() {
                let body = replaced(&whole, &place, value);
                if !validator.is_valid(&body) {
                    refused_at(&register, &operation, &body, &place).await;
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_day_is_written_in_one_way() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        let days = places(&whole).into_iter().filter(|(_, value)| {
            value.as_str().is_some_and(|text| text.parse::<inspection_register::values::date::Date>().is_ok())
        });
        for (place, _) in days {
            for day in WRONG_DAYS {
                refused_at(&register, &operation, &replaced(&whole, &place, json!(day)), &place).await;
            }
        }
    }
}

#[actix_web::test]
async fn no_text_holds_a_control_character() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        for (place, value) in places(&whole) {
            let Some(text) = value.as_str() else { continue };
            for control in ['\0', '\u{1}', '\u{8}', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}'] {
                let body = replaced(&whole, &place, json!(format!("{text}{control}")));
                let answer = sent(&register, &operation, body.to_string()).await.refused(&[422]);
                let errors = answer.json()["errors"].as_array().unwrap().clone();
                let named =
                    errors.iter().any(|error| error["code"] == "control_character" && error["pointer"] == place);
                assert!(named, "{} {place}: {errors:?}", operation.id);
            }
            for raw in [r#""\ud800""#, r#""\udc00""#, r#""\ud83d\u0041""#, r#""\x""#, "\"a\u{0}b\"", "\"a\nb\""] {
                sent(&register, &operation, spliced(&whole, &place, raw)).await.refused(&[400]);
            }
        }
    }
}

#[actix_web::test]
async fn a_number_is_a_number_that_fits() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        for (place, _) in places(&whole).into_iter().filter(|(_, value)| value.is_number()) {
            for raw in
                ["1e999", "-1e999", "1.5", "\"7\"", "01", "+1", "0x10", "NaN", "Infinity", "1_000", "99999999999"]
            {
                sent(&register, &operation, spliced(&whole, &place, raw)).await.refused(&[400, 422]);
            }
            for raw in ["-0", "1e2", "1.0"] {
                let answer = sent(&register, &operation, spliced(&whole, &place, raw)).await;
                assert!(!answer.status.is_server_error(), "{}: {raw}: {}", operation.id, answer.text());
            }
        }
    }
}

#[actix_web::test]
async fn an_unknown_or_repeated_member_is_refused() {
    let register = Register::real().await;
    let odd = ["x", "", " ", "a/b~c", "\0", "\u{1b}[2J", "__proto__", "$ref", "\u{1f600}"];
    let long = "x".repeat(100_000);
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        for (place, value) in places(&whole) {
            let Some(members) = value.as_object() else { continue };
            for name in odd.iter().copied().chain([long.as_str()]) {
                let mut members = members.clone();
                members.insert(name.to_owned(), json!("x"));
                let body = replaced(&whole, &place, Value::Object(members));
                refused_at(&register, &operation, &body, &place).await;
            }
            for (name, value) in members {
                let rest = Value::Object(members.clone()).to_string();
                let twice = format!("{{{}:{value},{}", json!(name), rest.strip_prefix('{').unwrap());
                sent(&register, &operation, spliced(&whole, &place, &twice)).await.refused(&[400, 422]);
            }
        }
    }
}

#[actix_web::test]
async fn what_is_echoed_is_cut() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        let members = whole.as_object().unwrap();
        for name in members.keys() {
            let body = replaced(&whole, &format!("/{name}"), json!("€ at line ".repeat(5_000)));
            let answer = sent(&register, &operation, body.to_string()).await;
            if answer.status.is_success() {
                continue; // The text of a document may be that long.
            }
            assert!(answer.bytes.len() < 8_000, "{} /{name}: {} bytes", operation.id, answer.bytes.len());
        }
        let mut many = Map::new();
        many.insert("x".to_owned(), Value::Array(vec![Value::from("\u{7f}"); 100_000]));
        let answer = sent(&register, &operation, Value::Object(many).to_string()).await.refused(&[422]);
        assert!(answer.bytes.len() < 200_000, "{}: {} bytes", operation.id, answer.bytes.len());
    }
}
