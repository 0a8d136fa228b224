//! What an examination is held to, and what it holds.

use serde_json::json;

use super::{create, examination, told};
use crate::support::Register;
use crate::support::rows::{asking, inspection, path, recommendation_ids, reinspection, visit};

const NOTHING: &str = "019a0000-0000-7000-8000-000000000000";

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let (_, others) = asking(&register, 1).await;
    let later = inspection(
        &register,
        json!({ "started_on": "2024-07-18", "ended_on": "2024-07-19", "published_on": "2024-09-21", "framework": "ilacs_2023",
            "judgements": [], "recommendations": [{ "kind": "recommendation", "text": "Plan well." }] }),
    )
    .await;
    let latest = recommendation_ids(&register, &later).await;
    let body = json!({ "outcome": "improved", "finding_id": NOTHING });
    let rules = async |place: &str| {
        let refused = create(&register, place, &body).await.expect(422);
        assert_eq!(refused.code(), "validation_failed");
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        let codes = errors.iter().map(|error| error["code"].as_str().unwrap().to_owned());
        (refused.places(), codes.collect::<Vec<_>>().join(" "))
    };
    let place = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let both = place(&["/finding_id", "recommendation_id"]);
    assert_eq!(rules(&examination(&letter, NOTHING)).await, (both.clone(), "unknown unknown".to_owned()));
    assert_eq!(rules(&examination(&report, &asked[0])).await, (both.clone(), "unknown order".to_owned()));
    assert_eq!(rules(&examination(&letter, &others[0])).await, (both, "unknown authority".to_owned()));
    let all = place(&["/finding_id", "recommendation_id", "recommendation_id"]);
    assert_eq!(rules(&examination(&letter, &latest[0])).await, (all, "unknown order authority".to_owned()));
    create(&register, &format!("/v1/inspections/{NOTHING}/examinations/{}", asked[0]), &body).await.expect(404);
}

#[actix_web::test]
async fn the_finding_is_one_of_the_inspection_that_examined() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let finding = json!({ "polarity": "strength", "text": "Visits are in time." });
    let elsewhere = register.post(&format!("{}/findings", path(&report)), &finding).await.expect(201).json();
    let own = register.post(&format!("{}/findings", path(&letter)), &finding).await.expect(201);
    let place = examination(&letter, &asked[0]);
    let body = |finding: &serde_json::Value| json!({ "outcome": "improved", "finding_id": finding["finding_id"] });
    assert_eq!(create(&register, &place, &body(&elsewhere)).await.expect(422).places(), ["/finding_id"]);
    create(&register, &place, &body(&own.json())).await.expect(201);
    assert_eq!(register.put(&place, "*", &body(&elsewhere)).await.expect(422).places(), ["/finding_id"]);
    assert_eq!(register.delete(own.header("location"), "*").await.expect(409).code(), "in_use");
    register.put(&place, "*", &json!({ "outcome": "improved" })).await.expect(200);
    register.delete(own.header("location"), "*").await.expect(204);
}

#[actix_web::test]
async fn what_was_examined_is_not_removed() {
    let register = Register::empty().await;
    let asked = json!([{ "kind": "recommendation", "text": "Visit in time." }]);
    let draft = inspection(&register, json!({ "recommendations": asked })).await;
    let asked = recommendation_ids(&register, &draft).await;
    let letter = reinspection(&register, &draft, json!({})).await;
    create(&register, &examination(&letter, &asked[0]), &json!({ "outcome": "improved" })).await.expect(201);
    let recommendation = format!("/v1/recommendations/{}", asked[0]);
    assert_eq!(register.delete(&recommendation, "*").await.expect(409).code(), "in_use");
    assert_eq!(register.delete(&path(&draft), "*").await.expect(409).code(), "in_use");
    register.delete(&path(&letter), "*").await.expect(204);
    assert_eq!(told(&register).last().unwrap().0, "deleted", "what goes with its inspection is told too");
    register.delete(&recommendation, "*").await.expect(204);
}

#[actix_web::test]
async fn the_days_of_inspections_stay_in_order() {
    let register = Register::empty().await;
    let asked = json!([{ "kind": "recommendation", "text": "Visit in time." }]);
    let draft = inspection(&register, json!({ "recommendations": asked, "judgements": [] })).await;
    let asked = recommendation_ids(&register, &draft).await;
    let second = reinspection(&register, &draft, json!({ "judgements": [] })).await;
    create(&register, &examination(&second, &asked[0]), &json!({ "outcome": "improved" })).await.expect(201);
    for (inspection, days) in [
        (
            &draft,
            json!({ "started_on": "2024-05-13", "ended_on": "2024-05-24", "published_on": "2024-07-02", "framework": "ilacs_2023" }),
        ),
        (&second, json!({ "started_on": "2022-07-18", "ended_on": "2022-07-19", "framework": "ilacs_2018" })),
    ] {
        let refused = register.patch(&path(inspection), "*", &days).await.expect(422);
        assert_eq!(refused.places(), ["/started_on"], "{}", refused.text());
    }
}
