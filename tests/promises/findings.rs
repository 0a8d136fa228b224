//! Findings: in an inspection, and across all of them.

use serde_json::json;

use crate::support::Register;
use crate::support::actions::new_action;
use crate::support::rows::{inspection, path, published, with};

#[actix_web::test]
async fn a_finding_is_recorded_read_corrected_and_removed() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let findings = format!("{}/findings", path(&draft));
    let new = json!({ "polarity": "concern", "text": "Visits are late.", "themes": ["visits_to_children"], "cohorts": ["children_in_need"] });
    let created = register.post(&findings, &new).await.expect(201);
    assert_eq!(created.json()["position"], 1);
    assert_eq!(register.post(&findings, &new).await.expect(201).json()["position"], 2);

    let finding = created.header("location").to_owned();
    assert_eq!(register.get(&finding).await.expect(200).json(), created.json());
    let corrected =
        register.patch(&finding, "\"1\"", &json!({ "polarity": "mixed", "section": "Visits" })).await.expect(200);
    assert!(corrected.etag().starts_with("\"2-"), "{}", corrected.etag());
    assert_eq!(corrected.json()["section"], "Visits");
    register.delete(&finding, "\"1\"").await.expect(412);
    register.delete(&finding, "\"2\"").await.expect(204);
    register.get(&finding).await.expect(404);
    assert_eq!(register.get(&findings).await.expect(200).each("position"), [2]);
    let inspection = register.get(&path(&draft)).await.expect(200).json();
    assert_eq!(
        (&inspection["version"], &inspection["finding_count"]),
        (&json!(5), &json!(1)),
        "each change raised the version"
    );
}

#[actix_web::test]
async fn a_place_is_taken_once() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let findings = format!("{}/findings", path(&draft));
    let new = json!({ "polarity": "strength", "text": "Plans are clear.", "position": 7 });
    register.post(&findings, &new).await.expect(201);
    assert_eq!(register.post(&findings, &new).await.expect(409).code(), "conflict");
    let next = register.post(&findings, &json!({ "polarity": "strength", "text": "And kept." })).await.expect(201);
    assert_eq!(next.json()["position"], 8);
    let moved = register.patch(next.header("location"), "\"1\"", &json!({ "position": 7 })).await.expect(409);
    assert_eq!(moved.code(), "conflict");
}

#[actix_web::test]
async fn codes_are_those_of_the_register_and_the_framework() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let findings = format!("{}/findings", path(&draft));
    let cases = [
        (json!({ "area": "lscb" }), "/area"),
        (json!({ "themes": ["supervision", "weather"] }), "/themes/1"),
        (json!({ "cohorts": ["adults"] }), "/cohorts/0"),
        (json!({ "document_id": "019a0000-0000-7000-8000-000000000000" }), "/document_id"),
    ];
    for (members, place) in cases {
        let body = with(json!({ "polarity": "mixed", "text": "Both." }), members);
        assert_eq!(register.post(&findings, &body).await.expect(422).places(), [place]);
    }
    register.get("/v1/inspections/019a0000-0000-7000-8000-000000000000/findings").await.expect(404);
}

#[actix_web::test]
async fn a_finding_of_a_published_inspection_changes_with_a_reason() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let created =
        register.post(&format!("{}/findings", path(&report)), &json!({ "polarity": "mixed", "text": "Both." })).await;
    let finding = created.expect(201).header("location").to_owned();
    let change = json!({ "polarity": "concern" });
    assert_eq!(register.patch(&finding, "\"1\"", &change).await.expect(422).code(), "reason_required");
    let same = json!({ "polarity": "mixed" });
    register.patch(&finding, "\"1\"", &same).await.expect(200);
    assert_eq!(register.delete(&finding, "\"1\"").await.expect(422).code(), "reason_required");
    register.delete(&format!("{finding}?reason=Recorded+twice."), "\"1\"").await.expect(204);
}

#[actix_web::test]
async fn filters_leave_what_they_name_the_latest_first() {
    let register = Register::real().await;
    let total = async |query: &str| {
        register.get(&format!("/v1/findings?limit=1&count=exact&{query}")).await.expect(200).json()["page"]["total"]
            .clone()
    };
    assert_eq!(total("").await, 64);
    assert_eq!(total("inspection=01a20435-3eab-760f-ae77-bee896597f2b").await, 23);
    assert_eq!(total("authority=80474&framework=child_protection_2012").await, 8);
    assert_eq!(total("published_from=2018-07-01&published_to=2018-07-31").await, 7);
    assert_eq!(total("polarity=strength,concern,mixed").await, 64);
    assert_eq!(total("authority=E06000049").await, 0);
    assert_eq!(total("q=%22United+Friends%22").await, 1);
    let first = register.get("/v1/findings?limit=1").await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (&first["inspection_id"], &first["position"]),
        (&json!("01a20435-3eac-77c6-b0e0-2ae63fb7a859"), &json!(1))
    );
}

#[actix_web::test]
async fn the_actions_that_answer_a_finding_are_carried_on_request() {
    let register = Register::empty().await;
    let report =
        inspection(&register, json!({ "findings": [{ "polarity": "concern", "text": "Visits are late." }] })).await;
    let findings = format!("{}/findings", path(&report));
    let plain = register.get(&findings).await.expect(200).json()["items"][0].clone();
    let action = with(new_action(&report), json!({ "finding_ids": [plain["finding_id"]] }));
    let action = register.post("/v1/improvement-actions", &action).await.expect(201).json();
    let finding = format!("/v1/findings/{}", plain["finding_id"].as_str().unwrap());
    let whole = register.get(&format!("{finding}?embed=actions")).await.expect(200);
    assert_eq!(whole.json(), with(plain, json!({ "actions": [action] })));
    assert!(register.get(&finding).await.expect(200).etag().starts_with("\"1-"));
    assert!(whole.etag().starts_with("\"1-"), "{}", whole.etag());
    for list in ["/v1/findings".to_owned(), findings] {
        let carried = register.get(&format!("{list}?embed=actions")).await.expect(200);
        assert_eq!(carried.json()["items"], json!([whole.json()]));
    }
    register.patch(&finding, whole.etag(), &json!({ "section": "Visits" })).await.expect(200);
    assert_eq!(register.delete(&finding, "*").await.expect(409).code(), "in_use");
    assert_eq!(register.delete(&path(&report), "*").await.expect(409).code(), "in_use");
}
