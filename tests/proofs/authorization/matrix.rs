//! Every operation of the document, by every kind of caller, on every kind of row.

use std::cell::RefCell;
use std::collections::BTreeSet;

use diesel::prelude::*;
use inspection_register::database::schema::events;

use super::answers::told;
use super::callers::Caller;
use super::requests::{body, fresh, path, path_of_nothing, request, rows};
use super::table::{OPERATIONS, Outcome, Takes, expected, may_read};
use super::world::{Row, World};
use crate::support::operations::{self, Operation};
use crate::support::{Answer, Register};

#[test]
fn every_operation_has_its_row_in_the_table() {
    let documented = operations::all().iter().map(|operation| operation.id).collect::<BTreeSet<_>>();
    assert_eq!(OPERATIONS.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(), documented);
    assert_eq!(OPERATIONS.len(), documented.len(), "an operation has two rows");
}

#[actix_web::test]
async fn without_a_valid_key_one_reads_what_is_public_or_nothing() {
    try_all(|register, _| vec![Caller::anonymous(), Caller::expired(register), Caller::revoked(register)]).await;
}

#[actix_web::test]
async fn administrators_do_everything_and_stewards_keep_the_facts() {
    try_all(|register, world| {
        vec![
            Caller::with_key(register, "admin", &[]),
            Caller::with_key(register, "steward", &[&world.own.id]),
            Caller::with_key(register, "steward", &[]),
        ]
    })
    .await;
}

#[actix_web::test]
async fn contributors_keep_the_papers_of_their_authority() {
    try_all(|register, world| {
        vec![
            Caller::with_key(register, "contributor", &[&world.own.id]),
            Caller::with_key(register, "contributor", &[&world.third]),
            Caller::with_key(register, "contributor", &[&world.own.id, &world.other.id]),
        ]
    })
    .await;
}

#[actix_web::test]
async fn reviewers_review_and_readers_read_the_papers_of_their_authority() {
    try_all(|register, world| {
        vec![
            Caller::with_key(register, "reviewer", &[&world.own.id]),
            Caller::with_key(register, "reviewer", &[&world.third]),
            Caller::with_key(register, "reader", &[&world.own.id]),
            Caller::with_key(register, "reader", &[]),
        ]
    })
    .await;
}

async fn try_all(callers: impl FnOnce(&Register, &World) -> Vec<Caller>) {
    let (register, world) = World::register().await;
    let (callers, conn) = (callers(&register, &world), RefCell::new(register.database.connect()));
    for operation in operations::all() {
        let (_, takes) = OPERATIONS.iter().find(|(id, _)| *id == operation.id).unwrap();
        for row in rows(&world, &register, &operation).await {
            for caller in &callers {
                let (register, operation) = (&register, &operation);
                let cell = Cell { register, conn: &conn, world: &world, operation, caller, row: &row };
                cell.hold(*takes).await;
            }
        }
    }
}

/// How a request is sent: with what claim to know the version, and with what body in place of a good one.
#[derive(Debug, Clone, Copy)]
struct Manner {
    tag: Option<&'static str>,
    body: Option<&'static str>,
}

impl Manner {
    const GOOD: Self = Self { tag: Some("*"), body: None };
}

/// One caller, one operation, one row.
struct Cell<'a> {
    register: &'a Register,
    conn: &'a RefCell<PgConnection>,
    world: &'a World,
    operation: &'a Operation,
    caller: &'a Caller,
    row: &'a Row,
}

impl Cell<'_> {
    async fn hold(&self, takes: Takes) {
        let outcome = expected(self.caller, takes, self.row);
        if outcome == Outcome::Done && !self.operation.is_read() {
            return self.do_it().await;
        }
        let before = self.events();
        let answer = self.send(&path(self.operation, self.row), &Manner::GOOD).await;
        let status = match outcome {
            Outcome::Unauthenticated => 401,
            Outcome::Forbidden => 403,
            Outcome::Missing => 404,
            Outcome::Done => 200,
        };
        assert_eq!(answer.status.as_u16(), status, "{}: {}", self.name(), answer.text());
        if outcome == Outcome::Unauthenticated {
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{}", self.name());
        }
        if self.caller.is_valid && !may_read(self.caller, self.row) {
            self.is_like_nothing(answer).await;
        }
        assert_eq!(self.events(), before, "{}: what is refused leaves no trace", self.name());
    }

    /// What one may not see is answered like what does not exist, whatever one claims to know of it, and however wrong the
    /// request is in itself.
    async fn is_like_nothing(&self, answer: Answer) {
        let nothing = path_of_nothing(self.operation, self.row);
        assert_eq!(told(&answer), told(&self.send(&nothing, &Manner::GOOD).await), "{}", self.name());
        for manner in self.wrong_manners() {
            let answer = self.send(&path(self.operation, self.row), &manner).await;
            assert_eq!(told(&answer), told(&self.send(&nothing, &manner).await), "{}: {manner:?}", self.name());
        }
    }

    fn wrong_manners(&self) -> Vec<Manner> {
        let claim = Manner { tag: Some("\"999\""), ..Manner::GOOD };
        let no_claim = Manner { tag: None, ..Manner::GOOD };
        let [no_json, unknown] = ["{", "{\"unknown\": 1}"].map(|body| Manner { body: Some(body), ..Manner::GOOD });
        match (self.operation.is_read(), &self.operation.body) {
            (true, _) => vec![claim],
            (false, None) => vec![claim, no_claim],
            (false, Some(_)) => vec![claim, no_claim, no_json, unknown],
        }
    }

    /// A permitted write, on a row that nothing has touched.
    async fn do_it(&self) {
        let row = fresh(self.world, self.register, self.operation, self.row).await;
        let before = self.events();
        let answer = self.send(&path(self.operation, &row), &Manner::GOOD).await;
        // What was public is withdrawn, and what documents speak of stays: the rules of the register are the same for all.
        let by_rule = self.operation.id == "delete_inspection" && answer.status.as_u16() == 409;
        assert!(answer.status.is_success() || by_rule, "{}: {} {}", self.name(), answer.status, answer.text());
        assert!(by_rule || self.events() > before, "{} leaves no event", self.name());
    }

    async fn send(&self, path: &str, manner: &Manner) -> Answer {
        let request = request(self.caller, self.register, self.operation, path, manner.tag);
        let request = match (manner.body, body(self.operation, self.world.council(self.row))) {
            (Some(broken), _) => request.body("application/json", broken),
            (None, Some(good)) => request.json(&good),
            (None, None) => request,
        };
        let knows = self.operation.is_read() && manner.tag != Manner::GOOD.tag;
        if knows { request.header("If-None-Match", "*") } else { request }.send().await
    }

    /// How many writes were told of so far.
    fn events(&self) -> i64 {
        events::table.count().get_result(&mut *self.conn.borrow_mut()).unwrap()
    }

    fn name(&self) -> String {
        let whose = if self.row.authority == self.world.own.id { "own" } else { "other" };
        format!("{} by {} on {whose} {:?}", self.operation.id, self.caller.name, self.row.standing)
    }
}
