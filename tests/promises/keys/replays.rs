//! A repeated request for a secret shows it again, to the same caller alone, and nobody keeps it.

use actix_web::http::Method;
use diesel::prelude::*;
use inspection_register::database::schema::idempotency_keys;
use serde_json::{Value, json};

use crate::support::keys::{ADMIN_SECRET, key, new_key, path, secret};
use crate::support::{Answer, Register};

async fn post(register: &Register, by: &str, path: &str, body: &Value) -> Answer {
    let request = register.request(Method::POST, path).key(by).header("Idempotency-Key", "a-key");
    request.json(body).send().await
}

#[actix_web::test]
async fn a_repeated_request_shows_the_secret_again_and_the_database_never_holds_it() {
    for is_rotation in [false, true] {
        let register = Register::empty().await;
        let (path, body) = if is_rotation {
            let key = key(&register, "stewards", "steward", &[]).await;
            (format!("{}/rotations", path(&key)), json!({}))
        } else {
            ("/v1/api-keys".to_owned(), new_key("stewards", "steward", &[]))
        };
        let first = post(&register, ADMIN_SECRET, &path, &body).await.expect(201);
        let again = post(&register, ADMIN_SECRET, &path, &body).await.expect(201);
        assert_eq!((again.text(), again.header("idempotent-replayed")), (first.text(), "true"));

        let kept = idempotency_keys::table.select((idempotency_keys::body, idempotency_keys::is_sealed));
        let (kept, is_sealed) = kept.first::<(Vec<u8>, bool)>(&mut register.database.connect()).unwrap();
        let (kept, json) = (String::from_utf8_lossy(&kept).into_owned(), first.json());
        assert!(is_sealed && !kept.contains(secret(&json)) && !kept.contains("stewards"), "{kept}");
    }
}

#[actix_web::test]
async fn another_secret_of_the_same_key_does_not_open_what_was_kept() {
    let register = Register::empty().await;
    let before = key(&register, "second-admin", "admin", &[]).await;
    let body = new_key("stewards", "steward", &[]);
    post(&register, secret(&before), "/v1/api-keys", &body).await.expect(201);
    let after = register.post(&format!("{}/rotations", path(&before)), &json!({})).await.expect(201).json();
    let refused = post(&register, secret(&after), "/v1/api-keys", &body).await.refused(&[409]);
    assert!(!refused.text().contains("irk_"), "{}", refused.text());
    post(&register, secret(&before), "/v1/api-keys", &body).await.expect(201);
}
