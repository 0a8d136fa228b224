//! Keys as a resource: made, read, listed, revoked.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::database::settle;
use crate::support::keys::{ADMIN, in_days, key, new_key, path, secret};
use crate::support::rows::{authority, with};

#[actix_web::test]
async fn a_secret_is_shown_once_and_stands_in_nothing_else() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let created =
        register.post("/v1/api-keys", &new_key("improvement team", "contributor", &[&council, &council])).await;
    let created = created.expect(201);
    assert_eq!(created.header("cache-control"), "no-store");
    let mut made = created.json();
    assert_eq!((&made["role"], &made["created_by"]), (&json!("contributor"), &json!(ADMIN)));
    assert_eq!(made["authority_ids"], json!([council["authority_id"]]), "twice is once");
    register.request(Method::GET, "/v1/themes").key(secret(&made)).send().await.expect(200);

    made.as_object_mut().unwrap().remove("secret");
    let rotations = format!("{}/rotations", path(&made));
    register.post(&rotations, &json!({})).await.expect(201);
    register.delete(&path(&made), "*").await.expect(204);
    settle(&mut register.database.connect());
    let events = register.get("/v1/events?resource=api_key").await.expect(200);
    assert_eq!(events.each("type"), ["created", "updated", "deleted"]);
    assert_eq!(events.json()["items"][0]["after"], made);
    let steward = key(&register, "stewards", "steward", &[&council]).await;
    settle(&mut register.database.connect());
    for others in
        ["/v1/events?resource=api_key", &format!("/v1/events?resource_id={}", made["key_id"].as_str().unwrap())]
    {
        let request = || register.request(Method::GET, others);
        for seen in [request().anonymous(), request().key(secret(&steward))] {
            assert_eq!(seen.send().await.expect(200).json()["items"], json!([]), "keys are the administrators'");
        }
    }
    for window in ["/v1/api-keys", "/v1/events", "/metrics"] {
        let answer = register.get(window).await.expect(200).text();
        assert!(!answer.contains("irk_") && !answer.contains("hash"), "{window}: {answer}");
    }
}

#[actix_web::test]
async fn a_key_is_found_until_it_is_revoked_and_its_name_is_never_given_again() {
    let register = Register::empty().await;
    let made = key(&register, "Stewards", "steward", &[]).await;
    let address = path(&made);
    let read = register.get(&address).await.expect(200);
    let mut expected = made.clone();
    expected.as_object_mut().unwrap().remove("secret");
    assert_eq!(read.json(), expected);

    register.request(Method::DELETE, &address).send().await.refused(&[428]);
    register.delete(&address, "\"9\"").await.refused(&[412]);
    register.delete(&address, read.etag()).await.expect(204);
    register.get(&address).await.refused(&[404]);
    register.delete(&address, "*").await.refused(&[404]);
    let names = register.get("/v1/api-keys").await.expect(200).each("name");
    assert_eq!(names, [json!(ADMIN)]);
    for name in ["Stewards", "stewards", "STEWARDS"] {
        let refused = register.post("/v1/api-keys", &new_key(name, "steward", &[])).await.refused(&[409]);
        assert_eq!(refused.code(), "conflict");
    }
}

#[actix_web::test]
async fn every_broken_rule_of_a_key_is_told() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let nobody = "019a0000-0000-7000-8000-000000000000";
    let good = new_key("team", "reader", &[&council]);
    for (members, places) in [
        (json!({ "role": "owner" }), vec!["/role"]),
        (json!({ "authority_ids": [] }), vec!["/authority_ids"]),
        (json!({ "authority_ids": [council["authority_id"], nobody] }), vec!["/authority_ids/1"]),
        (json!({ "name": "Anonymous", "authority_ids": [nobody] }), vec!["/name", "/authority_ids/0"]),
        (json!({ "name": "import" }), vec!["/name"]),
        (json!({ "name": "two  spaces" }), vec!["/name"]),
        (json!({ "name": "te\u{430}m" }), vec!["/name"]),
        (json!({ "name": "x".repeat(65) }), vec!["/name"]),
        (json!({ "expires_at": in_days(366) }), vec!["/expires_at"]),
        (json!({ "expires_at": in_days(0) }), vec!["/expires_at"]),
        (json!({ "expires_at": "2027-06-30" }), vec!["/expires_at"]),
        (json!({ "secret": "irk_" }), vec!["/secret"]),
    ] {
        let answer = register.post("/v1/api-keys", &with(good.clone(), members)).await.refused(&[422]);
        assert_eq!(answer.places(), places, "{}", answer.text());
    }
    for member in ["name", "role", "expires_at"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(member);
        register.post("/v1/api-keys", &body).await.refused(&[422]);
    }
    for role in ["contributor", "reviewer", "reader"] {
        let answer = register.post("/v1/api-keys", &new_key("unbound", role, &[])).await.refused(&[422]);
        assert_eq!(answer.places(), ["/authority_ids"]);
    }
    register.post("/v1/api-keys", &with(good, json!({ "expires_at": in_days(365) }))).await.expect(201);
}

