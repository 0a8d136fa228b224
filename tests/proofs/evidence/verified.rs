//! Whatever is called, in whatever order: an action becomes verified only with support, and keeps it; and what takes no last
//! support is not refused.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use actix_web::rt::System;
use diesel::pg::PgConnection;
use inspection_register::register::improvement_actions::model::ActionState;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::actions::{moved, new_action};
use crate::support::evidence::{evidence_of_another, new_id, review};
use crate::support::rows::{asking, path, visit, with};
use crate::support::{Answer, Register};

/// How many actions there are, how many recommendations, how many visits.
const COUNT: usize = 2;
/// Days of completion and of reviews: before, between and after the ends of the visits.
const DAYS: [&str; 5] = ["2023-03-01", "2023-03-15", "2023-04-01", "2023-04-15", "2023-05-10"];
/// After all days.
const ALWAYS: &str = "9999-12-31";
const OUTCOMES: [&str; 3] = ["accepted", "rejected", "changes_requested"];
const SIGHTS: [&str; 4] = ["improved", "partly_improved", "not_improved", "worse"];
/// The members of every change of what is published.
const REASON: &str = "Recorded wrongly.";

/// What is called.
#[derive(Debug, Clone)]
enum Step {
    /// Moves an action, from a day on.
    Move(usize, ActionState, &'static str),
    /// Says which recommendations an action answers.
    Link(usize, Vec<usize>),
    /// Records evidence of an action: the callers of the API, or somebody else.
    Record(usize, bool),
    /// Changes the title of a piece of evidence.
    Retitle(usize),
    /// Removes a piece of evidence.
    Discard(usize),
    /// Reviews a piece of evidence, from a day on: the callers of the API, or somebody else.
    Review(usize, &'static str, &'static str, bool),
    /// Says what a visit saw of a recommendation.
    Examine(usize, usize, &'static str),
    /// Takes back what a visit saw of a recommendation.
    Forget(usize, usize),
    /// Publishes a visit, or withdraws it.
    Publish(usize, bool),
    /// Moves the end of a visit, by days from its beginning, or leaves it open.
    End(usize, Option<u8>),
}

fn step() -> BoxedStrategy<Step> {
    use ActionState::{Completed, InProgress, Reopened, Verified};
    let one = || 0..COUNT;
    let state = prop_oneof![
        4 => Just(Verified), 3 => Just(Completed), 2 => Just(InProgress), 1 => Just(Reopened),
        1 => select(ActionState::ALL)
    ];
    let evidence = || 0..4_usize;
    let day = || prop_oneof![3 => Just(DAYS[0]), 1 => select(&DAYS[..])];
    prop_oneof![
        4 => one().prop_map(|action| Step::Move(action, Verified, DAYS[DAYS.len() - 1])),
        8 => (one(), state, day()).prop_map(|(action, state, day)| Step::Move(action, state, day)),
        2 => (one(), subsequence(vec![0, 1], 0..=2)).prop_map(|(action, links)| Step::Link(action, links)),
        2 => (one(), any::<bool>()).prop_map(|(action, by_another)| Step::Record(action, by_another)),
        1 => evidence().prop_map(Step::Retitle),
        1 => evidence().prop_map(Step::Discard),
        4 => (evidence(), select(&OUTCOMES[..]), select(&DAYS[..]), any::<bool>())
            .prop_map(|(evidence, outcome, day, by_another)| Step::Review(evidence, outcome, day, by_another)),
        4 => (one(), one(), prop_oneof![2 => Just("improved"), 1 => select(&SIGHTS[..])])
            .prop_map(|(visit, recommendation, outcome)| Step::Examine(visit, recommendation, outcome)),
        1 => (one(), one()).prop_map(|(visit, recommendation)| Step::Forget(visit, recommendation)),
        2 => (one(), any::<bool>()).prop_map(|(visit, is_published)| Step::Publish(visit, is_published)),
        2 => (one(), proptest::option::of(0..2_u8)).prop_map(|(visit, days)| Step::End(visit, days)),
    ]
    .boxed()
}

/// What is known of an action.
#[derive(Debug, Clone, PartialEq)]
struct Action {
    state: ActionState,
    last_day: &'static str,
    completed_on: Option<&'static str>,
    answers: BTreeSet<usize>,
}

/// What is known of a piece of evidence.
#[derive(Debug, Clone, PartialEq)]
struct Evidence {
    action: usize,
    by_another: bool,
    is_gone: bool,
    /// Day, number, outcome, and whether another reviewed.
    reviews: Vec<(&'static str, usize, &'static str, bool)>,
}

/// What is known of a visit.
#[derive(Debug, Clone, PartialEq)]
struct Visit {
    is_published: bool,
    ended_on: Option<String>,
}

/// What the register should hold.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    actions: Vec<Action>,
    evidence: Vec<Evidence>,
    visits: Vec<Visit>,
    sights: BTreeMap<(usize, usize), &'static str>,
}

impl Model {
    /// Each action is completed, and answers a recommendation that a visit found improved.
    fn new() -> Self {
        let actions = (0..COUNT).map(|index| Action {
            state: ActionState::Completed,
            last_day: DAYS[0],
            completed_on: Some(DAYS[0]),
            answers: BTreeSet::from([index]),
        });
        let visits = (0..COUNT).map(|visit| Visit { is_published: true, ended_on: Some(end(visit, 1)) });
        let sights = (0..COUNT).map(|index| ((index, index), "improved"));
        Self { actions: actions.collect(), evidence: Vec::new(), visits: visits.collect(), sights: sights.collect() }
    }

