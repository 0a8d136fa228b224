//! Whoever folds the feed has the register: after any work of many writers at once, what the reader kept is what the register
//! answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::http::Method;
use inspection_register::db::Db;
use serde_json::{Value, json};

use super::follow;
use crate::support::database::{Database, settle};
use crate::support::rows::{new_authority, new_inspection, with};
use crate::support::{Answer, Register};

/// A kind of resource: its name in events, its list, its id, and the members of its answer that are computed or embedded.
type Kind = (&'static str, &'static str, &'static str, &'static [&'static str]);

const KINDS: [Kind; 8] = [
    ("authority", "authorities", "authority_id", &[]),
    ("inspection", "inspections", "inspection_id", &["finding_count", "recommendation_count"]),
    ("document", "documents", "document_id", &[]),
    ("finding", "findings", "finding_id", &[]),
    ("recommendation", "recommendations", "recommendation_id", &["due_on"]),
    ("improvement_plan", "improvement-plans", "plan_id", &["due_on", "action_counts"]),
    ("improvement_action", "improvement-actions", "action_id", &["is_overdue"]),
    ("intervention", "interventions", "intervention_id", &[]),
];

/// A kind of resource that is listed below others: its name in events, the name and the path of what it is part of, its
/// list, its id, and the members of its answer that are computed.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const PARTS: [Part; 6] = [
    ("examination", "inspection", "inspections", "examinations", "examination_id", &[]),
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
type State = BTreeMap<(String, String), Value>;

/// What a reader of these events has: of each resource the last `after`.
pub fn folded(events: &[Value]) -> State {
    let mut state = State::new();
    for event in events {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        let key = (text("resource"), text("resource_id"));
        match event.get("after") {
            Some(after) => state.insert(key, after.clone()),
            None => state.remove(&key),
        };
    }
    state
}

/// What the register answers for every resource, without what is computed.
pub async fn answered(register: &Register) -> State {
    let mut state = State::new();
    for (kind, path, id, computed) in KINDS {
        let mut cursor = String::new();
        loop {
            let page = register.get(&format!("/v1/{path}?limit=200{cursor}")).await.expect(200);
            for own in page.each(id) {
                let own = own.as_str().unwrap();
                let row = register.get(&format!("/v1/{path}/{own}")).await.expect(200).json();
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
            let page = register.get(&format!("/v1/{path}/{whole}/{list}?limit=200")).await.expect(200).json();
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

/// What the writers know: the addresses of what they made, some of it gone by now.
#[derive(Default)]
struct Known {
    random: u64,
    made: Vec<(usize, String)>,
}

impl Known {
    /// Any number below this one.
    fn any(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % below
    }

    /// The address of anything of a kind, if there is one.
    fn one(&mut self, kind: usize) -> Option<String> {
        let made = self.made.iter().filter(|(own, _)| *own == kind).map(|(_, path)| path.clone()).collect::<Vec<_>>();
        let place = self.any(made.len().max(1));
        made.get(place).cloned()
    }

    /// The id of anything of a kind.
    fn id(&mut self, kind: usize) -> Option<Value> {
        self.one(kind).map(|path| json!(path.rsplit('/').next().unwrap()))
    }
}

const AUTHORITY: usize = 0;
const INSPECTION: usize = 1;
const DOCUMENT: usize = 2;
const FINDING: usize = 3;
const RECOMMENDATION: usize = 4;
const PLAN: usize = 5;
const ACTION: usize = 6;
const INTERVENTION: usize = 7;
const EVIDENCE: usize = 8;

/// Writes something: much of it good, some of it refused.
async fn step(register: &Register, known: &RefCell<Known>, number: usize) {
    let any = |below: usize| known.borrow_mut().any(below);
    let one = |kind: usize| known.borrow_mut().one(kind).unwrap_or_else(|| "/v1/nothing".to_owned());
    let id = |kind: usize| known.borrow_mut().id(kind);
    let etag = if any(6) == 0 { "\"1\"" } else { "*" };
    let text = format!("Number {number}");
    let reason = if any(8) == 0 { Value::Null } else { json!("It was wrong.") };
    let answer = match any(22) {
        0 => {
            let related = json!({ "predecessors": id(AUTHORITY).into_iter().collect::<Vec<_>>() });
            made(known, AUTHORITY, register.post("/v1/authorities", &with(new_authority(), related)).await)
        }
        1 => {
            let successors = id(AUTHORITY).into_iter().collect::<Vec<_>>();
            register.patch(&one(AUTHORITY), etag, &json!({ "name": text, "successors": successors })).await
        }
        2 => register.delete(&one(AUTHORITY), etag).await,
        3 => {
            let new = new_inspection(&json!({ "authority_id": id(AUTHORITY) }));
            let contents = json!({
                "published_on": format!("2022-09-{:02}", any(28) + 1),
                "findings": [{ "polarity": "concern", "text": text }],
                "recommendations": [{ "kind": "recommendation", "text": text, "timescale_as_printed": "Immediately" }],
            });
            made(known, INSPECTION, register.post("/v1/inspections", &with(new, contents)).await)
        }
        4 => {
            let state = ["draft", "published", "withdrawn"][any(3)];
            let mut change = json!({ "headline": text, "state": state });
            if !reason.is_null() {
                change["reason"] = reason;
            }
            register.patch(&one(INSPECTION), etag, &change).await
        }
        5 => {
            let change = json!({ "authority_id": id(AUTHORITY), "reason": "It is of another." });
            register.patch(&one(INSPECTION), etag, &change).await
        }
        6 => {
            let grade = ["good", "inadequate"][any(2)];
            let set =
                json!({ "judgements": [{ "area": "help_and_protection", "grade": grade }], "reason": "Misread." });
            register.put(&format!("{}/judgements", one(INSPECTION)), etag, &set).await
        }
        7 => register.delete(&one(INSPECTION), etag).await,
        8 => {
            let new = json!({ "kind": "letter", "title": text, "text": "All of it.", "inspection_id": id(INSPECTION),
                "authority_ids": id(AUTHORITY).into_iter().collect::<Vec<_>>() });
            made(known, DOCUMENT, register.post("/v1/documents", &new).await)
        }
        9 => {
            let authorities = id(AUTHORITY).into_iter().collect::<Vec<_>>();
            register.patch(&one(DOCUMENT), etag, &json!({ "summary": text, "authority_ids": authorities })).await
        }
        10 => register.delete(&one(DOCUMENT), etag).await,
        11 => {
            let (kind, part, new) = if any(2) == 0 {
                (FINDING, "findings", json!({ "polarity": "mixed", "text": text, "document_id": id(DOCUMENT) }))
            } else {
                (RECOMMENDATION, "recommendations", json!({ "kind": "priority_action", "text": text }))
            };
            made(known, kind, register.post(&format!("{}/{part}", one(INSPECTION)), &new).await)
        }
        12 => {
            let part = one([FINDING, RECOMMENDATION][any(2)]);
            register.patch(&part, etag, &json!({ "text": text, "reason": "Misread." })).await
        }
        13 => {
            let part = one([FINDING, RECOMMENDATION][any(2)]);
            register.delete(&format!("{part}?reason=Recorded+twice."), etag).await
        }
        14 => {
            let new = json!({ "authority_id": id(AUTHORITY), "title": text });
            made(known, PLAN, register.post("/v1/improvement-plans", &new).await)
        }
        15 | 16 => {
            let links = if any(2) == 0 { id(RECOMMENDATION).into_iter().collect::<Vec<_>>() } else { Vec::new() };
            let new = json!({ "authority_id": id(AUTHORITY), "title": text, "source": "recommendation",
                "proposed_on": "2024-01-01", "recommendation_ids": links });
            made(known, ACTION, register.post("/v1/improvement-actions", &new).await)
        }
        17 => {
            let state = ["agreed", "in_progress", "completed", "verified", "reopened", "cancelled"][any(6)];
            let change = json!({ "to_state": state, "reason": "So it is." });
            register.post(&format!("{}/transitions", one(ACTION)), &change).await
        }
        18 => {
            let day = format!("2027-01-{:02}", any(28) + 1);
            register
                .post(&format!("{}/date-revisions", one(ACTION)), &json!({ "due_on": day, "reason": "Late." }))
                .await
        }
        19 => {
            let rag = ["red", "amber", "green"][any(3)];
            register.post(&format!("{}/updates", one(ACTION)), &json!({ "note": text, "rag": rag })).await
        }
        20 => match any(3) {
            0 => register.post(&format!("{}/reviews", one(EVIDENCE)), &json!({ "outcome": "accepted" })).await,
            1 => register.delete(&one([EVIDENCE, ACTION, PLAN, INTERVENTION][any(4)]), etag).await,
            _ => {
                let new = json!({ "kind": "audit", "title": text });
                made(known, EVIDENCE, register.post(&format!("{}/evidence", one(ACTION)), &new).await)
            }
        },
        _ => match any(3) {
            0 => register.patch(&one([EVIDENCE, ACTION, PLAN][any(3)]), etag, &json!({ "title": text })).await,
            1 => {
                let new = json!({ "authority_id": id(AUTHORITY), "kind": "improvement_board" });
                made(known, INTERVENTION, register.post("/v1/interventions", &new).await)
            }
            _ => {
                let asked = id(RECOMMENDATION).unwrap_or(json!("nothing"));
                let address = format!("{}/examinations/{}", one(INSPECTION), asked.as_str().unwrap());
                let request = register.request(Method::PUT, &address).header("If-None-Match", "*");
                request.json(&json!({ "outcome": "improved" })).send().await
            }
        },
    };
    assert_ne!(answer.status.as_u16(), 500, "{}", answer.text());
}

fn made(known: &RefCell<Known>, kind: usize, answer: Answer) -> Answer {
    if answer.status.as_u16() == 201 {
        known.borrow_mut().made.push((kind, answer.header("location").to_owned()));
    }
    answer
}

#[actix_web::test]
async fn the_fold_of_the_feed_is_the_register_after_any_work_of_eight_writers() {
    for seed in [1, 2, 3] {
        let database = Database::empty();
        let url = database.url.clone();
        let register = Rc::new(Register::with(database, |app| app.db = Db::new(&url, 10)).await);
        let known = Rc::new(RefCell::new(Known { random: seed, made: Vec::new() }));
        let writers = (0..8_usize).map(|writer| {
            let (register, known) = (Rc::clone(&register), Rc::clone(&known));
            actix_web::rt::spawn(async move {
                for number in 0..90 {
                    step(&register, &known, writer * 1_000 + number).await;
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
