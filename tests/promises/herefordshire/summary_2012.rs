//! The summary for children and young people of the inspection of child protection of September 2012.

use serde_json::{Value, json};

use super::{Expected, assert_findings, assert_holds, assert_members, document, grades, published_on};
use crate::support::Register;

const FINDINGS: [Expected; 8] = [
    (
        "strength",
        &[
            "early help",
            "near home",
            "before worries",
            "children’s centres",
            "youth services",
            "schools",
            "advise well",
        ],
    ),
    (
        "strength",
        &[
            "early-help workers",
            "know children and families very well",
            "courses",
            "attend more often",
            "risky behaviour",
        ],
    ),
    ("strength", &["more permanent social workers", "fewer hands", "one worker well"]),
    ("strength", &["organisations", "meet often", "locally", "practical help", "divide the work"]),
    (
        "concern",
        &["lately done much", "right one or there in time", "too slow", "right procedures", "less safe", "immediately"],
    ),
    (
        "concern",
        &[
            "know how to act",
            "signs of risk are not followed up",
            "does not always fit",
            "missing when help is discussed",
            "very full list of tasks",
            "straight away",
            "three months",
            "regular checks",
        ],
    ),
    (
        "concern",
        &[
            "too much time pass",
            "do not know",
            "the child is seen",
            "immediately",
            "managers checking",
            "views of children and families",
            "back-up plan",
        ],
    ),
    (
        "concern",
        &[
            "managers and other organisations",
            "not thorough enough",
            "when the inspection ended",
            "the board with overall responsibility",
            "six months",
            "right information",
            "monitor",
        ],
    ),
];

#[actix_web::test]
async fn the_summary_of_2012_gives_its_grade_its_dates_and_its_findings() {
    let register = Register::real().await;
    let inspection = published_on(&register, "2012-10-19").await;
    assert_members(
        &inspection,
        &json!({
            "framework": "child_protection_2012", "kind": "child_protection", "inspected_name": "Herefordshire",
            "started_on": "2012-09-11", "ended_on": "2012-09-19", "published_on": "2012-10-19",
            "fieldwork_as_printed": "11-19 September 2012", "source": "report", "lead_inspectors": [],
        }),
    );
    assert_holds(&inspection, "title", &["Herefordshire", "inspection of child protection"]);
    assert_eq!(grades(&inspection), [("overall_effectiveness".to_owned(), "inadequate".to_owned())]);
    assert_eq!(inspection["judgements"][0]["grade_as_printed"], "inadequate");
    assert_findings(&register, &inspection, &FINDINGS).await;
    let sections = inspection["findings"].as_array().unwrap().iter().map(|finding| finding["section"].clone());
    let expected = [vec!["Adequate or good"; 4], vec!["Needed improving"; 4]].concat();
    assert_eq!(sections.collect::<Vec<_>>(), expected);
}

#[actix_web::test]
async fn the_grades_of_2012_are_defined_in_the_words_of_the_framework() {
    let register = Register::real().await;
    let framework = register.get("/v1/frameworks/child_protection_2012").await.expect(200).json();
    let grades = framework["grades"].as_array().unwrap();
    let defined = grades.iter().map(|grade| (grade["name"].as_str().unwrap(), grade["definition"].as_str().unwrap()));
    assert_eq!(
        defined.collect::<Vec<_>>(),
        [
            ("Outstanding", "Significantly better than required"),
            ("Good", "Better than required"),
            ("Adequate", "Doing what is required"),
            ("Inadequate", "Not doing what is required"),
        ]
    );
}

#[actix_web::test]
async fn the_time_limits_of_2012_are_recommendations_with_the_day_they_were_due() {
    let register = Register::real().await;
    let inspection = published_on(&register, "2012-10-19").await;
    let expected = [
        ("priority_action", "local_authority", "immediately", "2012-10-19", "right help"),
        ("priority_action", "partnership", "straight away", "2012-10-19", "full list"),
        ("area_for_improvement", "partnership", "three months", "2013-01-19", "remaining tasks"),
        ("priority_action", "local_authority", "immediately", "2012-10-19", "visit children at risk"),
        ("area_for_improvement", "local_authority", "In the longer run", "", "back-up plan"),
        ("area_for_improvement", "lscb", "six months", "2013-03-19", "quality"),
    ];
    let recommendations = inspection["recommendations"].as_array().unwrap();
    assert_eq!(inspection["recommendation_count"], 6);
    assert_eq!(recommendations.len(), expected.len());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(recommendations[5]["timescale_counted_from"], "end_of_inspection", "the board got its time at the end");
    for ((recommendation, (kind, addressee, words, due_on, what)), position) in
        recommendations.iter().zip(expected).zip(1..)
    {
        assert_members(recommendation, &json!({ "position": position, "kind": kind, "addressee": addressee }));
        assert_eq!(text(&recommendation["timescale_as_printed"]), words, "recommendation {position}");
        assert_eq!(text(&recommendation["due_on"]), due_on, "recommendation {position}");
        assert_holds(recommendation, "text", &[what]);
        let path = format!("/v1/recommendations/{}", recommendation["recommendation_id"].as_str().unwrap());
        assert_eq!(register.get(&path).await.expect(200).json(), *recommendation);
    }
}

#[actix_web::test]
async fn the_summary_of_2012_keeps_its_link_and_what_was_to_come_next() {
    let register = Register::real().await;
    let inspection = published_on(&register, "2012-10-19").await;
    let summary = document(&register, &inspection).await;
    assert_members(
        &summary,
        &json!({
            "kind": "report", "audience": "children_and_young_people", "publisher": "Ofsted",
            "url": "http://www.ofsted.gov.uk/local-authorities/herefordshire",
            "inspection_id": inspection["inspection_id"],
        }),
    );
    assert_holds(
        &summary,
        "summary",
        &[
            "11 to 19 September 2012",
            "the council and other organisations",
            "told to the Director",
            "19 October 2012",
            "write a plan",
            "with which groups",
            "immediately",
            "three months",
            "six months",
        ],
    );
    assert_holds(&summary, "notes", &["explains the grades of the scale", "the only one given", "full report"]);
    assert_holds(
        &inspection,
        "headline",
        &["managers and other organisations", "sometimes", "the board responsible overall"],
    );
}
