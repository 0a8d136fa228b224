//! Faults in the files of what follows an inspection: each is told with its line and member.

use super::faults::assert_faults;
use super::{Folder, fingerprints};
use crate::support::database::Database;

const PLANS: &str = r#"[
{ "plan_id": "no-id", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8", "title": "A plan" },
{ "plan_id": "019a0000-0000-7000-8000-000000000001", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8", "title": "",
  "url": "nowhere" },
{ "plan_id": "019a0000-0000-7000-8000-000000000002", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "A plan", "state": "endorsed", "starts_on": "2025-01-02", "ends_on": "2025-01-01" }
]"#;

const INTERVENTIONS: &str = r#"[
{ "intervention_id": "019a0000-0000-7000-8000-000000000003", "authority_id": "019a0000-0000-7000-8000-000000000000",
  "kind": "trust" },
{ "intervention_id": "019a0000-0000-7000-8000-000000000004", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "kind": "warning" }
]"#;

#[test]
fn plans_and_interventions_are_refused_member_by_member() {
    assert_faults(
        &[("improvement_plans.json", PLANS), ("interventions.json", INTERVENTIONS)],
        &[
            ("improvement_plans.json", 2, "plan_id", "UUID"),
            ("improvement_plans.json", 3, "title", "1 to 300"),
            ("improvement_plans.json", 3, "url", "http"),
            ("improvement_plans.json", 5, "ends_on", "before starts_on"),
            ("improvement_plans.json", 5, "endorsed_on", "endorsed plan"),
            ("interventions.json", 2, "authority_id", "authority of the register"),
            ("interventions.json", 4, "kind", "must be one of"),
        ],
    );
}

const EXAMINATIONS: &str = r#"[
{ "examination_id": "019a0000-0000-7000-8000-000000000001", "inspection_id": "01a20435-3eaa-784b-baa4-11683fd26075",
  "recommendation_id": "019a0000-0000-7000-8000-000000000000", "outcome": "improved" },
{ "examination_id": "019a0000-0000-7000-8000-000000000002", "inspection_id": "01a20435-3ea9-7d3f-a057-7ff72ea165f0",
  "recommendation_id": "01a204d1-fb26-74a6-8579-f87371bdc382", "outcome": "improved",
  "finding_id": "01a20435-3ec4-784c-903b-453dd9e77237" },
{ "examination_id": "019a0000-0000-7000-8000-000000000003", "inspection_id": "019a0000-0000-7000-8000-000000000000",
  "recommendation_id": "01a204d1-fb26-74a6-8579-f87371bdc382", "outcome": "improved" },
{ "examination_id": "019a0000-0000-7000-8000-000000000004", "inspection_id": "01a20435-3eaa-784b-baa4-11683fd26075",
  "recommendation_id": "01a204d1-fb27-7e9e-908e-72f933b54459", "outcome": "not_examined" },
{ "examination_id": "019a0000-0000-7000-8000-000000000005", "inspection_id": "01a20435-3eaa-784b-baa4-11683fd26075",
  "recommendation_id": "01a204d1-fb27-7e9e-908e-72f933b54459", "outcome": "worse", "quote": "" },
{ "examination_id": "019a0000-0000-7000-8000-000000000006", "inspection_id": "01a20435-3eaa-784b-baa4-11683fd26075",
  "recommendation_id": "01a204d1-fb27-7e9e-908e-72f933b54459", "outcome": "worse", "theme": "workforce" }
]"#;

#[test]
fn examinations_are_refused_one_by_one() {
    const FILE: &str = "examinations.json";
    assert_faults(
        &[(FILE, EXAMINATIONS)],
        &[
            (FILE, 2, "recommendation_id", "must name a recommendation of the register"),
            (FILE, 4, "finding_id", "must name a finding of this inspection"),
            (FILE, 4, "recommendation_id", "earlier inspection"),
            (FILE, 7, "", "no such inspection"),
            (FILE, 9, "outcome", "must be one of"),
            (FILE, 11, "quote", "must have 1 to 10000 characters"),
            (FILE, 13, "theme", "is not a member of"),
        ],
    );
}

const ACTIONS: &str = r#"[
{ "action_id": "019a0000-0000-7000-8000-000000000001", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "", "source": "nobody" },
{ "action_id": "019a0000-0000-7000-8000-000000000002", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "Skips", "source": "audit", "transitions": [
    { "transition_id": "019a0000-0000-7000-8000-000000000003", "to_state": "completed" } ] },
{ "action_id": "019a0000-0000-7000-8000-000000000004", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "Steps are wrong", "source": "audit", "state": "agreed",
  "transitions": [{ "to_state": "agreed" }],
  "date_revisions": [{ "date_revision_id": "019a0000-0000-7000-8000-000000000005", "due_on": "2024-01-01", "reason": "" }],
  "updates": { "note": "Looked at." } },
{ "action_id": "019a0000-0000-7000-8000-000000000006", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "Taken id", "source": "audit", "proposed_on": "2024-01-01", "transitions": [
    { "transition_id": "01a204d1-fb33-7c2a-82bd-4e786020927d", "to_state": "agreed", "effective_on": "2024-01-01" } ] },
{ "action_id": "019a0000-0000-7000-8000-000000000007", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
  "title": "Goes back", "source": "audit", "proposed_on": "2024-01-01", "updates": [
    { "update_id": "019a0000-0000-7000-8000-000000000008", "note": "Early.", "effective_on": "2023-12-31" } ] }
]"#;

#[test]
fn actions_and_their_history_are_refused_step_by_step() {
    const FILE: &str = "improvement_actions.json";
    assert_faults(
        &[(FILE, ACTIONS)],
        &[
            (FILE, 2, "title", "1 to 300"),
            (FILE, 2, "source", "must be one of"),
            (FILE, 4, "to_state", "must be one of agreed, deferred, cancelled"),
            (FILE, 7, "transition_id", "UUID"),
            (FILE, 7, "reason", "3 to 1000"),
            (FILE, 7, "updates", "list of objects"),
            (FILE, 7, "state", "is not a member of"),
            (FILE, 12, "", "with this id"),
            (FILE, 15, "effective_on", "2024-01-01"),
        ],
    );
}

#[test]
fn an_action_that_the_register_has_keeps_its_history() {
    let database = Database::real();
    let before = fingerprints(&database);
    let other = r#"[{ "action_id": "01a204d1-fb25-79ea-8966-2a05f14c8862", "title": "Another", "source": "audit",
        "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
        "updates": [{ "update_id": "019a0000-0000-7000-8000-000000000001", "note": "Later." }] }]"#;
    let report = Folder::with(&[("improvement_actions.json", other)]).import(&database).unwrap();
    assert_eq!(report.to_string(), "0 improvement actions (1 were there)");
    assert_eq!(fingerprints(&database), before);
}
