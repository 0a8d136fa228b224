//! Random histories, held against a model: what the register takes and refuses, where the action stands, and where it
//! stood on any day.

use actix_web::rt::System;
use chrono::{Days, NaiveDate};
use inspection_register::register::improvement_actions::model::ActionState::{self, Completed, Deferred, Proposed, Verified};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::support::accept_evidence;
use crate::support::Register;
use crate::support::actions::{action, path};

/// The day on which the actions are proposed; all others are counted from it.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();

fn day(number: u64) -> NaiveDate {
    FIRST.checked_add_days(Days::new(number)).unwrap()
}

/// A request, with days as numbers.
#[derive(Debug, Clone)]
enum Step {
    Move { to: ActionState, on: u64, with_reason: bool },
    Revise { due_on: u64, on: u64 },
    Report { rag: Option<&'static str>, on: u64 },
    Accept,
    Rename,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let on = || 0_u64..400;
    let step = prop_oneof![
        8 => (select(ActionState::ALL), on(), prop::bool::weighted(0.9))
            .prop_map(|(to, on, with_reason)| Step::Move { to, on, with_reason }),
        3 => (0_u64..40, on()).prop_map(|(due_on, on)| Step::Revise { due_on: due_on * 20, on }),
        3 => (select(vec![None, Some("red"), Some("amber"), Some("green")]), on())
            .prop_map(|(rag, on)| Step::Report { rag, on }),
        1 => Just(Step::Accept),
        1 => Just(Step::Rename),
    ];
    // Days mostly go on, as they do in life: otherwise nearly every step would be refused.
    (vec(step, 1..30), prop::bool::weighted(0.8)).prop_map(|(mut steps, go_on)| {
        if go_on {
            let mut days = steps.iter().map(|step| step_day(step).copied().unwrap_or_default()).collect::<Vec<_>>();
            days.sort_unstable();
            for (step, day) in steps.iter_mut().zip(days) {
                match step {
                    Step::Move { on, .. } | Step::Revise { on, .. } | Step::Report { on, .. } => *on = day,
                    Step::Accept | Step::Rename => {}
                }
            }
        }
        steps
    })
}

fn step_day(step: &Step) -> Option<&u64> {
    match step {
        Step::Move { on, .. } | Step::Revise { on, .. } | Step::Report { on, .. } => Some(on),
        Step::Accept | Step::Rename => None,
    }
}

/// What the register must know of an action.
#[derive(Debug, Default)]
struct Model {
    first_due_on: Option<u64>,
    moves: Vec<(ActionState, u64)>,
    revisions: Vec<(u64, u64)>,
    reports: Vec<(Option<&'static str>, u64)>,
    is_accepted: bool,
    version: i32,
}

impl Model {
    fn state(&self) -> ActionState {
        self.moves.last().map_or(Proposed, |(state, _)| *state)
    }

    fn due_on(&self) -> Option<u64> {
        self.revisions.last().map(|(due_on, _)| *due_on).or(self.first_due_on)
    }

    /// Takes a step if it is allowed; the status that the register must answer with.
    fn take(&mut self, step: &Step) -> u16 {
        let status = match step {
            Step::Move { to, on, with_reason } => {
                let last = self.moves.last().map_or(0, |(_, on)| *on);
                if !self.state().next().contains(to) {
                    409
                } else if to.needs_reason() && !with_reason || *on < last {
                    422
                } else if *to == Verified && !self.is_accepted {
                    409
                } else {
                    self.moves.push((*to, *on));
                    201
                }
            }
            Step::Revise { due_on, on } => {
                if self.due_on() == Some(*due_on) || self.revisions.last().is_some_and(|(_, last)| on < last) {
                    422
                } else {
                    self.revisions.push((*due_on, *on));
                    201
                }
            }
            Step::Report { rag, on } => {
                self.reports.push((*rag, *on));
                201
            }
            Step::Accept => {
                self.is_accepted = true;
                return 201;
            }
            Step::Rename => 200,
        };
        self.version += i32::from(status < 300);
        status
    }

