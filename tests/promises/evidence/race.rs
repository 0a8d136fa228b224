//! Writers at the same moment: of what a verified action relies on, something remains.

use std::rc::Rc;
use std::sync::Barrier;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use actix_web::rt::spawn;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::evidence::{
    DAY, completed_action, evidence_of_another, execute, holds, improved, new_id, review, set_state,
};
use crate::support::rows::published;
use crate::support::{Answer, Register};

/// A register with a completed action and the report that it follows.
async fn register() -> (Register, PgConnection, Uuid, Value) {
    let register = Register::empty().await;
    let report = published(&register).await;
    let mut conn = register.database.connect();
    let action = completed_action(&mut conn, &report["authority_id"]);
    (register, conn, action, report)
}

/// Does the first in a transaction, then the second in another that begins before the first ends. Tells how each ended.
fn overlapping(register: &Register, first: &str, second: &str) -> (Result<(), String>, Result<(), String>) {
    let mut one = register.database.connect();
    let mut other = register.database.connect();
    execute(&mut one, &format!("begin; {first}; set constraints all immediate"));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        let second = scope.spawn(move || {
            sender.send(()).unwrap();
            other.batch_execute(&format!("begin; {second}; commit")).map_err(|error| error.to_string())
        });
        receiver.recv().unwrap();
        thread::sleep(Duration::from_millis(150));
        (one.batch_execute("commit").map_err(|error| error.to_string()), second.join().unwrap())
    })
}

#[track_caller]
fn the_second_is_refused((first, second): (Result<(), String>, Result<(), String>)) {
    assert_eq!(first, Ok(()));
    assert!(second.unwrap_err().contains("a verified action needs its support"));
}

#[actix_web::test]
async fn of_two_that_each_take_one_of_two_supports_the_second_is_refused() {
    let (register, mut conn, action, report) = register().await;
    let takers = |conn: &mut PgConnection| {
        let evidence = evidence_of_another(conn, action);
        review(conn, evidence, ("accepted", DAY), "a third").unwrap();
        let examined = improved(conn, action, &report);
        [
            format!(
                "insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
                 values ('{}', '{evidence}', 'rejected', '2024-06-01', 'a third')",
                new_id()
            ),
            format!("delete from examinations where examination_id = '{}'", examined.examination),
        ]
    };
    for turn in 0..2 {
        let [first, second] = takers(&mut conn);
        set_state(&mut conn, action, "verified").unwrap();
        let order = if turn == 0 { (first.as_str(), second.as_str()) } else { (second.as_str(), first.as_str()) };
        the_second_is_refused(overlapping(&register, order.0, order.1));
        execute(
            &mut conn,
            "begin; update improvement_actions set state = 'completed'; delete from examinations; commit;
             insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
                 select gen_random_uuid(), evidence_id, 'rejected', '2024-06-01', 'a third' from evidence",
        );
    }
    // Two inspections, of two recommendations.
    let (one, other) = (improved(&mut conn, action, &report), improved(&mut conn, action, &report));
    set_state(&mut conn, action, "verified").unwrap();
    the_second_is_refused(overlapping(
        &register,
        &format!("update inspections set state = 'withdrawn' where inspection_id = '{}'", one.visit),
        &format!("update inspections set ended_on = null where inspection_id = '{}'", other.visit),
    ));
    assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
}

#[actix_web::test]
async fn what_an_action_begins_to_rely_on_is_not_taken_away_at_the_same_moment() {
    let (register, mut conn, action, report) = register().await;
    let verify = format!("update improvement_actions set state = 'verified' where action_id = '{action}'");
    let completed = format!("update improvement_actions set state = 'completed' where action_id = '{action}'");
    for turn in 0..4 {
        let examined = improved(&mut conn, action, &report);
        let link = format!(
            "insert into improvement_action_recommendations values ('{action}', '{}')",
            examined.recommendation
        );
        let (taking, relying) = match turn {
            0 => {
                (format!("delete from examinations where examination_id = '{}'", examined.examination), verify.clone())
            }
            1 => (
                format!("update inspections set state = 'withdrawn' where inspection_id = '{}'", examined.visit),
                verify.clone(),
            ),
            // The link is as new as the state.
            2 => {
                execute(&mut conn, "delete from improvement_action_recommendations");
                let taking = format!("delete from examinations where examination_id = '{}'", examined.examination);
                (taking, format!("{link}; {verify}"))
            }
            // The examination is as new as the state.
            _ => {
                execute(&mut conn, "delete from examinations");
                let taking =
                    format!("update inspections set state = 'withdrawn' where inspection_id = '{}'", examined.visit);
                let examine = format!(
                    "insert into examinations (examination_id, inspection_id, recommendation_id, outcome)
                     values ('{}', '{}', '{}', 'improved')",
                    new_id(),
                    examined.visit,
                    examined.recommendation
                );
                (taking, format!("{examine}; {verify}"))
            }
        };
        the_second_is_refused(overlapping(&register, &relying, &taking));
        assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")), "turn {turn}");
        let undo = match turn {
            2 => "delete from improvement_action_recommendations",
            3 => "delete from examinations",
            _ => "select 1",
        };
        execute(&mut conn, &format!("begin; {completed}; {undo}; commit"));
        the_second_is_refused(overlapping(&register, &taking, &relying));
        execute(&mut conn, "delete from improvement_action_recommendations; delete from examinations");
    }
}

