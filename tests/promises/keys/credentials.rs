//! What proves a key, and that all that proves none is answered alike.

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use inspection_register::access::secret::Secret;
use serde_json::{Value, json};

use crate::support::keys::{ADMIN_SECRET, key, path, secret};
use crate::support::rows::authority;
use crate::support::{Answer, Register};

/// What is the same in every refusal: status, body and headers, without what belongs to the one request.
fn lasting(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = answer.json();
    for member in ["trace_id", "instance"] {
        assert!(body.as_object_mut().unwrap().remove(member).is_some());
    }
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect::<Vec<_>>();
    headers.sort();
    (answer.status.as_u16(), body, headers)
}

/// Requests that would be answered in every way there is: with and without a key, well and badly formed, to nothing.
const REQUESTS: [(&str, &str); 8] = [
    ("GET", "/v1/themes"),
    ("HEAD", "/v1/themes"),
    ("GET", "/v1/authorities/E06999999"),
    ("GET", "/v1/themes?unknown=1"),
    ("POST", "/v1/authorities"),
    ("DELETE", "/v1/api-keys/not-an-id"),
    ("PUT", "/v1/themes"),
    ("GET", "/v1/nothing"),
];

#[actix_web::test]
async fn whatever_proves_no_key_is_answered_alike_wherever_it_is_sent() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let expired = key(&register, "expired", "reader", &[&council]).await;
    let revoked = key(&register, "revoked", "admin", &[]).await;
    let rotated = key(&register, "rotated", "steward", &[]).await;
    register.delete(&path(&revoked), "*").await.expect(204);
    register.post(&format!("{}/rotations", path(&rotated)), &json!({ "overlap_hours": 0 })).await.expect(201);
    let mut conn = register.database.connect();
    let past = "rotated_at = now() - interval '2 hours', expires_at = now() - interval '1 second'";
    conn.batch_execute(&format!("update api_keys set {past} where name = 'expired'")).unwrap();

    let unknown = Secret::generate().unwrap();
    let misspelt = ADMIN_SECRET.replace("irk_Test", "irk_Tset");
    let wrong = [
        format!("Bearer {}", unknown.expose()),
        format!("Bearer {misspelt}"),
        format!("Bearer {}", secret(&expired)),
        format!("Bearer {}", secret(&revoked)),
        format!("Bearer {}", secret(&rotated)),
        format!("Bearer {ADMIN_SECRET}x"),
        format!("Bearer {}", ADMIN_SECRET.to_lowercase()),
        format!("Bearer {ADMIN_SECRET} {ADMIN_SECRET}"),
        format!("Bearer {ADMIN_SECRET}, Bearer {ADMIN_SECRET}"),
        format!("Basic {ADMIN_SECRET}"),
        "Basic YWRtaW46YWRtaW4=".to_owned(),
        ADMIN_SECRET.to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
        "Bearer é".to_owned(),
    ];
    let known = register.request(Method::POST, "/v1/authorities").anonymous().send().await.refused(&[401]);
    assert_eq!((known.code().as_str(), known.header("www-authenticate")), ("unauthenticated", "Bearer"));
    assert_eq!(known.header("cache-control"), "no-store");
    for credentials in &wrong {
        for (method, path) in REQUESTS {
            let request = register.request(method.parse().unwrap(), path).anonymous();
            let answer = request.header("Authorization", credentials).send().await;
            if method == "HEAD" {
                assert_eq!(answer.status, 401, "{path}: {credentials}");
            } else {
                assert_eq!(lasting(&answer), lasting(&known), "{method} {path}: {credentials}");
            }
        }
    }
    let twice = register.request(Method::GET, "/v1/themes").header("Authorization", &format!("Bearer {ADMIN_SECRET}"));
    assert_eq!(lasting(&twice.send().await), lasting(&known));
}

#[actix_web::test]
async fn a_secret_may_stand_behind_the_scheme_in_any_letters() {
    let register = Register::empty().await;
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let request = register.request(Method::GET, "/v1/api-keys").anonymous();
        request.header("Authorization", &format!("{scheme} {ADMIN_SECRET}")).send().await.expect(200);
    }
}

#[actix_web::test]
async fn what_is_no_part_of_the_api_asks_nobody_for_a_key() {
    let register = Register::empty().await;
    for path in
        ["/", "/docs/", "/openapi.json", "/problems/unauthenticated", "/health/live", "/health/ready", "/metrics"]
    {
        let request = register.request(Method::GET, path).anonymous();
        request.header("Authorization", "Bearer unspoken").send().await.expect(200);
    }
    register.request(Method::GET, "/nothing").key("unspoken").send().await.refused(&[404]);
}

#[actix_web::test]
async fn an_expired_key_holds_again_with_the_secret_that_renews_it_alone() {
    let register = Register::empty().await;
    let steward = key(&register, "stewards", "steward", &[]).await;
    let past = "update api_keys set rotated_at = now() - interval '2 hours', expires_at = now() - interval '1 second' \
                where name = 'stewards'";
    register.database.connect().batch_execute(past).unwrap();
    let refused = register.post(&format!("{}/rotations", path(&steward)), &json!({})).await.refused(&[422]);
    assert_eq!(refused.places(), ["/expires_at"]);
    let end = crate::support::keys::in_days(30);
    let body = json!({ "overlap_hours": 168, "expires_at": end });
    let renewed = register.post(&format!("{}/rotations", path(&steward)), &body).await.expect(201).json();
    let ask = async |secret: &str| register.request(Method::GET, "/v1/themes").key(secret).send().await;
    ask(secret(&renewed)).await.expect(200);
    ask(secret(&steward)).await.refused(&[401]);
}
