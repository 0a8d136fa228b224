//! The feed, followed to its end.

use actix_web::http::Method;
use serde_json::Value;

use super::{Register, Request};

/// How somebody asks: the request of a path.
pub type Asking<'a> = &'a dyn Fn(&str) -> Request<'a>;

/// All that the feed shows after an event, or from the beginning, in pages of this size.
pub async fn follow(register: &Register, after: Option<i64>, limit: u32) -> Vec<Value> {
    follow_as(&|path| register.request(Method::GET, path), after, limit).await
}

/// All that the feed shows to somebody.
pub async fn follow_as(asking: Asking<'_>, mut after: Option<i64>, limit: u32) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let start = after.map_or(String::new(), |after| format!("&after={after}"));
        let page = asking(&format!("/v1/events?limit={limit}{start}")).send().await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        let Some(last) = items.last() else { return events };
        after = last["sequence"].as_i64();
        events.extend(items.iter().cloned());
    }
}

/// What events tell in a few words: the kind of resource and what became of it.
pub fn told(events: &[Value]) -> Vec<String> {
    let words = |event: &Value| format!("{} {}", event["resource"].as_str().unwrap(), event["type"].as_str().unwrap());
    events.iter().map(words).collect()
}

/// A resource as events contain it: without these computed members and without the names of its authority.
pub fn stored(resource: &Value, computed: &[&str]) -> Value {
    let mut stored = resource.clone();
    let members = stored.as_object_mut().unwrap();
    for name in ["authority_name", "gss_code"].iter().chain(computed) {
        members.remove(*name).unwrap_or_else(|| panic!("{resource} has no {name}"));
    }
    stored
}