    /// The members of the action as it stood at the end of a day.
    fn on(&self, on: u64) -> Map<String, Value> {
        let moves = self.moves.iter().filter(|(_, day)| *day <= on).collect::<Vec<_>>();
        let state = moves.last().map_or(Proposed, |(state, _)| *state);
        let revisions = self.revisions.iter().filter(|(_, day)| *day <= on).collect::<Vec<_>>();
        let original = self.first_due_on.or(revisions.first().map(|(due_on, _)| *due_on));
        let due_on = revisions.last().map(|(due_on, _)| *due_on).or(original);
        let mut reports = self.reports.iter().filter(|(rag, day)| *day <= on && rag.is_some()).collect::<Vec<_>>();
        reports.sort_by_key(|(_, day)| *day);
        let completed_on = moves.iter().rev().find(|(state, _)| *state == Completed).map(|(_, day)| *day);
        let deferred_on = moves.last().filter(|(state, _)| *state == Deferred).map(|(_, day)| *day);
        let slip = due_on.zip(original).map(|(due_on, original)| due_on.cast_signed() - original.cast_signed());
        let is_late = due_on.is_some_and(|due_on| day(due_on) < day(on));
        let members = json!({
            "state": state,
            "original_due_on": original.map(day),
            "due_on": due_on.map(day),
            "slip_days": slip,
            "revision_count": revisions.len(),
            "rag": reports.last().and_then(|(rag, _)| *rag),
            "completed_on": completed_on.filter(|_| state.is_done()).map(day),
            "deferred_until": deferred_on.map(|on| day(on + 30)),
            "is_overdue": is_late && state.is_open(),
        });
        let Value::Object(members) = members else { unreachable!() };
        members
    }
}

async fn send(register: &Register, action: &Value, step: &Step) -> u16 {
    let path = path(action);
    let answer = match step {
        Step::Move { to, on, with_reason } => {
            let mut body = json!({ "to_state": to, "effective_on": day(*on) });
            if *with_reason {
                body["reason"] = json!("It has come to that.");
            }
            if *to == Deferred {
                body["deferred_until"] = json!(day(*on + 30));
            }
            register.post(&format!("{path}/transitions"), &body).await
        }
        Step::Revise { due_on, on } => {
            let body = json!({ "due_on": day(*due_on), "reason": "It takes longer.", "effective_on": day(*on) });
            register.post(&format!("{path}/date-revisions"), &body).await
        }
        Step::Report { rag, on } => {
            let mut body = json!({ "note": "Looked at.", "effective_on": day(*on) });
            if let Some(rag) = rag {
                body["rag"] = json!(rag);
            }
            register.post(&format!("{path}/updates"), &body).await
        }
        Step::Rename => {
            let before = register.get(&path).await.expect(200);
            let title = format!("{} again", before.json()["title"].as_str().unwrap());
            register.patch(&path, before.etag(), &json!({ "title": title })).await
        }
        Step::Accept => {
            accept_evidence(register, action);
            return 201;
        }
    };
    answer.status.as_u16()
}

/// Those members of an action that a model tells, null where they are absent.
fn told(action: &Value, model: &Map<String, Value>) -> Map<String, Value> {
    model.keys().map(|name| (name.clone(), action[name].clone())).collect()
}

async fn compare(register: &Register, action: &Value, model: &Model, days: &[u64]) -> Result<(), TestCaseError> {
    let embed = "embed=transitions,date_revisions,updates";
    let read = register.get(&format!("{}?{embed}", path(action))).await.expect(200).json();
    let today = u64::try_from((chrono::Utc::now().date_naive() - FIRST).num_days()).unwrap();
    let expected = model.on(today);
    prop_assert_eq!(told(&read, &expected), expected);
    prop_assert_eq!(&read["version"], model.version);

    // The history is whole, in order, and leads to where the action stands.
    let moves = read["transitions"].as_array().unwrap();
    let mut state = json!(Proposed);
    for (place, transition) in (1..).zip(moves) {
        prop_assert_eq!((&transition["position"], &transition["from_state"]), (&json!(place), &state));
        let from = state.as_str().unwrap().parse::<ActionState>().unwrap();
        state = transition["to_state"].clone();
        prop_assert!(from.next().contains(&state.as_str().unwrap().parse().unwrap()));
    }
    prop_assert_eq!((moves.len(), &state), (model.moves.len(), &read["state"]));
    let mut due_on = json!(model.first_due_on.map(day));
    for (place, revision) in (1..).zip(read["date_revisions"].as_array().unwrap()) {
        prop_assert_eq!((&revision["position"], &revision["previous_due_on"]), (&json!(place), &due_on));
        due_on = revision["due_on"].clone();
    }
    prop_assert_eq!(&due_on, &read["due_on"]);
    prop_assert_eq!(read["updates"].as_array().unwrap().len(), model.reports.len());

    for number in days {
        let expected = model.on(*number);
        let one = register.get(&format!("{}?as_at={}&{embed}", path(action), day(*number))).await.expect(200).json();
        prop_assert_eq!(told(&one, &expected), expected.clone(), "as at {}", day(*number));
        for (list, count) in [
            ("transitions", model.moves.iter().filter(|(_, on)| on <= number).count()),
            ("date_revisions", model.revisions.iter().filter(|(_, on)| on <= number).count()),
            ("updates", model.reports.iter().filter(|(_, on)| on <= number).count()),
        ] {
            prop_assert_eq!(one[list].as_array().unwrap().len(), count, "{} as at {}", list, day(*number));
        }
        let question = format!(
            "/v1/improvement-actions?as_at={}&authority={}&state={}&is_overdue={}&{embed}",
            day(*number),
            action["authority_id"].as_str().unwrap(),
            expected["state"].as_str().unwrap(),
            expected["is_overdue"],
        );
        prop_assert_eq!(&register.get(&question).await.expect(200).json()["items"], &json!([one]));
    }
    Ok(())
}

#[test]
fn whatever_is_asked_of_an_action_it_stands_where_its_history_leads() {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let mut runner =
        TestRunner::new(Config { cases: 60, failure_persistence: None, max_shrink_iters: 200, ..Config::default() });
    let due_on = proptest::option::of((0_u64..40).prop_map(|due_on| due_on * 20));
    runner
        .run(&(due_on, steps(), vec(0_u64..800, 3)), |(first_due_on, steps, days)| {
            system.block_on(async {
                let mut new = json!({ "proposed_on": FIRST });
                if let Some(due_on) = first_due_on {
                    new["due_on"] = json!(day(due_on));
                }
                let action = action(&register, new).await;
                let mut model = Model { first_due_on, version: 1, ..Model::default() };
                for step in &steps {
                    let expected = model.take(step);
                    prop_assert_eq!(send(&register, &action, step).await, expected, "{:?} of {:?}", step, model);
                }
                compare(&register, &action, &model, &days).await
            })
        })
        .unwrap();
}

#[actix_web::test]
async fn before_it_was_proposed_there_is_no_action_and_of_tomorrow_nobody_knows() {
    let register = Register::empty().await;
    let action = action(&register, json!({ "proposed_on": FIRST })).await;
    register.get(&format!("{}?as_at=2023-12-31", path(&action))).await.refused(&[404]);
    register.get(&format!("{}?as_at=2024-01-01", path(&action))).await.expect(200);
    let none = register.get("/v1/improvement-actions?as_at=2023-12-31").await.expect(200);
    assert_eq!(none.json()["items"], json!([]));
    for path in [path(&action), "/v1/improvement-actions".to_owned()] {
        assert_eq!(register.get(&format!("{path}?as_at=2099-01-01")).await.refused(&[422]).places(), ["as_at"]);
    }
}
