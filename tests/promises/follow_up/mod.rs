//! What followed a graded inspection: its visits with their gaps, what closed it, and what was never looked at.

use serde_json::{Value, json};

use crate::support::rows::{asking, authority, inspection, new_authority, path, published, reinspection, visit, with};
use crate::support::{Answer, Register};

/// What followed an inspection, as at a day or today.
async fn follow_up(register: &Register, inspection: &Value, query: &str) -> Answer {
    register.get(&format!("{}/follow-up{query}", path(inspection))).await
}

/// Says what an inspection said of a recommendation.
async fn examine(register: &Register, inspection: &Value, recommendation: &str, outcome: &str) {
    let place = format!("{}/examinations/{recommendation}", path(inspection));
    let request = register.request(actix_web::http::Method::PUT, &place).header("If-None-Match", "*");
    request.json(&json!({ "outcome": outcome })).send().await.expect(201);
}

/// The ids of the visits, in their order.
fn ids(answer: &Answer) -> Vec<Value> {
    answer.json()["visits"].as_array().unwrap().iter().map(|visit| visit["inspection_id"].clone()).collect()
}

fn public() -> Value {
    json!({ "state": "published" })
}

#[actix_web::test]
async fn what_followed_herefordshires_inspection_of_2022_is_told() {
    let register = Register::real().await;
    let opener = json!({ "inspection_id": "01a20431-0c26-7f6f-b048-41513696de59" });
    let whole = follow_up(&register, &opener, "").await.expect(200);
    assert_eq!(whole.json()["missing_visit_numbers"], json!([1, 3, 5, 6]));
    assert_eq!(whole.json()["closed_by_inspection_id"], "01a20431-0c27-753b-a344-0328bb33ce0e");
    let numbers = whole.json()["visits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|visit| visit["visit_number"].clone())
        .collect::<Vec<_>>();
    assert_eq!(numbers, [json!(2), json!(4), json!(7), json!(null)]);
    assert_eq!(whole.json()["never_examined"].as_array().unwrap().len(), 2);
    assert_eq!(whole.json()["coverage"]["recommendations"].as_array().unwrap().len(), 9);

    let before = follow_up(&register, &opener, "?as_at=2024-03-27").await.expect(200);
    assert_eq!(
        (&before.json()["missing_visit_numbers"], before.json().get("closed_by_inspection_id")),
        (&json!([1, 3]), None)
    );
    assert_eq!(before.json()["visits"].as_array().unwrap().len(), 2, "the day of publication counts");
    let earlier = follow_up(&register, &opener, "?as_at=2024-03-26").await.expect(200);
    assert_eq!(earlier.json()["visits"].as_array().unwrap().len(), 1);
    follow_up(&register, &opener, "?as_at=2022-09-20").await.expect(404);
    let nothing = follow_up(&register, &opener, "?as_at=2022-09-21").await.expect(200).json();
    assert_eq!((&nothing["visits"], &nothing["missing_visit_numbers"]), (&json!([]), &json!([])));
    assert_eq!(nothing["never_examined"].as_array().unwrap().len(), 9);
}

#[actix_web::test]
async fn only_a_graded_inspection_has_a_follow_up() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let letter = visit(&register, &report, 1, public()).await;
    let unknown = json!({ "kind": null, "framework": null, "judgements": [] });
    let mut unknown = with(crate::support::rows::new_inspection(&authority(&register).await), unknown);
    unknown.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let unknown = register.post("/v1/inspections", &unknown).await.expect(201).json();
    for other in [&letter, &unknown, &json!({ "inspection_id": "019a0000-0000-7000-8000-000000000000" })] {
        assert_eq!(follow_up(&register, other, "").await.expect(404).code(), "not_found");
    }
    assert_eq!(follow_up(&register, &report, "?as_at=2100-01-01").await.expect(422).places(), ["as_at"]);
    assert_eq!(follow_up(&register, &report, "?as_at=2023").await.expect(400).places(), ["as_at"]);
}

#[actix_web::test]
async fn only_what_is_published_counts() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let draft = visit(&register, &report, 3, json!({})).await;
    let letter = visit(&register, &report, 2, public()).await;
    examine(&register, &draft, &asked[0], "improved").await;
    let next = reinspection(&register, &report, json!({})).await;
    let before = follow_up(&register, &report, "").await.expect(200);
    assert_eq!(ids(&before), [letter["inspection_id"].clone()]);
    assert_eq!(
        (&before.json()["missing_visit_numbers"], &before.json()["never_examined"]),
        (&json!([1]), &json!(asked))
    );

    for inspection in [&draft, &next] {
        register.patch(&path(inspection), "*", &public()).await.expect(200);
    }
    let after = follow_up(&register, &report, "").await.expect(200);
    assert_ne!(after.etag(), before.etag());
    assert_eq!(ids(&after), [&letter, &draft, &next].map(|inspection| inspection["inspection_id"].clone()));
    assert_eq!(
        (&after.json()["closed_by_inspection_id"], &after.json()["never_examined"]),
        (&next["inspection_id"], &json!([]))
    );
    let withdrawn = json!({ "state": "withdrawn", "reason": "Recorded twice." });
    register.patch(&path(&draft), "*", &withdrawn).await.expect(200);
    assert_eq!(follow_up(&register, &report, "").await.expect(200).json()["never_examined"], json!(asked));
}

