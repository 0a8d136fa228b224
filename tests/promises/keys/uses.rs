//! When a key was last used: recorded beside requests, about once a minute, and never in their way.

use std::time::Duration;

use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use inspection_register::database::pool::Db;
use serde_json::Value;

use crate::support::Register;
use crate::support::database::Database;
use crate::support::keys::{key, path, secret};

async fn use_once(register: &Register, key: &Value) {
    register.app.keys.forget();
    register.request(Method::GET, "/v1/themes").key(secret(key)).send().await.expect(200);
}

/// When the key was last used, as soon as that is not what it was.
async fn last_use_but(register: &Register, key: &Value, known: Option<&str>) -> DateTime<Utc> {
    for _ in 0..600 {
        let answer = register.get(&path(key)).await.expect(200);
        if let Some(at) = answer.json()["last_used_at"].as_str().filter(|at| Some(*at) != known) {
            assert_eq!(answer.json()["version"], 1, "a use is no change");
            return at.parse().unwrap();
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no use is recorded");
}

#[actix_web::test]
async fn a_use_is_recorded_at_most_once_a_minute() {
    let register = Register::empty().await;
    let steward = key(&register, "stewards", "steward", &[]).await;
    assert_eq!(steward.get("last_used_at"), None);
    let before = register.get(&path(&steward)).await.expect(200);
    let begun = Utc::now();
    use_once(&register, &steward).await;
    let first = last_use_but(&register, &steward, None).await;
    assert!(first >= begun - TimeDelta::milliseconds(1) && first <= Utc::now(), "{first}");
    assert_ne!(register.get(&path(&steward)).await.etag(), before.etag(), "the representation is another");

    let mut conn = register.database.connect();
    let recent = "update api_keys set last_used_at = date_trunc('second', now() - interval '30 seconds') where name = 'stewards'";
    conn.batch_execute(recent).unwrap();
    let recent = register.get(&path(&steward)).await.json()["last_used_at"].clone();
    for _ in 0..5 {
        use_once(&register, &steward).await;
    }
    actix_web::rt::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(register.get(&path(&steward)).await.json()["last_used_at"], recent);

    let old = "update api_keys set last_used_at = date_trunc('second', now() - interval '61 seconds') where name = 'stewards'";
    conn.batch_execute(old).unwrap();
    let old = register.get(&path(&steward)).await.json()["last_used_at"].clone();
    use_once(&register, &steward).await;
    assert!(last_use_but(&register, &steward, old.as_str()).await > begun);
}

#[actix_web::test]
async fn a_use_that_cannot_be_recorded_fails_no_request() {
    let register = Register::empty().await;
    let steward = key(&register, "stewards", "steward", &[]).await;
    let read_only = format!("{}&options=-c%20default_transaction_read_only%3Don", register.database.url);
    let reader = Register::with(Database::empty(), |app| app.db = Db::new(&read_only, 4)).await;
    for _ in 0..3 {
        use_once(&reader, &steward).await;
    }
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    use_once(&reader, &steward).await;
    assert_eq!(register.get(&path(&steward)).await.json().get("last_used_at"), None);
}
