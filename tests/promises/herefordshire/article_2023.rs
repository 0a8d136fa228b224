//! The newspaper article of August 2023 on the second monitoring visit.

use serde_json::{Value, json};

use super::{Expected, assert_findings, assert_holds, assert_members, document, published_on};
use crate::support::Register;

const FINDINGS: [Expected; 10] = [
    ("strength", &["begun to get better", "some families"]),
    ("strength", &["enjoy their jobs in Herefordshire", "well supported", "training and development"]),
    ("strength", &["Leeds City Council", "senior managers", "open to", "other organisations", "peer support"]),
    ("concern", &["leaders", "committed", "too small"]),
    ("concern", &["recruitment and retention", "critical", "drift and delay", "inductions", "uneven"]),
    ("concern", &["again and again", "too many children", "cases were closed before"]),
    ("concern", &["too optimistically", "never assessed"]),
    ("concern", &["face-to-face meetings were rare", "professionals who took important decisions"]),
    ("concern", &["another home", "too long", "housing partners", "priority"]),
    (
        "concern",
        &["unaccompanied asylum-seeking children", "two weeks", "safeguarding risks", "accommodation meant for adults"],
    ),
];

#[actix_web::test]
async fn the_article_of_2023_gives_the_second_visit_its_focus_and_its_ten_findings() {
    let register = Register::real().await;
    let visit = published_on(&register, "2023-08-02").await;
    assert_members(
        &visit,
        &json!({
            "kind": "monitoring_visit", "framework": "ilacs_2023", "visit_number": 2, "is_final_visit": false,
            "published_on": "2023-08-02", "fieldwork_as_printed": "the end of June", "source": "news", "judgements": [],
        }),
    );
    assert_eq!(visit.get("started_on"), None, "the article gives no day");
    assert_eq!(visit.get("ended_on"), None, "the article gives no day");
    assert_eq!(visit["areas_covered"][0]["cohorts"], json!(["children_in_need", "child_protection"]));
    assert_holds(&visit["areas_covered"][0], "description", &["children in need", "protection plan"]);
    assert_holds(
        &visit,
        "headline",
        &["uneven", "valued their training", "Leeds", "recruitment and retention", "repeated interventions"],
    );
    assert_findings(&register, &visit, &FINDINGS).await;
}

#[actix_web::test]
async fn the_article_of_2023_keeps_what_the_leader_said_and_what_the_copy_lacks() {
    let register = Register::real().await;
    let visit = published_on(&register, "2023-08-02").await;
    let article = document(&register, &visit).await;
    assert_members(
        &article,
        &json!({
            "kind": "news_article", "audience": "public", "published_on": "2023-08-02",
            "inspection_id": visit["inspection_id"],
        }),
    );
    assert_eq!(article.get("publisher"), None, "the copy names none");
    assert_holds(
        &article,
        "summary",
        &[
            "2 August",
            "end of June",
            "inadequate judgement a year earlier",
            "direct government intervention",
            "still variable",
            "plenty is left to do",
            "Leeds City Council",
        ],
    );
    assert_holds(&article, "notes", &["no headline, author", "three headlines", "Leeds", "Tory leader", "second"]);
    let statements = article["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    let speaker: &Value = &statements[0];
    assert_members(
        speaker,
        &json!({
            "speaker": "Jonathan Lester", "role": "Council leader", "organisation": "Herefordshire Council",
        }),
    );
    assert_holds(
        speaker,
        "summary",
        &["much remains", "significant step forward", "priorities", "improvement partners"],
    );
}
