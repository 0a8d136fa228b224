//! Examinations: what an inspection said of an earlier recommendation, and that it changes nothing else.

mod boundaries;
mod preconditions;
mod rules;

use actix_web::http::Method;
use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::{Value, json};

use crate::support::rows::{asking, path, visit};
use crate::support::{Answer, Register};

/// The path of what an inspection said of a recommendation.
fn examination(inspection: &Value, recommendation: &str) -> String {
    format!("{}/examinations/{recommendation}", path(inspection))
}

/// A PUT of something new, sent.
async fn create(register: &Register, path: &str, body: &Value) -> Answer {
    register.request(Method::PUT, path).header("If-None-Match", "*").json(body).send().await
}

/// Type, reason, and two states.
type Told = (String, Option<String>, Option<Value>, Option<Value>);

/// What was told of examinations: type, reason, and the outcome before and after.
fn told(register: &Register) -> Vec<Told> {
    let outcome = |state: Option<Value>| state.map(|state| state["outcome"].clone());
    let rows = events::table
        .filter(events::resource.eq("examination"))
        .order(events::sequence)
        .select((events::type_, events::reason, events::before, events::after))
        .load::<Told>(&mut register.database.connect())
        .unwrap();
    rows.into_iter().map(|(kind, reason, before, after)| (kind, reason, outcome(before), outcome(after))).collect()
}

#[actix_web::test]
async fn an_examination_is_recorded_read_replaced_and_removed() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let place = examination(&letter, &asked[0]);
    register.get(&place).await.expect(404);

    let body = json!({ "outcome": "partly_improved", "summary": "More visits are in time." });
    let created = create(&register, &place, &body).await.expect(201);
    assert_eq!((created.header("location"), created.etag()), (place.as_str(), "\"1\""));
    let read = register.get(&place).await.expect(200);
    assert_eq!(read.json(), created.json());
    assert!(read.etag().starts_with("\"1-"), "the version, then a hash of what is named besides");
    assert_eq!(
        register.get(&format!("{}/examinations", path(&letter))).await.expect(200).json()["items"],
        json!([created.json()])
    );

    let replaced = register.put(&place, "\"1\"", &json!({ "outcome": "improved" })).await.expect(200);
    assert_eq!(
        (&replaced.json()["outcome"], replaced.json().get("summary")),
        (&json!("improved"), None),
        "all of it is replaced"
    );
    let again = register.put(&place, "\"2\"", &json!({ "outcome": "improved" })).await.expect(200);
    assert_eq!((&again.json()["version"], again.etag()), (&json!(2), replaced.etag()), "the same changes nothing");
    register.delete(&place, "\"1\"").await.expect(412);
    register.delete(&place, "\"2\"").await.expect(204);
    register.get(&place).await.expect(404);
    register.delete(&place, "\"2\"").await.expect(404);

    let version = register.get(&path(&letter)).await.expect(200).json()["version"].clone();
    assert_eq!(version, 4, "each change raised the version of the inspection that examined");
    assert_eq!(register.get(&path(&report)).await.expect(200).json(), report, "and of no other");
    let outcomes =
        told(&register).into_iter().map(|(kind, _, before, after)| (kind, before, after)).collect::<Vec<_>>();
    let (partly, improved) = (Some(json!("partly_improved")), Some(json!("improved")));
    assert_eq!(
        outcomes,
        [
            ("created".to_owned(), None, partly.clone()),
            ("updated".to_owned(), partly, improved.clone()),
            ("deleted".to_owned(), improved, None)
        ]
    );
}

#[actix_web::test]
async fn an_examination_by_a_published_inspection_changes_with_a_reason() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({ "state": "published" })).await;
    let place = examination(&letter, &asked[0]);
    create(&register, &place, &json!({ "outcome": "worse" })).await.expect(201);
    let body = json!({ "outcome": "improved" });
    assert_eq!(register.put(&place, "\"1\"", &body).await.expect(422).code(), "reason_required");
    assert_eq!(register.delete(&place, "\"1\"").await.expect(422).code(), "reason_required");
    let body = json!({ "outcome": "improved", "reason": "The letter was misread." });
    let replaced = register.put(&place, "\"1\"", &body).await.expect(200);
    assert_eq!(replaced.json().get("reason"), None);
    register.delete(&format!("{place}?reason=Recorded+twice."), "\"2\"").await.expect(204);
    let reasons = told(&register).into_iter().map(|(_, reason, ..)| reason).collect::<Vec<_>>();
    assert_eq!(reasons, [None, Some("The letter was misread.".to_owned()), Some("Recorded twice.".to_owned())]);
}

#[actix_web::test]
async fn examinations_stand_in_the_order_of_what_was_asked() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 3).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let earlier = json!({
        "authority_id": report["authority_id"], "started_on": "2018-06-11", "published_on": "2018-07-23",
        "recommendations": [{ "kind": "recommendation", "text": "Plan well." }],
    });
    let earlier = register.post("/v1/inspections", &earlier).await.expect(201).json();
    let older = crate::support::rows::recommendation_ids(&register, &earlier).await;
    let mut expected = asked.clone();
    expected.extend(older);
    for recommendation in expected.iter().rev() {
        create(&register, &examination(&letter, recommendation), &json!({ "outcome": "improved" })).await.expect(201);
    }
    let list = format!("{}/examinations", path(&letter));
    let whole = register.get(&format!("{list}?count=exact")).await.expect(200);
    assert_eq!(whole.each("recommendation_id"), expected.iter().map(|id| json!(id)).collect::<Vec<_>>());
    assert_eq!(whole.json()["page"]["total"], 4);
    register.get("/v1/inspections/019a0000-0000-7000-8000-000000000000/examinations").await.expect(404);
}
