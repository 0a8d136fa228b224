//! The examples of the document: real answers to requests that succeed on the data that comes with the program.
//!
//! `UPDATE_EXAMPLES=1 cargo test --test promises examples` writes the answers that have changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::operations::{self, Operation};
use crate::support::rows::{inspection, new_authority};
use crate::support::sample::HEREFORDSHIRE;
use crate::support::{Answer, Register};

/// Members that differ from one run to the next: instants, secrets, and cursors, since those of events hold the number of a
/// transaction.
const PASSING: [&str; 9] = [
    "created_at",
    "updated_at",
    "recorded_at",
    "days_since",
    "rotated_at",
    "expires_at",
    "last_used_at",
    "next_cursor",
    "secret",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi/examples")
}

fn file_of_answer(operation: &Operation) -> Option<String> {
    let (media_type, _) = operation.answers().first().copied()?;
    let ending = if media_type.ends_with("json") { "json" } else { "csv" };
    Some(format!("{}.response.{ending}", operation.id))
}

#[test]
fn every_operation_has_its_examples_and_no_example_is_left_over() {
    let mut expected = BTreeSet::new();
    for operation in operations::all() {
        expected.extend(file_of_answer(&operation));
        expected.extend(operation.example().map(|_| format!("{}.request.json", operation.id)));
    }
    let found = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found = found.collect::<BTreeSet<_>>();
    assert_eq!(found, expected, "write the requests, then run UPDATE_EXAMPLES=1 cargo test --test promises examples");
}

#[actix_web::test]
async fn every_read_answers_its_example() {
    let register = Register::real().await;
    for operation in operations::all().into_iter().filter(Operation::is_read) {
        let answer = register.get(&format!("{}{}", operation.path(), operation.query())).await.expect(200);
        if operation.id.starts_with("list_") {
            let count = answer.json()["items"].as_array().unwrap().len();
            assert!((1..=3).contains(&count), "{}: {count} items make no good example", operation.id);
        }
        compare(&operation, &answer);
    }
}

#[actix_web::test]
async fn every_write_answers_its_example() {
    for operation in operations::all().into_iter().filter(|operation| !operation.is_read()) {
        let register = Register::real().await;
        compare(&operation, &write(&register, &operation).await);
    }
}

/// Writes what the examples of the operation say.
pub async fn write(register: &Register, operation: &Operation) -> Answer {
    let address = something_to_write_to(register, operation).await;
    let mut request = register.request(operation.method.clone(), &format!("{address}{}", operation.query()));
    if operation.method != Method::POST {
        request = request.if_match(register.get(&address).await.expect(200).etag());
    }
    if let Some(body) = operation.example() {
        request = request.json(body);
    }
    request.send().await.expect(operation.success())
}

#[actix_web::test]
async fn every_patch_is_taken_as_a_merge_patch_too() {
    for operation in operations::all().into_iter().filter(|operation| operation.method == Method::PATCH) {
        let register = Register::real().await;
        let patch = register.request(Method::PATCH, &operation.path()).if_match("*");
        let body = operation.example().unwrap().to_string();
        patch.body("application/merge-patch+json", body).send().await.expect(200);
    }
}

/// The address of the operation's examples; where nothing refers to what may be removed, of something new.
async fn something_to_write_to(register: &Register, operation: &Operation) -> String {
    let created = match operation.id {
        "delete_authority" => register.post("/v1/authorities", &new_authority()).await,
        "delete_document" => {
            register.post("/v1/documents", &json!({ "kind": "other", "title": "To be removed" })).await
        }
        "delete_improvement_plan" => {
            let draft = json!({ "authority_id": HEREFORDSHIRE, "title": "To be removed" });
            register.post("/v1/improvement-plans", &draft).await
        }
        "delete_improvement_action" => {
            let new = json!({ "authority_id": HEREFORDSHIRE, "title": "To be removed", "source": "other" });
            register.post("/v1/improvement-actions", &new).await
        }
        "delete_evidence" => {
            let evidence = operation.path();
            let action = register.get(&evidence).await.expect(200).json()["action_id"].clone();
            let new = json!({ "kind": "other", "title": "To be removed" });
            register.post(&format!("/v1/improvement-actions/{}/evidence", action.as_str().unwrap()), &new).await
        }
        "delete_inspection" => {
            let draft = inspection(register, json!({})).await;
            return format!("/v1/inspections/{}", draft["inspection_id"].as_str().unwrap());
        }
        _ => return operation.path(),
    };
    created.expect(201).header("location").to_owned()
}

/// Whether a file holds a table, not JSON.
fn is_table(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "csv")
}

/// Holds an answer to the file that the document shows, or writes the file.
#[track_caller]
fn compare(operation: &Operation, answer: &Answer) {
    let Some(name) = file_of_answer(operation) else { return };
    let file = folder().join(&name);
    let known = fs::read_to_string(&file).unwrap_or_default();
    let is_same = if is_table(&name) {
        lasting_table(&known) == lasting_table(&answer.text())
    } else {
        let made = if answer.status == 201 { own_id(&answer.json()) } else { String::new() };
        let known = serde_json::from_str(&known).unwrap_or_default();
        lasting(answer.json(), &answer.json(), &made) == lasting(known, &answer.json(), &made)
    };
    if is_same {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXAMPLES").is_some(),
        "{name} is not the answer; UPDATE_EXAMPLES=1 cargo test --test promises examples writes it:\n{}",
        answer.text()
    );
    let text = if is_table(&name) {
        answer.text()
    } else {
        let mut answer = answer.json();
        if let Some(secret) = answer.get_mut("secret") {
            *secret = json!("irk_Example0Example0Example0Example0Example0Ex01UhrTK");
        }
        format!("{}\n", serde_json::to_string_pretty(&answer).unwrap())
    };
    fs::write(file, text).unwrap();
}

/// A table without the columns that differ from one run to the next, and those of events that differ with them.
fn lasting_table(text: &str) -> Vec<Vec<String>> {
    let passing = |name: &str| PASSING.contains(&name) || ["as_at", "sequence", "before", "after"].contains(&name);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().unwrap().clone();
    let lasting = |record: &csv::StringRecord| {
        let cells = header.iter().zip(record).filter(|(name, _)| !passing(name));
        cells.map(|(_, cell)| cell.to_owned()).collect()
    };
    [lasting(&header)].into_iter().chain(table.records().map(|record| lasting(&record.unwrap()))).collect()
}

/// The id of a resource, which is the first of its members.
fn own_id(resource: &Value) -> String {
    resource.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
}

/// What of a value stays from one run to the next: without instants, and without the id that was `made` for the `answer`.
fn lasting(mut value: Value, answer: &Value, made: &str) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|name, _| !PASSING.contains(&name.as_str()) && answer.get(name).is_none_or(|id| id != made));
            members.values_mut().for_each(|member| *member = lasting(member.take(), answer, made));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = lasting(item.take(), answer, made)),
        _ => {}
    }
    value
}
