//! How each operation is called on a row.

use actix_web::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::Caller;
use super::world::{Council, Row, World, unused_name};
use crate::support::keys::new_key;
use crate::support::operations::Operation;
use crate::support::rows::new_authority;
use crate::support::{Register, Request};

/// What an operation is about, as its path and its body tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An inspection, or something in it or about it.
    Facts,
    /// A plan, an action, or something of it.
    Papers,
    /// Something that everybody sees, or nothing in particular.
    Open,
}

/// What an operation is about.
pub fn about(operation: &Operation) -> About {
    let names = operation.path_parameters();
    let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
    if has(&["inspection_id", "finding_id", "recommendation_id", "document_id"]) {
        About::Facts
    } else if has(&["plan_id", "action_id", "evidence_id"]) || names_an_authority(operation) {
        About::Papers
    } else {
        About::Open
    }
}

/// Whether an operation makes a paper of the authority that its body names.
pub fn names_an_authority(operation: &Operation) -> bool {
    ["create_improvement_plan", "create_improvement_action"].contains(&operation.id)
}

/// Whether the path of an operation names what an inspection said of a recommendation.
fn takes_an_examination(operation: &Operation) -> bool {
    operation.id.contains("examination") && operation.path_parameters().len() == 2
}

/// The rows that an operation is tried on.
pub async fn rows(world: &World, register: &Register, operation: &Operation) -> Vec<Row> {
    match about(operation) {
        About::Facts if takes_an_examination(operation) => {
            world.facts.iter().chain(&world.examinations).cloned().collect()
        }
        About::Facts => world.facts.clone(),
        // What is new has no visibility yet that could hide it.
        About::Papers if names_an_authority(operation) => {
            world.papers.iter().filter(|row| row.standing == "public").cloned().collect()
        }
        About::Papers => world.papers.clone(),
        About::Open => vec![world.own.open(register).await],
    }
}

/// A row like another, which nothing has touched.
pub async fn fresh(world: &World, register: &Register, operation: &Operation, row: &Row) -> Row {
    let council = world.council(row);
    match about(operation) {
        About::Facts if row.is_examination() => {
            let asking = council.facts(register, row.standing).await;
            council.examinations(register, &[asking]).await.remove(0)
        }
        About::Facts => council.facts(register, row.standing).await,
        About::Papers => council.papers(register, row.standing).await,
        About::Open => council.open(register).await,
    }
}

/// The path of an operation on a row, with its reason if it takes one.
pub fn path(operation: &Operation, row: &Row) -> String {
    let id = |name: &str| match name {
        "recommendation_id" if operation.id.contains("examination") => &row.ids["examined_id"],
        name => &row.ids[name],
    };
    filled(operation, |name| id(name).clone())
}

/// The same path of something that does not exist; what an inspection said of a recommendation is missing in the same one.
pub fn path_of_nothing(operation: &Operation, row: &Row) -> String {
    filled(operation, |name| match name {
        "inspection_id" if row.is_examination() => row.ids[name].clone(),
        _ => Uuid::now_v7().to_string(),
    })
}

fn filled(operation: &Operation, id: impl Fn(&str) -> String) -> String {
    let names = operation.path_parameters();
    let path =
        names.iter().fold(operation.path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), &id(name)));
    let takes_reason = operation.parameters("query").any(|parameter| parameter["name"] == "reason");
    format!("/v1{path}{}", if takes_reason { "?reason=Recorded+twice." } else { "" })
}

/// A request of a caller to a path, good in everything but what the test is about; without a tag, no version is claimed.
pub fn request<'a>(
    caller: &Caller,
    register: &'a Register,
    operation: &Operation,
    path: &str,
    tag: Option<&str>,
) -> Request<'a> {
    let request = caller.request(register, operation.method.clone(), path);
    match (&operation.method, tag) {
        (&Method::PATCH | &Method::PUT | &Method::DELETE, Some(tag)) => request.if_match(tag),
        _ => request,
    }
}

/// The good body of an operation, if it takes one.
pub fn body(operation: &Operation, council: &Council) -> Option<Value> {
    let reason = "It was wrong.";
    let body = match operation.id {
        "create_authority" => new_authority(),
        "update_authority" => json!({ "name": "Renamed" }),
        "create_inspection" => council.new_inspection(),
        "update_inspection" => json!({ "headline": "Mixed.", "reason": reason }),
        "replace_inspection_judgements" => {
            json!({ "judgements": [{ "area": "help_and_protection", "grade": "good" }], "reason": reason })
        }
        "create_inspection_finding" => json!({ "polarity": "mixed", "text": "Both." }),
        "update_finding" | "update_recommendation" => json!({ "text": "Otherwise.", "reason": reason }),
        "create_inspection_recommendation" => json!({ "kind": "recommendation", "text": "Visit." }),
        "replace_inspection_examination" => json!({ "outcome": "worse", "reason": reason }),
        "create_document" => json!({ "kind": "other", "title": "A document" }),
        "update_document" => json!({ "summary": "In short." }),
        "create_intervention" => json!({ "authority_id": council.id, "kind": "trust" }),
        "update_intervention" => json!({ "note": "Noted." }),
        "create_improvement_plan" => json!({ "authority_id": council.id, "title": "A plan" }),
        "create_improvement_action" => json!({ "authority_id": council.id, "title": "An action", "source": "audit" }),
        "update_improvement_plan" | "update_improvement_action" | "update_evidence" => json!({ "title": "Renamed" }),
        "create_improvement_action_transition" => json!({ "to_state": "agreed" }),
        "create_improvement_action_date_revision" => json!({ "due_on": "2099-01-01", "reason": reason }),
        "create_improvement_action_update" => json!({ "note": "It goes on." }),
        "create_improvement_action_evidence" => json!({ "kind": "audit", "title": "An audit" }),
        "create_evidence_review" => json!({ "outcome": "rejected" }),
        "create_api_key" => new_key(&unused_name(), "steward", &[]),
        "create_api_key_rotation" => json!({ "overlap_hours": 1 }),
        _ => return None,
    };
    Some(body)
}
