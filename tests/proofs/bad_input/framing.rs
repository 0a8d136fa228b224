//! Bodies that are no JSON object, of another media type, or too large.

use serde_json::{Value, json};

use crate::support::operations::with_body;
use crate::support::{Register, sample};

/// What is no JSON at all, or more than one value.
fn no_json(good: &str) -> Vec<Vec<u8>> {
    let mut bodies = [
        "",
        " \n",
        "{",
        "}",
        "nul",
        "{} {}",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "{} // x",
        "[1,]",
        "\u{feff}\u{feff}{}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    bodies.extend((1..good.len()).step_by(37).map(|end| good.as_bytes()[..end].to_vec()));
    bodies.push([good.as_bytes(), b"x"].concat());
    bodies.push(good.encode_utf16().flat_map(u16::to_le_bytes).collect());
    bodies.push(b"{\"a\":\"\xff\"}".to_vec());
    bodies.push(b"{\"\xc3\x28\":1}".to_vec());
    bodies.push(b"{\"a\":\"\xed\xa0\x80\"}".to_vec());
    bodies.push(format!("{}{}", "[".repeat(200), "]".repeat(200)).into());
    bodies.push(format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)).into());
    bodies.push("[".repeat(100_000).into());
    bodies
}

#[actix_web::test]
async fn a_body_that_is_no_json_is_malformed() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        for body in no_json(&sample::whole(&schema).to_string()) {
            let request = operation.request(&register, &operation.path()).body("application/json", body);
            assert_eq!(request.send().await.refused(&[400]).code(), "malformed_request");
        }
        let request = operation.request(&register, &operation.path());
        request.header("Content-Type", "application/json").send().await.refused(&[400]);
    }
}

#[actix_web::test]
async fn a_body_that_is_no_object_breaks_the_schema() {
    let register = Register::real().await;
    for (operation, _) in with_body() {
        for body in ["[]", "[{}]", "\"x\"", "1", "true", "null", &format!("{}1{}", "[".repeat(100), "]".repeat(100))] {
            let request = operation.request(&register, &operation.path()).body("application/json", body);
            assert_eq!(request.send().await.refused(&[422]).places(), [""]);
        }
    }
}

#[actix_web::test]
async fn a_body_is_json_in_utf_8_and_not_compressed() {
    let register = Register::real().await;
    for (operation, schema) in with_body() {
        let good = sample::whole(&schema).to_string();
        let is_patch = operation.method == "PATCH";
        let mut wrong = vec![
            "text/plain",
            "text/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/problem+json",
            "application/json-patch+json",
            "application/json; charset=latin1",
            "application/json; charset=utf-16",
            "application/json; charset=nothing",
            "*/*",
            "json",
            "",
        ];
        if !is_patch {
            wrong.push("application/merge-patch+json");
        }
        for media_type in wrong {
            let request = operation.request(&register, &operation.path()).body(media_type, good.clone());
            let answer = request.send().await;
            assert_eq!(answer.refused(&[415]).code(), "unsupported_media_type", "{} {media_type}", operation.id);
        }
        let untyped = operation.request(&register, &operation.path()).untyped(good.clone());
        untyped.send().await.refused(&[415]);
        for coding in ["gzip", "br", "identity", "x"] {
            let request = operation.request(&register, &operation.path()).body("application/json", good.clone());
            request.header("Content-Encoding", coding).send().await.refused(&[415]);
        }
        for media_type in ["application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"] {
            let request = operation.request(&register, &operation.path()).body(media_type, "{\"x\":1}");
            request.send().await.refused(&[422]);
        }
    }
}

#[actix_web::test]
async fn a_body_has_a_size_that_it_may_not_exceed() {
    let register = Register::real().await;
    for (operation, _) in with_body() {
        let large = ["create_document", "update_document", "create_inspection", "update_inspection"];
        let limit = if large.contains(&operation.id) { 2 << 20 } else { 1 << 20 };
        let padded = |size: usize| format!("{{\"x\":1{}}}", " ".repeat(size - 7));
        for (size, status) in [(limit, 422), (limit + 1, 413)] {
            let request = || operation.request(&register, &operation.path()).body("application/json", padded(size));
            request().send().await.refused(&[status]);
            request().chunked().send().await.refused(&[status]);
        }
    }
}

#[actix_web::test]
async fn a_body_where_none_is_expected_does_no_harm() {
    let register = Register::real().await;
    for operation in crate::support::operations::all().iter().filter(|operation| operation.body.is_none()) {
        let request = operation.request(&register, &operation.path());
        let answer = request.body("application/json", json!({ "x": Value::Null }).to_string()).send().await;
        assert!(!answer.status.is_server_error(), "{}: {}", operation.id, answer.text());
    }
}
