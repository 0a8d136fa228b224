//! Interventions: what government and others set up when services fail.

use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::events::stored;
use crate::support::improvement::{path_of_authority, succession};
use crate::support::rows::{authority, inspection, new_inspection, path, published, with};

async fn intervention(register: &Register, authority: &Value, members: Value) -> Value {
    let new = json!({ "authority_id": authority["authority_id"], "kind": "statutory_direction" });
    register.post("/v1/interventions", &with(new, members)).await.expect(201).json()
}

fn address(intervention: &Value) -> String {
    format!("/v1/interventions/{}", intervention["intervention_id"].as_str().unwrap())
}

#[actix_web::test]
async fn an_intervention_is_recorded_read_ended_and_removed() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let new = json!({
        "authority_id": report["authority_id"], "kind": "commissioner", "organisation": "An invented department",
        "person": "Ada Example", "role": "Commissioner", "started_on": "2022-10-01",
        "triggered_by_inspection_id": report["inspection_id"], "url": "https://example.org/direction", "note": "An example.",
    });
    let created = register.post("/v1/interventions", &new).await.expect(201);
    let place = created.header("location").to_owned();
    assert_eq!(register.get(&place).await.expect(200).json(), created.json());
    let ended = register.patch(&place, "\"1\"", &json!({ "ended_on": "2023-03-31", "note": null })).await.expect(200);
    assert_eq!((&ended.json()["ended_on"], ended.json().get("note")), (&json!("2023-03-31"), None));
    let same = register.patch(&place, "\"2\"", &json!({ "ended_on": "2023-03-31" })).await.expect(200);
    assert!(same.etag().starts_with("\"2-"), "{}", same.etag());
    register.patch(&place, "\"1\"", &json!({ "role": null })).await.expect(412);
    register.delete(&place, "\"2\"").await.expect(204);
    register.get(&place).await.expect(404);

    let told = events::table
        .filter(events::resource.eq("intervention"))
        .order(events::sequence)
        .select((events::type_, events::before, events::after))
        .load::<(String, Option<Value>, Option<Value>)>(&mut register.database.connect())
        .unwrap();
    let expected = [
        ("created".to_owned(), None, Some(stored(&created.json(), &[]))),
        ("updated".to_owned(), Some(stored(&created.json(), &[])), Some(stored(&ended.json(), &[]))),
        ("deleted".to_owned(), Some(stored(&ended.json(), &[])), None),
    ];
    assert_eq!(told, expected);
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let other = published(&register).await;
    let nowhere = "019a0000-0000-7000-8000-000000000000";
    let known = intervention(&register, &council, json!({})).await;
    let cases = [
        (json!({ "authority_id": nowhere }), vec!["/authority_id"]),
        (json!({ "started_on": "2025-01-02", "ended_on": "2025-01-01" }), vec!["/ended_on"]),
        (json!({ "triggered_by_inspection_id": nowhere }), vec!["/triggered_by_inspection_id"]),
        (
            json!({
                "triggered_by_inspection_id": other["inspection_id"], "started_on": "2025-01-02", "ended_on": "2025-01-01",
            }),
            vec!["/ended_on", "/triggered_by_inspection_id"],
        ),
        (json!({ "kind": "warning" }), vec!["/kind"]),
        (json!({ "url": "example.org" }), vec!["/url"]),
    ];
    for (members, places) in cases {
        let new = json!({ "authority_id": council["authority_id"], "kind": "other" });
        let answer = register.post("/v1/interventions", &with(new, members.clone())).await.expect(422);
        assert_eq!(answer.places(), places, "{members}");
        assert_eq!(register.patch(&address(&known), "\"1\"", &members).await.expect(422).places(), places, "{members}");
    }
    assert_eq!(register.get(&address(&known)).await.expect(200).json(), known);
}

#[actix_web::test]
async fn an_intervention_follows_an_inspection_of_the_authority_or_of_its_predecessor() {
    let register = Register::empty().await;
    let (former, heir) = succession(&register).await;
    let report = register.post("/v1/inspections", &new_inspection(&former)).await.expect(201).json();
    let trigger = json!({ "triggered_by_inspection_id": report["inspection_id"] });
    intervention(&register, &heir, trigger).await;
    let refused = register.patch(&path_of_authority(&former), "*", &json!({ "successors": [] })).await.expect(409);
    assert_eq!(refused.code(), "in_use");
}

#[actix_web::test]
async fn what_an_intervention_concerns_and_follows_stays() {
    let register = Register::empty().await;
    let report = inspection(&register, json!({})).await;
    let trigger = json!({ "triggered_by_inspection_id": report["inspection_id"] });
    let step = intervention(&register, &report, trigger).await;
    let refused = async |address: &str| {
        let refused = register.delete(address, "*").await.expect(409);
        assert_eq!(refused.code(), "in_use");
        refused.json()["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(&path(&report)).await, "interventions were triggered by this inspection");
    register.patch(&address(&step), "*", &json!({ "triggered_by_inspection_id": null })).await.expect(200);
    register.delete(&path(&report), "*").await.expect(204);
    assert_eq!(refused(&path_of_authority(&step)).await, "interventions concern this authority");
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::empty().await;
    let (one, other) = (authority(&register).await, authority(&register).await);
    let first = json!({ "note": "First", "started_on": "2022-10-01", "ended_on": "2023-03-31" });
    intervention(&register, &one, first).await;
    intervention(&register, &one, json!({ "note": "Second", "kind": "trust", "started_on": "2023-03-31" })).await;
    intervention(&register, &other, json!({ "note": "Third", "ended_on": "2024-01-01" })).await;
    let notes = async |query: &str| register.get(&format!("/v1/interventions?{query}")).await.expect(200).each("note");
    assert_eq!(notes("").await, ["Second", "First", "Third"]);
    assert_eq!(notes("sort=started_on").await, ["First", "Second", "Third"]);
    assert_eq!(notes(&format!("authority={}", other["authority_id"].as_str().unwrap())).await, ["Third"]);
    assert_eq!(notes("kind=trust,commissioner").await, ["Second"]);
    assert_eq!(notes("active_on=2022-09-30").await, Vec::<Value>::new());
    assert_eq!(notes("active_on=2022-10-01").await, ["First"]);
    assert_eq!(notes("active_on=2023-03-31").await, ["Second", "First"]);
    assert_eq!(notes("active_on=2023-04-01").await, ["Second"]);
}