    /// Whether an action has support that was there by this day.
    fn is_supported(&self, index: usize, by: &str) -> bool {
        let action = &self.actions[index];
        let accepted = |evidence: &&Evidence| {
            let counts = |(day, _, outcome, by_another): &&(&str, _, &str, bool)| {
                *day <= by && (*outcome != "accepted" || *by_another != evidence.by_another)
            };
            evidence.reviews.iter().filter(counts).max().is_some_and(|(_, _, outcome, _)| *outcome == "accepted")
        };
        let saw = |((visit, recommendation), outcome): (&(usize, usize), &&str)| {
            let visit = &self.visits[*visit];
            let ended_later =
                visit.ended_on.as_deref().zip(action.completed_on).is_some_and(|(end, done)| end > done && end <= by);
            *outcome == "improved" && action.answers.contains(recommendation) && visit.is_published && ended_later
        };
        self.evidence.iter().filter(|evidence| evidence.action == index).any(|evidence| accepted(&evidence))
            || self.sights.iter().any(saw)
    }

    fn is_kept(&self) -> bool {
        (0..COUNT).all(|index| self.actions[index].state != ActionState::Verified || self.is_supported(index, ALWAYS))
    }

    /// Whether a step verifies a completed action, if there is support for it.
    fn could_verify(&self, step: &Step) -> bool {
        matches!(step, Step::Move(index, ActionState::Verified, _) if self.actions[*index].state == ActionState::Completed)
    }

