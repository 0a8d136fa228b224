//! Ofsted's letter of March 2024 on the fourth monitoring visit.

use serde_json::json;

use super::{Expected, assert_findings, assert_holds, assert_members, document, published_on};
use crate::support::Register;

const FINDINGS: [Expected; 23] = [
    ("concern", &["changes of social worker", "too many of the older children in care", "plans drift"]),
    ("mixed", &["personal adviser (PA)", "too late", "age of 21"]),
    ("concern", &["capacity", "workloads", "lowest frequency", "message", "file", "managers", "PAs"]),
    ("concern", &["pathway plans", "uneven", "drift", "copied from the file", "jargon", "first person", "own voice"]),
    ("mixed", &["reviews in person", "sizeable minority", "other professionals", "agreed actions"]),
    ("mixed", &["kinds of activity", "local offer", "neither set out the whole offer nor link to it", "entitled"]),
    (
        "mixed",
        &["counselling", "substance misuse", "budgeting", "mental health", "employment or training", "accommodation"],
    ),
    ("concern", &["physical health", "leaving care service", "partner agencies", "specialist", "mental health"]),
    ("concern", &["college", "education, employment and training (EET)", "advice and support"]),
    (
        "strength",
        &["stable home", "foster homes", "staying put", "above the national average", "supported arrangements"],
    ),
    (
        "concern",
        &["unsuitable or unstable", "told inspectors", "cleanliness", "housing specialist", "care leavers team"],
    ),
    (
        "mixed",
        &[
            "seek asylum",
            "well away from the area",
            "safeguarding problems",
            "in Herefordshire since the monitoring visit before",
            "college places",
            "September of that year (2024)",
            "United Friends",
        ],
    ),
    ("strength", &["PAs", "care leavers who are parents", "children’s social care"]),
    ("concern", &["strategies", "formal agreement", "corporate parenting board", "better attended", "partners"]),
    ("mixed", &["only beginning", "voice of care leavers", "groups", "participation officer"]),
    (
        "mixed",
        &[
            "care leaver offer is comprehensive",
            "housing priority band A",
            "apprenticeships",
            "disappointed",
            "promised",
        ],
    ),
    (
        "mixed",
        &[
            "well-attended events",
            "strengths and relationships",
            "workforce establishment project",
            "welcome and retention payments",
        ],
    ),
    ("mixed", &["audits", "better quality", "agreed actions are not carried through", "inadequate"]),
    ("mixed", &["reflective conversations", "team managers", "young people", "moderation", "grading"]),
    ("concern", &["reviews", "key partners", "barriers", "needs are more complex"]),
    (
        "mixed",
        &["improvement board", "inconsistencies", "self-evaluation", "more than a year", "analysis", "for children"],
    ),
    ("mixed", &["performance management systems", "supervision", "management programme", "challenge"]),
    ("strength", &["senior management team", "PAs", "valued and well supported", "workloads", "capacity"]),
];

#[actix_web::test]
async fn the_letter_of_2024_gives_the_fourth_visit_its_people_and_what_it_covered() {
    let register = Register::real().await;
    let visit = published_on(&register, "2024-03-27").await;
    assert_members(
        &visit,
        &json!({
            "kind": "monitoring_visit", "framework": "ilacs_2023", "visit_number": 4, "is_final_visit": false,
            "started_on": "2024-02-21", "ended_on": "2024-02-22", "published_on": "2024-03-27",
            "fieldwork_as_printed": "21 and 22 February 2024", "source": "letter", "judgements": [],
            "title": "Monitoring visit to Herefordshire children’s services",
            "lead_inspectors": ["Alison Smale"],
            "inspectors": [
                { "name": "Alison Smale", "role": "His Majesty’s Inspector" },
                { "name": "Janet Fraser", "role": "His Majesty’s Inspector" },
            ],
            "addressee": "Darryl Freeman\nHerefordshire County Council\nPlough Lane Offices\nHereford\nHR4 OLE",
            "copied_to": "Department for Education",
        }),
    );
    let areas = visit["areas_covered"].as_array().unwrap();
    assert_eq!(areas.len(), 2);
    assert_holds(&areas[0], "description", &["children in care", "16 or 17"]);
    assert_members(
        &areas[0],
        &json!({ "area": "children_in_care", "cohorts": ["children_in_care", "young_people_16_17"] }),
    );
    assert_members(
        &areas[1],
        &json!({ "description": "Care leavers", "area": "care_leavers", "cohorts": ["care_leavers"] }),
    );
    assert_holds(
        &visit,
        "headline",
        &[
            "too little so far",
            "either not happened yet or began only very recently",
            "uneven",
            "changes of social worker",
            "more complex",
            "key partner agencies",
            "substantial extra money",
            "not brought improvement yet",
        ],
    );
}

#[actix_web::test]
async fn the_letter_of_2024_gives_its_twenty_three_findings() {
    let register = Register::real().await;
    let visit = published_on(&register, "2024-03-27").await;
    assert_findings(&register, &visit, &FINDINGS).await;
}

#[actix_web::test]
async fn the_letter_of_2024_keeps_its_sender_and_the_misprint_of_its_postcode() {
    let register = Register::real().await;
    let visit = published_on(&register, "2024-03-27").await;
    let letter = document(&register, &visit).await;
    assert_members(
        &letter,
        &json!({
            "kind": "letter", "audience": "council", "publisher": "Ofsted", "published_on": "2024-03-27",
            "addressee": visit["addressee"], "signed_by": "Alison Smale, His Majesty’s Inspector",
            "inspection_id": visit["inspection_id"],
        }),
    );
    assert_holds(
        &letter,
        "sender",
        &["Piccadilly Gate", "Store Street", "Manchester M1 2WD", "enquiries@ofsted.gov.uk", "www.gov.uk/ofsted"],
    );
    assert_holds(
        &letter,
        "summary",
        &[
            "27 March 2024",
            "fourth monitoring visit",
            "July 2022",
            "Alison Smale and Janet Fraser",
            "ILACS",
            "areas of concern from the last inspection",
            "16 and 17",
            "copied to the Department for Education",
        ],
    );
    assert_holds(&letter, "notes", &["HR4 OLE", "the letter O", "HR4 0LE", "post is not printed"]);
}
