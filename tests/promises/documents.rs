//! Documents: what was written about inspections.

use serde_json::json;

use crate::support::Register;
use crate::support::database::settle;
use crate::support::rows::{authority, inspection};

#[actix_web::test]
async fn a_document_is_recorded_read_corrected_and_removed() {
    let register = Register::empty().await;
    let report = inspection(&register, json!({})).await;
    let new = json!({
        "kind": "news_article", "title": "An invented article", "text": "Grünbaum said that things look up.",
        "inspection_id": report["inspection_id"], "authority_ids": [report["authority_id"]],
        "statements": [{ "speaker": "Ada Example", "role": "Councillor", "summary": "Things look up." }],
    });
    let created = register.post("/v1/documents", &new).await.expect(201);
    assert_eq!((&created.json()["audience"], &created.json()["language"]), (&json!("public"), &json!("en")));
    let document = created.header("location").to_owned();
    assert_eq!(register.get(&document).await.expect(200).json(), created.json());
    let list = register.get("/v1/documents?q=gr%C3%BCnbaum").await.expect(200);
    assert_eq!(list.each("text"), [json!(null)], "the full text is searched, and not listed");
    assert_eq!(register.get("/v1/documents?q=%22Ada+Example%22").await.expect(200).each("kind"), ["news_article"]);

    let corrected = register.patch(&document, "\"1\"", &json!({ "text": null, "authority_ids": [] })).await.expect(200);
    assert_eq!((corrected.json().get("text"), &corrected.json()["authority_ids"]), (None, &json!([])));
    let same = register.patch(&document, "\"2\"", &json!({ "authority_ids": [] })).await.expect(200);
    assert_eq!(same.etag(), "\"2\"");
    let titled = json!({ "title": "Another title", "reason": "It is printed so." });
    let titled = register.patch(&document, "\"2\"", &titled).await.expect(200);
    assert_eq!((&titled.json()["title"], titled.json().get("reason")), (&json!("Another title"), None));
    settle(&mut register.database.connect());
    let events = register.get("/v1/events?resource=document&event_type=updated").await.expect(200);
    assert_eq!(events.each("reason"), [json!(null), json!("It is printed so.")]);
    register.delete(&document, "\"3\"").await.expect(204);
    register.get(&document).await.expect(404);
}

#[actix_web::test]
async fn references_must_lead_somewhere() {
    let register = Register::empty().await;
    let nowhere = "019a0000-0000-7000-8000-000000000000";
    let new = |members| crate::support::rows::with(json!({ "kind": "other", "title": "Notes" }), members);
    let cases = [
        (json!({ "inspection_id": nowhere }), "/inspection_id"),
        (json!({ "authority_ids": [nowhere] }), "/authority_ids"),
        (json!({ "published_on": "2100-01-01" }), "/published_on"),
        (json!({ "language": "English" }), "/language"),
        (json!({ "statements": [{ "speaker": "" }] }), "/statements/0/speaker"),
    ];
    for (members, place) in cases {
        assert_eq!(register.post("/v1/documents", &new(members)).await.expect(422).places(), [place]);
    }
}

#[actix_web::test]
async fn a_document_that_a_finding_tells_of_stays() {
    let register = Register::empty().await;
    let document =
        register.post("/v1/documents", &json!({ "kind": "letter", "title": "A letter" })).await.expect(201).json();
    let finding = json!({ "polarity": "mixed", "text": "Both.", "document_id": document["document_id"] });
    inspection(&register, json!({ "findings": [finding] })).await;
    let path = format!("/v1/documents/{}", document["document_id"].as_str().unwrap());
    assert_eq!(register.delete(&path, "\"1\"").await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn an_authority_that_a_document_speaks_of_stays() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let document = json!({ "kind": "plan", "title": "A plan", "authority_ids": [council["authority_id"]] });
    register.post("/v1/documents", &document).await.expect(201);
    let path = format!("/v1/authorities/{}", council["authority_id"].as_str().unwrap());
    assert_eq!(register.delete(&path, "\"1\"").await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::real().await;
    let total = async |query: &str| {
        register.get(&format!("/v1/documents?limit=1&count=exact&{query}")).await.expect(200).json()["page"]["total"]
            .clone()
    };
    assert_eq!(total("").await, 5);
    assert_eq!(total("authority=E06000019").await, 5);
    assert_eq!(total("audience=children_and_young_people").await, 2);
    assert_eq!(total("kind=press_release,news_article").await, 2);
    assert_eq!(total("inspection=01a20435-3eab-760f-ae77-bee896597f2b").await, 1);
    let sorted = register.get("/v1/documents?sort=published_on").await.expect(200).each("published_on");
    assert_eq!(sorted.last(), Some(&json!(null)), "an absent day comes last");
    let sorted = register.get("/v1/documents?sort=-published_on").await.expect(200).each("published_on");
    assert_eq!(sorted.last(), Some(&json!(null)), "both ways");
}
