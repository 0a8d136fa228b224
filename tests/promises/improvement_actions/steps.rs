//! What becomes of an action: good steps, and each refusal.

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use inspection_register::values::date::Date;
use serde_json::{Value, json};

use crate::support::acceptance::{accept_evidence, evidence};
use crate::support::actions::{action, moved, path, walk};
use crate::support::keys::ADMIN;
use crate::support::rows::{self, new_visit, published, with};
use crate::support::{Answer, Register};

const EARLIER: &str = "2024-01-01";

async fn proposed(register: &Register) -> (Value, String) {
    let action = action(register, json!({ "proposed_on": EARLIER })).await;
    let path = path(&action);
    (action, path)
}

#[track_caller]
fn refused(answer: Answer, place: &str, code: &str) {
    let answer = answer.refused(&[422]);
    assert_eq!(answer.places(), [place]);
    assert_eq!(answer.json()["errors"][0]["code"], code, "{}", answer.text());
}

#[actix_web::test]
async fn a_move_is_kept_and_found_in_the_list_that_its_location_names() {
    let register = Register::empty().await;
    let (action, path) = proposed(&register).await;
    let body = json!({ "to_state": "agreed", "reason": "The board agreed.", "effective_on": "2024-02-01" });
    let created = register.post(&format!("{path}/transitions"), &body).await.expect(201);
    assert_eq!((created.header("location"), created.etag()), (format!("{path}/transitions").as_str(), "\"2\""));
    let transition = created.json();
    assert_eq!(
        (&transition["position"], &transition["from_state"], &transition["recorded_by"], &transition["evidence_ids"]),
        (&json!(1), &json!("proposed"), &json!(ADMIN), &json!([]))
    );
    assert_eq!(register.get(created.header("location")).await.expect(200).json()["items"], json!([transition]));
    assert_eq!(transition["action_id"], action["action_id"]);
    register.patch(&path, created.etag(), &json!({ "priority": "low" })).await.expect(200);

    let today = moved(&register, &path, "in_progress", json!({})).await.expect(201).json();
    assert_eq!(today["effective_on"], json!(Date::today()));
}

#[actix_web::test]
async fn completion_is_dated_and_forgotten_when_the_action_is_opened_again() {
    let register = Register::empty().await;
    let (action, path) = proposed(&register).await;
    for (state, day) in [("agreed", "2024-02-01"), ("in_progress", "2024-03-01"), ("completed", "2024-04-01")] {
        moved(&register, &path, state, json!({ "effective_on": day })).await.expect(201);
    }
    accept_evidence(&register, &action);
    moved(&register, &path, "verified", json!({ "effective_on": "2024-05-01" })).await.expect(201);
    let read = register.get(&path).await.expect(200).json();
    assert_eq!((&read["state"], &read["completed_on"]), (&json!("verified"), &json!("2024-04-01")));
    moved(&register, &path, "reopened", json!({ "effective_on": "2024-06-01" })).await.expect(201);
    assert_eq!(register.get(&path).await.expect(200).json().get("completed_on"), None);
    let then = register.get(&format!("{path}?as_at=2024-05-31")).await.expect(200).json();
    assert_eq!((&then["state"], &then["completed_on"]), (&json!("verified"), &json!("2024-04-01")));
}

#[actix_web::test]
async fn a_move_that_needs_a_reason_is_refused_without() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    let transitions = format!("{path}/transitions");
    let deferred = json!({ "to_state": "deferred", "deferred_until": "2099-01-01" });
    for body in [json!({ "to_state": "cancelled" }), deferred] {
        assert_eq!(register.post(&transitions, &body).await.refused(&[422]).code(), "reason_required");
    }
    walk(&register, &path, &["cancelled"]).await;
    let reopened = register.post(&transitions, &json!({ "to_state": "reopened" })).await.refused(&[422]);
    assert_eq!(reopened.code(), "reason_required");
    walk(&register, &path, &["reopened"]).await;
    let blocked = register.post(&transitions, &json!({ "to_state": "blocked" })).await.refused(&[422]);
    assert_eq!(blocked.code(), "reason_required");
    register.post(&transitions, &json!({ "to_state": "in_progress" })).await.expect(201);
}

#[actix_web::test]
async fn what_is_put_off_says_until_when_and_nothing_else_does() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    let transitions = format!("{path}/transitions");
    let body = json!({ "to_state": "deferred", "reason": "Later.", "effective_on": "2024-02-01" });
    let place = "/deferred_until";
    refused(register.post(&transitions, &body).await, place, "required");
    let same_day = with(body.clone(), json!({ "deferred_until": "2024-02-01" }));
    refused(register.post(&transitions, &same_day).await, place, "order");
    let other = json!({ "to_state": "agreed", "deferred_until": "2099-01-01" });
    refused(register.post(&transitions, &other).await, place, "unexpected");
    register.post(&transitions, &with(body, json!({ "deferred_until": "2024-02-02" }))).await.expect(201);
    assert_eq!(register.get(&path).await.expect(200).json()["deferred_until"], "2024-02-02");
    moved(&register, &path, "agreed", json!({})).await.expect(201);
    assert_eq!(register.get(&path).await.expect(200).json().get("deferred_until"), None);
}

