//! Evidence itself: recorded, read, changed, removed.

use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::evidence::{completed_action, evidence_of_another, execute, new_id};
use crate::support::keys::ADMIN;
use crate::support::rows::authority;
use crate::support::{Answer, Register};

/// A register with one action, and the address of its evidence.
async fn register() -> (Register, Uuid, String) {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let action = completed_action(&mut register.database.connect(), &authority["authority_id"]);
    (register, action, format!("/v1/improvement-actions/{action}/evidence"))
}

fn new_evidence() -> Value {
    json!({
        "kind": "audit", "title": "Audit of thirty cases", "url": "https://example.org/audit.pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "observed_on": "2024-02-01", "expires_on": "2025-02-01",
    })
}

async fn record(register: &Register, path: &str) -> Answer {
    register.post(path, &new_evidence()).await.expect(201)
}

#[actix_web::test]
async fn evidence_is_recorded_read_changed_and_removed() {
    let (register, action, path) = register().await;
    let created = record(&register, &path).await;
    let body = created.json();
    assert_eq!(body["action_id"], json!(action.to_string()));
    assert_eq!((&body["recorded_by"], body.get("review_outcome")), (&json!(ADMIN), None));
    let evidence = created.header("location").to_owned();
    let read = register.get(&evidence).await.expect(200);
    assert_eq!((read.json(), read.etag()), (body, created.etag()));
    let change = json!({ "kind": "case_review", "url": null, "expires_on": null });
    let changed = register.patch(&evidence, read.etag(), &change).await.expect(200);
    assert_eq!((&changed.json()["kind"], changed.json().get("url")), (&json!("case_review"), None));
    let same = register.patch(&evidence, "\"2\"", &json!({ "kind": "case_review" })).await.expect(200);
    assert_eq!(same.etag(), "\"2\"", "a patch that changes nothing writes nothing");
    register.patch(&evidence, "\"1\"", &change).await.expect(412);
    register.delete(&evidence, "\"1\"").await.expect(412);
    register.delete(&evidence, "\"2\"").await.expect(204);
    register.get(&evidence).await.expect(404);
    assert_eq!(register.get(&path).await.expect(200).each("title"), Vec::<Value>::new());
}

#[actix_web::test]
async fn the_list_is_in_the_order_of_recording_and_tells_the_latest_outcome() {
    let (register, _, path) = register().await;
    let first = record(&register, &path).await.header("location").to_owned();
    record(&register, &path).await;
    let before = register.get(&path).await.expect(200);
    assert_eq!(before.each("review_outcome"), [Value::Null, Value::Null]);
    for outcome in ["rejected", "changes_requested"] {
        register.post(&format!("{first}/reviews"), &json!({ "outcome": outcome })).await.expect(201);
    }
    let after = register.get(&path).await.expect(200);
    assert_eq!(after.each("review_outcome"), [json!("changes_requested"), Value::Null]);
    assert_eq!(after.each("evidence_id"), before.each("evidence_id"));
    assert_eq!(register.get(&first).await.expect(200).json(), after.json()["items"][0]);
}

#[actix_web::test]
async fn broken_days_are_told_together() {
    let (register, _, path) = register().await;
    let days = json!({ "kind": "data", "title": "Figures", "observed_on": "2100-01-02", "expires_on": "2100-01-01" });
    assert_eq!(register.post(&path, &days).await.expect(422).places(), ["/observed_on", "/expires_on"]);
    let evidence = record(&register, &path).await.header("location").to_owned();
    for (change, place) in [
        (json!({ "observed_on": "2100-01-01", "expires_on": null }), "/observed_on"),
        (json!({ "observed_on": "2025-02-02" }), "/expires_on"),
        (json!({ "expires_on": "2024-01-31" }), "/expires_on"),
    ] {
        assert_eq!(register.patch(&evidence, "*", &change).await.expect(422).places(), [place]);
    }
    register.patch(&evidence, "*", &json!({ "expires_on": "2024-02-01" })).await.expect(200);
}

#[actix_web::test]
async fn a_hash_is_written_in_one_way() {
    let (register, _, path) = register().await;
    for hash in ["E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", &"g".repeat(64), &"0".repeat(63)] {
        let body = json!({ "kind": "data", "title": "Figures", "sha256": hash });
        assert_eq!(register.post(&path, &body).await.expect(422).places(), ["/sha256"]);
    }
}

