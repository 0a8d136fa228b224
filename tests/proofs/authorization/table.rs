//! Who may do what, written down a second time: what the design says, and nothing that the program does.

use super::callers::Caller;
use super::world::Row;

/// What an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// To read what is visible to the caller.
    Reading,
    /// To write published facts.
    Facts,
    /// To write papers of the authority.
    Papers,
    /// To review evidence of the authority.
    Reviews,
    /// To keep the keys: the administrator alone.
    Keys,
}
use Takes::{Facts, Keys, Papers, Reading, Reviews};

/// The roles that may write, beside the administrator, who may do everything.
const WRITERS: [(Takes, &str); 3] = [(Facts, "steward"), (Papers, "contributor"), (Reviews, "reviewer")];

/// Whether drafts and withdrawn inspections are visible to the caller, with all that is in them and about them.
const SEE_DRAFTS: [&str; 2] = ["admin", "steward"];

/// Every operation of the document.
pub const OPERATIONS: [(&str, Takes); 109] = [
    ("list_standings", Reading),
    ("export_standings", Reading),
    ("list_authorities", Reading),
    ("export_authorities", Reading),
    ("create_authority", Facts),
    ("get_authority", Reading),
    ("update_authority", Facts),
    ("delete_authority", Facts),
    ("list_authority_neighbours", Reading),
    ("export_authority_neighbours", Reading),
    ("list_inspections", Reading),
    ("export_inspections", Reading),
    ("create_inspection", Facts),
    ("get_inspection", Reading),
    ("update_inspection", Facts),
    ("delete_inspection", Facts),
    ("list_inspection_history", Reading),
    ("export_inspection_history", Reading),
    ("get_inspection_judgements", Reading),
    ("export_judgements", Reading),
    ("replace_inspection_judgements", Facts),
    ("list_inspection_findings", Reading),
    ("export_inspection_findings", Reading),
    ("create_inspection_finding", Facts),
    ("list_findings", Reading),
    ("export_findings", Reading),
    ("get_finding", Reading),
    ("update_finding", Facts),
    ("delete_finding", Facts),
    ("list_finding_history", Reading),
    ("export_finding_history", Reading),
    ("list_inspection_recommendations", Reading),
    ("export_inspection_recommendations", Reading),
    ("create_inspection_recommendation", Facts),
    ("list_recommendations", Reading),
    ("export_recommendations", Reading),
    ("get_recommendation", Reading),
    ("update_recommendation", Facts),
    ("delete_recommendation", Facts),
    ("list_recommendation_history", Reading),
    ("export_recommendation_history", Reading),
    ("list_inspection_examinations", Reading),
    ("export_inspection_examinations", Reading),
    ("get_inspection_examination", Reading),
    ("replace_inspection_examination", Facts),
    ("delete_inspection_examination", Facts),
    ("get_inspection_follow_up", Reading),
    ("list_documents", Reading),
    ("export_documents", Reading),
    ("create_document", Facts),
    ("get_document", Reading),
    ("update_document", Facts),
    ("delete_document", Facts),
    ("list_interventions", Reading),
    ("export_interventions", Reading),
    ("create_intervention", Facts),
    ("get_intervention", Reading),
    ("update_intervention", Facts),
    ("delete_intervention", Facts),
    ("list_improvement_plans", Reading),
    ("export_improvement_plans", Reading),
    ("create_improvement_plan", Papers),
    ("get_improvement_plan", Reading),
    ("update_improvement_plan", Papers),
    ("delete_improvement_plan", Papers),
    ("list_improvement_plan_history", Reading),
    ("export_improvement_plan_history", Reading),
    ("create_actions_from_recommendations", Papers),
    ("list_improvement_actions", Reading),
    ("export_improvement_actions", Reading),
    ("create_improvement_action", Papers),
    ("get_improvement_action", Reading),
    ("update_improvement_action", Papers),
    ("delete_improvement_action", Papers),
    ("list_improvement_action_history", Reading),
    ("export_improvement_action_history", Reading),
    ("list_improvement_action_transitions", Reading),
    ("export_improvement_action_transitions", Reading),
    ("create_improvement_action_transition", Papers),
    ("list_improvement_action_date_revisions", Reading),
    ("export_improvement_action_date_revisions", Reading),
    ("create_improvement_action_date_revision", Papers),
    ("list_improvement_action_updates", Reading),
    ("export_improvement_action_updates", Reading),
    ("create_improvement_action_update", Papers),
    ("list_improvement_action_evidence", Reading),
    ("export_improvement_action_evidence", Reading),
    ("create_improvement_action_evidence", Papers),
    ("get_evidence", Reading),
    ("update_evidence", Papers),
    ("delete_evidence", Papers),
    ("list_evidence_reviews", Reading),
    ("export_evidence_reviews", Reading),
    ("create_evidence_review", Reviews),
    ("list_api_keys", Keys),
    ("export_api_keys", Keys),
    ("create_api_key", Keys),
    ("get_api_key", Keys),
    ("delete_api_key", Keys),
    ("list_api_key_rotations", Keys),
    ("export_api_key_rotations", Keys),
    ("create_api_key_rotation", Keys),
    ("list_events", Reading),
    ("export_events", Reading),
    ("list_frameworks", Reading),
    ("export_frameworks", Reading),
    ("get_framework", Reading),
    ("list_themes", Reading),
    ("export_themes", Reading),
];

/// How a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody is known by that key, or one is needed.
    Unauthenticated,
    /// The caller may see it, or there is nothing to see, but may not do it.
    Forbidden,
    /// As if it did not exist.
    Missing,
    /// It is done.
    Done,
}

/// Whether a caller is to see a row.
pub fn may_read(caller: &Caller, row: &Row) -> bool {
    match row.standing {
        "draft" | "withdrawn" => SEE_DRAFTS.contains(&caller.role.unwrap_or_default()),
        "private" => is_bound(caller, row),
        _ => true,
    }
}

fn is_bound(caller: &Caller, row: &Row) -> bool {
    caller.role == Some("admin") || caller.bound_to.contains(&row.authority)
}

/// What a caller may do to a row.
pub fn expected(caller: &Caller, takes: Takes, row: &Row) -> Outcome {
    let role = caller.role.unwrap_or("nobody");
    let is_writer = role == "admin" || WRITERS.contains(&(takes, role));
    match takes {
        _ if !caller.is_valid => Outcome::Unauthenticated,
        Facts | Papers | Reviews | Keys if role == "nobody" => Outcome::Unauthenticated,
        Facts | Papers | Reviews | Keys if !is_writer => Outcome::Forbidden,
        _ if !may_read(caller, row) => Outcome::Missing,
        Papers | Reviews if !is_bound(caller, row) => Outcome::Forbidden,
        _ => Outcome::Done,
    }
}
