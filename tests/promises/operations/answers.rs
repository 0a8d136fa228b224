//! The headers of answers: ids, tags, caching, compression.

use actix_web::http::Method;
use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::json;

use crate::support::operations::all;
use crate::support::rows::{authority, inspection, new_authority};
use crate::support::{Answer, Register};

fn vary(answer: &Answer) -> String {
    answer.headers.get_all("vary").map(|value| value.to_str().unwrap().to_lowercase()).collect::<Vec<_>>().join(", ")
}

#[actix_web::test]
async fn what_the_caller_has_is_not_sent_again() {
    let register = Register::real().await;
    for read in all().iter().filter(|operation| operation.method == Method::GET) {
        let path = read.path();
        let first = register.get(&path).await.expect(200);
        let tag = first.etag().to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{path}: {tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            for method in [Method::GET, Method::HEAD] {
                let again = register.request(method, &path).header("If-None-Match", &known).send().await.expect(304);
                assert!(again.bytes.is_empty());
                assert_eq!(
                    (again.etag(), again.header("cache-control")),
                    (first.etag(), first.header("cache-control"))
                );
            }
        }
        let other = register.request(Method::GET, &path).header("If-None-Match", "\"other\"").send().await.expect(200);
        assert_eq!(other.etag(), tag);
    }
}