#[actix_web::test]
async fn evidence_belongs_to_an_action() {
    let (register, ..) = register().await;
    let nothing = format!("/v1/improvement-actions/{}/evidence", new_id());
    register.get(&nothing).await.expect(404);
    register.post(&nothing, &new_evidence()).await.expect(404);
    let nothing = format!("/v1/evidence/{}", new_id());
    register.get(&nothing).await.expect(404);
    register.get(&format!("{nothing}/reviews")).await.expect(404);
    register.post(&format!("{nothing}/reviews"), &json!({ "outcome": "accepted" })).await.expect(404);
    register.patch(&nothing, "*", &json!({ "kind": "data" })).await.expect(404);
    register.delete(&nothing, "*").await.expect(404);
}

#[actix_web::test]
async fn evidence_that_was_accepted_stays_as_it_is() {
    let (register, _, path) = register().await;
    let evidence = record(&register, &path).await.header("location").to_owned();
    let outcome = async |outcome: &str| {
        register.post(&format!("{evidence}/reviews"), &json!({ "outcome": outcome })).await.expect(201);
    };
    outcome("accepted").await;
    assert_eq!(register.patch(&evidence, "*", &json!({ "title": "Another" })).await.expect(409).code(), "conflict");
    register.patch(&evidence, "*", &json!({ "kind": "audit" })).await.expect(200);
    outcome("changes_requested").await;
    let changed = register.patch(&evidence, "*", &json!({ "title": "Another" })).await.expect(200).json();
    assert_eq!((&changed["title"], &changed["review_outcome"]), (&json!("Another"), &json!("changes_requested")));
}

#[actix_web::test]
async fn evidence_that_something_refers_to_is_not_removed() {
    let (register, action, path) = register().await;
    let reviewed = record(&register, &path).await.header("location").to_owned();
    register.post(&format!("{reviewed}/reviews"), &json!({ "outcome": "rejected" })).await.expect(201);
    assert_eq!(register.delete(&reviewed, "*").await.expect(409).code(), "in_use");

    let mut conn = register.database.connect();
    let cited = evidence_of_another(&mut conn, action);
    let transition = new_id();
    execute(
        &mut conn,
        &format!(
            "insert into improvement_action_transitions
                 (transition_id, action_id, position, from_state, to_state, effective_on, recorded_by)
                 values ('{transition}', '{action}', 1, 'in_progress', 'completed', '2024-03-01', 'import');
             insert into improvement_action_transition_evidence values ('{transition}', '{action}', '{cited}')"
        ),
    );
    assert_eq!(register.delete(&format!("/v1/evidence/{cited}"), "*").await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn every_write_is_an_event_of_the_action() {
    let (register, action, path) = register().await;
    let evidence = record(&register, &path).await.header("location").to_owned();
    register.patch(&evidence, "*", &json!({ "kind": "data" })).await.expect(200);
    let removed = record(&register, &path).await.header("location").to_owned();
    register.delete(&removed, "*").await.expect(204);
    register.post(&format!("{evidence}/reviews"), &json!({ "outcome": "accepted" })).await.expect(201);
    let told = events::table
        .filter(events::aggregate_id.eq(action))
        .order(events::sequence)
        .select((events::resource, events::type_, events::before, events::after))
        .load::<(String, String, Option<Value>, Option<Value>)>(&mut register.database.connect())
        .unwrap();
    let kinds = told.iter().map(|(resource, kind, ..)| (resource.as_str(), kind.as_str())).collect::<Vec<_>>();
    assert_eq!(
        kinds,
        [
            ("evidence", "created"),
            ("evidence", "updated"),
            ("evidence", "created"),
            ("evidence", "deleted"),
            ("evidence_review", "created"),
            ("evidence", "updated"),
        ]
    );
    let (before, after) = (told[5].2.as_ref().unwrap(), told[5].3.as_ref().unwrap());
    assert_eq!((&before["version"], &after["version"]), (&json!(2), &json!(3)));
    assert_eq!(after.get("review_outcome"), None, "what is computed is not told");
    let mut read = register.get(&evidence).await.expect(200).json();
    read.as_object_mut().unwrap().remove("review_outcome");
    assert_eq!(*after, read);
    let reviews = register.get(&format!("{evidence}/reviews")).await.expect(200).json();
    assert_eq!(told[4].3.as_ref().unwrap(), &reviews["items"][0]);
}
