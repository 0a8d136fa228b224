//! Requests with one key at the same time.

use std::cell::RefCell;

use diesel::connection::SimpleConnection;
use serde_json::json;

use crate::support::idempotency::{assert_replayed, counts, new, post};
use crate::support::rows::{authority, new_authority};
use crate::support::{Register, at_once};

#[actix_web::test]
async fn while_the_first_is_in_work_the_second_is_told_to_come_again() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let plan = json!({ "authority_id": place["authority_id"], "title": "Held up" });
    let before = counts(&register);
    let blocker = RefCell::new(register.database.connect());
    blocker.borrow_mut().batch_execute("begin; select from authorities for update").unwrap();

    // Whichever comes first waits for the authority, until the other is answered.
    let answers = at_once((0..2).map(|_| async {
        let answer = post(&register, "a-key", "/v1/improvement-plans", &plan).await;
        if answer.status == 409 {
            blocker.borrow_mut().batch_execute("commit").unwrap();
        }
        answer
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    let ([made], [refused]) = (made.as_slice(), refused.as_slice()) else { panic!("{made:?} {refused:?}") };
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "idempotency_in_progress"));
    assert_eq!(refused.header("retry-after"), "1");
    assert_replayed(&post(&register, "a-key", "/v1/improvement-plans", &plan).await, made);
    assert_eq!(counts(&register), (before.0 + 1, before.1 + 1));
}

#[actix_web::test]
async fn of_many_at_once_one_takes_effect() {
    let register = Register::empty().await;
    let body = new_authority();
    let answers = at_once((0..16).map(|_| post(&register, "a-key", "/v1/authorities", &body))).await;
    let made = answers.iter().find(|answer| answer.status == 201 && answer.header("idempotent-replayed").is_empty());
    let first = new(made.unwrap().clone());
    for answer in answers {
        match answer.status.as_u16() {
            409 => assert_eq!(answer.code(), "idempotency_in_progress"),
            _ if answer.header("idempotent-replayed").is_empty() => assert_eq!(answer.text(), first.text()),
            _ => assert_replayed(&answer, &first),
        }
    }
    assert_eq!(counts(&register), (1, 1));
    let replays = at_once((0..16).map(|_| post(&register, "a-key", "/v1/authorities", &body))).await;
    for answer in replays {
        assert_replayed(&answer, &first);
    }
}

#[actix_web::test]
async fn a_request_that_fails_leaves_nothing_behind() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let plan = json!({ "authority_id": place["authority_id"], "title": "Held up" });
    let before = counts(&register);
    let mut blocker = register.database.connect();
    blocker.batch_execute("begin; select from authorities for update").unwrap();
    new(post(&register, "a-key", "/v1/improvement-plans", &plan).await.refused(&[503]));
    assert_eq!(counts(&register), before);
    blocker.batch_execute("commit").unwrap();
    new(post(&register, "a-key", "/v1/improvement-plans", &plan).await.expect(201));
}
