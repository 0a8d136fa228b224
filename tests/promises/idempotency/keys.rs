//! Keys themselves: their form, and how long they are kept.

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::database::schema::idempotency_keys;
use inspection_register::http::idempotency;
use serde_json::json;

use crate::support::Register;
use crate::support::idempotency::{assert_replayed, counts, new, post};
use crate::support::rows::{authority, new_authority};

#[actix_web::test]
async fn a_key_has_1_to_255_visible_characters() {
    let register = Register::empty().await;
    for key in ["!", "~", "a", "\"quoted\"", "8e03978e-40d5-43dd-bc93-6894a57f9324", &"x".repeat(255)] {
        let body = new_authority();
        let first = new(post(&register, key, "/v1/authorities", &body).await.expect(201));
        assert_replayed(&post(&register, key, "/v1/authorities", &body).await, &first);
    }
    let before = counts(&register);
    for key in ["", "a b", "a\tb", "\u{e9}", &"x".repeat(256)] {
        let refused = post(&register, key, "/v1/authorities", &new_authority()).await.refused(&[400]);
        assert_eq!(
            (refused.code().as_str(), refused.places()),
            ("invalid_parameter", vec!["Idempotency-Key".to_owned()])
        );
    }
    let twice = register.request(Method::POST, "/v1/authorities").header("Idempotency-Key", "a");
    twice.header("Idempotency-Key", "a").json(&new_authority()).send().await.refused(&[400]);
    assert_eq!(counts(&register), before);
}

#[actix_web::test]
async fn without_a_key_every_request_counts() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let plan = json!({ "authority_id": place["authority_id"], "title": "Twice" });
    let first = new(register.post("/v1/improvement-plans", &plan).await.expect(201));
    let second = new(register.post("/v1/improvement-plans", &plan).await.expect(201));
    assert_ne!(first.json()["plan_id"], second.json()["plan_id"]);
    assert_eq!(counts(&register).1, 0);
}

#[actix_web::test]
async fn keys_are_kept_for_a_day_and_forgotten_in_batches() {
    let register = Register::empty().await;
    let body = new_authority();
    let first = post(&register, "a-key", "/v1/authorities", &body).await.expect(201);
    let mut conn = register.database.connect();
    conn.batch_execute(
        "update idempotency_keys set created_at = now() - interval '23 hours 50 minutes';
         insert into idempotency_keys (caller, key, request, status, headers, body, created_at)
         select 'anonymous', 'old-' || number, sha256(''), 201, '[]', '', now() - interval '24 hours 10 minutes'
         from generate_series(1, 2500) number",
    )
    .unwrap();
    assert_eq!(idempotency::prune(&register.app.db).await.unwrap(), 2_500);
    assert_eq!(idempotency::prune(&register.app.db).await.unwrap(), 0);
    let kept = idempotency_keys::table.select(idempotency_keys::key).load::<String>(&mut conn).unwrap();
    assert_eq!(kept, ["a-key"]);
    assert_replayed(&post(&register, "a-key", "/v1/authorities", &body).await, &first);
}

#[actix_web::test]
async fn what_another_instance_forgets_is_not_waited_for() {
    let register = Register::empty().await;
    let mut conn = register.database.connect();
    conn.batch_execute(
        "insert into idempotency_keys (caller, key, request, status, headers, body, created_at)
         select 'anonymous', key, sha256(''), 201, '[]', '', now() - interval '2 days' from unnest(array['a', 'b']) key",
    )
    .unwrap();
    conn.batch_execute("begin; select from idempotency_keys where key = 'a' for update").unwrap();
    assert_eq!(idempotency::prune(&register.app.db).await.unwrap(), 1);
    conn.batch_execute("commit").unwrap();
    assert_eq!(idempotency::prune(&register.app.db).await.unwrap(), 1);
}
