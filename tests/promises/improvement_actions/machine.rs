//! The state machine: the page that draws it, and every move that it allows or forbids.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use inspection_register::register::improvement_actions::model::ActionState;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::actions::{action, moved, path};

/// The page as it follows from the machine.
fn drawn() -> String {
    let mut page = String::from(
        "# The states of an improvement action\n\n\
         Written from the moves in [`machine.rs`](../src/register/improvement_actions/model/machine.rs) by\n\
         `UPDATE_DOCS=1 cargo test --locked --test promises the_page_draws`. An action changes its state only by\n\
         `POST /v1/improvement-actions/{action_id}/transitions`; any other transition gets 409 `illegal_transition` with\n\
         the legal ones.\n\n```mermaid\nstateDiagram-v2\n",
    );
    writeln!(page, "    [*] --> {}", ActionState::FIRST).unwrap();
    for from in ActionState::ALL {
        for to in from.next() {
            writeln!(page, "    {from} --> {to}").unwrap();
        }
    }
    page.push_str("```\n\n| state | next states | open | a move to it requires |\n|---|---|---|---|\n");
    for state in ActionState::ALL {
        let next = state.next().iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(", ");
        let needs = match state {
            ActionState::Deferred => "a reason, and the day until which the action is deferred",
            ActionState::Verified => "confirmation by somebody else that it worked",
            _ if state.needs_reason() => "a reason",
            _ => "",
        };
        writeln!(page, "| `{state}` | {next} | {} | {needs} |", if state.is_open() { "yes" } else { "no" }).unwrap();
    }
    page
}

#[test]
fn the_page_draws_the_machine() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/state-machine.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, drawn()).unwrap();
    }
    let told = "UPDATE_DOCS=1 cargo test --locked --test promises the_page_draws writes it";
    assert_eq!(fs::read_to_string(file).unwrap_or_default(), drawn(), "{told}");
}

#[test]
fn every_state_can_be_reached_and_left() {
    let mut reached = vec![ActionState::FIRST];
    for index in 0.. {
        let Some(state) = reached.get(index) else { break };
        let next = state.next().iter().filter(|next| !reached.contains(next)).copied().collect::<Vec<_>>();
        reached.extend(next);
    }
    assert_eq!(reached.len(), ActionState::ALL.len());
    assert!(ActionState::ALL.iter().all(|state| !state.next().is_empty() && !state.next().contains(state)));
}

/// The shortest way from the first state to each, without `verified`, which needs more than moves.
fn way_to(state: ActionState) -> Vec<ActionState> {
    let mut ways = vec![vec![ActionState::FIRST]];
    for index in 0.. {
        let way = ways.get(index).cloned().unwrap();
        let last = *way.last().unwrap();
        if last == state {
            return way.into_iter().skip(1).collect();
        }
        let next = last.next().iter().filter(|next| **next != ActionState::Verified && !way.contains(next));
        ways.extend(next.map(|next| [way.clone(), vec![*next]].concat()).collect::<Vec<_>>());
    }
    unreachable!("{state} is not reached")
}

/// An action in this state, with what that takes.
async fn standing_in(register: &Register, state: ActionState) -> Value {
    let action = action(register, json!({})).await;
    let before = if state == ActionState::Verified { ActionState::Completed } else { state };
    for step in way_to(before) {
        moved(register, &path(&action), step.as_str(), json!({})).await.expect(201);
    }
    if state == ActionState::Verified {
        super::support::accept_evidence(register, &action);
        moved(register, &path(&action), "verified", json!({})).await.expect(201);
    }
    action
}

#[actix_web::test]
async fn each_move_is_taken_if_it_is_legal_and_refused_with_the_legal_ones_if_it_is_not() {
    let register = Register::empty().await;
    for from in ActionState::ALL.iter().copied() {
        let action = standing_in(&register, from).await;
        let before = register.get(&path(&action)).await.expect(200).json();
        assert_eq!(before["state"], json!(from));
        for to in ActionState::ALL.iter().copied().filter(|to| !from.next().contains(to)) {
            let refused = moved(&register, &path(&action), to.as_str(), json!({})).await.refused(&[409]);
            assert_eq!(
                (refused.code(), refused.places()),
                ("illegal_transition".to_owned(), vec!["/to_state".to_owned()])
            );
            let told = refused.json()["errors"][0]["message"].as_str().unwrap().to_owned();
            assert!(from.next().iter().all(|state| told.contains(state.as_str())), "{from} to {to}: {told}");
        }
        assert_eq!(register.get(&path(&action)).await.expect(200).json(), before, "a refused move leaves no trace");
        for to in from.next().iter().copied().filter(|to| *to != ActionState::Verified) {
            let action = standing_in(&register, from).await;
            let transition = moved(&register, &path(&action), to.as_str(), json!({})).await.expect(201).json();
            assert_eq!((&transition["from_state"], &transition["to_state"]), (&json!(from), &json!(to)));
            assert_eq!(register.get(&path(&action)).await.expect(200).json()["state"], json!(to));
        }
    }
}
