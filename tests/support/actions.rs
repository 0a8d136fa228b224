//! Improvement actions to begin with, and what becomes of them.

use serde_json::{Value, json};

use super::rows::{authority, with};
use super::{Answer, Register};

/// The body of an action of an authority.
pub fn new_action(authority: &Value) -> Value {
    json!({ "authority_id": authority["authority_id"], "title": "Visit in time", "source": "audit" })
}

/// An action of a new authority, with these members besides the usual.
pub async fn action(register: &Register, members: Value) -> Value {
    let authority = authority(register).await;
    register.post("/v1/improvement-actions", &with(new_action(&authority), members)).await.expect(201).json()
}

/// The path of an action.
pub fn path(action: &Value) -> String {
    format!("/v1/improvement-actions/{}", action["action_id"].as_str().unwrap())
}

/// Moves an action to a state, with whatever that state needs.
pub async fn moved(register: &Register, action: &str, state: &str, members: Value) -> Answer {
    let needs = match state {
        "deferred" => json!({ "reason": "It has to wait.", "deferred_until": "2099-01-01" }),
        _ => json!({ "reason": "It has come to that." }),
    };
    let body = with(with(json!({ "to_state": state }), needs), members);
    register.post(&format!("{action}/transitions"), &body).await
}

/// Moves an action through these states.
pub async fn walk(register: &Register, action: &str, states: &[&str]) {
    for state in states {
        moved(register, action, state, json!({})).await.expect(201);
    }
}
