//! Whose key it is, and what is asked of a caller again.

use actix_web::http::Method;
use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::access::caller::Caller;
use inspection_register::access::role::Role;
use inspection_register::register::api_keys::query;
use inspection_register::register::api_keys::model::{IssuedApiKey, NewApiKey, NewApiKeyRotation};
use inspection_register::values::id::Id;
use inspection_register::values::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::support::idempotency::{assert_replayed, counts, new};
use crate::support::rows::authority;
use crate::support::{Answer, Register};

/// An API key for the papers of an authority.
fn issue(register: &Register, name: &str, authority: &Value) -> IssuedApiKey {
    let new = NewApiKey {
        name: name.parse().unwrap(),
        role: Role::Contributor,
        authority_ids: vec![serde_json::from_value(authority["authority_id"].clone()).unwrap()],
        expires_at: Timestamp(Utc::now() + TimeDelta::days(1)),
    };
    let insert = |conn: &mut PgConnection| query::insert(conn, &Caller::keys(), Id::generate(), &new);
    register.database.connect().transaction(insert).unwrap()
}

async fn plan(register: &Register, secret: &str, authority: &Value) -> Answer {
    let body = json!({ "authority_id": authority["authority_id"], "title": "Mine" });
    let request = register.request(Method::POST, "/v1/improvement-plans").key(secret);
    request.header("Idempotency-Key", "a-key").json(&body).send().await
}

#[actix_web::test]
async fn the_key_of_another_caller_is_another_key() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let (one, other) = (issue(&register, "one", &place), issue(&register, "other", &place));
    let first = new(plan(&register, one.secret.expose(), &place).await.expect(201));
    let second = new(plan(&register, other.secret.expose(), &place).await.expect(201));
    assert_ne!(first.json()["plan_id"], second.json()["plan_id"]);
    assert_replayed(&plan(&register, one.secret.expose(), &place).await, &first);
    assert_replayed(&plan(&register, other.secret.expose(), &place).await, &second);
    assert_eq!(counts(&register).1, 2);
}

#[actix_web::test]
async fn who_has_a_new_secret_is_the_same_caller() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    let key = issue(&register, "one", &place);
    let first = new(plan(&register, key.secret.expose(), &place).await.expect(201));
    let rotation = NewApiKeyRotation { overlap_hours: 0, expires_at: None };
    let rotate = |conn: &mut PgConnection| query::rotate(conn, &Caller::keys(), key.row.key_id, &rotation);
    let rotated = register.database.connect().transaction(rotate).unwrap();
    register.app.keys.forget();
    assert_replayed(&plan(&register, rotated.secret.expose(), &place).await, &first);
    plan(&register, key.secret.expose(), &place).await.refused(&[401]);
}

#[actix_web::test]
async fn what_a_caller_may_not_do_any_more_is_not_answered_again() {
    let register = Register::empty().await;
    let place = authority(&register).await;
    for (name, loss, status) in [
        ("demoted", "update api_keys set role = 'reader' where name = 'demoted'", 403),
        ("unbound", "delete from api_key_authorities", 403),
        ("revoked", "update api_keys set revoked_at = now() where name = 'revoked'", 401),
    ] {
        let key = issue(&register, name, &place);
        let first = new(plan(&register, key.secret.expose(), &place).await.expect(201));
        assert_replayed(&plan(&register, key.secret.expose(), &place).await, &first);
        register.database.connect().batch_execute(loss).unwrap();
        register.app.keys.forget();
        let before = counts(&register);
        new(plan(&register, key.secret.expose(), &place).await.refused(&[status]));
        assert_eq!(counts(&register), before, "{name}");
    }
}
