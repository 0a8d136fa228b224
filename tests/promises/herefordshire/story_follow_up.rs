//! What the visits said of the recommendations of July 2022, and of which of them no visit spoke.

use serde_json::{Value, json};

use super::{JULY_2022, only};
use crate::support::Register;

/// What visits 2, 4 and 7 said of each recommendation, in its place. The re-inspection's report is not held.
const SAID: [[&str; 3]; 9] = [
    ["not_improved", "partly_improved", "not_examined"],
    ["not_improved", "partly_improved", "partly_improved"],
    ["not_examined", "not_examined", "not_examined"],
    ["partly_improved", "not_improved", "partly_improved"],
    ["not_improved", "not_examined", "partly_improved"],
    ["not_examined", "not_examined", "not_examined"],
    ["not_examined", "partly_improved", "partly_improved"],
    ["not_examined", "partly_improved", "partly_improved"],
    ["not_examined", "partly_improved", "improved"],
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
        assert_eq!(outcomes[3..], ["not_examined"], "of the re-inspection only grades are held");
    }
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
        let spoken = said.into_iter().filter(|outcome| *outcome != "not_examined").collect::<Vec<_>>();
        assert_eq!(outcomes.collect::<Vec<_>>(), spoken, "in the order of the visits");
    }
}

#[actix_web::test]
async fn every_examination_names_the_finding_of_its_visit_that_says_it() {
    let register = Register::real().await;
    let visits = follow_up(&register, "").await["visits"].as_array().unwrap().clone();
    let mut count = 0;
    for visit in &visits {
        let id = visit["inspection_id"].as_str().unwrap();
        let said = register.get(&format!("/v1/inspections/{id}/examinations")).await.expect(200);
        for examination in said.json()["items"].as_array().unwrap() {
            let finding = format!("/v1/findings/{}", examination["finding_id"].as_str().unwrap());
            assert_eq!(register.get(&finding).await.expect(200).json()["inspection_id"], id);
            assert!(examination.get("quote").is_none(), "no wording of the documents is held");
            count += 1;
        }
    }
    assert_eq!(count, 16);
}
