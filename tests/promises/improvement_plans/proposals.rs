//! From report to plan in one call.

use std::collections::BTreeSet;
use std::thread;

use diesel::prelude::*;
use inspection_register::access::caller::Caller;
use inspection_register::database::schema::events;
use inspection_register::register::improvement_plans::query::proposals::propose;
use serde_json::{Value, json};

use crate::support::improvement::{path_of_plan, plan};
use crate::support::rows::{authority, new_inspection, new_visit, path, with};
use crate::support::{Answer, Register};

/// A published inspection with four recommendations, and a plan that answers it.
async fn plan_for_report(register: &Register, members: Value) -> (Value, Value) {
    let council = authority(register).await;
    let asked = json!([
        {
            "kind": "priority_action", "text": "Visit in time. ".repeat(40), "themes": ["visits_to_children"],
            "cohorts": ["child_protection"], "timescale_as_printed": "Immediately",
        },
        { "kind": "area_for_improvement", "text": "Plan well.", "timescale_as_printed": "Within three months" },
        { "kind": "recommendation", "text": "Listen.", "timescale_as_printed": "In due course" },
        { "kind": "recommendation", "text": "Share.", "addressee": "partnership" },
    ]);
    let report = with(new_inspection(&council), json!({ "state": "published", "recommendations": asked }));
    let report = register.post("/v1/inspections", &report).await.expect(201).json();
    let report = register.get(&format!("{}?embed=recommendations", path(&report))).await.expect(200).json();
    let answering = with(json!({ "responds_to_inspection_id": report["inspection_id"] }), members);
    let plan = plan(register, &council, answering).await;
    (report, plan)
}

async fn proposed(register: &Register, plan: &Value) -> Answer {
    let address = format!("{}/actions-from-recommendations", path_of_plan(plan));
    register.request(actix_web::http::Method::POST, &address).send().await
}

/// Records what a visit saw of the recommendation at a place of the report.
async fn examined(register: &Register, report: &Value, number: u32, place: usize, outcome: &str, state: &str) {
    let visit = with(new_visit(report, number), json!({ "state": state }));
    let visit = register.post("/v1/inspections", &visit).await.expect(201).json();
    let id = report["recommendations"][place]["recommendation_id"].as_str().unwrap();
    let request = register.request(actix_web::http::Method::PUT, &format!("{}/examinations/{id}", path(&visit)));
    let saw = json!({ "outcome": outcome, "summary": "What was seen.", "reason": "It was left out." });
    request.header("If-None-Match", "*").json(&saw).send().await.expect(201);
}

#[actix_web::test]
async fn every_open_recommendation_becomes_an_action_once() {
    let register = Register::empty().await;
    let (report, plan) = plan_for_report(&register, json!({ "visibility": "public" })).await;
    let first = proposed(&register, &plan).await.expect(200);
    let body = first.json();
    assert_eq!(body["created_count"], 4);
    let asked = report["recommendations"].as_array().unwrap();
    for (action, asked) in body["items"].as_array().unwrap().iter().zip(asked) {
        assert_eq!(action["recommendation_ids"], json!([asked["recommendation_id"]]));
        assert_eq!((&action["plan_id"], &action["authority_id"]), (&plan["plan_id"], &plan["authority_id"]));
        for (member, of) in
            [("description", "text"), ("themes", "themes"), ("cohorts", "cohorts"), ("due_on", "due_on")]
        {
            assert_eq!(action.get(member), asked.get(of), "{member}");
        }
        assert_eq!((&action["state"], &action["source"]), (&json!("proposed"), &json!("recommendation")));
        assert_eq!(action["visibility"], "public");
        assert_eq!(action["original_due_on"], action["due_on"]);
    }
    assert_eq!(first.each("due_on"), [json!("2022-09-21"), json!("2022-12-21"), Value::Null, Value::Null]);
    assert_eq!(first.each("priority"), [json!("high"), Value::Null, Value::Null, Value::Null]);
    let title = body["items"][0]["title"].as_str().unwrap();
    assert!(title.ends_with(" time.…") || title.ends_with(" in…") || title.ends_with("Visit…"), "{title}");

    let second = proposed(&register, &plan).await.expect(200);
    assert_eq!((&second.json()["created_count"], &second.json()["items"]), (&json!(0), &body["items"]));
    let carried = register.get(&format!("{}?embed=actions", path_of_plan(&plan))).await.expect(200).json();
    assert_eq!(carried["actions"].as_array().unwrap().len(), 4);
    assert_eq!(carried["action_counts"]["total"], 4);
    let listed = register.get("/v1/improvement-plans?embed=actions").await.expect(200).json();
    assert_eq!(listed["items"][0]["actions"], carried["actions"]);
    let told = events::table.filter(events::resource.eq("improvement_action")).count();
    assert_eq!(told.get_result::<i64>(&mut register.database.connect()).unwrap(), 4);
}

