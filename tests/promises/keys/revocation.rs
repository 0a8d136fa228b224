//! A key that is revoked opens nothing: at once where it was revoked, within five seconds elsewhere.

use std::time::{Duration, Instant};

use actix_web::http::Method;
use inspection_register::database::pool::Db;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::keys::{key, path, secret};
use crate::support::{Answer, Register};

async fn ask(register: &Register, secret: &str) -> Answer {
    register.request(Method::GET, "/v1/themes").key(secret).send().await
}

/// Waits until an instance refuses the secret, and panics if one of its requests is answered that began too late.
async fn refused_in_time(register: &Register, secret: &str, since: Instant) {
    loop {
        let begun = Instant::now();
        if ask(register, secret).await.status == 401 {
            return;
        }
        assert!(begun - since < Duration::from_secs(5), "the key still opens {:?} later", begun - since);
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Two instances on one database, both of which know this key.
async fn two_that_know(role: &str) -> (Register, Register, Value) {
    let one = Register::empty().await;
    let other = Register::with(Database::empty(), |app| app.db = Db::new(&one.database.url, 4)).await;
    let key = key(&one, "short-lived", role, &[]).await;
    for register in [&one, &other] {
        ask(register, secret(&key)).await.expect(200);
    }
    (one, other, key)
}

#[actix_web::test]
async fn a_revoked_key_opens_nothing_on_any_instance() {
    let (one, other, key) = two_that_know("steward").await;
    one.delete(&path(&key), "*").await.expect(204);
    let since = Instant::now();
    ask(&one, secret(&key)).await.refused(&[401]);
    refused_in_time(&other, secret(&key), since).await;
}

#[actix_web::test]
async fn a_rotated_secret_without_overlap_opens_nothing_on_any_instance() {
    let (one, other, key) = two_that_know("steward").await;
    one.post(&format!("{}/rotations", path(&key)), &json!({ "overlap_hours": 0 })).await.expect(201);
    let since = Instant::now();
    ask(&one, secret(&key)).await.refused(&[401]);
    refused_in_time(&other, secret(&key), since).await;
}

#[actix_web::test]
async fn an_administrator_may_revoke_the_own_key_and_the_last() {
    let register = Register::empty().await;
    let own = key(&register, "leaving", "admin", &[]).await;
    let admin = register.get("/v1/api-keys?role=admin&sort=name").await.expect(200).json()["items"][0].clone();
    assert_eq!(admin["name"], crate::support::keys::ADMIN);
    for key in [&admin, &own] {
        let request = register.request(Method::DELETE, &path(key)).key(secret(&own)).if_match("*");
        request.send().await.expect(204);
    }
    let none = register.request(Method::GET, "/v1/api-keys").key(secret(&own)).send().await;
    assert_eq!(none.refused(&[401]).code(), "unauthenticated");
}
