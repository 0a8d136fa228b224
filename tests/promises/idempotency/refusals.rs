//! Which refusals are kept, and what is looked at again before an answer is given again.

use serde_json::json;

use crate::support::Register;
use crate::support::actions::{action, moved, path as path_of_action};
use crate::support::idempotency::{assert_replayed, counts, new, post};
use crate::support::improvement::{path_of_plan, plan};
use crate::support::rows::{authority, inspection, new_authority, path, with};

#[actix_web::test]
async fn a_conflict_stays_the_answer_when_its_cause_is_gone() {
    let register = Register::empty().await;
    let taken = authority(&register).await;
    let body = with(new_authority(), json!({ "gss_code": taken["gss_code"] }));
    let first = new(post(&register, "a-key", "/v1/authorities", &body).await.refused(&[409]));
    let address = format!("/v1/authorities/{}", taken["authority_id"].as_str().unwrap());
    register.delete(&address, "*").await.expect(204);

    let before = counts(&register);
    let again = post(&register, "a-key", "/v1/authorities", &body).await;
    assert_replayed(&again, &first);
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(counts(&register), before);
    new(post(&register, "another", "/v1/authorities", &body).await.expect(201));
}

#[actix_web::test]
async fn a_rule_that_rows_break_stays_broken_for_the_request() {
    let register = Register::empty().await;
    let action = action(&register, json!({})).await;
    let transitions = format!("{}/transitions", path_of_action(&action));
    let begin = json!({ "to_state": "in_progress" });
    let first = new(post(&register, "a-key", &transitions, &begin).await.refused(&[409]));
    assert_eq!(first.code(), "illegal_transition");
    moved(&register, &path_of_action(&action), "agreed", json!({})).await.expect(201);
    assert_replayed(&post(&register, "a-key", &transitions, &begin).await, &first);

    let unknown = json!({ "authority_id": "019a0000-0000-7000-8000-000000000000", "title": "Of nobody" });
    let first = new(post(&register, "of-nobody", "/v1/improvement-plans", &unknown).await.refused(&[404, 422]));
    if first.status == 422 {
        assert_replayed(&post(&register, "of-nobody", "/v1/improvement-plans", &unknown).await, &first);
    }
}

#[actix_web::test]
async fn what_is_refused_before_it_is_tried_leaves_the_key_free() {
    let register = Register::empty().await;
    let good = new_authority();
    for body in
        [json!({}), json!([]), with(good.clone(), json!({ "unknown": 1 })), with(good.clone(), json!({ "name": "" }))]
    {
        for _ in 0..2 {
            new(post(&register, "a-key", "/v1/authorities", &body).await.refused(&[422]));
        }
    }
    new(post(&register, "a-key", "/v1/authorities", &good).await.expect(201));
}

#[actix_web::test]
async fn what_is_missing_is_looked_for_again() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let findings = format!("{}/findings", path(&draft));
    let finding = json!({ "polarity": "concern", "text": "Late." });
    new(post(&register, "a-key", &findings, &finding).await.expect(201));
    register.delete(&path(&draft), "*").await.expect(204);

    let before = counts(&register);
    for key in ["a-key", "another"] {
        for _ in 0..2 {
            new(post(&register, key, &findings, &finding).await.refused(&[404]));
        }
    }
    assert_eq!(counts(&register), before, "an absence is not kept");
}

#[actix_web::test]
async fn a_replay_does_not_depend_on_what_has_changed_since() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let report = json!({ "responds_to_inspection_id": inspection(&register, json!({
        "authority_id": place["authority_id"], "state": "published",
        "recommendations": [{ "kind": "recommendation", "text": "Visit in time." }],
    })).await["inspection_id"] });
    let plan = plan(&register, &place, report).await;
    let propose = format!("{}/actions-from-recommendations", path_of_plan(&plan));
    let first = new(post(&register, "a-key", &propose, &json!({})).await.expect(200));
    assert_eq!(first.json()["created_count"], 1);
    let second = new(post(&register, "another", &propose, &json!({})).await.expect(200));
    assert_eq!(second.json()["created_count"], 0);
    register.patch(&path_of_plan(&plan), "*", &json!({ "title": "Renamed" })).await.expect(200);

    let before = counts(&register);
    assert_replayed(&post(&register, "a-key", &propose, &json!({})).await, &first);
    assert_replayed(&post(&register, "another", &propose, &json!({})).await, &second);
    assert_eq!(counts(&register), before);
}
