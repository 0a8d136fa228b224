//! What the feed and the histories show to each kind of caller.

use actix_web::http::Method;
use serde_json::json;

use super::answers::{Shown, shown};
use super::callers::Caller;
use super::world::{Row, World, unused_name};
use crate::events::windows::Windows;
use crate::support::Register;
use crate::support::database::settle;
use crate::support::events::{follow, follow_as};
use crate::support::keys::key;
use crate::support::rows::with;

#[actix_web::test]
async fn every_filter_and_every_history_shows_what_the_whole_feed_shows_to_the_same_caller() {
    let (register, world) = World::tied_register().await;
    // What was public and is private is told of as gone.
    for row in &world.papers {
        let action = format!("/v1/improvement-actions/{}", row.ids["action_id"]);
        for visibility in ["public", "private", row.standing] {
            register.patch(&action, "*", &json!({ "visibility": visibility })).await.expect(200);
        }
    }
    settle(&mut register.database.connect());
    let all = follow(&register, None, 200).await;
    let (own, other) = (world.own.id.as_str(), world.other.id.as_str());
    let mut lengths = Vec::new();
    for (role, bound_to) in [
        ("nobody", [].as_slice()),
        ("admin", &[]),
        ("steward", &[own]),
        ("contributor", &[own]),
        ("reviewer", &[other]),
        ("reader", &[own, other]),
    ] {
        let caller = if role == "nobody" { Caller::anonymous() } else { Caller::with_key(&register, role, bound_to) };
        let asking = |path: &str| caller.request(&register, Method::GET, path);
        let seen = follow_as(&asking, None, 200).await;
        let windows = Windows { asking: &asking, caller: &caller.name, seen: &seen, all: &all, of_each: 6 };
        windows.show_the_same().await;
        windows.shows_by("/v1/events?", &seen.iter().collect::<Vec<_>>(), 1).await;
        lengths.push(seen.len());
    }
    let [nobody, admin, steward, contributor, ..] = lengths[..] else { panic!("{lengths:?}") };
    assert!(nobody < contributor && contributor < admin && nobody < steward && steward < admin, "{lengths:?}");
}

#[actix_web::test]
async fn what_a_caller_does_not_see_changes_no_answer_of_the_feed() {
    let (register, world) = World::register().await;
    let own = world.own.id.as_str();
    let callers = [
        Caller::anonymous(),
        Caller::with_key(&register, "contributor", &[own]),
        Caller::with_key(&register, "reviewer", &[own]),
        Caller::with_key(&register, "reader", &[own]),
    ];
    let before = answers(&register, &world, &callers).await;
    hidden_work(&register, &world).await;
    assert_same(answers(&register, &world, &callers).await, before);

    let steward = [Caller::with_key(&register, "steward", &[own])];
    let before = answers(&register, &world, &steward).await;
    hidden_papers(&register, &world).await;
    assert_same(answers(&register, &world, &steward).await, before);

    // And what they see does change them.
    let before = answers(&register, &world, &callers).await;
    let headline = json!({ "headline": "Otherwise.", "reason": "It was wrong." });
    register.patch(&inspection(&world.facts[1]), "*", &headline).await.expect(200);
    assert_ne!(answers(&register, &world, &callers).await, before);
}

/// Panics if an answer to the same question is another.
fn assert_same(after: Vec<(String, Shown)>, before: Vec<(String, Shown)>) {
    for ((question, after), (_, before)) in after.into_iter().zip(before) {
        assert_eq!(after, before, "{question}");
    }
}

/// What the feed and the histories answer to some callers, with all headers.
async fn answers(register: &Register, world: &World, callers: &[Caller]) -> Vec<(String, Shown)> {
    settle(&mut register.database.connect());
    let (draft, public) = (&world.facts[3], &world.facts[1]);
    let (private, open) = (&world.papers[2], &world.papers[3]);
    let mut questions = vec![
        "/v1/events?".to_owned(),
        "/v1/events?event_type=created&".to_owned(),
        "/v1/events?event_type=updated,deleted&".to_owned(),
        "/v1/events?resource=inspection&".to_owned(),
        "/v1/events?resource=finding,improvement_action,evidence&".to_owned(),
        format!("/v1/events?authority={}&", world.other.id),
        format!("/v1/events?resource_id={},{}&", draft.ids["inspection_id"], private.ids["action_id"]),
    ];
    questions.extend([draft, public].map(|row| format!("{}/history?", inspection(row))));
    for row in [private, open] {
        questions.push(format!("/v1/improvement-actions/{}/history?", row.ids["action_id"]));
        questions.push(format!("/v1/improvement-plans/{}/history?", row.ids["plan_id"]));
    }
    let mut answers = Vec::new();
    for caller in callers {
        for question in &questions {
            for window in ["limit=200&count=exact", "limit=1&count=exact", "limit=200"] {
                let path = format!("{question}{window}");
                let answer = caller.request(register, Method::GET, &path).send().await;
                answers.push((format!("{} {path}", caller.name), shown(&answer, true)));
            }
        }
    }
    answers
}

fn inspection(row: &Row) -> String {
    format!("/v1/inspections/{}", row.ids["inspection_id"])
}

/// Writes to inspections that are not published, to private papers, and to keys.
async fn hidden_work(register: &Register, world: &World) {
    for hidden in [&world.facts[3], &world.facts[5]] {
        let finding = format!("/v1/findings/{}", hidden.ids["finding_id"]);
        let document = format!("/v1/documents/{}", hidden.ids["document_id"]);
        let reason = json!({ "reason": "It was wrong." });
        for (path, change) in [
            (inspection(hidden), json!({ "headline": "Otherwise." })),
            (finding, json!({ "text": "Otherwise." })),
            (document.clone(), json!({ "summary": "Otherwise." })),
        ] {
            let change = if path == document { change } else { with(change, reason.clone()) };
            register.patch(&path, "*", &change).await.expect(200);
        }
    }
    let passing = world.other.facts(register, "draft").await;
    register.delete(&format!("/v1/documents/{}", passing.ids["document_id"]), "*").await.expect(204);
    register.delete(&inspection(&passing), "*").await.expect(204);
    key(register, &unused_name(), "steward", &[]).await;
    hidden_papers(register, world).await;
}

/// Writes to private papers of the other authority.
async fn hidden_papers(register: &Register, world: &World) {
    let passing = world.other.papers(register, "private").await;
    let evidence = format!("/v1/evidence/{}", passing.ids["evidence_id"]);
    let shown = json!({ "outcome": "rejected" });
    register.post(&format!("{evidence}/reviews"), &shown).await.expect(201);
    let action = format!("/v1/improvement-actions/{}", passing.ids["action_id"]);
    register.post(&format!("{action}/updates"), &json!({ "note": "It goes on." })).await.expect(201);
    register.delete(&format!("/v1/improvement-plans/{}", passing.ids["plan_id"]), "*").await.expect(204);
    let kept = format!("/v1/improvement-actions/{}", world.papers[2].ids["action_id"]);
    register.patch(&kept, "*", &json!({ "title": "Renamed" })).await.expect(200);
}
