//! Recommendations: what is asked, of whom, and by when.

use serde_json::json;

use crate::support::Register;
use crate::support::actions::new_action;
use crate::support::rows::{asking, inspection, path, published, visit, with};

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
async fn a_timescale_counts_from_the_day_that_the_report_states() {
    let register = Register::empty().await;
    let board = json!({
        "kind": "recommendation", "text": "Monitor.", "timescale_as_printed": "six months",
        "timescale_counted_from": "end_of_inspection",
    });
    let report = inspection(&register, json!({ "recommendations": [board] })).await;
    let recommendations = register.get(&format!("{}/recommendations", path(&report))).await.expect(200).json();
    let recommendation = &recommendations["items"][0];
    assert_eq!(
        (&recommendation["timescale_counted_from"], &recommendation["due_on"]),
        (&json!("end_of_inspection"), &json!("2023-01-29"))
    );
    let address = format!("/v1/recommendations/{}", recommendation["recommendation_id"].as_str().unwrap());
    for (from, due_on) in [(json!("publication"), "2023-03-21"), (json!(null), "2023-03-21")] {
        let changed = register.patch(&address, "*", &json!({ "timescale_counted_from": from })).await.expect(200);
        assert_eq!(changed.json()["due_on"], due_on, "{from}");
    }
    let unknown = json!({ "timescale_counted_from": "receipt" });
    let unknown = register.patch(&address, "*", &unknown).await.expect(422);
    assert_eq!(unknown.places(), ["/timescale_counted_from"]);
    register.patch(&address, "*", &json!({ "timescale_counted_from": "end_of_inspection" })).await.expect(200);
    register.patch(&path(&report), "*", &json!({ "ended_on": null })).await.expect(200);
    assert_eq!(register.get(&address).await.expect(200).json().get("due_on"), None, "no day is guessed");
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

#[actix_web::test]
async fn what_answers_a_recommendation_is_carried_on_request() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 2).await;
    let letters = [
        visit(&register, &report, 4, json!({ "state": "published" })).await,
        visit(&register, &report, 2, json!({ "state": "published" })).await,
    ];
    for letter in &letters {
        let place = format!("{}/examinations/{}", path(letter), asked[0]);
        let request = register.request(actix_web::http::Method::PUT, &place).header("If-None-Match", "*");
        request.json(&json!({ "outcome": "partly_improved" })).send().await.expect(201);
    }
    let action = with(new_action(&report), json!({ "recommendation_ids": asked }));
    let action = register.post("/v1/improvement-actions", &action).await.expect(201).json();

    let first = format!("/v1/recommendations/{}", asked[0]);
    let plain = register.get(&first).await.expect(200);
    assert_eq!((plain.json().get("actions"), plain.json().get("examinations")), (None, None));
    let whole = register.get(&format!("{first}?embed=actions,examinations")).await.expect(200);
    assert_ne!(whole.etag(), plain.etag());
    assert_eq!(whole.json()["actions"], json!([action]));
    let by = whole.json()["examinations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["inspection_id"].clone())
        .collect::<Vec<_>>();
    assert_eq!(by, [&letters[1], &letters[0]].map(|letter| letter["inspection_id"].clone()), "the earliest first");
    for list in ["/v1/recommendations".to_owned(), format!("{}/recommendations", path(&report))] {
        let carried = register.get(&format!("{list}?embed=actions,examinations")).await.expect(200);
        assert_eq!(carried.json()["items"][0], whole.json());
        assert_eq!((&carried.each("actions")[1], &carried.each("examinations")[1]), (&json!([action]), &json!([])));
        assert_eq!(register.get(&format!("{list}?embed=weather")).await.expect(400).places(), ["embed"]);
    }
}

#[actix_web::test]
async fn what_was_never_examined_is_found() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 2).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let place = format!("{}/examinations/{}", path(&letter), asked[0]);
    let request = register.request(actix_web::http::Method::PUT, &place).header("If-None-Match", "*");
    request.json(&json!({ "outcome": "worse" })).send().await.expect(201);
    let found = async |never: bool| {
        let path = format!("/v1/recommendations?never_examined={never}&count=exact");
        register.get(&path).await.expect(200).each("recommendation_id")
    };
    assert_eq!((found(true).await.len(), found(false).await.len()), (2, 0), "a draft tells nothing");
    register.patch(&path(&letter), "*", &json!({ "state": "published" })).await.expect(200);
    assert_eq!((found(true).await, found(false).await), (vec![json!(asked[1])], vec![json!(asked[0])]));
    assert_eq!(
        register.get("/v1/recommendations?never_examined=perhaps").await.expect(400).places(),
        ["never_examined"]
    );
}

#[actix_web::test]
async fn what_is_answered_is_not_removed() {
    let register = Register::empty().await;
    let asked = json!([{ "kind": "recommendation", "text": "Visit in time." }]);
    let draft = inspection(&register, json!({ "recommendations": asked })).await;
    let asked = crate::support::rows::recommendation_ids(&register, &draft).await;
    let action = with(new_action(&draft), json!({ "recommendation_ids": asked }));
    register.post("/v1/improvement-actions", &action).await.expect(201);
    assert_eq!(register.delete(&format!("/v1/recommendations/{}", asked[0]), "*").await.expect(409).code(), "in_use");
    assert_eq!(register.delete(&path(&draft), "*").await.expect(409).code(), "in_use");
}
