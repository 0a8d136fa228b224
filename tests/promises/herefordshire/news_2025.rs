//! The council's news of July 2025 on the seventh and final monitoring visit.

use serde_json::json;

use super::{Expected, assert_findings, assert_holds, assert_members, document, published_on};
use crate::support::Register;

const FINDINGS: [Expected; 16] = [
    ("strength", &["children in care", "better quickly", "previous monitoring visit"]),
    ("strength", &["Interim Director of Children’s Services", "new drive and conviction", "social work can do well"]),
    ("strength", &["focused on the child", "experience and the outcomes"]),
    ("strength", &["direct work", "thoughtful", "trust"]),
    ("strength", &["looked after children reviews", "regularly", "assessments"]),
    ("strength", &["right to an advocate"]),
    ("strength", &["safety or well-being", "prompt and effective", "thresholds"]),
    ("strength", &["seek asylum", "better than before", "sensitive", "good time"]),
    ("strength", &["health needs", "medical help"]),
    ("strength", &["emotional well-being", "school", "children in care are making progress"]),
    ("strength", &["placements are stable", "right match", "brothers and sisters"]),
    ("strength", &["relatives", "early", "within the family or a wider circle"]),
    ("strength", &["performance reporting and quality assurance", "robust", "oversight", "early"]),
    ("strength", &["workforce is more stable", "permanent", "past year", "kept the same one"]),
    ("strength", &["praise senior managers", "changes", "culture of learning"]),
    ("concern", &["a few areas", "focused work", "improvement programme"]),
];

#[actix_web::test]
async fn the_news_of_2025_gives_the_seventh_and_final_visit_and_its_findings() {
    let register = Register::real().await;
    let visit = published_on(&register, "2025-07-17").await;
    assert_members(
        &visit,
        &json!({
            "kind": "monitoring_visit", "framework": "ilacs_2023", "visit_number": 7, "is_final_visit": true,
            "started_on": "2025-06-17", "ended_on": "2025-06-18", "published_on": "2025-07-17",
            "fieldwork_as_printed": "17 and 18 June 2025", "source": "news", "judgements": [],
        }),
    );
    assert_holds(&visit, "title", &["seventh and final monitoring visit"]);
    assert_holds(&visit, "headline", &["better quickly", "Interim Director of Children’s Services", "new energy"]);
    let areas = visit["areas_covered"].as_array().unwrap();
    assert_eq!(areas.len(), 2);
    assert_holds(&areas[0], "description", &["matched", "placed", "decisions"]);
    assert_holds(&areas[1], "description", &["what life is like", "get on"]);
    assert_findings(&register, &visit, &FINDINGS).await;
}

#[actix_web::test]
async fn the_news_of_2025_keeps_its_speakers_and_the_plan() {
    let register = Register::real().await;
    let visit = published_on(&register, "2025-07-17").await;
    let news = document(&register, &visit).await;
    assert_members(
        &news,
        &json!({
            "kind": "press_release", "audience": "public", "publisher": "Herefordshire Council",
            "published_on": "2025-07-17", "inspection_id": visit["inspection_id"],
        }),
    );
    assert_holds(
        &news,
        "summary",
        &[
            "17 and 18 June 2025",
            "matching, placement and decisions",
            "inadequate judgement of July 2022",
            "Interim Director of Children’s Services (not named)",
            "Herefordshire Children’s Services and Partnership Improvement Plan (Phase 3)",
            "cabinet on 17 July 2025 for endorsement",
            "Families First Programme",
        ],
    );
    let statements = news["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 2);
    assert_members(
        &statements[0],
        &json!({
            "speaker": "Ivan Powell", "role": "Cabinet Member for Children and Young People",
            "organisation": "Herefordshire Council",
        }),
    );
    assert_holds(
        &statements[0],
        "summary",
        &[
            "Councillor",
            "12 months",
            "(Phase 3)",
            "endorsement",
            "17 July 2025",
            "Families First Programme",
            "early family help",
        ],
    );
    assert_members(
        &statements[1],
        &json!({
            "speaker": "Deborah McMillan", "role": "Department for Education, Children’s Commissioner",
            "organisation": "Department for Education",
        }),
    );
    assert_holds(
        &statements[1],
        "summary",
        &[
            "quality of leadership",
            "Improvement Plan",
            "right help in time",
            "not the Children’s Commissioner for England",
        ],
    );
}