#[actix_web::test]
async fn keys_are_listed_by_name_or_end_and_filtered_by_role_and_authority() {
    let register = Register::empty().await;
    let (one, other) = (authority(&register).await, authority(&register).await);
    for (name, role, authorities, days) in [
        ("b", "reader", vec![&one], 10),
        ("C", "reviewer", vec![&one, &other], 200),
        ("a", "contributor", vec![&other], 3),
    ] {
        let body = with(new_key(name, role, &authorities), json!({ "expires_at": in_days(days) }));
        register.post("/v1/api-keys", &body).await.expect(201);
    }
    let names = async |query: &str| {
        let answer = register.get(&format!("/v1/api-keys?{query}")).await.expect(200);
        answer.each("name").iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let id = |authority: &Value| authority["authority_id"].as_str().unwrap().to_owned();
    assert_eq!(names("sort=expires_at").await, ["a", "b", ADMIN, "C"]);
    assert_eq!(names("sort=-expires_at").await, ["C", ADMIN, "b", "a"]);
    assert_eq!(names("role=reader,reviewer&sort=expires_at").await, ["b", "C"]);
    assert_eq!(names(&format!("authority={}&sort=expires_at", id(&one))).await, ["b", "C"]);
    assert_eq!(names(&format!("authority={}&role=contributor", id(&other))).await, ["a"]);
    assert_eq!(names(&format!("authority={}", one["gss_code"].as_str().unwrap())).await.len(), 2);
    let (up, down) = (names("sort=name").await, names("sort=-name").await);
    assert_eq!(up, down.into_iter().rev().collect::<Vec<_>>());
}

#[actix_web::test]
async fn an_authority_that_keys_are_bound_to_stays_until_they_are_revoked() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let address = format!("/v1/authorities/{}", council["authority_id"].as_str().unwrap());
    let bound = key(&register, "team", "reader", &[&council]).await;
    assert_eq!(register.delete(&address, "*").await.refused(&[409]).code(), "in_use");
    register.delete(&path(&bound), "*").await.expect(204);
    register.delete(&address, "*").await.expect(204);
}

#[actix_web::test]
async fn whoever_records_evidence_does_not_accept_it() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let team = key(&register, "team", "contributor", &[&council]).await;
    let board = key(&register, "board", "reviewer", &[&council]).await;
    let by = async |key: &Value, path: &str, body: Value| {
        register.request(Method::POST, path).key(secret(key)).json(&body).send().await
    };
    let new = json!({ "authority_id": council["authority_id"], "title": "Visit in time", "source": "audit" });
    let action = by(&team, "/v1/improvement-actions", new).await.expect(201).header("location").to_owned();
    for state in ["agreed", "in_progress", "completed"] {
        by(&team, &format!("{action}/transitions"), json!({ "to_state": state })).await.expect(201);
    }
    let shown = json!({ "kind": "audit", "title": "Visits were in time" });
    let evidence = by(&team, &format!("{action}/evidence"), shown).await.expect(201).header("location").to_owned();
    let reviews = format!("{evidence}/reviews");
    by(&team, &reviews, json!({ "outcome": "accepted" })).await.refused(&[403]);
    by(&team, &format!("{action}/transitions"), json!({ "to_state": "verified" })).await.refused(&[409]);
    let review = by(&board, &reviews, json!({ "outcome": "accepted" })).await.expect(201).json();
    assert_eq!(review["recorded_by"], "board");
    by(&team, &format!("{action}/transitions"), json!({ "to_state": "verified" })).await.expect(201);
}
