//! What each operation takes. An operation without a row here is refused, and fails a test.

use super::Permission;
use super::Permission::{ManageKeys, Read, Review, WriteFacts, WritePapers};

/// Every operation of the document, with the permission that it takes.
pub const OPERATIONS: &[(&str, Permission)] = &[
    ("list_standings", Read),
    ("export_standings", Read),
    ("list_authorities", Read),
    ("create_authority", WriteFacts),
    ("get_authority", Read),
    ("update_authority", WriteFacts),
    ("delete_authority", WriteFacts),
    ("list_authority_neighbours", Read),
    ("list_inspections", Read),
    ("create_inspection", WriteFacts),
    ("get_inspection", Read),
    ("update_inspection", WriteFacts),
    ("delete_inspection", WriteFacts),
    ("get_inspection_judgements", Read),
    ("replace_inspection_judgements", WriteFacts),
    ("list_inspection_findings", Read),
    ("create_inspection_finding", WriteFacts),
    ("list_findings", Read),
    ("get_finding", Read),
    ("update_finding", WriteFacts),
    ("delete_finding", WriteFacts),
    ("list_inspection_recommendations", Read),
    ("create_inspection_recommendation", WriteFacts),
    ("list_recommendations", Read),
    ("get_recommendation", Read),
    ("update_recommendation", WriteFacts),
    ("delete_recommendation", WriteFacts),
    ("list_inspection_examinations", Read),
    ("get_inspection_examination", Read),
    ("replace_inspection_examination", WriteFacts),
    ("delete_inspection_examination", WriteFacts),
    ("get_inspection_follow_up", Read),
    ("list_improvement_plans", Read),
    ("create_improvement_plan", WritePapers),
    ("get_improvement_plan", Read),
    ("update_improvement_plan", WritePapers),
    ("delete_improvement_plan", WritePapers),
    ("create_actions_from_recommendations", WritePapers),
    ("list_improvement_actions", Read),
    ("create_improvement_action", WritePapers),
    ("get_improvement_action", Read),
    ("update_improvement_action", WritePapers),
    ("delete_improvement_action", WritePapers),
    ("list_improvement_action_transitions", Read),
    ("create_improvement_action_transition", WritePapers),
    ("list_improvement_action_date_revisions", Read),
    ("create_improvement_action_date_revision", WritePapers),
    ("list_improvement_action_updates", Read),
    ("create_improvement_action_update", WritePapers),
    ("list_improvement_action_evidence", Read),
    ("create_improvement_action_evidence", WritePapers),
    ("get_evidence", Read),
    ("update_evidence", WritePapers),
    ("delete_evidence", WritePapers),
    ("list_evidence_reviews", Read),
    ("create_evidence_review", Review),
    ("list_interventions", Read),
    ("create_intervention", WriteFacts),
    ("get_intervention", Read),
    ("update_intervention", WriteFacts),
    ("delete_intervention", WriteFacts),
    ("list_events", Read),
    ("list_inspection_history", Read),
    ("list_finding_history", Read),
    ("list_recommendation_history", Read),
    ("list_improvement_plan_history", Read),
    ("list_improvement_action_history", Read),
    ("list_documents", Read),
    ("create_document", WriteFacts),
    ("get_document", Read),
    ("update_document", WriteFacts),
    ("delete_document", WriteFacts),
    ("list_frameworks", Read),
    ("get_framework", Read),
    ("list_themes", Read),
    ("list_api_keys", ManageKeys),
    ("create_api_key", ManageKeys),
    ("get_api_key", ManageKeys),
    ("delete_api_key", ManageKeys),
    ("list_api_key_rotations", ManageKeys),
    ("create_api_key_rotation", ManageKeys),
];

/// The permission that an operation takes.
#[must_use]
pub fn permission_of(operation: &str) -> Option<Permission> {
    OPERATIONS.iter().find(|(id, _)| *id == operation).map(|(_, permission)| *permission)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::OPERATIONS;
    use crate::contract::{METHODS, document};

    #[test]
    fn every_operation_of_the_document_has_one_row() {
        let document = document();
        let items = document["paths"].as_object().unwrap().values();
        let documented = items.flat_map(|item| METHODS.iter().filter_map(|(name, _)| item.get(name)));
        let documented = documented.map(|operation| operation["operationId"].as_str().unwrap().to_owned());
        let rows = OPERATIONS.iter().map(|(id, _)| (*id).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(rows.len(), OPERATIONS.len(), "an operation has two rows");
        assert_eq!(rows, documented.collect());
    }
}
