//! Cursors that this register did not make for this question.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::Register;
use crate::support::operations::lists;

/// Every list that has a second page, with its first cursor.
async fn cursors(register: &Register) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for list in lists() {
        let path = list.path();
        let page = register.get(&format!("{path}?limit=1")).await.expect(200).json();
        if let Some(cursor) = page["page"]["next_cursor"].as_str() {
            found.push((path, cursor.to_owned()));
        }
    }
    assert!(found.len() >= 8, "{found:?}");
    found
}

async fn refused(register: &Register, path: &str) {
    assert_eq!(register.get(path).await.refused(&[422]).code(), "invalid_cursor", "{path}");
}

#[actix_web::test]
async fn a_cursor_with_one_letter_altered_is_refused() {
    let register = Register::real().await;
    for (path, cursor) in cursors(&register).await {
        for index in 0..cursor.len() {
            for letter in ["A", "_", "9"].into_iter().filter(|letter| *letter != &cursor[index..=index]) {
                let altered = format!("{}{letter}{}", &cursor[..index], &cursor[index + 1..]);
                refused(&register, &format!("{path}?limit=1&cursor={altered}")).await;
            }
        }
        for altered in [&cursor[1..], &cursor[..cursor.len() - 1], &format!("{cursor}A"), "x"] {
            refused(&register, &format!("{path}?cursor={altered}")).await;
        }
        let misspelt = register.get(&format!("{path}?cursor={cursor}%3D")).await.refused(&[400]);
        assert_eq!((misspelt.code().as_str(), misspelt.places()), ("invalid_parameter", vec!["cursor".to_owned()]));
    }
}

#[actix_web::test]
async fn a_cursor_is_of_one_list_with_its_filters_and_its_sort() {
    let register = Register::real().await;
    let cursors = cursors(&register).await;
    for (path, cursor) in &cursors {
        register.get(&format!("{path}?cursor={cursor}")).await.expect(200);
        for (other, _) in cursors.iter().filter(|(other, _)| other != path) {
            refused(&register, &format!("{other}?cursor={cursor}")).await;
        }
        for (name, query) in [
            ("q", "q=ab"),
            ("sort", "sort=name"),
            ("sort", "sort=-name"),
            ("sort", "sort=published_on"),
            ("region", "region=London"),
            ("authority", "authority=E06000019"),
            ("as_at", "as_at=2020-01-01"),
            ("set", "set=previous"),
        ] {
            let list = lists().into_iter().find(|list| list.path() == *path).unwrap();
            let sample = if name == "sort" { query.trim_start_matches("sort=") } else { "" };
            let knows = list.query_parameters().iter().any(|(known, schema)| {
                known == name && (name != "sort" || schema["enum"].as_array().unwrap().contains(&json!(sample)))
            });
            if knows {
                refused(&register, &format!("{path}?{query}&cursor={cursor}")).await;
            }
        }
    }
}

#[actix_web::test]
async fn a_cursor_that_holds_something_else_is_refused() {
    let register = Register::real().await;
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "1",
        "{\"key\":null,\"seal\":null}",
        "{\"key\":1,\"seal\":\"x\"}",
        "{\"key\":[],\"seal\":\"\"}",
        "{\"key\":[\"2020-01-01\",\"019a0000-0000-7000-8000-000000000000\"],\"seal\":\"\",\"x\":1}",
        "\u{0}",
        "[[[[[[",
    ];
    for (path, _) in cursors(&register).await {
        for body in bodies {
            let cursor = URL_SAFE_NO_PAD.encode(body);
            let answer = register.get(&format!("{path}?cursor={cursor}")).await.refused(&[400, 422]);
            let expected = if body.is_empty() { "invalid_parameter" } else { "invalid_cursor" };
            assert_eq!(answer.code(), expected, "{path} {body}");
        }
        refused(&register, &format!("{path}?cursor={}", URL_SAFE_NO_PAD.encode(b"\xff\xfe"))).await;
    }
}

/// A cursor as the register would seal it, by someone who has read how.
fn forged(path: &str, key: &Value) -> String {
    let question = json!([path, []]).to_string();
    let seal = Sha256::new().chain_update(question).chain_update([0]).chain_update(key.to_string()).finalize();
    let cursor = format!("{{\"key\":{key},\"seal\":\"{}\"}}", URL_SAFE_NO_PAD.encode(&seal[..12]));
    URL_SAFE_NO_PAD.encode(cursor)
}

#[actix_web::test]
async fn a_cursor_that_is_sealed_by_another_does_no_harm() {
    let register = Register::real().await;
    let id = "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8";
    let good = register.get(&format!("/v1/authorities?cursor={}", forged("/v1/authorities", &json!(["X", id])))).await;
    good.expect(200);
    for (path, _) in cursors(&register).await {
        for key in [
            json!(["\0", id]),
            json!(["a\u{1b}b", id]),
            json!(["x".repeat(500), id]),
            json!(["", id]),
            json!(["2020-01-01", id]),
            json!([null, id]),
            json!(["2020-01-01", id, i32::MAX]),
            json!(["2020-01-01", id, i64::MAX]),
            json!(["+262142-12-31", id]),
            json!(["2101-01-01", id]),
            json!(["current", id]),
            json!(i32::MAX),
            json!(-1),
            json!(i64::MAX),
        ] {
            let cursor = forged(&path, &key);
            let answer = register.get(&format!("{path}?cursor={cursor}")).await;
            assert!(!answer.status.is_server_error(), "{path} {key}: {}", answer.text());
        }
    }
}
