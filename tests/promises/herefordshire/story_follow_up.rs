//! What the visits said of the recommendations of July 2022, and of which of them no visit spoke.

use serde_json::{Value, json};

use super::{JULY_2022, only};
use crate::support::Register;

/// What visits 2, 4 and 7 said of each recommendation, in its place. Only the letter on visit 4 is held, so only its silence
/// is known.
const SAID: [[&str; 3]; 9] = [
    ["not_improved", "not_improved", "not_held"],
    ["not_improved", "partly_improved", "partly_improved"],
    ["not_held", "not_examined", "not_held"],
    ["partly_improved", "not_improved", "partly_improved"],
    ["not_improved", "not_examined", "partly_improved"],
    ["not_held", "not_examined", "not_held"],
    ["not_held", "partly_improved", "partly_improved"],
    ["not_held", "partly_improved", "partly_improved"],
    ["not_held", "partly_improved", "partly_improved"],
];

async fn follow_up(register: &Register, query: &str) -> Value {
    register.get(&format!("/v1/inspections/{JULY_2022}/follow-up{query}")).await.expect(200).json()
}

#[actix_web::test]
async fn the_visits_said_what_their_documents_support_and_no_more() {
    let register = Register::real().await;
    let told = follow_up(&register, "").await;
    let days = told["visits"].as_array().unwrap().iter().map(|visit| visit["published_on"].clone());
    assert_eq!(days.collect::<Vec<_>>(), ["2023-08-02", "2024-03-27", "2025-07-17", "2026-01-12"]);
    assert_eq!(told["missing_visit_numbers"], json!([1, 3, 5, 6]));
    let covered = told["coverage"]["recommendations"].as_array().unwrap();
    assert_eq!(covered.len(), SAID.len());
    for (recommendation, said) in covered.iter().zip(SAID) {
        let outcomes = recommendation["visits"].as_array().unwrap().iter().map(|visit| visit["outcome"].clone());
        let outcomes = outcomes.collect::<Vec<_>>();
        assert_eq!(outcomes[..3], said, "recommendation {}", recommendation["position"]);
        assert_eq!(outcomes[3..], ["not_held"], "of the re-inspection only grades are held");
    }
}

#[actix_web::test]
async fn the_gaps_are_the_visits_without_a_record_and_those_without_their_letter() {
    let register = Register::real().await;
    let told = follow_up(&register, "").await;
    let gaps = told["gaps"].as_array().unwrap().iter();
    let gaps = gaps.map(|gap| (gap["visit_number"].as_i64(), gap["reason"].as_str(), gap["source"].as_str()));
    let expected = [
        (Some(1), Some("not_recorded"), None),
        (Some(3), Some("not_recorded"), None),
        (Some(5), Some("not_recorded"), None),
        (Some(6), Some("not_recorded"), None),
        (Some(2), Some("not_held"), Some("news")),
        (Some(7), Some("not_held"), Some("news")),
        (None, Some("not_held"), Some("summary_sheet")),
    ];
    assert_eq!(gaps.collect::<Vec<_>>(), expected);
    let held = told["visits"].as_array().unwrap().iter().map(|visit| visit["is_text_held"].as_bool().unwrap());
    assert_eq!(held.collect::<Vec<_>>(), [false, true, false, false]);
}

#[actix_web::test]
async fn of_all_inspections_only_the_letter_of_2024_is_held() {
    let register = Register::real().await;
    let mut held = Vec::new();
    let mut path = "/v1/inspections?limit=200".to_owned();
    loop {
        let page = register.get(&path).await.expect(200).json();
        let items = page["items"].as_array().unwrap().iter().filter(|item| item["is_text_held"] == true);
        held.extend(items.map(|item| item["published_on"].clone()));
        let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
        path = format!("/v1/inspections?limit=200&cursor={cursor}");
    }
    assert_eq!(held, ["2024-03-27"]);
}

#[actix_web::test]
async fn before_the_second_visit_was_published_nothing_was_examined() {
    let register = Register::real().await;
    let told = follow_up(&register, "?as_at=2023-08-01").await;
    assert_eq!((&told["visits"], told.get("closed_by_inspection_id")), (&json!([]), None));
    assert_eq!(told["never_examined"].as_array().unwrap().len(), 9);
    let told = follow_up(&register, "?as_at=2023-08-02").await;
    assert_eq!(told["never_examined"].as_array().unwrap().len(), 5);
}

#[actix_web::test]
async fn the_recommendations_on_harm_and_on_drift_were_never_examined() {
    let register = Register::real().await;
    let path = format!("/v1/recommendations?inspection={JULY_2022}");
    let never = register.get(&format!("{path}&never_examined=true")).await.expect(200);
    assert_eq!(never.each("position"), [3, 6]);
    assert_eq!(json!(never.each("recommendation_id")), follow_up(&register, "").await["never_examined"]);
    let examined = register.get(&format!("{path}&never_examined=false")).await.expect(200);
    assert_eq!(examined.each("position"), [1, 2, 4, 5, 7, 8, 9]);
}

#[actix_web::test]
async fn recommendations_carry_what_answers_them_and_what_was_said_of_them() {
    let register = Register::real().await;
    let path = format!("/v1/recommendations?inspection={JULY_2022}&embed=actions,examinations");
    let recommendations = register.get(&path).await.expect(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(recommendations.len(), SAID.len());
    for (recommendation, said) in recommendations.iter().zip(SAID) {
        assert_eq!(recommendation.get("due_on"), None, "the report prints no time limits");
        let action = only(&json!({ "items": recommendation["actions"] }));
        assert_eq!(action["recommendation_ids"], json!([recommendation["recommendation_id"]]));
        let outcomes = recommendation["examinations"].as_array().unwrap().iter().map(|each| each["outcome"].clone());
        let spoken = said.into_iter().filter(|outcome| outcome.ends_with("improved")).collect::<Vec<_>>();
        assert_eq!(outcomes.collect::<Vec<_>>(), spoken, "in the order of the visits");
    }
}

#[actix_web::test]
async fn every_examination_names_the_finding_of_its_visit_that_supports_it() {
    let register = Register::real().await;
    let visits = follow_up(&register, "").await["visits"].as_array().unwrap().clone();
    let mut count = 0;
    for visit in &visits {
        let id = visit["inspection_id"].as_str().unwrap();
        let said = register.get(&format!("/v1/inspections/{id}/examinations")).await.expect(200);
        for examination in said.json()["items"].as_array().unwrap() {
            let finding = format!("/v1/findings/{}", examination["finding_id"].as_str().unwrap());
            let finding = register.get(&finding).await.expect(200).json();
            assert_eq!(finding["inspection_id"], id);
            let supports: &[&str] = match examination["outcome"].as_str().unwrap() {
                "improved" => &["strength"],
                "partly_improved" => &["strength", "mixed"],
                _ => &["concern", "mixed"],
            };
            assert!(supports.contains(&finding["polarity"].as_str().unwrap()), "{examination} {finding}");
            assert!(examination.get("quote").is_none(), "no wording of the documents is held");
            count += 1;
        }
    }
    assert_eq!(count, 16);
}
