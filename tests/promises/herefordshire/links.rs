//! How the five documents hang together.

use serde_json::json;

use super::{assert_members, grades, published_on};
use crate::support::Register;

#[actix_web::test]
async fn the_visits_hang_on_the_inspection_of_july_2022_with_their_gaps() {
    let register = Register::real().await;
    let opener = published_on(&register, "2022-09-21").await;
    assert_members(
        &opener,
        &json!({ "kind": "standard", "started_on": "2022-07-18", "ended_on": "2022-07-29", "framework": "ilacs_2018" }),
    );
    assert!(grades(&opener).contains(&("overall_effectiveness".to_owned(), "inadequate".to_owned())));
    let path = format!("/v1/inspections?sort=published_on&opened_by={}", opener["inspection_id"].as_str().unwrap());
    let visits = register.get(&path).await.expect(200);
    assert_eq!(visits.each("visit_number"), [2, 4, 7], "no document of the others is held");
}

#[actix_web::test]
async fn the_path_of_the_county_is_told_in_order() {
    let register = Register::real().await;
    let all = register.get("/v1/inspections?authority=80474&sort=published_on").await.expect(200);
    let expected = [
        ("2012-10-19", "child_protection"),
        ("2014-06-30", "single_inspection"),
        ("2018-07-23", "standard"),
        ("2022-09-21", "standard"),
        ("2023-08-02", "monitoring_visit"),
        ("2024-03-27", "monitoring_visit"),
        ("2025-07-17", "monitoring_visit"),
        ("2026-01-12", "standard"),
    ];
    let told = all.each("published_on").into_iter().zip(all.each("kind")).collect::<Vec<_>>();
    assert_eq!(told, expected.map(|(day, kind)| (json!(day), json!(kind))));

    let second = published_on(&register, "2014-06-30").await;
    for area in ["overall_effectiveness", "lscb"] {
        assert!(grades(&second).contains(&(area.to_owned(), "requires_improvement".to_owned())));
    }
    let last = published_on(&register, "2026-01-12").await;
    assert_members(&last, &json!({ "started_on": "2025-11-10", "ended_on": "2025-11-21" }));
    assert!(grades(&last).contains(&("overall_effectiveness".to_owned(), "good".to_owned())));
    assert!(grades(&last).contains(&("impact_of_leaders".to_owned(), "outstanding".to_owned())));
}

#[actix_web::test]
async fn names_and_numbers_of_the_documents_are_found_by_searching() {
    let register = Register::real().await;
    for (path, words) in [
        ("findings", "\"United Friends\""),
        ("findings", "\"band A\""),
        ("findings", "\"staying put\""),
        ("findings", "\"Leeds City Council\""),
        ("documents", "\"Jonathan Lester\""),
        ("documents", "\"Deborah McMillan\""),
        ("documents", "\"Ivan Powell\""),
        ("inspections", "\"Janet Fraser\""),
        ("documents", "\"Darryl Freeman\""),
    ] {
        let query = url::form_urlencoded::byte_serialize(words.as_bytes()).collect::<String>();
        let found = register.get(&format!("/v1/{path}?authority=E06000019&q={query}")).await.expect(200);
        assert_eq!(found.json()["items"].as_array().unwrap().len(), 1, "{words} in {path}");
    }
}
