//! Recommendations: what is asked, of whom, and by when.

use serde_json::json;

use crate::support::Register;
use crate::support::rows::{inspection, path, published};

#[actix_web::test]
async fn a_recommendation_is_recorded_read_corrected_and_removed() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let recommendations = format!("{}/recommendations", path(&draft));
    let new = json!({ "kind": "recommendation", "text": "Visit in time.", "themes": ["visits_to_children"] });
    let created = register.post(&recommendations, &new).await.expect(201);
    assert_eq!((&created.json()["addressee"], &created.json()["position"]), (&json!("local_authority"), &json!(1)));
    let recommendation = created.header("location").to_owned();
    let read = register.get(&recommendation).await.expect(200);
    assert_eq!(read.json(), created.json());
    let corrected =
        register.patch(&recommendation, read.etag(), &json!({ "timescale_as_printed": "Immediately" })).await;
    assert_eq!(corrected.expect(200).json()["due_on"], "2022-09-21");
    register.delete(&recommendation, "\"2\"").await.expect(204);
    assert_eq!(register.get(&recommendations).await.expect(200).each("position"), Vec::<i32>::new());
}

#[actix_web::test]
async fn the_due_day_follows_the_words_and_the_publication() {
    let register = Register::empty().await;
    let draft = inspection(
        &register,
        json!({ "recommendations": [
        { "kind": "priority_action", "text": "Now.", "timescale_as_printed": "Immediately" },
        { "kind": "area_for_improvement", "text": "Soon.", "timescale_as_printed": "within 3 months" },
        { "kind": "area_for_improvement", "text": "Later.", "timescale_as_printed": "when resources allow" },
        { "kind": "area_for_improvement", "text": "Some day." },
    ] }),
    )
    .await;
    let recommendations = format!("{}/recommendations", path(&draft));
    let due = register.get(&recommendations).await.expect(200);
    assert_eq!(due.each("due_on"), [json!("2022-09-21"), json!("2022-12-21"), json!(null), json!(null)]);

    let first = format!("/v1/recommendations/{}", due.json()["items"][0]["recommendation_id"].as_str().unwrap());
    let before = register.get(&first).await.expect(200);
    register.patch(&path(&draft), "\"1\"", &json!({ "published_on": "2022-09-30" })).await.expect(200);
    let after = register.get(&first).await.expect(200);
    assert_eq!(after.json()["due_on"], "2022-09-30");
    assert_ne!(before.etag(), after.etag(), "the tag tells that a computed member changed");
    register.patch(&path(&draft), "\"2\"", &json!({ "published_on": null })).await.expect(200);
    assert_eq!(register.get(&first).await.expect(200).json().get("due_on"), None);
}

#[actix_web::test]
async fn a_recommendation_of_a_published_inspection_changes_with_a_reason() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let new = json!({ "kind": "recommendation", "text": "Visit in time." });
    let created = register.post(&format!("{}/recommendations", path(&report)), &new).await.expect(201);
    let recommendation = created.header("location").to_owned();
    let change = json!({ "kind": "priority_action" });
    assert_eq!(register.patch(&recommendation, "*", &change).await.expect(422).code(), "reason_required");
    assert_eq!(register.delete(&recommendation, "*").await.expect(422).code(), "reason_required");
    let change = json!({ "kind": "priority_action", "reason": "Printed so." });
    let changed = register.patch(&recommendation, "*", &change).await.expect(200).json();
    assert_eq!((&changed["kind"], changed.get("reason")), (&json!("priority_action"), None));
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::real().await;
    let total = async |query: &str| {
        register.get(&format!("/v1/recommendations?limit=1&count=exact&{query}")).await.expect(200).json()["page"]["total"].clone()
    };
    assert_eq!(total("").await, 15);
    assert_eq!(total("kind=priority_action,area_for_improvement").await, 15);
    assert_eq!(total("kind=priority_action").await, 3);
    assert_eq!(total("authority=80474&framework=child_protection_2012").await, 6);
    assert_eq!(total("published_from=2013-01-01").await, 9);
    assert_eq!(total("theme=visits_to_children").await, 2);
}
