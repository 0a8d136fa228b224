//! Whoever folds the feed that is told to them has what the register answers to them, whatever they see, whenever they
//! began, and whatever came into view and went from it meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::http::Method;
use inspection_register::database::pool::Db;
use serde_json::{Value, json};

use super::fold::{State, answered_to, folded, keep};
use super::windows::Windows;
use super::workload::{Known, Writer};
use crate::authorization::callers::Caller;
use crate::support::database::{Database, settle};
use crate::support::events::{follow, follow_as, told};
use crate::support::rows::{authority, inspection, path};
use crate::support::{Register, actions};

/// Members that refer to other resources: those who keep copies drop what refers to what is gone.
const REFERENCES: [&str; 6] = [
    "document_id",
    "finding_ids",
    "plan_id",
    "recommendation_ids",
    "responds_to_inspection_id",
    "triggered_by_inspection_id",
];

/// What the work of the writers begins with.
const SEEDS: [u64; 3] = [4, 5, 6];

/// Somebody who follows the feed from the beginning.
struct Follower {
    caller: Caller,
    last: Option<i64>,
    state: State,
}

impl Follower {
    fn new(caller: Caller) -> Self {
        Self { caller, last: None, state: State::new() }
    }

    async fn go_on(&mut self, register: &Register) {
        let asking = |path: &str| self.caller.request(register, Method::GET, path);
        let events = follow_as(&asking, self.last, 50).await;
        keep(&mut self.state, &events);
        self.last = events.last().and_then(|event| event["sequence"].as_i64()).or(self.last);
    }
}

fn without_references(state: &State) -> State {
    let plain = |row: &Value| {
        let mut row = row.clone();
        row.as_object_mut().unwrap().retain(|name, _| !REFERENCES.contains(&name.as_str()));
        row
    };
    state.iter().map(|(key, row)| (key.clone(), plain(row))).collect()
}

