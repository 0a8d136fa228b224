//! A rotation gives a key another secret; it stays the same key.

use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::database::settle;
use crate::support::keys::{in_days, key, path, secret};
use crate::support::rows::new_authority;
use crate::support::{Answer, Register};

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

async fn rotate(register: &Register, key: &Value, body: Value) -> Answer {
    register.post(&format!("{}/rotations", path(key)), &body).await
}

async fn works(register: &Register, answer: &Value) -> bool {
    register.request(Method::GET, "/v1/themes").key(secret(answer)).send().await.status == 200
}

#[actix_web::test]
async fn the_old_secret_goes_on_beside_the_new_one() {
    let register = Register::empty().await;
    let first = key(&register, "stewards", "steward", &[]).await;
    let begun = Utc::now();
    let created = rotate(&register, &first, json!({})).await.expect(201);
    assert_eq!(created.header("location"), format!("{}/rotations", path(&first)));
    assert_eq!((created.etag(), created.header("cache-control")), ("\"2\"", "no-store"));
    let second = created.json();
    for member in ["key_id", "name", "role", "authority_ids", "created_at", "created_by", "expires_at"] {
        assert_eq!(second[member], first[member], "{member}");
    }
    assert_ne!(secret(&first), secret(&second));
    assert!(time(&second["rotated_at"]) > time(&first["rotated_at"]));
    assert!(works(&register, &first).await && works(&register, &second).await);

    for (answer, region) in [(&first, "London"), (&second, "South East")] {
        let mut body = new_authority();
        body["region"] = json!(region);
        register.request(Method::POST, "/v1/authorities").key(secret(answer)).json(&body).send().await.expect(201);
    }
    settle(&mut register.database.connect());
    let actors = register.get("/v1/events?resource=authority").await.expect(200).each("actor");
    assert_eq!(actors, ["stewards", "stewards"]);

    let listed = register.get(created.header("location")).await.expect(200);
    let [new, old] = listed.json()["items"].as_array().unwrap().clone().try_into().unwrap();
    assert_eq!((new.get("expires_at"), new.get("secret"), new.get("hash")), (None, None, None));
    let end = time(&old["expires_at"]);
    assert!(end > begun + TimeDelta::hours(24) - TimeDelta::seconds(1) && end <= Utc::now() + TimeDelta::hours(24));
    assert!(!listed.text().contains("irk_"), "{}", listed.text());
}

#[actix_web::test]
async fn without_overlap_the_old_secret_ends_at_once_and_so_do_those_before_it() {
    let register = Register::empty().await;
    let first = key(&register, "stewards", "steward", &[]).await;
    let second = rotate(&register, &first, json!({ "overlap_hours": 168 })).await.expect(201).json();
    let third = rotate(&register, &first, json!({ "overlap_hours": 1 })).await.expect(201).json();
    assert!(!works(&register, &first).await, "a third secret is valid");
    for answer in [&second, &third] {
        assert!(works(&register, answer).await);
    }
    let fourth = rotate(&register, &first, json!({ "overlap_hours": 0 })).await.expect(201).json();
    for answer in [&first, &second, &third] {
        assert!(!works(&register, answer).await);
    }
    assert!(works(&register, &fourth).await);
    assert_eq!(fourth["version"], 4);
}

#[actix_web::test]
async fn a_rotation_may_move_the_end_of_the_key_up_to_a_year_ahead() {
    let register = Register::empty().await;
    let first = key(&register, "stewards", "steward", &[]).await;
    let end = in_days(365);
    let moved = rotate(&register, &first, json!({ "expires_at": end })).await.expect(201).json();
    assert_eq!(time(&moved["expires_at"]), end.parse::<DateTime<Utc>>().unwrap());
    for (body, place) in [
        (json!({ "expires_at": in_days(366) }), "/expires_at"),
        (json!({ "expires_at": in_days(-1) }), "/expires_at"),
        (json!({ "expires_at": null }), "/expires_at"),
        (json!({ "overlap_hours": 169 }), "/overlap_hours"),
        (json!({ "overlap_hours": -1 }), "/overlap_hours"),
    ] {
        assert_eq!(rotate(&register, &first, body).await.refused(&[422]).places(), [place]);
    }
    assert_eq!(register.get(&path(&first)).await.expect(200).json()["version"], 2);
}

#[actix_web::test]
async fn a_key_that_is_not_there_has_no_secrets() {
    let register = Register::empty().await;
    let gone = key(&register, "stewards", "steward", &[]).await;
    register.delete(&path(&gone), "*").await.expect(204);
    let nobody = json!({ "key_id": "019a0000-0000-7000-8000-000000000000" });
    for key in [&gone, &nobody] {
        rotate(&register, key, json!({})).await.refused(&[404]);
        register.get(&format!("{}/rotations", path(key))).await.refused(&[404]);
    }
}
