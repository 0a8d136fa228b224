//! What follows an inspection, to begin with.

use serde_json::{Value, json};

use super::Register;
use super::rows::{authority, with};

/// A plan of an authority, with these members besides the usual.
pub async fn plan(register: &Register, authority: &Value, members: Value) -> Value {
    let plan = json!({ "authority_id": authority["authority_id"], "title": "An invented plan" });
    register.post("/v1/improvement-plans", &with(plan, members)).await.expect(201).json()
}

/// The path of a plan.
pub fn path_of_plan(plan: &Value) -> String {
    format!("/v1/improvement-plans/{}", plan["plan_id"].as_str().unwrap())
}

/// The path of an authority.
pub fn path_of_authority(authority: &Value) -> String {
    format!("/v1/authorities/{}", authority["authority_id"].as_str().unwrap())
}

/// An abolished authority and the one that took over from it.
pub async fn succession(register: &Register) -> (Value, Value) {
    let (former, heir) = (authority(register).await, authority(register).await);
    let successors = json!({ "successors": [heir["authority_id"]] });
    let former = register.patch(&path_of_authority(&former), "*", &successors).await.expect(200).json();
    (former, heir)
}