#[actix_web::test]
async fn whoever_examined_a_recommendation_is_told_of_besides_the_series() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 2).await;
    let second = reinspection(&register, &report, public()).await;
    let later = json!({
        "state": "published", "started_on": "2025-02-01", "ended_on": "2025-02-02", "published_on": "2025-03-01",
    });
    let letter = visit(&register, &second, 4, later).await;
    examine(&register, &letter, &asked[1], "worse").await;
    let answer = follow_up(&register, &report, "").await.expect(200);
    assert_eq!(ids(&answer), [&second, &letter].map(|inspection| inspection["inspection_id"].clone()));
    assert_eq!(answer.json()["missing_visit_numbers"], json!([]), "its number is of another series");
    assert_eq!(answer.json()["never_examined"], json!([asked[0]]));
    assert_eq!(
        answer.json()["coverage"]["recommendations"][1]["visits"],
        json!([
            { "inspection_id": second["inspection_id"], "outcome": "not_held" },
            { "inspection_id": letter["inspection_id"], "outcome": "worse" },
        ])
    );
    assert_eq!(follow_up(&register, &second, "").await.expect(200).json()["missing_visit_numbers"], json!([1, 2, 3]));
}

#[actix_web::test]
async fn a_visit_is_silent_only_if_its_letter_is_held() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, with(public(), json!({ "source": "news" }))).await;
    let (inspection, opener) = (path(&letter), report["authority_id"].clone());
    let outcome = |told: &Answer| told.json()["coverage"]["recommendations"][0]["visits"][0]["outcome"].clone();
    let gaps = |told: &Answer| told.json()["gaps"].clone();
    let missing = json!({ "reason": "not_recorded", "visit_number": 1 });
    let not_held = json!({
        "reason": "not_held", "visit_number": 2, "inspection_id": letter["inspection_id"], "source": "news",
    });
    let document = |kind: &str, audience: &str| {
        json!({
            "kind": kind, "audience": audience, "title": "A text", "inspection_id": letter["inspection_id"],
            "authority_ids": [opener],
        })
    };
    let parts = [
        ("news_article", "public"),
        ("press_release", "public"),
        ("children_letter", "children_and_young_people"),
        ("report", "children_and_young_people"),
    ];
    for (kind, audience) in parts {
        register.post("/v1/documents", &document(kind, audience)).await.expect(201);
        let told = follow_up(&register, &report, "").await.expect(200);
        assert_eq!((outcome(&told), gaps(&told)), (json!("not_held"), json!([missing, not_held])), "{kind}");
        assert_eq!(told.json()["never_examined"], json!(asked), "nothing that is held speaks of it");
    }
    let before = register.get(&inspection).await.expect(200);
    assert_eq!(before.json()["is_text_held"], false);
    register.post("/v1/documents", &document("letter", "council")).await.expect(201);
    let after = register.get(&inspection).await.expect(200);
    assert_eq!(after.json()["is_text_held"], true);
    assert_ne!(after.etag(), before.etag());
    let told = follow_up(&register, &report, "").await.expect(200);
    assert_eq!((outcome(&told), gaps(&told)), (json!("not_examined"), json!([missing])));
}

#[actix_web::test]
async fn the_next_inspection_of_a_successor_closes_too() {
    let register = Register::empty().await;
    let report = published(&register).await;
    inspection(&register, json!({ "state": "published", "started_on": "2022-10-01", "ended_on": "2022-10-02", "published_on": "2022-11-01" })).await;
    let heir = with(new_authority(), json!({ "predecessors": [report["authority_id"]] }));
    let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
    assert_eq!(follow_up(&register, &report, "").await.expect(200).json().get("closed_by_inspection_id"), None);
    let next = reinspection(&register, &heir, public()).await;
    let answer = follow_up(&register, &report, "").await.expect(200).json();
    assert_eq!(answer["closed_by_inspection_id"], next["inspection_id"]);
    let answer = follow_up(&register, &next, "").await.expect(200).json();
    assert_eq!(answer.get("closed_by_inspection_id"), None, "nothing earlier closes");
}

#[actix_web::test]
async fn findings_are_counted_by_theme_in_the_order_of_themes() {
    let register = Register::empty().await;
    let report = inspection(
        &register,
        json!({ "state": "published", "recommendations": [
        { "kind": "recommendation", "text": "Record.", "themes": ["recording", "workforce"] },
    ] }),
    )
    .await;
    let finding = |polarity: &str, theme: &str| json!({ "polarity": polarity, "text": "So it is.", "themes": [theme] });
    let letter = visit(
        &register,
        &report,
        1,
        json!({ "state": "published", "findings": [
        finding("strength", "early_help"), finding("strength", "early_help"), finding("concern", "recording"),
        finding("mixed", "early_help"),
    ] }),
    )
    .await;
    let answer = follow_up(&register, &report, "").await.expect(200).json();
    let visited = |strengths: u32, concerns: u32, mixed: u32| {
        json!([{
            "inspection_id": letter["inspection_id"], "outcome": "not_held",
            "strength_count": strengths, "concern_count": concerns, "mixed_count": mixed,
        }])
    };
    assert_eq!(
        answer["coverage"]["themes"],
        json!([
            { "theme": "early_help", "visits": visited(2, 0, 1) },
            { "theme": "recording", "visits": visited(0, 1, 0) },
            { "theme": "workforce", "visits": visited(0, 0, 0) },
        ])
    );
}
