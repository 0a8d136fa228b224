//! Many who write at once: what they leave behind is whole.

use std::rc::Rc;

use actix_web::rt;
use inspection_register::database::pool::Db;
use serde_json::{Value, json};

use crate::support::acceptance::evidence;
use crate::support::actions::{action, new_action, path};
use crate::support::database::Database;
use crate::support::rows::{self, inspection, with};
use crate::support::{Answer, Register};

const WRITERS: usize = 16;

/// A register with a connection for each writer.
async fn wide() -> Rc<Register> {
    let database = Database::empty();
    let url = database.url.clone();
    Rc::new(Register::with(database, |app| app.db = Db::new(&url, u32::try_from(WRITERS).unwrap())).await)
}

/// The answers to requests that are sent all at once.
async fn together<F: Future<Output = Answer> + 'static>(requests: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for task in requests.map(rt::spawn).collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn write(register: Rc<Register>, path: String, number: usize, etag: String) -> Answer {
    match number % 4 {
        0 => {
            let state = ["blocked", "in_progress", "deferred"][number / 4 % 3];
            let mut body = json!({ "to_state": state, "reason": "It has come to that." });
            if state == "deferred" {
                body["deferred_until"] = json!("2099-01-01");
            }
            register.post(&format!("{path}/transitions"), &body).await
        }
        1 => {
            let body = json!({ "due_on": format!("2030-01-{:02}", number + 1), "reason": "It takes longer." });
            register.post(&format!("{path}/date-revisions"), &body).await
        }
        2 => {
            let body = json!({ "note": format!("Looked at by {number}."), "rag": "amber" });
            register.post(&format!("{path}/updates"), &body).await
        }
        _ => register.patch(&path, &etag, &json!({ "title": format!("Title {number}") })).await,
    }
}

#[actix_web::test]
async fn many_writers_of_one_action_queue_up() {
    let register = wide().await;
    let action = action(&register, json!({ "due_on": "2029-01-01" })).await;
    let path = path(&action);
    register.post(&format!("{path}/transitions"), &json!({ "to_state": "agreed" })).await.expect(201);
    let mut version = 2;
    for _ in 0..4 {
        let etag = register.get(&path).await.expect(200).etag().to_owned();
        let writers = (0..WRITERS).map(|number| write(Rc::clone(&register), path.clone(), number, etag.clone()));
        let answers = together(writers).await;
        for answer in &answers {
            // 503: whoever waited too long for the others.
            assert!([200, 201, 409, 412, 422, 503].contains(&answer.status.as_u16()), "{}", answer.text());
        }
        version += answers.iter().filter(|answer| answer.status.is_success()).count();
    }
    let read = register.get(&format!("{path}?embed=transitions,date_revisions,updates")).await.expect(200).json();
    assert_eq!(read["version"], version);
    let mut state = json!("proposed");
    for list in ["transitions", "date_revisions"] {
        for (place, item) in (1..).zip(read[list].as_array().unwrap()) {
            assert_eq!(item["position"], place, "{}", read[list]);
        }
    }
    for transition in read["transitions"].as_array().unwrap() {
        assert_eq!(transition["from_state"], state);
        state = transition["to_state"].clone();
    }
    assert_eq!((&read["state"], &read["rag"]), (&state, &json!("amber")));
    let revisions = read["date_revisions"].as_array().unwrap();
    assert_eq!(
        (&read["due_on"], &read["revision_count"]),
        (&revisions.last().unwrap()["due_on"], &json!(revisions.len()))
    );
}

#[actix_web::test]
async fn of_many_who_agree_one_does() {
    let register = wide().await;
    let action = action(&register, json!({})).await;
    let agree = |_| {
        let (register, path) = (Rc::clone(&register), format!("{}/transitions", path(&action)));
        async move { register.post(&path, &json!({ "to_state": "agreed" })).await }
    };
    let answers = together((0..WRITERS).map(agree)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
}

#[actix_web::test]
async fn an_action_that_is_removed_takes_nothing_more() {
    let register = wide().await;
    for _ in 0..8 {
        let action = action(&register, json!({})).await;
        evidence_free_race(&register, &path(&action)).await;
    }
    let action = action(&register, json!({})).await;
    evidence(&register, &action, "null");
    register.delete(&path(&action), "*").await.refused(&[409]);
}

/// Removes an action and moves it at once: one of both fails.
async fn evidence_free_race(register: &Rc<Register>, path: &str) {
    let request = |number: usize| {
        let (register, path) = (Rc::clone(register), path.to_owned());
        async move {
            if number == 0 {
                register.delete(&path, "\"1\"").await
            } else {
                register.post(&format!("{path}/transitions"), &json!({ "to_state": "agreed" })).await
            }
        }
    };
    let answers = together((0..2).map(request)).await;
    let statuses = answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>();
    assert!(matches!(statuses.as_slice(), [204, 404] | [409 | 412, 201]), "{statuses:?}");
}

#[actix_web::test]
async fn no_race_lets_an_action_answer_what_was_found_elsewhere() {
    let register = wide().await;
    let parts = json!({ "recommendations": [{ "kind": "recommendation", "text": "Visit." }] });
    let report = inspection(&register, parts).await;
    let recommendations = register.get(&format!("{}/recommendations", rows::path(&report))).await.expect(200);
    let recommendation = recommendations.json()["items"][0]["recommendation_id"].clone();
    for _ in 0..6 {
        let heir = with(rows::new_authority(), json!({ "predecessors": [report["authority_id"]] }));
        let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
        let heir_path = format!("/v1/authorities/{}", heir["authority_id"].as_str().unwrap());
        let new = with(new_action(&heir), json!({ "recommendation_ids": [recommendation] }));
        let request = |number: usize| {
            let (register, new, heir_path) = (Rc::clone(&register), new.clone(), heir_path.clone());
            async move {
                if number == 0 {
                    register.patch(&heir_path, "*", &json!({ "predecessors": [] })).await
                } else {
                    register.post("/v1/improvement-actions", &new).await
                }
            }
        };
        let answers = together((0..4).map(request)).await;
        assert!(answers.iter().all(|answer| [200, 201, 409, 422, 503].contains(&answer.status.as_u16())));
        let heir = register.get(&heir_path).await.expect(200).json();
        let list = format!("/v1/improvement-actions?authority={}", heir["authority_id"].as_str().unwrap());
        let actions = register.get(&list).await.expect(200).each("action_id");
        let has_predecessor = heir["predecessors"] != Value::Array(Vec::new());
        assert!(actions.is_empty() || has_predecessor, "{actions:?} answer what was found elsewhere");
    }
}
