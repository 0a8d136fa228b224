//! Plans are recorded, changed and removed.

use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::events::stored;
use crate::support::improvement::{path_of_authority, path_of_plan, plan, succession};
use crate::support::rows::{authority, inspection, new_inspection, path, published, with};

#[actix_web::test]
async fn a_plan_is_recorded_read_changed_and_removed() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let new = json!({
        "authority_id": report["authority_id"], "title": "An invented plan", "phase": "Phase 1",
        "responds_to_inspection_id": report["inspection_id"], "starts_on": "2022-12-01", "ends_on": "2024-12-01",
        "consultation": [{ "group": "Children in care", "planned_on": "2023-01-10" }], "url": "https://example.org/plan",
    });
    let created = register.post("/v1/improvement-plans", &new).await.expect(201);
    let (address, body) = (created.header("location").to_owned(), created.json());
    assert_eq!((&body["state"], &body["visibility"]), (&json!("draft"), &json!("private")));
    assert_eq!(body["consultation"], new["consultation"]);
    assert_eq!(body.get("due_on"), None, "nobody says when the report was received");
    let none = json!({ "total": 0, "open": 0, "overdue": 0, "completed": 0, "verified": 0, "cancelled": 0 });
    assert_eq!(body["action_counts"], none);
    let read = register.get(&address).await.expect(200);
    assert_eq!(read.json(), body);
    assert!(read.etag().starts_with("\"1-"), "{}", read.etag());

    let endorsement =
        json!({ "state": "endorsed", "endorsed_on": "2022-12-15", "endorsed_by": "Cabinet", "phase": null });
    let endorsed = register.patch(&address, read.etag(), &endorsement).await.expect(200);
    assert_eq!((&endorsed.json()["state"], endorsed.json().get("phase")), (&json!("endorsed"), None));
    assert_eq!(endorsed.json()["version"], 2);
    let same = register.patch(&address, endorsed.etag(), &endorsement).await.expect(200);
    assert_eq!((same.etag(), same.json()), (endorsed.etag(), endorsed.json()));
    register.patch(&address, read.etag(), &endorsement).await.expect(412);

    let refused = register.delete(&address, same.etag()).await.expect(409);
    assert_eq!(refused.code(), "in_use");
    let withdrawn = json!({ "state": "draft", "endorsed_on": null, "endorsed_by": null });
    let draft = register.patch(&address, same.etag(), &withdrawn).await.expect(200);
    register.delete(&address, draft.etag()).await.expect(204);
    register.get(&address).await.expect(404);
}

#[actix_web::test]
async fn the_statement_is_due_70_working_days_after_the_report_was_received() {
    let register = Register::empty().await;
    let days = json!({ "received_on": "2022-09-12" });
    let report = inspection(&register, days).await;
    let plan = plan(&register, &report, json!({ "responds_to_inspection_id": report["inspection_id"] })).await;
    assert_eq!(plan["due_on"], "2022-12-20");
    let before = register.get(&path_of_plan(&plan)).await.expect(200);
    register.patch(&path(&report), "*", &json!({ "received_on": null })).await.expect(200);
    let after = register.get(&path_of_plan(&plan)).await.expect(200);
    assert_eq!(after.json().get("due_on"), None, "never guessed from the publication");
    assert_ne!(after.etag(), before.etag());
    assert_eq!(register.get("/v1/improvement-plans").await.expect(200).each("due_on"), [Value::Null]);
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let nowhere = "019a0000-0000-7000-8000-000000000000";
    let own = json!({ "authority_id": council["authority_id"], "title": "A plan" });
    let other = published(&register).await;
    let cases = [
        (json!({ "authority_id": nowhere }), vec!["/authority_id"]),
        (json!({ "starts_on": "2025-01-02", "ends_on": "2025-01-01" }), vec!["/ends_on"]),
        (json!({ "state": "endorsed" }), vec!["/endorsed_on"]),
        (json!({ "endorsed_on": "2100-01-01" }), vec!["/endorsed_on"]),
        (json!({ "endorsed_by": "Cabinet" }), vec!["/endorsed_by"]),
        (json!({ "responds_to_inspection_id": nowhere }), vec!["/responds_to_inspection_id"]),
        (json!({ "responds_to_inspection_id": other["inspection_id"] }), vec!["/responds_to_inspection_id"]),
        (
            json!({ "state": "endorsed", "endorsed_by": "Cabinet", "responds_to_inspection_id": nowhere }),
            vec!["/endorsed_on", "/endorsed_by", "/responds_to_inspection_id"],
        ),
        (json!({ "consultation": [{ "group": "" }] }), vec!["/consultation/0/group"]),
        (json!({ "due_on": "2025-01-01" }), vec!["/due_on"]),
    ];
    let plan = register.post("/v1/improvement-plans", &own).await.expect(201).json();
    for (members, places) in cases {
        let answer = register.post("/v1/improvement-plans", &with(own.clone(), members.clone())).await.expect(422);
        assert_eq!(answer.places(), places, "{members}");
        let answer = register.patch(&path_of_plan(&plan), "\"1\"", &members).await.expect(422);
        assert_eq!(answer.places(), places, "{members}");
    }
    let error = json!({ "responds_to_inspection_id": other["inspection_id"] });
    let error = register.patch(&path_of_plan(&plan), "\"1\"", &error).await.expect(422).json();
    assert_eq!(error["errors"][0]["code"], "authority");
    assert_eq!(register.get(&path_of_plan(&plan)).await.expect(200).json(), plan);
}