#[actix_web::test]
async fn steps_follow_each_other_and_are_never_of_tomorrow() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    let place = "/effective_on";
    let revise = async |due_on: &str, day: &str| {
        let body = json!({ "due_on": due_on, "reason": "It takes longer.", "effective_on": day });
        register.post(&format!("{path}/date-revisions"), &body).await
    };
    let report = async |day: &str| {
        register.post(&format!("{path}/updates"), &json!({ "note": "Looked at.", "effective_on": day })).await
    };
    let agree = async |day: &str| moved(&register, &path, "agreed", json!({ "effective_on": day })).await;
    for (day, code) in [("2023-12-31", "order"), ("2099-01-01", "future")] {
        refused(agree(day).await, place, code);
        refused(revise("2024-06-01", day).await, place, code);
        refused(report(day).await, place, code);
    }
    agree("2024-03-01").await.expect(201);
    refused(moved(&register, &path, "blocked", json!({ "effective_on": "2024-02-29" })).await, place, "order");
    moved(&register, &path, "blocked", json!({ "effective_on": "2024-03-01" })).await.expect(201);
    revise("2024-06-01", "2024-03-01").await.expect(201);
    refused(revise("2024-07-01", "2024-02-29").await, place, "order");
    report("2024-03-01").await.expect(201);
    report("2024-02-01").await.expect(201);
}

#[actix_web::test]
async fn evidence_is_of_the_same_action_and_has_not_expired() {
    let register = Register::empty().await;
    let (action, path) = proposed(&register).await;
    let (other, _) = proposed(&register).await;
    let (own, foreign) = (evidence(&register, &action, "'2024-02-01'"), evidence(&register, &other, "null"));
    let cite = async |ids: &[&String], day: &str| {
        moved(&register, &path, "agreed", json!({ "evidence_ids": ids, "effective_on": day })).await
    };
    refused(cite(&[&own, &foreign], "2024-02-01").await, "/evidence_ids/1", "unknown");
    refused(cite(&[&own], "2024-02-02").await, "/evidence_ids/0", "expired");
    let cited = cite(&[&own, &own], "2024-02-01").await.expect(201).json();
    assert_eq!(cited["evidence_ids"], json!([own]));
    let read = register.get(&format!("{path}?embed=transitions")).await.expect(200).json();
    assert_eq!(read["transitions"], json!([cited]));
}

#[actix_web::test]
async fn an_action_is_verified_only_by_what_somebody_else_saw_and_keeps_it() {
    let register = Register::empty().await;
    let (action, path) = proposed(&register).await;
    walk(&register, &path, &["agreed", "in_progress", "completed"]).await;
    evidence(&register, &action, "null");
    let unseen = moved(&register, &path, "verified", json!({})).await.refused(&[409]);
    assert_eq!(unseen.code(), "conflict");
    assert!(unseen.text().contains("somebody other than its author accepted"), "{}", unseen.text());
    accept_evidence(&register, &action);
    walk(&register, &path, &["verified"]).await;
}

#[actix_web::test]
async fn the_recommendation_that_verifies_an_action_stays_with_it() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let new = json!({ "kind": "recommendation", "text": "Visit in time." });
    let recommendations = format!("{}/recommendations", rows::path(&report));
    let recommendation = register.post(&recommendations, &new).await.expect(201).json()["recommendation_id"].clone();
    let visit = with(new_visit(&report, 1), json!({ "state": "published" }));
    let visit = register.post("/v1/inspections", &visit).await.expect(201).json();
    let examination = format!("{}/examinations/{}", rows::path(&visit), recommendation.as_str().unwrap());
    let examined = register.request(Method::PUT, &examination).header("If-None-Match", "*");
    examined.json(&json!({ "outcome": "improved", "reason": "Read later." })).send().await.expect(201);
    let new = json!({
        "authority_id": report["authority_id"], "title": "Visit in time", "source": "recommendation",
        "recommendation_ids": [recommendation], "proposed_on": "2022-10-01",
    });
    let action = path(&register.post("/v1/improvement-actions", &new).await.expect(201).json());
    let day = json!({ "effective_on": "2022-12-01" });
    for state in ["agreed", "in_progress", "completed"] {
        moved(&register, &action, state, day.clone()).await.expect(201);
    }
    assert_eq!(moved(&register, &action, "verified", day).await.refused(&[409]).code(), "conflict", "not yet seen");
    walk(&register, &action, &["verified"]).await;
    let gone = json!({ "recommendation_ids": [] });
    assert_eq!(register.patch(&action, "*", &gone).await.refused(&[409]).code(), "conflict");
    let kept = register.get(&action).await.expect(200).json();
    assert_eq!((&kept["recommendation_ids"], &kept["version"]), (&json!([recommendation]), &json!(5)));
    walk(&register, &action, &["reopened"]).await;
    register.patch(&action, "*", &gone).await.expect(200);
}

