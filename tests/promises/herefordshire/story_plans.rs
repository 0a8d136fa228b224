//! The council's plans in answer to the inspection of July 2022.

use serde_json::{Value, json};

use super::{JULY_2022, assert_members};
use crate::support::Register;

const PHASE_3: &str = "/v1/improvement-plans/01a204d1-fb25-74ba-b7fa-820ab9b7a94d";

async fn plans(register: &Register, query: &str) -> Vec<Value> {
    let path = format!("/v1/improvement-plans?authority=E06000019{query}");
    register.get(&path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn the_statement_was_due_seventy_working_days_after_the_report_was_received() {
    let register = Register::real().await;
    let inspection = register.get(&format!("/v1/inspections/{JULY_2022}")).await.expect(200).json();
    assert_members(&inspection, &json!({ "received_on": "2022-09-12", "published_on": "2022-09-21" }));
    for plan in plans(&register, "").await {
        assert_members(&plan, &json!({ "responds_to_inspection_id": JULY_2022, "due_on": "2022-12-20" }));
    }
    let first = plans(&register, "&as_at=2022-12-20").await;
    assert_eq!(first.len(), 1);
    let expected = json!({ "endorsed_on": "2022-12-15", "endorsed_by": "Cabinet of Herefordshire Council" });
    assert_members(&first[0], &expected);
}

#[actix_web::test]
async fn phase_3_was_endorsed_on_17_july_2025_and_is_not_known_before() {
    let register = Register::real().await;
    let then = register.get(&format!("{PHASE_3}?as_at=2025-07-17")).await.expect(200).json();
    let expected = json!({
        "title": "Herefordshire Children’s Services and Partnership Improvement Plan (Phase 3)", "phase": "Phase 3",
        "state": "endorsed", "endorsed_on": "2025-07-17", "endorsed_by": "Cabinet of Herefordshire Council",
        "visibility": "public", "consultation": [],
    });
    assert_members(&then, &expected);
    assert_eq!(then.get("starts_on"), None, "no source gives its first day");
    register.get(&format!("{PHASE_3}?as_at=2025-07-16")).await.expect(404);
    let phases = plans(&register, "&as_at=2025-07-16").await;
    assert!(phases.iter().all(|plan| plan.get("phase").is_none()), "{phases:?}");
}

#[actix_web::test]
async fn every_recommendation_has_its_action_already() {
    let register = Register::real().await;
    let proposed = register.post(&format!("{PHASE_3}/actions-from-recommendations"), &Value::Null).await;
    assert_eq!(proposed.expect(200).json()["created_count"], 0);
    let plan = register.get(&format!("{PHASE_3}?embed=actions")).await.expect(200).json();
    assert_eq!((plan["action_counts"]["total"].as_u64(), plan["actions"].as_array().unwrap().len()), (Some(9), 9));
}