    /// What the register should hold after a step, if no rule but that of support speaks against it.
    fn after(&self, step: &Step) -> Option<Self> {
        let mut next = self.clone();
        match step {
            Step::Move(index, to, day) => {
                let action = &mut next.actions[*index];
                if !action.state.next().contains(to) || *day < action.last_day {
                    return None;
                }
                action.completed_on = match to {
                    ActionState::Completed => Some(day),
                    ActionState::Verified => action.completed_on,
                    _ => None,
                };
                (action.state, action.last_day) = (*to, day);
                if *to == ActionState::Verified && !next.is_supported(*index, day) {
                    return None;
                }
            }
            Step::Link(index, links) => next.actions[*index].answers = links.iter().copied().collect(),
            Step::Record(action, by_another) => {
                let (action, by_another) = (*action, *by_another);
                next.evidence.push(Evidence { action, by_another, is_gone: false, reviews: Vec::new() });
            }
            Step::Retitle(index) => {
                let evidence = next.evidence.get(*index).filter(|evidence| !evidence.is_gone)?;
                let latest = evidence.reviews.iter().max();
                return latest.is_none_or(|(_, _, outcome, _)| *outcome != "accepted").then_some(next);
            }
            Step::Discard(index) => {
                let evidence = next.evidence.get_mut(*index)?;
                if evidence.is_gone || !evidence.reviews.is_empty() {
                    return None;
                }
                evidence.is_gone = true;
            }
            Step::Review(index, outcome, day, by_another) => {
                let evidence = next.evidence.get_mut(*index).filter(|evidence| !evidence.is_gone)?;
                evidence.reviews.push((day, evidence.reviews.len(), outcome, *by_another));
            }
            Step::Examine(visit, recommendation, outcome) => {
                next.sights.insert((*visit, *recommendation), outcome);
            }
            Step::Forget(visit, recommendation) => {
                next.sights.remove(&(*visit, *recommendation))?;
            }
            Step::Publish(visit, is_published) => next.visits[*visit].is_published = *is_published,
            Step::End(visit, days) => next.visits[*visit].ended_on = days.map(|days| end(*visit, days)),
        }
        Some(next)
    }
}

/// The end of a visit that began on the 14th of March or April.
fn end(visit: usize, days: u8) -> String {
    format!("2023-{:02}-{}", visit + 3, 14 + days)
}

/// The register under test, and the addresses of what is in it.
struct World {
    register: Register,
    conn: RefCell<PgConnection>,
    actions: Vec<Value>,
    recommendations: Vec<String>,
    visits: Vec<String>,
    evidence: RefCell<Vec<String>>,
}

impl World {
    async fn new() -> Self {
        let register = Register::empty().await;
        let (report, recommendations) = asking(&register, COUNT).await;
        let (mut actions, mut visits) = (Vec::new(), Vec::new());
        for (number, recommendation) in (1..).zip(&recommendations) {
            let answers = json!({ "proposed_on": "2023-01-01", "recommendation_ids": [recommendation] });
            let new = with(new_action(&report), answers);
            let action = register.post("/v1/improvement-actions", &new).await.expect(201).json();
            for state in ["agreed", "in_progress", "completed"] {
                let path = crate::support::actions::path(&action);
                moved(&register, &path, state, json!({ "effective_on": DAYS[0] })).await.expect(201);
            }
            actions.push(action);
            let visit = path(&visit(&register, &report, number, json!({ "state": "published" })).await);
            let place = format!("{visit}/examinations/{recommendation}");
            let examination = register.request(Method::PUT, &place).header("If-None-Match", "*");
            examination.json(&json!({ "outcome": "improved" })).send().await.expect(201);
            visits.push(visit);
        }
        let conn = RefCell::new(register.database.connect());
        Self { register, conn, actions, recommendations, visits, evidence: RefCell::default() }
    }

    fn action(&self, index: usize) -> String {
        crate::support::actions::path(&self.actions[index])
    }

