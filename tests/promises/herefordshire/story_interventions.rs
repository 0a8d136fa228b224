//! What government and others set up in Herefordshire, and when.

use serde_json::{Value, json};

use super::{JULY_2022, assert_members, only};
use crate::support::Register;

async fn interventions(register: &Register, query: &str) -> Value {
    register.get(&format!("/v1/interventions?authority=E06000019{query}")).await.expect(200).json()
}

fn persons(page: &Value) -> Vec<&str> {
    let mut persons =
        page["items"].as_array().unwrap().iter().filter_map(|each| each["person"].as_str()).collect::<Vec<_>>();
    persons.sort_unstable();
    persons
}

#[actix_web::test]
async fn leeds_is_the_improvement_partner_without_days_that_no_source_gives() {
    let register = Register::real().await;
    let partner = only(&interventions(&register, "&kind=improvement_partner").await);
    assert_members(&partner, &json!({ "organisation": "Leeds City Council", "triggered_by_inspection_id": JULY_2022 }));
    assert_eq!((partner.get("started_on"), partner.get("ended_on")), (None, None));
}

#[actix_web::test]
async fn the_direction_came_on_the_day_of_the_report() {
    let register = Register::real().await;
    let direction = only(&interventions(&register, "&kind=statutory_direction").await);
    let expected = json!({
        "organisation": "Department for Education", "started_on": "2022-09-21", "triggered_by_inspection_id": JULY_2022,
    });
    assert_members(&direction, &expected);
    assert_eq!(direction.get("ended_on"), None, "no source tells of its end");
}

#[actix_web::test]
async fn a_commissioner_is_there_from_the_day_of_the_direction_on() {
    let register = Register::real().await;
    for (day, expected) in [
        ("2022-09-20", &[][..]),
        ("2022-09-21", &["Eleanor Brazil"]),
        ("2024-06-01", &["Eleanor Brazil"]),
        ("2025-02-06", &["Deborah McMillan", "Eleanor Brazil"]),
        ("2025-07-17", &["Deborah McMillan"]),
    ] {
        let there = interventions(&register, &format!("&kind=commissioner&active_on={day}")).await;
        assert_eq!(persons(&there), expected, "{day}");
    }
    for commissioner in interventions(&register, "&kind=commissioner").await["items"].as_array().unwrap() {
        assert_members(commissioner, &json!({ "role": "Children’s services commissioner" }));
        let note = commissioner["note"].as_str().unwrap();
        assert!(note.contains("that on which the press told of it"), "{note}");
    }
}
