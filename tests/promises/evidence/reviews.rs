//! Reviews of evidence: added, never changed; the latest counts.

use diesel::connection::SimpleConnection;
use serde_json::json;
use uuid::Uuid;

use crate::support::Register;
use crate::support::evidence::{DAY, completed_action, evidence_of_another, holds, review, set_state};
use crate::support::keys::ADMIN;
use crate::support::rows::authority;

/// A register with one action that has a piece of evidence by another.
async fn register() -> (Register, Uuid, String) {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let mut conn = register.database.connect();
    let action = completed_action(&mut conn, &authority["authority_id"]);
    let evidence = evidence_of_another(&mut conn, action);
    (register, action, format!("/v1/evidence/{evidence}"))
}

#[actix_web::test]
async fn a_review_raises_the_version_of_the_evidence() {
    let (register, _, evidence) = register().await;
    let before = register.get(&evidence).await.expect(200);
    let new = json!({ "outcome": "accepted", "note": "It shows it.", "effective_on": "2024-05-01" });
    let created = register.post(&format!("{evidence}/reviews"), &new).await.expect(201);
    assert_eq!((created.header("location"), created.etag()), (format!("{evidence}/reviews").as_str(), "\"2\""));
    assert_eq!((&created.json()["recorded_by"], &created.json()["note"]), (&json!(ADMIN), &new["note"]));
    let after = register.get(&evidence).await.expect(200);
    assert_eq!((before.etag(), after.etag()), ("\"1\"", "\"2\""));
    assert_eq!(after.json()["review_outcome"], "accepted");
    assert_eq!(register.get(&format!("{evidence}/reviews")).await.expect(200).json()["items"], json!([created.json()]));
}

#[actix_web::test]
async fn the_latest_review_is_that_which_holds_from_the_latest_day() {
    let (register, _, evidence) = register().await;
    let reviews = format!("{evidence}/reviews");
    for (outcome, day) in [
        ("rejected", "2024-05-02"),
        ("accepted", "2024-05-01"),
        ("changes_requested", "2024-05-02"),
        ("accepted", "2024-04-30"),
    ] {
        register.post(&reviews, &json!({ "outcome": outcome, "effective_on": day })).await.expect(201);
    }
    let listed = register.get(&reviews).await.expect(200).each("outcome");
    assert_eq!(listed, ["accepted", "accepted", "rejected", "changes_requested"].map(|outcome| json!(outcome)));
    assert_eq!(register.get(&evidence).await.expect(200).json()["review_outcome"], "changes_requested");
}

#[actix_web::test]
async fn a_review_holds_from_a_day_between_the_proposal_and_today() {
    let (register, _, evidence) = register().await;
    for (day, status) in [("2100-01-01", 422), ("2022-12-31", 422), ("2023-01-01", 201)] {
        let body = json!({ "outcome": "rejected", "effective_on": day });
        let answer = register.post(&format!("{evidence}/reviews"), &body).await.expect(status);
        if status == 422 {
            assert_eq!(answer.places(), ["/effective_on"]);
        }
    }
    let answer = register.post(&format!("{evidence}/reviews"), &json!({ "outcome": "rejected" })).await.expect(201);
    assert_eq!(answer.json()["effective_on"], inspection_register::values::date::Date::today().to_string());
}

#[actix_web::test]
async fn a_review_is_neither_changed_nor_removed() {
    let (register, _, evidence) = register().await;
    register.post(&format!("{evidence}/reviews"), &json!({ "outcome": "rejected" })).await.expect(201);
    let mut conn = register.database.connect();
    for statement in ["update evidence_reviews set outcome = 'accepted'", "delete from evidence_reviews"] {
        assert!(conn.batch_execute(statement).unwrap_err().to_string().contains("only grows"));
    }
}

#[actix_web::test]
async fn the_review_that_a_verified_action_relies_on_is_not_overruled() {
    let (register, action, evidence) = register().await;
    let reviews = format!("{evidence}/reviews");
    register.post(&reviews, &json!({ "outcome": "accepted", "effective_on": "2024-05-01" })).await.expect(201);
    let mut conn = register.database.connect();
    set_state(&mut conn, action, "verified").unwrap();
    for outcome in ["rejected", "changes_requested"] {
        let refused = register.post(&reviews, &json!({ "outcome": outcome })).await.expect(409);
        assert_eq!(refused.code(), "conflict");
        assert!(refused.text().contains("reopen the action first"));
    }
    assert_eq!(register.get(&evidence).await.expect(200).etag(), "\"2\"", "nothing is left of what was refused");
    register.post(&reviews, &json!({ "outcome": "rejected", "effective_on": "2024-04-30" })).await.expect(201);

    let second = evidence_of_another(&mut conn, action);
    review(&mut conn, second, ("accepted", DAY), "anonymous").unwrap();
    register.post(&reviews, &json!({ "outcome": "rejected" })).await.expect(201);
    let refused = register.post(&format!("/v1/evidence/{second}/reviews"), &json!({ "outcome": "rejected" })).await;
    assert_eq!(refused.expect(409).code(), "conflict");
    assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
}

#[actix_web::test]
async fn to_accept_ones_own_evidence_says_nothing() {
    let (register, action, _) = register().await;
    let path = format!("/v1/improvement-actions/{action}/evidence");
    let own = register.post(&path, &json!({ "kind": "data", "title": "Figures" })).await.expect(201);
    let reviews = format!("{}/reviews", own.header("location"));
    let accepted = json!({ "outcome": "accepted" });
    register.post(&reviews, &accepted).await.expect(201);
    let mut conn = register.database.connect();
    assert!(!holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
    assert!(set_state(&mut conn, action, "verified").is_err());
    let evidence = own.json()["evidence_id"].as_str().unwrap().parse().unwrap();
    review(&mut conn, evidence, ("accepted", DAY), "import").unwrap();
    set_state(&mut conn, action, "verified").unwrap();
    register.post(&reviews, &accepted).await.expect(201);
    assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
}

#[actix_web::test]
async fn an_action_is_verified_by_what_was_there_on_that_day() {
    let (register, action, _) = register().await;
    let mut conn = register.database.connect();
    let evidence = evidence_of_another(&mut conn, action);
    let reviews = format!("/v1/evidence/{evidence}/reviews");
    register.post(&reviews, &json!({ "outcome": "accepted", "effective_on": "2024-06-01" })).await.expect(201);
    let transitions = format!("/v1/improvement-actions/{action}/transitions");
    let verified = |day: &str| json!({ "to_state": "verified", "effective_on": day });
    let refused = register.post(&transitions, &verified("2024-05-31")).await.expect(409);
    assert_eq!(refused.code(), "conflict");
    register.post(&transitions, &verified("2024-06-01")).await.expect(201);
}
