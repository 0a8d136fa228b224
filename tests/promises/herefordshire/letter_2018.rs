//! Ofsted's letter to children of 23 July 2018, on the inspection of June.

use serde_json::json;

use super::{Expected, assert_findings, assert_holds, assert_members, document, grades, published_on};
use crate::support::Register;

const FINDINGS: [Expected; 7] = [
    ("concern", &["managers", "decisions", "help"]),
    ("concern", &["at home", "slow", "support that they need"]),
    ("concern", &["plan", "clear", "what has to change", "if nothing does", "wishes and views", "managers are aware"]),
    ("strength", &["in danger", "police and social workers", "safe", "support"]),
    ("strength", &["good homes", "relatives or foster carers", "parents keep getting help", "return home", "goes on"]),
    ("strength", &["new family", "for good", "support", "brothers and sisters", "other relatives", "safe"]),
    (
        "strength",
        &["children in care council", "really good", "care leavers", "independent reviewing officers", "wishes heard"],
    ),
];

#[actix_web::test]
async fn the_letter_of_2018_gives_its_grades_its_dates_and_its_seven_findings() {
    let register = Register::real().await;
    let inspection = published_on(&register, "2018-07-23").await;
    assert_members(
        &inspection,
        &json!({
            "framework": "ilacs_2018", "kind": "standard", "started_on": "2018-06-11", "ended_on": "2018-06-22",
            "published_on": "2018-07-23", "lead_inspectors": ["Pauline Higham"], "state": "published",
        }),
    );
    let expected = [
        ("overall_effectiveness", "requires_improvement"),
        ("impact_of_leaders", "inadequate"),
        ("help_and_protection", "requires_improvement"),
        ("children_in_care_and_care_leavers", "requires_improvement"),
    ];
    assert_eq!(grades(&inspection), expected.map(|(area, grade)| (area.to_owned(), grade.to_owned())));
    assert_findings(&register, &inspection, &FINDINGS).await;
}

#[actix_web::test]
async fn the_letter_of_2018_keeps_who_wrote_it_to_whom_and_from_where() {
    let register = Register::real().await;
    let inspection = published_on(&register, "2018-07-23").await;
    let letter = document(&register, &inspection).await;
    assert_members(
        &letter,
        &json!({
            "kind": "children_letter", "audience": "children_and_young_people", "publisher": "Ofsted", "language": "en",
            "published_on": "2018-07-23", "signed_by": "Pauline Higham, Lead inspector",
            "inspection_id": inspection["inspection_id"], "authority_ids": [inspection["authority_id"]],
        }),
    );
    assert_holds(&letter, "title", &["Inspection of children’s services"]);
    assert_holds(
        &letter,
        "sender",
        &[
            "Ofsted West Midlands",
            "The Axis",
            "10 Holliday St",
            "Birmingham B1 1TF",
            "enquiries@ofsted.gov.uk",
            "www.gov.uk/ofsted",
        ],
    );
    assert_eq!(
        letter["addressee"],
        "Herefordshire Council\nPlough Lane\nHereford\nHR4 0LE\nChildren and young people in Herefordshire County Council"
    );
    assert_holds(
        &letter,
        "summary",
        &[
            "23 July 2018",
            "inspection in June",
            "help, protection and care",
            "leaders",
            "workers were asked to pass the letter on",
            "more detailed report",
            "website",
        ],
    );
    assert_holds(&letter, "notes", &["11 to 22 June 2018", "Herefordshire County Council", "template text"]);
}
