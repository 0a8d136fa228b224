//! What answers tell and show.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::Answer;

/// All that an answer tells, but for the path and the request that it names itself.
pub fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().retain(|name, _| !["instance", "trace_id"].contains(&name.as_str()));
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect::<Vec<_>>();
    headers.retain(|(name, _)| name != "content-length");
    headers.sort();
    (answer.status.as_u16(), headers, body)
}

/// A status, headers, and a body.
pub type Shown = (u16, BTreeSet<(String, String)>, Value);

/// What an answer shows: its status, its headers, and the body but for the request's own id. A cache may do less with what
/// is read with a key.
pub fn shown(answer: &Answer, is_private: bool) -> Shown {
    let mut body = if answer.header("content-type").contains("json") { answer.json() } else { json!(answer.text()) };
    if let Some(members) = body.as_object_mut() {
        members.remove("trace_id");
    }
    let own = ["x-request-id", "date", "ratelimit", if is_private { "" } else { "cache-control" }];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status.as_u16(), headers, body)
}
