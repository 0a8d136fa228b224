//! Actions themselves: recorded, read, corrected, removed.

use serde_json::json;

use crate::support::Register;
use crate::support::actions::{action, new_action, path};
use crate::support::rows::{self, authority, inspection, with};

#[actix_web::test]
async fn an_action_is_recorded_read_corrected_and_removed() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let new = with(
        new_action(&authority),
        json!({
            "description": "Managers look each week at which visits are late.", "owner_role": "Head of Service",
            "themes": ["visits_to_children"], "cohorts": ["child_protection"], "partner_organisations": ["Example NHS"],
            "priority": "high", "success_measure": "Children know who comes.", "promised_to": "Improvement board",
            "proposed_on": "2024-01-02", "due_on": "2024-03-31",
        }),
    );
    let created = register.post("/v1/improvement-actions", &new).await.expect(201);
    let action = created.json();
    for (member, value) in [
        ("state", json!("proposed")),
        ("visibility", json!("private")),
        ("original_due_on", json!("2024-03-31")),
        ("slip_days", json!(0)),
        ("revision_count", json!(0)),
        ("is_overdue", json!(true)),
        ("recommendation_ids", json!([])),
        ("version", json!(1)),
    ] {
        assert_eq!(action[member], value, "{member}");
    }
    let location = created.header("location").to_owned();
    assert_eq!(location, path(&action));
    let read = register.get(&location).await.expect(200);
    assert_eq!(read.json(), action);
    assert!(read.etag().starts_with("\"1-"), "{}", read.etag());

    let same = register.patch(&location, read.etag(), &json!({ "priority": "high", "finding_ids": [] })).await;
    assert_eq!(same.expect(200).json()["version"], 1);
    let patch = json!({ "priority": null, "title": "Visit every child in time", "themes": [] });
    let corrected = register.patch(&location, read.etag(), &patch).await.expect(200).json();
    assert_eq!((corrected.get("priority"), &corrected["version"]), (None, &json!(2)));
    register.patch(&location, read.etag(), &patch).await.refused(&[412]);
    register.delete(&location, "\"1\"").await.refused(&[412]);
    register.delete(&location, "\"2\"").await.expect(204);
    register.get(&location).await.refused(&[404]);
}

#[actix_web::test]
async fn what_is_unset_is_absent() {
    let register = Register::empty().await;
    let action = action(&register, json!({})).await;
    for member in ["plan_id", "due_on", "original_due_on", "slip_days", "rag", "completed_on", "deferred_until"] {
        assert_eq!(action.get(member), None, "{member}");
    }
    assert_eq!(action["is_overdue"], false, "without a due date it is never overdue");
    assert_eq!(action["proposed_on"], json!(inspection_register::values::date::Date::today()));
}

#[actix_web::test]
async fn what_moves_by_operations_of_its_own_is_no_part_of_a_body() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let action = action(&register, json!({})).await;
    for (member, value) in [("state", json!("agreed")), ("rag", json!("red")), ("completed_on", json!("2024-01-01"))] {
        let new = with(new_action(&authority), json!({ member: value }));
        let refused = register.post("/v1/improvement-actions", &new).await.refused(&[422]);
        assert_eq!(refused.places(), [format!("/{member}")]);
        let refused = register.patch(&path(&action), "*", &json!({ member: value })).await.refused(&[422]);
        assert_eq!(refused.places(), [format!("/{member}")]);
    }
    for member in ["due_on", "proposed_on", "authority_id"] {
        register.patch(&path(&action), "*", &json!({ member: "2024-01-01" })).await.refused(&[422]);
    }
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let report = inspection(
        &register,
        json!({
            "recommendations": [{ "kind": "recommendation", "text": "Visit." }],
            "findings": [{ "polarity": "concern", "text": "Late visits." }],
        }),
    )
    .await;
    let parts = register.get(&format!("{}?embed=findings,recommendations", rows::path(&report))).await.json();
    let new = with(
        new_action(&authority(&register).await),
        json!({
            "plan_id": "019a0000-0000-7000-8000-000000000000",
            "recommendation_ids": ["019a0000-0000-7000-8000-000000000000", parts["recommendations"][0]["recommendation_id"]],
            "finding_ids": [parts["findings"][0]["finding_id"]],
            "themes": ["assessment", "nothing_of_the_kind"],
            "proposed_on": "2099-01-01",
        }),
    );
    let refused = register.post("/v1/improvement-actions", &new).await.refused(&[422]);
    let places =
        ["/proposed_on", "/plan_id", "/recommendation_ids/0", "/recommendation_ids/1", "/finding_ids/0", "/themes/1"];
    assert_eq!(refused.places(), places);
    let codes =
        refused.json()["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes, ["future", "unknown", "unknown", "authority", "authority", "unknown"]);

    let nobody = json!({ "authority_id": "019a0000-0000-7000-8000-000000000000" });
    let refused = register.post("/v1/improvement-actions", &with(new_action(&nobody), json!({}))).await.refused(&[422]);
    assert_eq!(refused.places(), ["/authority_id"]);
}

#[actix_web::test]
async fn an_action_answers_its_own_authority_and_its_predecessor() {
    let register = Register::empty().await;
    let parts = json!({
        "recommendations": [{ "kind": "recommendation", "text": "Visit." }],
        "findings": [{ "polarity": "concern", "text": "Late visits." }],
    });
    let report = inspection(&register, parts).await;
    let parts = register.get(&format!("{}?embed=findings,recommendations", rows::path(&report))).await.json();
    let (recommendation, finding) =
        (&parts["recommendations"][0]["recommendation_id"], &parts["findings"][0]["finding_id"]);
    let heir = with(rows::new_authority(), json!({ "predecessors": [report["authority_id"]] }));
    let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
    for authority in [&report, &heir] {
        let links = json!({
            "recommendation_ids": [recommendation, recommendation], "finding_ids": [finding, finding],
        });
        let new = with(new_action(authority), links);
        let created = register.post("/v1/improvement-actions", &new).await.expect(201).json();
        assert_eq!(created["recommendation_ids"], json!([recommendation]), "named twice is named once");
        assert_eq!(created["finding_ids"], json!([finding]));

        let read = register.get(&format!("{}?embed=recommendations", path(&created))).await.expect(200).json();
        assert_eq!(read["recommendations"][0]["text"], "Visit.");
        let cleared = json!({ "recommendation_ids": [] });
        let cleared = register.patch(&path(&created), "*", &cleared).await.expect(200).json();
        assert_eq!((&cleared["recommendation_ids"], &cleared["finding_ids"]), (&json!([]), &json!([finding])));
    }
}
