//! What others saw, written straight into the register: that is not the concern of these tests.

use diesel::connection::SimpleConnection;
use serde_json::Value;

use super::Register;

/// Gives an action evidence that somebody other than its author accepted; returns its id.
pub fn accept_evidence(register: &Register, action: &Value) -> String {
    let evidence = evidence(register, action, "null");
    let statement = format!(
        "insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
         values (gen_random_uuid(), '{evidence}', 'accepted', '2024-01-01', 'somebody else')",
    );
    register.database.connect().batch_execute(&statement).unwrap();
    evidence
}

/// Gives an action evidence that expires on a day (a date in quotes, or null); returns its id.
pub fn evidence(register: &Register, action: &Value, expires_on: &str) -> String {
    let evidence = uuid::Uuid::now_v7().to_string();
    let statement = format!(
        "insert into evidence (evidence_id, action_id, kind, title, expires_on, recorded_by)
         values ('{evidence}', '{}', 'audit', 'An audit', {expires_on}, 'somebody')",
        action["action_id"].as_str().unwrap(),
    );
    register.database.connect().batch_execute(&statement).unwrap();
    evidence
}