#[actix_web::test]
async fn reads_are_asked_about_again_by_those_who_may_and_writes_and_failures_are_not_kept() {
    let register = Register::real().await;
    for read in all().iter().filter(|operation| operation.method == Method::GET) {
        let answer = register.get(&read.path()).await.expect(200);
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{}", read.id);
        let vary = vary(&answer);
        assert!(vary.contains("authorization") && vary.contains("accept-encoding"), "{}: {vary}", read.id);
        let refused = register.get(&format!("{}?x=1", read.path())).await.refused(&[400]);
        assert_eq!(refused.header("cache-control"), "no-store");
    }
    for (path, expected) in [
        ("/v1/frameworks", "public, max-age=3600"),
        ("/v1/themes", "public, max-age=3600"),
        ("/v1/standings", "public, no-cache"),
        ("/v1/authorities/E06000019", "public, no-cache"),
        ("/v1/events", "public, no-cache"),
    ] {
        let answer = register.request(Method::GET, path).anonymous().send().await.expect(200);
        assert_eq!(answer.header("cache-control"), expected, "{path}");
    }
    let created = register.post("/v1/authorities", &new_authority()).await.expect(201);
    let path = created.header("location").to_owned();
    let patched = register.patch(&path, created.etag(), &json!({ "name": "Exampleford" })).await.expect(200);
    let same = register.patch(&path, patched.etag(), &json!({ "name": "Exampleford" })).await.expect(200);
    let stale = register.patch(&path, "\"99\"", &json!({})).await.refused(&[412]);
    let deleted = register.delete(&path, "*").await.expect(204);
    for answer in [created, patched, same, stale, deleted] {
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.text());
    }
    for path in ["/health/live", "/health/ready", "/metrics", "/nothing"] {
        assert_eq!(register.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[actix_web::test]
async fn a_change_under_if_none_match_is_made() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let path = format!("/v1/authorities/{}", row["authority_id"].as_str().unwrap());
    let request = register.request(Method::PATCH, &path).if_match("\"1\"").header("If-None-Match", "*");
    request.json(&json!({ "name": "Exampleford" })).send().await.expect(200);
}

#[actix_web::test]
async fn answers_are_compressed_for_whoever_asks() {
    let register = Register::real().await;
    let asked = async |path: &str, coding: &str| {
        register.request(Method::GET, path).header("Accept-Encoding", coding).send().await
    };
    for path in ["/v1/standings.csv", "/openapi.json", "/openapi-3.0.json", "/metrics", "/"] {
        let plain = asked(path, "identity").await.expect(200);
        for coding in ["gzip", "gzip, deflate, br, zstd", "gzip;q=0.5, identity;q=0.1"] {
            let answer = asked(path, coding).await.expect(200);
            assert_eq!(answer.header("content-encoding"), "gzip", "{path} {coding}");
            assert_eq!(&answer.bytes[..2], b"\x1f\x8b");
            assert_eq!(vary(&answer).matches("accept-encoding").count(), 1);
            assert!(answer.bytes.len() < plain.bytes.len(), "{path}");
        }
        for coding in ["br", "identity", "gzip;q=0", "x"] {
            let answer = asked(path, coding).await.expect(200);
            assert_eq!(answer.header("content-encoding"), "", "{path} {coding}");
        }
    }
    let bare = asked("/nothing", "gzip").await;
    assert_eq!(bare.status, 404);
    assert!(bare.header("content-type").starts_with("application/problem+json"));
}

#[actix_web::test]
async fn a_compressed_form_has_a_tag_of_its_own_by_which_it_is_known_and_changed() {
    let register = Register::real().await;
    let get = async |path: &str, coding: &str, known: &str| {
        let request = register.request(Method::GET, path).header("Accept-Encoding", coding);
        if known.is_empty() { request } else { request.header("If-None-Match", known) }.send().await
    };
    for path in
        ["/v1/authorities/E06000019", "/v1/authorities/E06000019?embed=standing", "/v1/standings", "/openapi.json"]
    {
        let plain = get(path, "identity", "").await.expect(200).etag().to_owned();
        let answer = get(path, "gzip", "").await.expect(200);
        let compressed = answer.etag().to_owned();
        assert_eq!(answer.header("content-encoding"), "gzip");
        assert_eq!(compressed, format!("{}-gzip\"", plain.trim_end_matches('"')), "{path}");
        assert!(vary(&answer).contains("accept-encoding"));
        for coding in ["gzip", "identity"] {
            for (known, told) in [
                (plain.clone(), &plain),
                (compressed.clone(), &compressed),
                (format!("W/{compressed}"), &compressed),
                (format!("\"other\", {compressed}"), &compressed),
                (format!("{plain}, {compressed}"), &plain),
            ] {
                let again = get(path, coding, &known).await.expect(304);
                assert_eq!((again.etag(), vary(&again).contains("accept-encoding")), (told.as_str(), true), "{known}");
            }
            get(path, coding, "\"0-gzip\"").await.expect(200);
        }
        let head = register.request(Method::HEAD, path).header("Accept-Encoding", "gzip").send().await.expect(200);
        assert_eq!(head.etag(), compressed);
    }
    let path = "/v1/authorities/E06000019";
    let tag = get(path, "gzip", "").await.etag().to_owned();
    let change = json!({ "name": "Exampleford" });
    let request = register.request(Method::PATCH, path).header("Accept-Encoding", "gzip").if_match(&tag);
    let patched = request.json(&change).send().await.expect(200);
    assert_eq!((patched.header("content-encoding"), patched.etag()), ("", "\"2\""));
    let refused = register.patch(path, &tag, &json!({ "name": "Other" })).await.refused(&[412]);
    assert_eq!(refused.etag(), patched.etag());
    register.patch(path, patched.etag(), &json!({ "name": "Other" })).await.expect(200);
}

#[actix_web::test]
async fn the_id_of_a_request_is_taken_over_or_made() {
    let register = Register::real().await;
    for operation in all() {
        let answer = operation.request(&register, &operation.path()).header("X-Request-Id", "caller-7").send().await;
        assert_eq!(answer.header("x-request-id"), "caller-7", "{}", operation.id);
        if answer.status.is_client_error() {
            assert_eq!(answer.json()["trace_id"], "caller-7");
        }
    }
    let ids = [register.get("/").await, register.get("/").await].map(|answer| answer.header("x-request-id").to_owned());
    assert!(ids[0].len() == 36 && ids[0] != ids[1], "{ids:?}");
}

#[actix_web::test]
async fn a_change_is_kept_under_the_id_of_its_request() {
    let register = Register::empty().await;
    let row = inspection(&register, json!({ "state": "published" })).await;
    let request = register.request(Method::PATCH, &crate::support::rows::path(&row)).if_match("*");
    let request = request.header("X-Request-Id", "caller-8");
    request.json(&json!({ "title": "Corrected", "reason": "A misprint." })).send().await.expect(200);
    let mut connection = register.database.connect();
    let updates = events::table.filter(events::type_.eq("updated")).select(events::request_id);
    assert_eq!(updates.load::<String>(&mut connection).unwrap(), ["caller-8"]);
}

#[actix_web::test]
async fn pages_and_the_document_are_not_sent_twice() {
    let register = Register::empty().await;
    for path in ["/", "/docs/", "/openapi.json", "/openapi-3.0.json", "/problems", "/problems/conflict", "/pages.css"] {
        let first = register.get(path).await.expect(200);
        let again = register.request(Method::GET, path).header("If-None-Match", first.etag()).send().await;
        assert!(again.expect(304).bytes.is_empty(), "{path}");
    }
}