#[actix_web::test]
async fn a_plan_answers_an_inspection_of_its_authority_or_of_its_predecessor() {
    let register = Register::empty().await;
    let (former, heir) = succession(&register).await;
    let of = async |authority: &Value| {
        register.post("/v1/inspections", &new_inspection(authority)).await.expect(201).json()["inspection_id"].clone()
    };
    let (old, new) = (of(&former).await, of(&heir).await);
    plan(&register, &heir, json!({ "responds_to_inspection_id": new })).await;
    plan(&register, &heir, json!({ "responds_to_inspection_id": old })).await;
    let backwards =
        json!({ "authority_id": former["authority_id"], "title": "A plan", "responds_to_inspection_id": new });
    let refused = register.post("/v1/improvement-plans", &backwards).await.expect(422);
    assert_eq!(refused.places(), ["/responds_to_inspection_id"]);
}

#[actix_web::test]
async fn a_plan_with_actions_stays() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let plan = plan(&register, &council, json!({})).await;
    super::days::action(&register, &plan, "agreed", "2025-01-01", "2025-06-30");
    let refused = register.delete(&path_of_plan(&plan), "\"1\"").await.expect(409);
    assert_eq!(refused.code(), "in_use");
    assert!(refused.text().contains("actions are part of this plan"), "{}", refused.text());
}

#[actix_web::test]
async fn what_a_plan_is_of_and_answers_stays() {
    let register = Register::empty().await;
    let report = inspection(&register, json!({})).await;
    let refused = async |address: &str| {
        let refused = register.delete(address, "*").await.expect(409);
        assert_eq!(refused.code(), "in_use");
        refused.json()["detail"].as_str().unwrap().to_owned()
    };
    let plan = plan(&register, &report, json!({ "responds_to_inspection_id": report["inspection_id"] })).await;
    assert_eq!(refused(&path(&report)).await, "improvement plans respond to this inspection");
    register.patch(&path_of_plan(&plan), "*", &json!({ "responds_to_inspection_id": null })).await.expect(200);
    register.delete(&path(&report), "*").await.expect(204);
    assert_eq!(refused(&path_of_authority(&plan)).await, "improvement plans belong to this authority");
}

#[actix_web::test]
async fn every_write_of_a_plan_is_told() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let plan = plan(&register, &council, json!({})).await;
    let change = json!({ "title": "Another title" });
    register.patch(&path_of_plan(&plan), "*", &change).await.expect(200);
    register.patch(&path_of_plan(&plan), "*", &change).await.expect(200);
    register.delete(&path_of_plan(&plan), "*").await.expect(204);
    let told = events::table
        .filter(events::resource.eq("improvement_plan"))
        .order(events::sequence)
        .select((events::type_, events::aggregate_id, events::before, events::after))
        .load::<(String, uuid::Uuid, Option<Value>, Option<Value>)>(&mut register.database.connect())
        .unwrap();
    let id = plan["plan_id"].as_str().unwrap();
    assert!(told.iter().all(|(_, aggregate, ..)| aggregate.to_string() == id));
    let [created, updated, deleted] = told.as_slice() else { panic!("{told:?}") };
    let stored = stored(&plan, &["action_counts"]);
    assert_eq!((created.0.as_str(), &created.2, created.3.as_ref()), ("created", &None, Some(&stored)));
    assert_eq!((updated.0.as_str(), &updated.2), ("updated", &created.3));
    assert_eq!(updated.3.as_ref().unwrap()["title"], "Another title");
    assert_eq!((deleted.0.as_str(), &deleted.2, &deleted.3), ("deleted", &updated.3, &None));
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let other = authority(&register).await;
    let endorsed =
        json!({ "state": "endorsed", "endorsed_on": "2023-01-01", "starts_on": "2023-01-01", "title": "First" });
    let answering = json!({ "responds_to_inspection_id": report["inspection_id"] });
    plan(&register, &report, with(endorsed, answering)).await;
    plan(&register, &report, json!({ "title": "Second", "starts_on": "2024-01-01" })).await;
    plan(&register, &other, json!({ "title": "Third" })).await;
    let titles =
        async |query: &str| register.get(&format!("/v1/improvement-plans?{query}")).await.expect(200).each("title");
    assert_eq!(titles("").await, ["Second", "First", "Third"]);
    assert_eq!(titles("sort=starts_on").await, ["First", "Second", "Third"]);
    assert_eq!(titles(&format!("authority={}", other["gss_code"].as_str().unwrap())).await, ["Third"]);
    assert_eq!(titles("state=endorsed,closed").await, ["First"]);
    assert_eq!(titles(&format!("inspection={}", report["inspection_id"].as_str().unwrap())).await, ["First"]);
    assert_eq!(titles("inspection=019a0000-0000-7000-8000-000000000000").await, Vec::<Value>::new());
    assert_eq!(register.get("/v1/improvement-plans?as_at=2100-01-01").await.expect(422).places(), ["as_at"]);
}
