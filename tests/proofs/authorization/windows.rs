//! Every window shows the same: what a caller reads is what an administrator reads in a register in which there is nothing
//! but what that caller may see.

use std::collections::BTreeSet;

use actix_web::http::Method;
use rstest::rstest;
use serde_json::Value;

use super::answers::shown;
use super::callers::Caller;
use super::questions::{paths, questions};
use super::twin::twin;
use super::world::World;
use crate::support::Register;
use crate::support::operations::{self, Operation};

/// The length of lists that are walked one by one, whatever they are filtered by.
const SHORT: usize = 3;

/// Reads of which a twin says nothing: it has the events of the whole, and all keys.
fn is_apart(operation: &Operation) -> bool {
    ["list_events", "export_events"].contains(&operation.id)
        || operation.id.ends_with("_history")
        || operation.path.starts_with("/api-keys")
}

#[rstest]
#[case::steward("steward")]
#[case::contributor("contributor")]
#[case::reviewer("reviewer")]
#[actix_web::test]
async fn every_read_shows_those_who_are_bound_what_it_shows_where_nothing_is_hidden(#[case] role: &'static str) {
    look(|register, world| {
        let bound_to = if role == "reviewer" { &world.other.id } else { &world.own.id };
        Caller::with_key(register, role, &[bound_to])
    })
    .await;
}

#[rstest]
#[case::nobody("nobody")]
#[case::admin("admin")]
#[case::reader("reader")]
#[actix_web::test]
async fn every_read_shows_those_who_are_not_bound_what_it_shows_where_nothing_is_hidden(#[case] role: &'static str) {
    look(|register, _| if role == "nobody" { Caller::anonymous() } else { Caller::with_key(register, role, &[]) })
        .await;
}

async fn look(caller: impl FnOnce(&Register, &World) -> Caller) {
    let (register, world) = World::tied_register().await;
    let caller = caller(&register, &world);
    // Of an administrator, who sees all, less is asked than of those from whom something is hidden.
    let sees_all = caller.role == Some("admin");
    let twin = &twin(&register, &caller).await;
    let mut both = Both { register: &register, twin, caller: &caller, asked: 0 };
    for operation in operations::all().into_iter().filter(|operation| operation.is_read() && !is_apart(operation)) {
        let paths = paths(&operation, &world);
        assert!(!paths.is_empty(), "{} is never called", operation.id);
        for path in paths {
            for question in questions(&operation, &world) {
                let query = &question.query;
                if sees_all && query.contains("&q=") {
                    continue;
                }
                let items = items_of(&both.show_the_same(&format!("{path}?{query}")).await);
                let limit = match question.about.as_str() {
                    "count" => continue,
                    "sort" => 4,
                    "" => 1,
                    _ if sees_all || query.contains("&q=") || !(1..=SHORT).contains(&items.len()) => continue,
                    _ => 1,
                };
                if operation.is_list() {
                    both.show_the_same_in_pages(&format!("{path}?{query}"), &items, limit).await;
                }
            }
        }
    }
    assert!(both.asked > 500, "{} questions are too few", both.asked);
}

/// What a caller reads, beside what an administrator reads in a register without what that caller does not see.
struct Both<'a> {
    register: &'a Register,
    twin: &'a Register,
    caller: &'a Caller,
    asked: usize,
}

impl Both<'_> {
    /// What both show, if it is the same.
    async fn show_the_same(&mut self, question: &str) -> Value {
        self.asked += 1;
        let seen = self.caller.request(self.register, Method::GET, question).send().await;
        let there = self.twin.get(question).await;
        let is_private = self.caller.role.is_some();
        assert_eq!(shown(&seen, is_private), shown(&there, is_private), "{} reads {question}", self.caller.name);
        assert!([200, 404].contains(&seen.status.as_u16()), "{question}: {}", seen.text());
        if seen.header("content-type").contains("json") { seen.json() } else { Value::Null }
    }

    /// Panics unless a list shows the same items in pages of this size.
    async fn show_the_same_in_pages(&mut self, question: &str, items: &[Value], limit: usize) {
        let question = question.replace("&count=exact", "");
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = format!("{question}&limit={limit}&count=exact{cursor}").replace("?&", "?");
            let page = self.show_the_same(&page).await;
            found.extend(items_of(&page));
            match page["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, items, "{} reads {question}", self.caller.name);
    }
}

/// The items of a page; none of what is no page.
fn items_of(page: &Value) -> Vec<Value> {
    page["items"].as_array().cloned().unwrap_or_default()
}

#[actix_web::test]
async fn every_filter_meets_what_is_hidden() {
    let (register, world) = World::tied_register().await;
    let nobody = Caller::anonymous();
    for operation in operations::lists() {
        let has_hidden =
            ["inspections", "findings", "recommendations", "documents", "improvement-plans", "improvement-actions"];
        if !has_hidden.contains(&operation.path.trim_start_matches('/')) {
            continue;
        }
        let mut missed = operation.query_parameters().into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
        for paging in ["limit", "cursor"] {
            missed.remove(paging);
        }
        let questions = questions(&operation, &world).into_iter().filter(|question| !question.query.contains("&q="));
        for question in questions {
            let path = format!("{}?{}", operation.path(), question.query);
            let seen = nobody.request(&register, Method::GET, &path).send().await.expect(200);
            let there = register.get(&path).await.expect(200);
            if seen.json()["page"]["total"] != there.json()["page"]["total"] {
                missed.remove(&question.about);
            }
        }
        assert!(missed.is_empty(), "{}: {missed:?}", operation.id);
    }
}