#[actix_web::test]
async fn of_sixteen_writers_that_take_different_supports_one_is_refused() {
    let (register, mut conn, action, report) = register().await;
    for _ in 0..3 {
        let examined = (0..8).map(|_| improved(&mut conn, action, &report)).collect::<Vec<_>>();
        let evidence = (0..8).map(|_| evidence_of_another(&mut conn, action)).collect::<Vec<_>>();
        for evidence in &evidence {
            review(&mut conn, *evidence, ("accepted", DAY), "a third").unwrap();
        }
        set_state(&mut conn, action, "verified").unwrap();
        let by_examination = examined.iter().enumerate().map(|(index, examined)| match index % 4 {
            0 => format!("delete from examinations where examination_id = '{}'", examined.examination),
            1 => format!("update examinations set outcome = 'worse' where examination_id = '{}'", examined.examination),
            2 => format!("update inspections set state = 'withdrawn' where inspection_id = '{}'", examined.visit),
            _ => format!(
                "delete from improvement_action_recommendations where recommendation_id = '{}'",
                examined.recommendation
            ),
        });
        let by_evidence = evidence.iter().map(|evidence| {
            format!(
                "insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
                 values ('{}', '{evidence}', 'rejected', '2024-06-01', 'a third')",
                new_id()
            )
        });
        let statements = by_examination.chain(by_evidence).collect::<Vec<_>>();
        let barrier = Barrier::new(statements.len());
        let refused = thread::scope(|scope| {
            let writers = statements.iter().map(|statement| {
                let (mut conn, barrier) = (register.database.connect(), &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    conn.batch_execute(statement).is_err()
                })
            });
            let writers = writers.collect::<Vec<_>>();
            writers.into_iter().map(|writer| writer.join().unwrap()).filter(|refused| *refused).count()
        });
        assert_eq!(refused, 1);
        assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
        execute(
            &mut conn,
            "begin; update improvement_actions set state = 'completed'; delete from improvement_action_recommendations;
             delete from examinations; commit;
             insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
                 select gen_random_uuid(), evidence_id, 'rejected', '2024-06-01', 'a third' from evidence",
        );
    }
}

/// Calls until the register is not too busy to answer.
async fn insisting(call: impl AsyncFn() -> Answer) -> Answer {
    loop {
        let answer = call().await;
        if answer.status != 503 {
            return answer;
        }
    }
}

#[actix_web::test]
async fn of_sixteen_calls_that_take_different_supports_one_is_refused() {
    let (register, mut conn, action, report) = register().await;
    let examined = (0..8).map(|_| improved(&mut conn, action, &report)).collect::<Vec<_>>();
    let evidence = (0..8).map(|_| evidence_of_another(&mut conn, action)).collect::<Vec<_>>();
    for evidence in &evidence {
        review(&mut conn, *evidence, ("accepted", DAY), "anonymous").unwrap();
    }
    set_state(&mut conn, action, "verified").unwrap();
    let register = Rc::new(register);
    let calls = examined.iter().zip(&evidence).flat_map(|(examined, evidence)| {
        let (visit, reviews) =
            (format!("/v1/inspections/{}", examined.visit), format!("/v1/evidence/{evidence}/reviews"));
        let (one, other) = (Rc::clone(&register), Rc::clone(&register));
        [
            spawn(async move {
                let withdrawal = json!({ "state": "withdrawn", "reason": "Recorded wrongly." });
                insisting(async || one.patch(&visit, "*", &withdrawal).await).await
            }),
            spawn(async move {
                let rejection = json!({ "outcome": "rejected" });
                insisting(async || other.post(&reviews, &rejection).await).await
            }),
        ]
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.unwrap());
    }
    let told = answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>();
    assert_eq!(told.iter().filter(|status| **status == 409).count(), 1, "{told:?}");
    assert!(told.iter().all(|status| matches!(status, 200 | 201 | 409)), "{told:?}");
    assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
}
