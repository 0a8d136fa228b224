//! Requests that are repeated under an `Idempotency-Key`.

use actix_web::http::Method;
use diesel::prelude::*;
use inspection_register::database::schema::{events, idempotency_keys};
use serde_json::Value;

use super::{Answer, Register};

/// The headers of an answer that belong to what was asked, not to the request.
const KEPT: [&str; 6] = ["content-type", "location", "content-location", "etag", "cache-control", "retry-after"];

/// A POST under a key, sent.
pub async fn post(register: &Register, key: &str, path: &str, body: &Value) -> Answer {
    register.request(Method::POST, path).header("Idempotency-Key", key).json(body).send().await
}

/// How many events there are, and how many keys.
pub fn counts(register: &Register) -> (i64, i64) {
    let mut conn = register.database.connect();
    let events = events::table.count().get_result(&mut conn).unwrap();
    (events, idempotency_keys::table.count().get_result(&mut conn).unwrap())
}

/// This answer, if it is given for the first time.
#[track_caller]
pub fn new(answer: Answer) -> Answer {
    assert_eq!(answer.header("idempotent-replayed"), "", "{}", answer.text());
    answer
}

/// Panics if an answer is not the first one, given again.
#[track_caller]
pub fn assert_replayed(again: &Answer, first: &Answer) {
    assert_eq!(again.header("idempotent-replayed"), "true", "{}", again.text());
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    for name in KEPT {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}
