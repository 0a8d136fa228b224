//! Where authorities stand, as tests read it.

use serde_json::Value;

use super::Register;

/// The day on which the figures of the real data were counted.
pub const COUNTED_ON: &str = "2026-11-22";

/// All standings that a question gives.
pub async fn standings(register: &Register, query: &str) -> Vec<Value> {
    let page = register.get(&format!("/v1/standings?limit=200&{query}")).await.expect(200).json();
    assert_eq!(page["page"].get("next_cursor"), None, "all on one page");
    page["items"].as_array().unwrap().clone()
}

/// The standing of the authority with this GSS code, if it existed.
pub fn of<'a>(standings: &'a [Value], gss_code: &str) -> Option<&'a Value> {
    standings.iter().find(|standing| standing["gss_code"] == gss_code)
}

/// The grade of an area in a standing, or the reason why there is none; empty if the area is not there.
pub fn outcome<'a>(standing: &'a Value, area: &str) -> &'a str {
    let judgements = standing["judgements"].as_array().unwrap();
    let judgement = judgements.iter().find(|judgement| judgement["area"] == area);
    judgement.map_or("", |judgement| judgement["grade"].as_str().or(judgement["absence_reason"].as_str()).unwrap())
}
