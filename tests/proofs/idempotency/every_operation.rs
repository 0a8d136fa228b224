//! What holds for every POST of the document.

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use serde_json::{Map, Value, json};

use crate::authorization::answers::told;
use crate::authorization::callers::Caller;
use crate::authorization::table::{OPERATIONS, Takes};
use crate::support::idempotency::{assert_replayed, counts, new};
use crate::support::operations::{Operation, all};
use crate::support::sample::HEREFORDSHIRE;
use crate::support::{Answer, Register};

/// Every POST of the document.
fn posts() -> Vec<Operation> {
    let posts = all().into_iter().filter(|operation| operation.method == Method::POST).collect::<Vec<_>>();
    assert!(posts.len() >= 14, "{}", posts.len());
    posts
}

async fn send(register: &Register, key: &str, path: &str, body: Option<&Value>) -> Answer {
    let request = register.request(Method::POST, path).header("Idempotency-Key", key);
    let request = if let Some(body) = body { request.json(body) } else { request };
    request.send().await
}

/// Sees to it that the example of the operation has something to do.
async fn prepare(register: &Register, operation: &Operation) {
    if operation.id == "create_actions_from_recommendations" {
        let plan = operation.path().replace("/actions-from-recommendations", "");
        let plan = register.get(&plan).await.expect(200).json();
        let asked = json!({ "kind": "recommendation", "text": "Visit in time." });
        let inspection = plan["responds_to_inspection_id"].as_str().unwrap();
        register.post(&format!("/v1/inspections/{inspection}/recommendations"), &asked).await.expect(201);
    }
}

/// The members in the opposite order.
fn reversed(body: &Value) -> Value {
    let members = body.as_object().unwrap().iter().rev();
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}

#[actix_web::test]
async fn a_repeated_post_takes_effect_once_and_is_answered_as_it_was() {
    for operation in posts() {
        let register = Register::real().await;
        let (id, path, body) = (operation.id, operation.path(), operation.example());
        prepare(&register, &operation).await;
        let before = counts(&register);
        let refused = new(send(&register, "a key", &path, body).await.refused(&[400]));
        assert_eq!(refused.places(), ["Idempotency-Key"], "{id}");

        let first = new(send(&register, "a-key", &path, body).await.expect(operation.success()));
        let after = counts(&register);
        assert!(after.0 > before.0, "{id} has no effect");
        assert_eq!(after.1, before.1 + 1, "{id} keeps no answer");

        for _ in 0..2 {
            assert_replayed(&send(&register, "a-key", &path, body).await, &first);
        }
        if let Some(body) = body {
            assert_replayed(&send(&register, "a-key", &path, Some(&reversed(body))).await, &first);
            let pretty = serde_json::to_string_pretty(body).unwrap();
            let spacious = register.request(Method::POST, &path).header("Idempotency-Key", "a-key");
            assert_replayed(&spacious.body("application/json", pretty).send().await, &first);
        }
        assert_eq!(counts(&register), after, "{id} takes effect again");
    }
}

#[actix_web::test]
async fn a_key_belongs_to_one_request() {
    for operation in posts() {
        let register = Register::real().await;
        let (id, path, body) = (operation.id, operation.path(), operation.example());
        send(&register, "a-key", &path, body).await.expect(operation.success());
        let after = counts(&register);

        let plan = json!({ "authority_id": HEREFORDSHIRE, "title": "Another request" });
        let elsewhere =
            if id == "create_improvement_plan" { "/v1/improvement-actions" } else { "/v1/improvement-plans" };
        let other = if id == "create_improvement_plan" {
            json!({ "authority_id": HEREFORDSHIRE, "title": "Another request", "source": "other" })
        } else {
            plan
        };
        let refused = new(send(&register, "a-key", elsewhere, Some(&other)).await.refused(&[422]));
        assert_eq!(refused.code(), "idempotency_key_reused", "{id}");
        if let Some(mut other) = different(&operation) {
            let refused = new(send(&register, "a-key", &path, Some(&other)).await.refused(&[422]));
            assert_eq!(refused.code(), "idempotency_key_reused", "{id}");
            other["unknown"] = json!(1);
            let refused = send(&register, "a-key", &path, Some(&other)).await.refused(&[422]);
            assert_eq!((refused.code().as_str(), refused.places()), ("validation_failed", vec!["/unknown".to_owned()]));
        }
        assert_eq!(counts(&register), after, "{id} takes effect again");
    }
}

/// What a caller loses, one thing after another, by its name: after it, what was done before is refused.
fn losses(takes: Takes, role: &str) -> Vec<(&'static str, String)> {
    let back = format!("update api_keys set role = '{role}' where name like 'test-%';");
    let demoted = ("demoted", "update api_keys set role = 'reader' where name like 'test-%'".to_owned());
    let unbound = ("unbound", format!("{back} delete from api_key_authorities"));
    let private = "update improvement_plans set visibility = 'private';
        update improvement_actions set visibility = 'private'";
    let private = ("unbound from what is private", private.to_owned());
    let revoked = ("revoked", format!("{back} update api_keys set revoked_at = now() where name like 'test-%'"));
    match takes {
        Takes::Papers | Takes::Reviews => vec![demoted, unbound, private, revoked],
        _ => vec![demoted, revoked],
    }
}

#[actix_web::test]
async fn what_a_caller_may_not_do_any_more_is_refused_as_when_it_is_sent_for_the_first_time() {
    for operation in posts() {
        let (id, path) = (operation.id, operation.path());
        let (_, takes) = OPERATIONS.iter().find(|(row, _)| *row == id).unwrap();
        let role = match takes {
            Takes::Facts => "steward",
            Takes::Papers => "contributor",
            Takes::Reviews => "reviewer",
            Takes::Keys | Takes::Reading => "admin",
        };
        let register = Register::real().await;
        prepare(&register, &operation).await;
        let caller = Caller::with_key(&register, role, &[HEREFORDSHIRE]);
        let request = || {
            let request = caller.request(&register, Method::POST, &path);
            if let Some(body) = operation.example() { request.json(body) } else { request }
        };
        let once = || request().header("Idempotency-Key", "a-key").send();
        let first = new(once().await.expect(operation.success()));
        assert_replayed(&once().await, &first);
        for (name, loss) in losses(*takes, role) {
            register.database.connect().batch_execute(&loss).unwrap();
            register.app.keys.forget();
            let before = counts(&register);
            let refused = new(once().await.refused(&[401, 403, 404]));
            let without = request().send().await.refused(&[401, 403, 404]);
            assert_eq!(told(&refused), told(&without), "{id}, {name}");
            assert_eq!(counts(&register), before, "{id}, {name}");
        }
    }
}

/// A good body that is not the example.
fn different(operation: &Operation) -> Option<Value> {
    let mut body = operation.example()?.clone();
    let members = operation.body.as_ref().unwrap()["properties"].as_object().unwrap();
    if members.contains_key("overlap_hours") {
        body["overlap_hours"] = json!(1);
        return Some(body);
    }
    let text =
        ["name", "title", "text", "note", "reason", "headline"].into_iter().find(|name| members.contains_key(*name));
    body[text.unwrap()] = json!("Otherwise than the example");
    Some(body)
}
