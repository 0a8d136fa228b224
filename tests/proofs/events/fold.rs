//! Whoever folds the feed has the register: after any work of many writers at once, what the reader kept is what the register
//! answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::http::Method;
use inspection_register::database::pool::Db;
use serde_json::Value;

use super::workload::{Known, Writer};
use crate::support::Register;
use crate::support::database::{Database, settle};
use crate::support::events::{Asking, follow};

/// A kind of resource: its name in events, its list, its id, and the members of its answer that are computed or embedded.
type Kind = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// How a part of an inspection names the authority.
const INSPECTED: &[&str] = &["authority_id", "authority_name", "gss_code"];

const KINDS: [Kind; 8] = [
    ("authority", "authorities", "authority_id", &[]),
    (
        "inspection",
        "inspections",
        "inspection_id",
        &["finding_count", "recommendation_count", "is_text_held", "authority_name", "gss_code"],
    ),
    ("document", "documents", "document_id", &[]),
    ("finding", "findings", "finding_id", INSPECTED),
    (
        "recommendation",
        "recommendations",
        "recommendation_id",
        &["due_on", "authority_id", "authority_name", "gss_code"],
    ),
    ("improvement_plan", "improvement-plans", "plan_id", &["due_on", "action_counts", "authority_name", "gss_code"]),
    ("improvement_action", "improvement-actions", "action_id", &["is_overdue", "authority_name", "gss_code"]),
    ("intervention", "interventions", "intervention_id", &["authority_name", "gss_code"]),
];

/// A kind of resource that is listed below others: its name in events, the name and the path of what it is part of, its
/// list, its id, and the members of its answer that are computed.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const PARTS: [Part; 6] = [
    ("examination", "inspection", "inspections", "examinations", "examination_id", INSPECTED),
    ("improvement_action_transition", "improvement_action", "improvement-actions", "transitions", "transition_id", &[]),
    (
        "improvement_action_date_revision",
        "improvement_action",
        "improvement-actions",
        "date-revisions",
        "date_revision_id",
        &[],
    ),
    ("improvement_action_update", "improvement_action", "improvement-actions", "updates", "update_id", &[]),
    ("evidence", "improvement_action", "improvement-actions", "evidence", "evidence_id", &["review_outcome"]),
    ("evidence_review", "evidence", "evidence", "reviews", "review_id", &[]),
];

/// Resources by their kind and id.
pub type State = BTreeMap<(String, String), Value>;

/// What a reader of these events has: of each resource the last `after`.
pub fn folded(events: &[Value]) -> State {
    let mut state = State::new();
    keep(&mut state, events);
    state
}

/// What a reader makes of some more events.
pub fn keep(state: &mut State, events: &[Value]) {
    for event in events {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        let key = (text("resource"), text("resource_id"));
        match event.get("after") {
            Some(after) => state.insert(key, after.clone()),
            None => state.remove(&key),
        };
    }
}

/// What the register answers for every resource, without what is computed.
pub async fn answered(register: &Register) -> State {
    answered_to(&|path| register.request(Method::GET, path)).await
}

/// What the register answers to somebody for every resource, without what is computed.
pub async fn answered_to(asking: Asking<'_>) -> State {
    let mut state = State::new();
    for (kind, path, id, computed) in KINDS {
        let mut cursor = String::new();
        loop {
            let page = asking(&format!("/v1/{path}?limit=200{cursor}")).send().await.expect(200);
            for own in page.each(id) {
                let own = own.as_str().unwrap();
                let row = asking(&format!("/v1/{path}/{own}")).send().await.expect(200).json();
                state.insert((kind.to_owned(), own.to_owned()), without(row, computed));
            }
            match page.json()["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    for (kind, whole, path, list, id, computed) in PARTS {
        let wholes = state.keys().filter(|(kind, _)| kind == whole).map(|(_, id)| id.clone()).collect::<Vec<_>>();
        for whole in wholes {
            let page = asking(&format!("/v1/{path}/{whole}/{list}?limit=200")).send().await.expect(200).json();
            for row in page["items"].as_array().unwrap() {
                let key = (kind.to_owned(), row[id].as_str().unwrap().to_owned());
                state.insert(key, without(row.clone(), computed));
            }
        }
    }
    state
}

fn without(mut row: Value, computed: &[&str]) -> Value {
    row.as_object_mut().unwrap().retain(|name, _| !computed.contains(&name.as_str()));
    row
}

#[actix_web::test]
async fn the_fold_of_the_feed_is_the_register_after_any_work_of_eight_writers() {
    for seed in [1, 2, 3] {
        let database = Database::empty();
        let url = database.url.clone();
        let register = Rc::new(Register::with(database, |app| app.db = Db::new(&url, 10)).await);
        let known = Rc::new(RefCell::new(Known::starting_with(seed)));
        let writers = (0..8_usize).map(|writer| {
            let (register, known) = (Rc::clone(&register), Rc::clone(&known));
            actix_web::rt::spawn(async move {
                let hand = Writer { register: &register, known: &known };
                for number in 0..90 {
                    hand.step(writer * 1_000 + number).await;
                }
            })
        });
        let writers = writers.collect::<Vec<_>>();
        let mut events = Vec::<Value>::new();
        let last = |events: &[Value]| events.last().and_then(|event| event["sequence"].as_i64());
        while !writers.iter().all(actix_web::rt::task::JoinHandle::is_finished) {
            let limit = [1, 3, 50][known.borrow_mut().any(3)];
            events.extend(follow(&register, last(&events), limit).await);
            actix_web::rt::task::yield_now().await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        settle(&mut register.database.connect());
        events.extend(follow(&register, last(&events), 50).await);

        let sequences = events.iter().map(|event| event["sequence"].as_i64()).collect::<BTreeSet<_>>();
        assert_eq!(sequences.len(), events.len(), "seed {seed}: no event is met twice");
        let (folded, answered) = (folded(&events), answered(&register).await);
        let keys = |state: &State| state.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&folded), keys(&answered), "seed {seed}");
        for (key, row) in &answered {
            assert_eq!(&folded[key], row, "seed {seed}, {key:?}");
        }
        let kinds = folded.keys().map(|(kind, _)| kind.as_str()).collect::<BTreeSet<_>>();
        assert!(kinds.len() >= KINDS.len(), "seed {seed}: something of most kinds is left: {kinds:?}");
    }
}