#[actix_web::test]
async fn the_first_due_date_is_the_original_one() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    let revise = async |due_on: &str| {
        let body = json!({ "due_on": due_on, "reason": "It takes longer.", "effective_on": "2024-02-01" });
        register.post(&format!("{path}/date-revisions"), &body).await
    };
    let first = revise("2024-06-01").await.expect(201);
    assert_eq!((first.header("location"), first.etag()), (format!("{path}/date-revisions").as_str(), "\"2\""));
    assert_eq!((first.json().get("previous_due_on"), &first.json()["position"]), (None, &json!(1)));
    let read = register.get(&path).await.expect(200).json();
    assert_eq!((&read["original_due_on"], &read["slip_days"]), (&json!("2024-06-01"), &json!(0)));
    assert_eq!(read["revision_count"], 1);
    refused(revise("2024-06-01").await, "/due_on", "unchanged");
    for (due_on, slip) in [("2024-07-01", 30), ("2024-05-01", -31)] {
        revise(due_on).await.expect(201);
        let read = register.get(&path).await.expect(200).json();
        assert_eq!((&read["due_on"], &read["slip_days"]), (&json!(due_on), &json!(slip)));
        assert_eq!(read["original_due_on"], "2024-06-01");
    }
    let revisions = register.get(&format!("{path}/date-revisions")).await.expect(200);
    assert_eq!(revisions.each("due_on"), ["2024-06-01", "2024-07-01", "2024-05-01"]);
    assert_eq!(revisions.each("previous_due_on"), [json!(null), json!("2024-06-01"), json!("2024-07-01")]);
    let missing = register.post(&format!("{path}/date-revisions"), &json!({ "due_on": "2024-09-01" })).await;
    missing.refused(&[422]);
}

#[actix_web::test]
async fn the_latest_report_that_says_how_it_goes_is_believed() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    let reports = [
        ("2024-03-01", Some("red"), "red"),
        ("2024-02-01", Some("green"), "red"),
        ("2024-03-01", Some("amber"), "amber"),
        ("2024-04-01", None, "amber"),
    ];
    for (day, rag, expected) in reports {
        let mut body = json!({ "note": "Looked at.", "effective_on": day, "impact_on_children": "None yet." });
        if let Some(rag) = rag {
            body["rag"] = json!(rag);
        }
        let created = register.post(&format!("{path}/updates"), &body).await.expect(201);
        assert_eq!(created.header("location"), format!("{path}/updates"));
        assert_eq!(register.get(&path).await.expect(200).json()["rag"], expected);
    }
    let listed = register.get(&format!("{path}/updates")).await.expect(200);
    assert_eq!(listed.each("effective_on"), ["2024-02-01", "2024-03-01", "2024-03-01", "2024-04-01"]);
    assert_eq!(register.get(&format!("{path}?as_at=2024-02-15")).await.expect(200).json()["rag"], "green");
    register.post(&format!("{path}/updates"), &json!({ "rag": "red" })).await.refused(&[422]);
}

#[actix_web::test]
async fn what_has_begun_is_cancelled_and_not_removed() {
    let register = Register::empty().await;
    let begun = async |list: &str, body: Value| {
        let (_, path) = proposed(&register).await;
        register.post(&format!("{path}/{list}"), &body).await.expect(201);
        path
    };
    let mut paths = vec![
        begun("transitions", json!({ "to_state": "agreed" })).await,
        begun("date-revisions", json!({ "due_on": "2024-06-01", "reason": "At last." })).await,
        begun("updates", json!({ "note": "Looked at." })).await,
    ];
    let (action, path) = proposed(&register).await;
    evidence(&register, &action, "null");
    paths.push(path);
    for path in paths {
        let refused = register.delete(&path, "*").await.refused(&[409]);
        assert_eq!(refused.code(), "in_use");
        assert!(refused.text().contains("cancel it instead"), "{}", refused.text());
    }
}

#[actix_web::test]
async fn nothing_that_was_recorded_of_an_action_can_be_changed() {
    let register = Register::empty().await;
    let (_, path) = proposed(&register).await;
    walk(&register, &path, &["agreed"]).await;
    let due = json!({ "due_on": "2024-06-01", "reason": "At last." });
    register.post(&format!("{path}/date-revisions"), &due).await.expect(201);
    register.post(&format!("{path}/updates"), &json!({ "note": "Looked at." })).await.expect(201);
    for list in ["transitions", "date-revisions", "updates"] {
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = register.request(method, &format!("{path}/{list}")).if_match("*").json(&due).send().await;
            assert_eq!(answer.refused(&[405]).header("allow"), "GET, POST, HEAD");
        }
    }
    let mut connection = register.database.connect();
    for table in ["transitions", "date_revisions", "updates"] {
        for statement in ["delete from", "update"] {
            let set = if statement == "update" { "set effective_on = '2024-01-02'" } else { "" };
            let refused = connection.batch_execute(&format!("{statement} improvement_action_{table} {set}"));
            assert!(refused.unwrap_err().to_string().contains("only grows"), "{statement} {table}");
        }
    }
}