async fn council(register: &Register) -> String {
    authority(register).await["authority_id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_fold_of_a_callers_feed_is_what_the_register_answers_to_that_caller() {
    // Which papers one council has is left to chance, so that one seed alone may have none.
    let (mut of_nobody, mut of_contributor, mut of_admin) = (0, 0, 0);
    for (turn, seed) in SEEDS.into_iter().enumerate() {
        let database = Database::empty();
        let url = database.url.clone();
        let register = Rc::new(Register::with(database, |app| app.db = Db::new(&url, 10)).await);
        let councils = [council(&register).await, council(&register).await];
        let mut followers = [
            Caller::anonymous(),
            Caller::with_key(&register, "admin", &[]),
            Caller::with_key(&register, "steward", &[&councils[0]]),
            Caller::with_key(&register, "contributor", &[&councils[0]]),
            Caller::with_key(&register, "reader", &[&councils[0], &councils[1]]),
            Caller::with_key(&register, "reviewer", &[&councils[1]]),
        ]
        .map(Follower::new);
        let known = Rc::new(RefCell::new(Known::starting_with(seed).with_authorities(&councils)));
        let writers = (0..8_usize).map(|writer| {
            let (register, known) = (Rc::clone(&register), Rc::clone(&known));
            actix_web::rt::spawn(async move {
                let hand = Writer { register: &register, known: &known };
                for number in 0..110 {
                    hand.step(writer * 1_000 + number).await;
                }
            })
        });
        let writers = writers.collect::<Vec<_>>();
        while !writers.iter().all(actix_web::rt::task::JoinHandle::is_finished) {
            let follower = known.borrow_mut().any(followers.len());
            followers[follower].go_on(&register).await;
            actix_web::rt::task::yield_now().await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        settle(&mut register.database.connect());
        let all = follow(&register, None, 200).await;
        for (place, follower) in followers.iter_mut().enumerate() {
            follower.go_on(&register).await;
            let asking = |path: &str| follower.caller.request(&register, Method::GET, path);
            let (answered, name) = (answered_to(&asking).await, &follower.caller.name);
            let seen = follow_as(&asking, None, 200).await;
            let from_the_beginning = folded(&seen);
            for (kept, answered) in [
                (&from_the_beginning, &answered),
                (&without_references(&follower.state), &without_references(&answered)),
            ] {
                let keys = |state: &State| state.keys().cloned().collect::<Vec<_>>();
                assert_eq!(keys(kept), keys(answered), "seed {seed}, {name}");
                for (key, row) in answered {
                    assert_eq!(&kept[key], row, "seed {seed}, {name}, {key:?}");
                }
            }
            // Each looks through all windows once, for that takes its time.
            if place % SEEDS.len() == turn {
                let windows = Windows { asking: &asking, caller: name, seen: &seen, all: &all, of_each: 3 };
                windows.show_the_same().await;
            }
        }
        let seen = |follower: usize| followers[follower].state.len();
        of_nobody += seen(0);
        of_contributor += seen(3);
        of_admin += seen(1);
    }
    assert!(0 < of_nobody && of_nobody < of_contributor && of_contributor < of_admin, "callers see more and less");
}

/// What nobody tells of it: the events, as the public reads them.
async fn public_feed(register: &Register) -> Vec<Value> {
    settle(&mut register.database.connect());
    let nobody = Caller::anonymous();
    follow_as(&|path| nobody.request(register, Method::GET, path), None, 200).await
}

#[actix_web::test]
async fn what_was_in_a_draft_is_never_told_and_what_is_withdrawn_is_told_no_more() {
    let register = Register::empty().await;
    let contents = json!({ "headline": "SECRET", "findings": [{ "polarity": "mixed", "text": "SECRET" }] });
    let address = path(&inspection(&register, contents).await);
    let finding = register.get(&format!("{address}/findings")).await.expect(200).json()["items"][0].clone();
    let finding = format!("/v1/findings/{}", finding["finding_id"].as_str().unwrap());
    assert_eq!(told(&public_feed(&register).await), ["authority created"]);

    register.patch(&finding, "*", &json!({ "text": "Both." })).await.expect(200);
    let publication = json!({ "headline": "Mixed.", "state": "published", "reason": "SECRET" });
    register.patch(&address, "*", &publication).await.expect(200);
    let feed = public_feed(&register).await;
    assert_eq!(told(&feed), ["authority created", "inspection created", "finding created"]);
    assert!(!json!(feed).to_string().contains("SECRET"), "{feed:?}");
    assert_eq!((&feed[1]["after"]["headline"], &feed[2]["after"]["text"]), (&json!("Mixed."), &json!("Both.")));

    register.patch(&finding, "*", &json!({ "text": "LIBEL", "reason": "LIBEL" })).await.expect(200);
    assert_eq!(public_feed(&register).await.len(), 5);
    register.patch(&address, "*", &json!({ "state": "withdrawn", "reason": "LIBEL" })).await.expect(200);
    let feed = public_feed(&register).await;
    assert_eq!(told(&feed), ["authority created", "inspection deleted", "finding deleted"]);
    assert!(!json!(feed).to_string().contains("LIBEL"), "{feed:?}");

    register.patch(&finding, "*", &json!({ "text": "Both.", "reason": "SECRET" })).await.expect(200);
    register.patch(&address, "*", &json!({ "state": "published", "reason": "SECRET" })).await.expect(200);
    let feed = public_feed(&register).await;
    let again = ["inspection created", "finding created"];
    assert_eq!(
        told(&feed),
        [["authority created", "inspection deleted", "finding deleted"].as_slice(), &again].concat()
    );
    let text = json!(feed).to_string();
    assert!(!text.contains("LIBEL") && !text.contains("SECRET"), "{feed:?}");
    let nobody = Caller::anonymous();
    let history = nobody.request(&register, Method::GET, &format!("{finding}/history")).send().await.expect(200);
    assert_eq!(history.each("type"), ["deleted", "created"]);
    assert_eq!(register.get(&format!("{finding}/history")).await.expect(200).each("type").len(), 4);
}

#[actix_web::test]
async fn a_follower_goes_on_after_what_went_from_view_and_not_after_what_it_never_saw() {
    let register = Register::empty().await;
    let action = actions::action(&register, json!({ "visibility": "private" })).await;
    settle(&mut register.database.connect());
    let all = register.get("/v1/events").await.expect(200).each("sequence");
    let nobody = Caller::anonymous();
    let after = |sequence: &Value| nobody.request(&register, Method::GET, &format!("/v1/events?after={sequence}"));
    let unseen = after(&all[1]).send().await.expect(422).json();
    let unknown = after(&json!(999_999)).send().await.expect(422).json();
    assert_eq!((&unseen["detail"], &unseen["errors"]), (&unknown["detail"], &unknown["errors"]));

    let address = actions::path(&action);
    for visibility in ["public", "private"] {
        register.patch(&address, "*", &json!({ "visibility": visibility })).await.expect(200);
    }
    settle(&mut register.database.connect());
    let all = register.get("/v1/events").await.expect(200).each("sequence");
    after(&all[1]).send().await.expect(422);
    let rest = after(&all[2]).send().await.expect(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(told(&rest), ["improvement_action deleted"]);
    let bound = Caller::with_key(&register, "reader", &[action["authority_id"].as_str().unwrap()]);
    let whole = bound.request(&register, Method::GET, "/v1/events").send().await.expect(200);
    assert_eq!(whole.each("type"), ["created", "created", "updated", "updated"]);
}