#[actix_web::test]
async fn what_was_found_improved_or_is_answered_needs_no_action() {
    let register = Register::empty().await;
    let (report, plan) = plan_for_report(&register, json!({})).await;
    examined(&register, &report, 1, 0, "improved", "published").await;
    examined(&register, &report, 2, 1, "improved", "published").await;
    examined(&register, &report, 3, 1, "partly_improved", "published").await;
    examined(&register, &report, 4, 2, "improved", "draft").await;
    let own = json!({
        "authority_id": plan["authority_id"], "plan_id": plan["plan_id"], "title": "Share better", "source": "recommendation",
        "recommendation_ids": [report["recommendations"][3]["recommendation_id"]],
    });
    let own = register.post("/v1/improvement-actions", &own).await.expect(201).json();
    let elsewhere = json!({
        "authority_id": plan["authority_id"], "title": "In no plan", "source": "recommendation",
        "recommendation_ids": [report["recommendations"][2]["recommendation_id"]],
    });
    register.post("/v1/improvement-actions", &elsewhere).await.expect(201);
    let answer = proposed(&register, &plan).await.expect(200);
    assert_eq!(answer.json()["created_count"], 2);
    assert_eq!(answer.each("title"), ["Plan well.", "Listen.", "Share better"]);
    assert_eq!(answer.json()["items"][2], own);
}

#[actix_web::test]
async fn a_plan_that_is_closed_or_answers_nothing_proposes_nothing() {
    let register = Register::empty().await;
    let (_, closed) = plan_for_report(&register, json!({ "state": "closed" })).await;
    assert_eq!(proposed(&register, &closed).await.expect(409).code(), "conflict");
    let council = authority(&register).await;
    let free = plan(&register, &council, json!({})).await;
    assert_eq!(proposed(&register, &free).await.expect(409).code(), "conflict");
    let nowhere = json!({ "plan_id": "019a0000-0000-7000-8000-000000000000" });
    assert_eq!(proposed(&register, &nowhere).await.expect(404).code(), "not_found");
    assert_eq!(register.get("/v1/improvement-actions").await.expect(200).each("action_id"), Vec::<Value>::new());
}

#[actix_web::test]
async fn of_sixteen_calls_at_once_one_creates_each_action() {
    let register = Register::empty().await;
    let (report, plan) = plan_for_report(&register, json!({})).await;
    let id = plan["plan_id"].as_str().unwrap().parse().unwrap();
    let answers = thread::scope(|scope| {
        let database = &register.database;
        let calls = (0..16).map(|_| {
            scope.spawn(move || database.connect().transaction(|conn| propose(conn, &Caller::import(), id)).unwrap().0)
        });
        calls.collect::<Vec<_>>().into_iter().map(|call| call.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(answers.iter().map(|answer| answer.created_count).sum::<usize>(), 4);
    let items = answers.iter().map(|answer| serde_json::to_string(&answer.items).unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(items.len(), 1, "all answer the same");
    let actions = register.get("/v1/improvement-actions").await.expect(200);
    let answered = actions.each("recommendation_ids").iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!((actions.each("action_id").len(), answered.len()), (4, 4));
    assert_eq!(report["recommendations"].as_array().unwrap().len(), 4);
}
