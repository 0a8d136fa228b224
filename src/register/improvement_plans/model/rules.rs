//! The rules of a plan that need no database.

use super::{ImprovementPlanRow, PlanState};
use crate::error::FieldError;
use crate::values::date::Date;

impl ImprovementPlanRow {
    /// What is wrong with a plan on this day.
    #[must_use]
    pub fn broken_rules(&self, today: Date) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut broken =
            |pointer: &str, code: &str, message: &str| errors.push(FieldError::body(pointer, code, message));
        if self.starts_on.zip(self.ends_on).is_some_and(|(first, last)| first > last) {
            broken("/ends_on", "order", "must not be before starts_on");
        }
        if self.state == PlanState::Endorsed && self.endorsed_on.is_none() {
            broken("/endorsed_on", "endorsement", "is required if the plan is endorsed");
        }
        if self.endorsed_by.is_some() && self.endorsed_on.is_none() {
            broken("/endorsed_by", "endorsement", "needs endorsed_on");
        }
        if self.endorsed_on.is_some_and(|day| day > today) {
            broken("/endorsed_on", "future", &format!("must not be after today in London, {today}"));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::ImprovementPlanRow;

    #[rstest]
    #[case(json!({}), &[])]
    #[case(json!({ "starts_on": "2025-04-01", "ends_on": "2025-04-01" }), &[])]
    #[case(json!({ "starts_on": "2025-04-02", "ends_on": "2025-04-01" }), &["/ends_on"])]
    #[case(json!({ "state": "endorsed" }), &["/endorsed_on"])]
    #[case(json!({ "state": "endorsed", "endorsed_on": "2025-07-17" }), &[])]
    #[case(json!({ "state": "closed" }), &[])]
    #[case(json!({ "endorsed_by": "Cabinet" }), &["/endorsed_by"])]
    #[case(json!({ "endorsed_by": "Cabinet", "endorsed_on": "2026-01-01" }), &[])]
    #[case(json!({ "endorsed_on": "2026-01-02" }), &["/endorsed_on"])]
    #[case(json!({ "state": "endorsed", "endorsed_by": "Cabinet" }), &["/endorsed_on", "/endorsed_by"])]
    fn a_plan_keeps_its_rules(#[case] members: Value, #[case] places: &[&str]) {
        let id = "019a0000-0000-7000-8000-000000000000";
        let mut plan = json!({
            "plan_id": id, "authority_id": id, "title": "A plan", "state": "draft", "visibility": "private",
            "consultation": [], "version": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        plan.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let plan = serde_json::from_value::<ImprovementPlanRow>(plan).unwrap();
        let broken = plan.broken_rules("2026-01-01".parse().unwrap());
        assert_eq!(broken.iter().filter_map(|error| error.pointer.as_deref()).collect::<Vec<_>>(), places);
    }
}
