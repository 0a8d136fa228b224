//! Responses name the authority of what they contain; events contain what is stored.

use serde_json::{Value, json};

use crate::support::Register;
use crate::support::actions::action;
use crate::support::database::settle;
use crate::support::improvement::plan;
use crate::support::rows::{authority, inspection, path, recommendation_ids, reinspection};

const HEREFORDSHIRE: &str = "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8";

/// The lists, and whether what they contain is part of an inspection.
const LISTS: [(&str, bool); 7] = [
    ("inspections", false),
    ("findings", true),
    ("recommendations", true),
    ("improvement-plans", false),
    ("improvement-actions", false),
    ("interventions", false),
    ("inspections/01a20435-3eab-760f-ae77-bee896597f2b/examinations", true),
];

/// Panics unless a resource names Herefordshire.
#[track_caller]
fn assert_named(resource: &Value) {
    let named = ["authority_id", "authority_name", "gss_code"].map(|member| resource[member].clone());
    assert_eq!(named, [HEREFORDSHIRE, "Herefordshire", "E06000019"], "{resource}");
}

#[actix_web::test]
async fn every_resource_of_an_authority_carries_its_names() {
    let register = Register::real().await;
    for (list, is_part) in LISTS {
        let query = if list.ends_with("examinations") { "" } else { "?authority=E06000019&limit=200" };
        let items = register.get(&format!("/v1/{list}{query}")).await.expect(200).json()["items"].clone();
        let items = items.as_array().unwrap();
        assert!(!items.is_empty(), "{list}");
        items.iter().for_each(assert_named);
        if !is_part {
            continue;
        }
        let id = if list == "findings" { &items[0]["finding_id"] } else { &items[0]["recommendation_id"] };
        let id = id.as_str().unwrap();
        assert_named(&register.get(&format!("/v1/{list}/{id}")).await.expect(200).json());
    }
}

#[actix_web::test]
async fn what_is_embedded_carries_them_too() {
    let register = Register::real().await;
    let read = async |path: &str| register.get(&format!("/v1/{path}")).await.expect(200).json();
    let all = |resource: &Value, member: &str| {
        let embedded = resource[member].as_array().unwrap().clone();
        assert!(!embedded.is_empty(), "{member}");
        embedded.iter().for_each(assert_named);
    };
    let report = "inspections/01a20435-3ea9-7d3f-a057-7ff72ea165f0?embed=findings,recommendations";
    let report = read(report).await;
    all(&report, "findings");
    all(&report, "recommendations");
    let asked = read("recommendations/01a204d1-fb25-7845-a5a7-57124a83b17d?embed=examinations,actions").await;
    all(&asked, "examinations");
    all(&asked, "actions");
    all(
        &read("improvement-actions/01a204d1-fb25-79ea-8966-2a05f14c8862?embed=recommendations").await,
        "recommendations",
    );
    all(&read("improvement-plans/01a204d1-fb25-74ba-b7fa-820ab9b7a94d?embed=actions").await, "actions");
}

#[actix_web::test]
async fn a_new_name_is_in_every_response_and_in_its_entity_tag() {
    let register = Register::empty().await;
    let report = json!({
        "state": "published", "findings": [{ "polarity": "concern", "text": "Late." }],
        "recommendations": [{ "kind": "recommendation", "text": "Visit in time." }],
    });
    let report = inspection(&register, report).await;
    let asked = recommendation_ids(&register, &report).await;
    let next = reinspection(&register, &report, json!({ "state": "published" })).await;
    let examination = format!("{}/examinations/{}", path(&next), asked[0]);
    let put = register.request(actix_web::http::Method::PUT, &examination).header("If-None-Match", "*");
    put.json(&json!({ "outcome": "improved" })).send().await.expect(201);
    let own = json!({ "authority_id": report["authority_id"] });
    let plan = plan(&register, &own, json!({})).await;
    let action = action(&register, own.clone()).await;
    let step = json!({ "authority_id": report["authority_id"], "kind": "trust" });
    let step = register.post("/v1/interventions", &step).await.expect(201).json();
    let finding = register.get(&format!("{}/findings", path(&report))).await.json()["items"][0].clone();
    let text = |resource: &Value, member: &str| resource[member].as_str().unwrap().to_owned();
    let paths = [
        path(&report),
        format!("/v1/findings/{}", text(&finding, "finding_id")),
        format!("/v1/recommendations/{}", asked[0]),
        examination,
        format!("/v1/improvement-plans/{}", text(&plan, "plan_id")),
        format!("/v1/improvement-actions/{}", text(&action, "action_id")),
        format!("/v1/interventions/{}", text(&step, "intervention_id")),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(register.get(path).await.expect(200));
    }
    let authority = format!("/v1/authorities/{}", text(&report, "authority_id"));
    register.patch(&authority, "*", &json!({ "name": "Newshire" })).await.expect(200);
    for (path, before) in paths.iter().zip(before) {
        let after = register.get(path).await.expect(200);
        assert_eq!(after.json()["authority_name"], "Newshire", "{path}");
        assert_ne!(after.etag(), before.etag(), "{path}");
        assert_eq!(after.json()["version"], before.json()["version"], "{path}");
    }
}

#[actix_web::test]
async fn writes_return_the_names_and_events_do_not_contain_them() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let step = json!({ "authority_id": council["authority_id"], "kind": "trust" });
    let step = register.post("/v1/interventions", &step).await.expect(201);
    assert_eq!(step.json()["authority_name"], council["name"]);
    let changed = register.patch(step.header("location"), "*", &json!({ "note": "So." })).await.expect(200).json();
    assert_eq!((&changed["authority_name"], &changed["gss_code"]), (&council["name"], &council["gss_code"]));
    settle(&mut register.database.connect());
    let events = register.get("/v1/events?resource=intervention").await.expect(200).json();
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    for event in events["items"].as_array().unwrap() {
        assert_eq!(event["after"]["authority_id"], council["authority_id"]);
        assert_eq!((event["after"].get("authority_name"), event["after"].get("gss_code")), (None, None));
    }
}
