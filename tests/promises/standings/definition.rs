//! What makes a standing, on invented rows.

use serde_json::{Value, json};

use crate::support::Register;
use crate::support::rows::{authority, new_authority, new_inspection, new_visit, path, with};
use crate::support::standings::{of, outcome, standings};

/// Records a published inspection of an authority, with these members besides the usual.
async fn record(register: &Register, authority: &Value, members: Value) -> Value {
    let body = with(with(new_inspection(authority), json!({ "state": "published" })), members);
    register.post("/v1/inspections", &body).await.expect(201).json()
}

/// The days of an inspection.
fn days(started_on: &str, ended_on: &str, published_on: &str) -> Value {
    json!({ "started_on": started_on, "ended_on": ended_on, "published_on": published_on })
}

async fn standing(register: &Register, authority: &Value, query: &str) -> Value {
    of(&standings(register, query).await, authority["gss_code"].as_str().unwrap()).unwrap().clone()
}

#[actix_web::test]
async fn visits_board_reviews_drafts_and_what_is_withdrawn_or_ungraded_give_no_standing() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let graded = record(&register, &authority, json!({})).await;
    register.post("/v1/inspections", &with(new_visit(&graded, 1), json!({ "state": "published" }))).await.expect(201);
    let later = days("2024-02-01", "2024-02-12", "2024-03-01");
    let ungraded = json!({ "framework": "ilacs_2023", "judgements": [] });
    for others in [
        json!({ "framework": "ilacs_2023", "kind": "focused_visit", "judgements": [] }),
        json!({ "framework": "jtai_2016", "kind": "joint_targeted", "judgements": [] }),
        with(ungraded.clone(), json!({ "kind": "short" })),
        with(ungraded, json!({ "kind": "standard", "state": "draft" })),
    ] {
        record(&register, &authority, with(later.clone(), others)).await;
    }
    let board = json!({
        "framework": "sif_2013", "kind": "lscb_review", "judgements": [{ "area": "lscb", "grade": "good" }],
    });
    record(&register, &authority, with(days("2018-02-01", "2018-02-12", "2018-03-01"), board)).await;
    let good = json!({ "framework": "ilacs_2023", "judgements": [{ "area": "help_and_protection", "grade": "good" }] });
    let withdrawn = record(&register, &authority, with(days("2025-02-03", "2025-02-14", "2025-03-20"), good)).await;
    let withdrawal = json!({ "state": "withdrawn", "reason": "Published by mistake." });
    register.patch(&path(&withdrawn), "\"1\"", &withdrawal).await.expect(200);

    for clock in ["publication", "fieldwork"] {
        let row = standing(&register, &authority, &format!("clock={clock}")).await;
        assert_eq!(row["inspection_id"], graded["inspection_id"], "by {clock}");
    }
    let before = standing(&register, &authority, "as_at=2022-09-20").await;
    assert_eq!(before.get("inspection_id"), None, "a review of the board alone says nothing of the authority");
    let again = json!({ "state": "published", "reason": "It was right after all." });
    register.patch(&path(&withdrawn), "\"2\"", &again).await.expect(200);
    assert_eq!(standing(&register, &authority, "").await["inspection_id"], withdrawn["inspection_id"]);
}

#[actix_web::test]
async fn what_the_latest_inspection_does_not_say_is_not_filled_from_an_older_one() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let all = json!({
        "framework": "sif_2013", "kind": "single_inspection",
        "judgements": [
            { "area": "overall_effectiveness", "grade": "good" },
            { "area": "help_and_protection", "grade": "good" },
            { "area": "adoption", "absence_reason": "not_judged" },
        ],
    });
    record(&register, &authority, with(days("2016-02-01", "2016-02-26", "2016-04-01"), all)).await;
    record(&register, &authority, json!({})).await;

    let old = standing(&register, &authority, "as_at=2018-01-01").await;
    for (area, expected) in [
        ("overall_effectiveness", "good"),
        ("help_and_protection", "good"),
        ("adoption", "not_judged"),
        ("care_leavers", "not_in_source"),
        ("impact_of_leaders", ""),
    ] {
        assert_eq!(outcome(&old, area), expected, "{area}");
    }
    let new = standing(&register, &authority, "").await;
    assert_eq!(outcome(&new, "overall_effectiveness"), "inadequate");
    assert_eq!(outcome(&new, "help_and_protection"), "not_in_source");
    let areas = new["judgements"].as_array().unwrap().iter().map(|judgement| judgement["area"].clone());
    let expected =
        ["overall_effectiveness", "impact_of_leaders", "help_and_protection", "children_in_care_and_care_leavers"];
    assert_eq!(areas.collect::<Vec<_>>(), expected, "in the order of the framework");
}

