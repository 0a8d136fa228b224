//! Everything that is wrong with the shape of a body is reported in one response, in the order of the document.

use serde_json::{Map, Value, json};

use crate::support::operations::{Operation, resolve, with_body};
use crate::support::{Answer, Register, sample};

/// Pointers and codes of errors.
fn errors(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The required members of an object, in the order of the document.
fn required(schema: &Value) -> Vec<String> {
    let required = names(&schema["required"]);
    schema["properties"].as_object().unwrap().keys().filter(|name| required.contains(&name.as_str())).cloned().collect()
}

async fn refused(register: &Register, operation: &Operation, body: String) -> Vec<(String, String)> {
    let request = operation.request(register, &operation.path()).body("application/json", body);
    let answer = request.send().await.refused(&[422]);
    assert_eq!(answer.code(), "validation_failed", "{}", operation.id);
    errors(&answer)
}

/// A value of a type that a schema does not have.
fn of_wrong_type(schema: &Value) -> Value {
    let kinds = schema["type"].as_str().map_or_else(|| names(&schema["type"]), |kind| vec![kind]);
    if kinds.contains(&"string") { json!(7) } else { json!("seven") }
}

#[actix_web::test]
async fn an_empty_body_names_the_members_that_it_lacks() {
    let register = Register::real().await;
    let mut count = 0;
    for (operation, schema) in with_body() {
        let expected = required(&schema).into_iter().map(|name| (format!("/{name}"), "required".to_owned()));
        let expected = expected.collect::<Vec<_>>();
        if !expected.is_empty() {
            assert_eq!(refused(&register, &operation, "{}".to_owned()).await, expected, "{}", operation.id);
            count += 1;
        }
    }
    assert!(count >= 15, "{count} operations");
}

#[actix_web::test]
async fn every_member_of_the_wrong_type_is_named() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let properties = schema["properties"].as_object().unwrap();
        let body = properties.iter().map(|(name, member)| (name.clone(), of_wrong_type(&resolve(member))));
        let body = Value::Object(body.collect::<Map<_, _>>());
        let expected = properties.keys().map(|name| (format!("/{name}"), "type".to_owned())).collect::<Vec<_>>();
        assert_eq!(refused(&register, &operation, body.to_string()).await, expected, "{}", operation.id);
    }
}

#[actix_web::test]
async fn every_unknown_and_every_repeated_member_is_named() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let whole = sample::whole(&schema);
        let members = whole.as_object().unwrap();
        let (rest, twice) = (whole.to_string(), members.iter().map(|(name, value)| format!("{}:{value}", json!(name))));
        let twice = twice.collect::<Vec<_>>().join(",");
        let body = format!("{{\"colour\":\"red\",\"shade\":[],{twice},{}", rest.strip_prefix('{').unwrap());
        let found = refused(&register, &operation, body).await;
        for name in members.keys() {
            let expected = (format!("/{name}"), "duplicate".to_owned());
            assert!(found.contains(&expected), "{}: {expected:?} is not among {found:?}", operation.id);
        }
        for name in ["/colour", "/shade"] {
            let expected = (name.to_owned(), "unknown".to_owned());
            assert!(found.contains(&expected), "{}: {expected:?} is not among {found:?}", operation.id);
        }
    }
}

#[actix_web::test]
async fn members_of_the_items_of_lists_are_named_too() {
    let register = Register::real().await;
    let mut count = 0;
    for (operation, schema) in with_body() {
        for (list, member) in schema["properties"].as_object().unwrap() {
            let items = resolve(&resolve(member)["items"]);
            if !items["properties"].is_object() {
                continue;
            }
            let mut whole = sample::whole(&schema);
            whole[list] = json!([{ "colour": "red" }, { "shade": "dark" }]);
            let places = [("0", "colour"), ("1", "shade")].into_iter().flat_map(|(index, unknown)| {
                let missing = required(&items).into_iter().map(move |name| (name, "required"));
                let all = missing.chain([(unknown.to_owned(), "unknown")]);
                all.map(move |(name, code)| (format!("/{list}/{index}/{name}"), code.to_owned()))
            });
            // The sample has every member, which rules between members of other lists may forbid.
            let mut found = refused(&register, &operation, whole.to_string()).await;
            found.retain(|(pointer, _)| pointer.starts_with(&format!("/{list}/")));
            assert_eq!(found, places.collect::<Vec<_>>(), "{}", operation.id);
            count += 1;
        }
    }
    assert!(count >= 6, "{count} lists");
}

#[actix_web::test]
async fn a_new_action_is_told_all_that_is_wrong_with_it() {
    let register = Register::real().await;
    let post = async |body: Value| register.post("/v1/improvement-actions", &body).await.refused(&[422]);
    assert_eq!(post(json!({})).await.places(), ["/authority_id", "/title", "/source"]);
    let answer = post(json!({ "due_on": "soon", "priority": "urgent", "colour": "red", "description": "" })).await;
    let expected = [
        ("/authority_id", "required", "is required"),
        ("/title", "required", "is required"),
        ("/description", "length", "must have 1 to 10000 characters, has 0"),
        ("/source", "required", "is required"),
        ("/priority", "enum", "must be one of high, medium, low"),
        ("/due_on", "format", "must be a date written YYYY-MM-DD"),
        ("/colour", "unknown", "is not a member of NewImprovementAction"),
    ]
    .map(|(pointer, code, message)| json!({ "pointer": pointer, "code": code, "message": message }));
    assert_eq!(answer.json()["errors"], json!(expected));
}
