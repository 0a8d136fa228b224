//! Answers that wait for their readers: their memory is bounded, and given back.

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inspection_register::http::limits::Limits;

use super::server::{BUSY, SHORT, Server, generous};

#[test]
fn answers_that_nobody_reads_are_bounded_and_let_go() {
    let limits = Limits { response_memory: 300_000, write: SHORT * 2, ..generous() };
    let server = Server::with(limits);
    let document = server.get("/openapi.json");
    assert!(document.len() > 400_000 && document.starts_with("HTTP/1.1 200"), "one may be larger than the memory");

    let mut stalled = server.connect();
    stalled.write_all("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(16).as_bytes()).unwrap();
    let begun = Instant::now();
    let refused = loop {
        let answer = server.get("/openapi.json");
        if answer.starts_with("HTTP/1.1 503") {
            break answer;
        }
        assert!(begun.elapsed() < SHORT * 2, "the stalled reader holds nothing");
    };
    assert!(refused.contains("retry-after: 1") && refused.contains(r#""code":"unavailable""#), "{refused}");
    assert!(server.get("/v1/themes?limit=1").starts_with("HTTP/1.1 200"), "what is small is answered");
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200"));

    while !server.get("/openapi.json").starts_with("HTTP/1.1 200") {
        assert!(begun.elapsed() < limits.write + BUSY, "the memory is not given back");
        sleep(Duration::from_millis(50));
    }
    assert_eq!(server.get("/openapi.json").len(), document.len());
}

#[test]
fn large_answers_come_whole_and_compressed_too() {
    let server = Server::with(generous());
    let body = |answer: String| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let plain = body(server.get("/openapi.json"));
    let mut document = serde_json::from_str::<serde_json::Value>(&plain).unwrap();
    document["servers"][0]["url"] = "/v1".into();
    assert_eq!(document, **crate::support::contract::DOCUMENT);
    let compressed =
        server.exchange("GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n");
    assert!(compressed.contains("content-encoding: gzip") && compressed.len() < plain.len() / 2);
}