#[actix_web::test]
async fn a_framework_without_an_overall_grade_leaves_it_absent() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let grades = json!({
        "framework": "ilacs_2026", "judgements": [{ "area": "impact_of_leaders", "grade": "outstanding" }],
    });
    record(&register, &authority, with(days("2026-04-13", "2026-04-24", "2026-06-01"), grades)).await;
    let row = standing(&register, &authority, "").await;
    assert_eq!(outcome(&row, "overall_effectiveness"), "not_in_framework");
    assert_eq!(outcome(&row, "impact_of_leaders"), "outstanding");
    assert_eq!(outcome(&row, "care_leavers"), "not_in_source");
}

#[actix_web::test]
async fn each_clock_has_its_own_latest_and_its_own_days_since() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let first = record(&register, &authority, days("2020-01-06", "2020-01-17", "2020-09-01")).await;
    let second = record(&register, &authority, days("2020-03-02", "2020-03-13", "2020-04-20")).await;
    for (query, expected, days_since) in [
        ("as_at=2020-02-01&clock=fieldwork", Some(&first), json!(15)),
        ("as_at=2020-02-01&clock=publication", None, Value::Null),
        ("as_at=2020-05-01&clock=publication", Some(&second), json!(11)),
        ("as_at=2020-09-01&clock=publication", Some(&first), json!(0)),
        ("as_at=2020-09-01&clock=fieldwork", Some(&second), json!(172)),
    ] {
        let row = standing(&register, &authority, query).await;
        assert_eq!(row["inspection_id"], expected.map_or(Value::Null, |row| row["inspection_id"].clone()), "{query}");
        assert_eq!(row["days_since"], days_since, "{query}");
    }
    let mut unpublished = with(new_inspection(&authority), json!({ "state": "published" }));
    unpublished.as_object_mut().unwrap().remove("published_on");
    let unpublished = register.post("/v1/inspections", &unpublished).await.expect(201).json();
    let by_fieldwork = standing(&register, &authority, "clock=fieldwork").await;
    assert_eq!(
        by_fieldwork["inspection_id"], unpublished["inspection_id"],
        "Ofsted published nothing, yet it is known"
    );
    assert_eq!(by_fieldwork.get("published_on"), None);
    assert_eq!(standing(&register, &authority, "").await["inspection_id"], first["inspection_id"]);
}

#[actix_web::test]
async fn an_abolished_authority_stands_by_its_own_inspections_and_those_of_an_only_successor() {
    let register = Register::empty().await;
    let former = with(new_authority(), json!({ "active_to": "2023-03-31" }));
    let former = register.post("/v1/authorities", &former).await.expect(201).json();
    let heir = json!({ "active_from": "2023-04-01", "predecessors": [former["authority_id"]] });
    let heir = register.post("/v1/authorities", &with(new_authority(), heir)).await.expect(201).json();
    let own = record(&register, &former, days("2019-01-07", "2019-01-18", "2019-03-01")).await;
    let inherited = record(&register, &heir, days("2021-01-11", "2021-01-22", "2021-03-01")).await;
    let later = with(days("2024-01-08", "2024-01-19", "2024-03-01"), json!({ "framework": "ilacs_2023" }));
    let later = record(&register, &heir, later).await;
    for (day, expected) in [("2020-01-01", &own), ("2022-01-01", &inherited), ("2023-03-31", &inherited)] {
        let row = standing(&register, &former, &format!("as_at={day}")).await;
        assert_eq!(row["inspection_id"], expected["inspection_id"], "{day}");
        assert_eq!(row["authority_id"], former["authority_id"]);
    }
    assert_eq!(standing(&register, &heir, "").await["inspection_id"], later["inspection_id"]);
    assert!(of(&standings(&register, "").await, former["gss_code"].as_str().unwrap()).is_none());

    let second = json!({ "active_from": "2023-04-01", "predecessors": [former["authority_id"]] });
    register.post("/v1/authorities", &with(new_authority(), second)).await.expect(201);
    let row = standing(&register, &former, "as_at=2022-01-01").await;
    assert_eq!(row["inspection_id"], own["inspection_id"], "of two successors neither speaks for it");
}