    /// Takes a step, and tells the status; of writes by somebody else, 201 or 409.
    async fn take(&self, step: &Step) -> u16 {
        let register = &self.register;
        let evidence = |index: &usize| {
            let nothing = || "/v1/evidence/019a0000-0000-7000-8000-000000000000".to_owned();
            self.evidence.borrow().get(*index).cloned().unwrap_or_else(nothing)
        };
        let status = |answer: Answer| answer.status.as_u16();
        match step {
            Step::Move(action, to, day) => {
                let own = json!({ "effective_on": day });
                status(moved(register, &self.action(*action), to.as_str(), own).await)
            }
            Step::Link(action, links) => {
                let ids = links.iter().map(|index| self.recommendations[*index].as_str()).collect::<Vec<_>>();
                status(register.patch(&self.action(*action), "*", &json!({ "recommendation_ids": ids })).await)
            }
            Step::Record(action, true) => {
                let id = self.actions[*action]["action_id"].as_str().unwrap().parse().unwrap();
                let id = evidence_of_another(&mut self.conn.borrow_mut(), id);
                self.evidence.borrow_mut().push(format!("/v1/evidence/{id}"));
                201
            }
            Step::Record(action, false) => {
                let new = json!({ "kind": "audit", "title": "Audit of thirty cases" });
                let created = register.post(&format!("{}/evidence", self.action(*action)), &new).await;
                self.evidence.borrow_mut().push(created.header("location").to_owned());
                status(created)
            }
            Step::Retitle(index) => {
                let title = format!("Audit {}", new_id());
                status(register.patch(&evidence(index), "*", &json!({ "title": title })).await)
            }
            Step::Discard(index) => status(register.delete(&evidence(index), "*").await),
            Step::Review(index, outcome, day, false) => {
                let new = json!({ "outcome": outcome, "effective_on": day });
                status(register.post(&format!("{}/reviews", evidence(index)), &new).await)
            }
            Step::Review(index, outcome, day, true) => {
                let id = evidence(index).rsplit('/').next().unwrap().parse().unwrap();
                let outcome = review(&mut self.conn.borrow_mut(), id, (outcome, day), "import");
                if outcome.is_ok() { 201 } else { 409 }
            }
            Step::Examine(visit, recommendation, outcome) => {
                let place = self.place(*visit, *recommendation);
                let body = json!({ "outcome": outcome, "reason": REASON });
                let condition = if register.get(&place).await.status == 404 { "If-None-Match" } else { "If-Match" };
                status(register.request(Method::PUT, &place).header(condition, "*").json(&body).send().await)
            }
            Step::Forget(visit, recommendation) => {
                let place = format!("{}?reason=Recorded+wrongly.", self.place(*visit, *recommendation));
                status(register.delete(&place, "*").await)
            }
            Step::Publish(visit, is_published) => {
                let state = if *is_published { "published" } else { "withdrawn" };
                let change = json!({ "state": state, "reason": REASON });
                status(register.patch(&self.visits[*visit], "*", &change).await)
            }
            Step::End(visit, days) => {
                let change = json!({ "ended_on": days.map(|days| end(*visit, days)), "reason": REASON });
                status(register.patch(&self.visits[*visit], "*", &change).await)
            }
        }
    }

    fn place(&self, visit: usize, recommendation: usize) -> String {
        format!("{}/examinations/{}", self.visits[visit], self.recommendations[recommendation])
    }
}

#[test]
fn verified_is_never_reached_nor_kept_without_support() {
    let system = System::new();
    let (verified, refused) = (RefCell::new(0), RefCell::new(0));
    let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    TestRunner::new(config)
        .run(&vec(step(), 20..40), |steps| {
            system.block_on(async {
                let (world, mut model) = (World::new().await, Model::new());
                for step in &steps {
                    let status = world.take(step).await;
                    let next = model.after(step);
                    let is_right = match &next {
                        Some(next) if next.is_kept() => matches!(status, 200 | 201 | 204),
                        Some(_) => status == 409,
                        None => matches!(status, 404 | 409 | 422),
                    };
                    prop_assert!(is_right, "{step:?}: {status}, {model:?}");
                    let is_lost = next.as_ref().is_some_and(|next| !next.is_kept());
                    *refused.borrow_mut() += usize::from(is_lost || status == 409 && model.could_verify(step));
                    model = next.filter(Model::is_kept).unwrap_or(model);
                    for (index, action) in model.actions.iter().enumerate() {
                        let read = world.register.get(&world.action(index)).await.expect(200).json();
                        prop_assert_eq!(&read["state"], &json!(action.state), "{:?}", step);
                        prop_assert_eq!(read["completed_on"].as_str(), action.completed_on, "{:?}", step);
                        *verified.borrow_mut() += usize::from(action.state == ActionState::Verified);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
    assert!(*verified.borrow() > 50 && *refused.borrow() > 20, "{verified:?} {refused:?}: too little was tried");
}
