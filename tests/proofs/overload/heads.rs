//! Heads of requests: what is read of them is bounded, one by one and together, and so is what is sent ahead.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inspection_register::http::limits::Limits;

use super::server::{BUSY, Server, generous, rest};
use crate::support::keys;

/// A head of about so many bytes, without its end.
fn head(size: usize) -> String {
    let line = format!("X-Padding: {}\r\n", "a".repeat(2_000));
    format!("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}", line.repeat(size / 2_000))
}

/// A head of so many bytes that does not end.
fn unfinished(server: &Server, size: usize) -> TcpStream {
    let mut stream = server.connect();
    let _ = stream.write_all(head(size).as_bytes());
    stream
}

/// Whether the other end has closed.
pub fn is_closed(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    !matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// Waits until so many of these are closed.
fn wait_for_closed(streams: &[TcpStream], count: usize) {
    let begun = Instant::now();
    while streams.iter().filter(|stream| is_closed(stream)).count() < count {
        assert!(begun.elapsed() < BUSY, "fewer than {count} are closed");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn heads_together_have_a_memory_that_they_may_not_exceed() {
    let server = Server::with(Limits { head_memory: 150_000, ..generous() });
    let large = format!("{}\r\n", head(60_000));
    assert!(server.exchange(&large).starts_with("HTTP/1.1 200"), "one fits");
    let held = (0..5).map(|_| unfinished(&server, 60_000)).collect::<Vec<_>>();
    wait_for_closed(&held, 3);
    sleep(Duration::from_millis(200));
    assert_eq!(held.iter().filter(|stream| is_closed(stream)).count(), 3, "two fit");
    assert_eq!(server.exchange(&large), "", "a third does not");
    assert!(server.exchange(&format!("{}\r\n", head(6_000))).starts_with("HTTP/1.1 200"), "what is small still fits");
    drop(held);
    let begun = Instant::now();
    while !server.exchange(&large).starts_with("HTTP/1.1 200") {
        assert!(begun.elapsed() < BUSY, "the memory is not given back");
        sleep(Duration::from_millis(20));
    }
    // Also by a connection that stays: an answered head is no longer held.
    let kept = (0..5).map(|_| {
        let mut stream = server.connect();
        stream.write_all(format!("{}\r\n", head(60_000).replace("close", "keep-alive")).as_bytes()).unwrap();
        let mut first = [0; 15];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(first.as_slice(), b"HTTP/1.1 200 OK");
        stream
    });
    assert_eq!(kept.collect::<Vec<_>>().len(), 5);
}

#[test]
fn a_head_has_a_size_that_it_may_not_exceed() {
    let server = Server::with(generous());
    assert!(server.exchange(&format!("{}\r\n", head(120_000))).starts_with("HTTP/1.1 200"));
    let mut stream = unfinished(&server, 140_000);
    assert!(rest(&mut stream).starts_with("HTTP/1.1 431"));
}

#[test]
fn requests_that_are_sent_ahead_are_answered_one_by_one() {
    let server = Server::with(generous());
    let live = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = "POST /v1/authorities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let post = format!("{post}Authorization: Bearer {}\r\n", keys::ADMIN_SECRET);
    let sized = format!("{post}Content-Length: 7\r\n\r\n{{\"a\":1}}");
    let chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n3;x\r\n{{\"a\r\n4\r\n\":1}}\r\n0\r\n\r\n");
    // Refused before it is read, and passed over.
    let unwanted = chunked.replace("/v1/authorities", "/v1/nothing");
    let last = live.replace("Host", "Connection: close\r\nHost");
    let requests = [live, &sized, live, &chunked, &chunked, live, &unwanted, live, &sized, &last];
    let expected = ["200", "422", "200", "422", "422", "200", "404", "200", "422", "200"];
    for pause in [Duration::ZERO, Duration::from_millis(1)] {
        let mut stream = server.connect();
        let text = requests.concat();
        let piece = if pause.is_zero() { text.len() } else { 29 };
        for piece in text.as_bytes().chunks(piece) {
            stream.write_all(piece).unwrap();
            sleep(pause);
        }
        let answers = rest(&mut stream);
        let statuses = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect::<Vec<_>>();
        assert_eq!(statuses, expected, "{answers}");
    }
}

#[test]
fn a_refusal_leaves_the_connection_open_if_the_body_is_there() {
    let server = Server::with(generous());
    let mut stream = server.connect();
    let refused = "POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
    let last = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(format!("{}{last}", refused.repeat(3)).as_bytes()).unwrap();
    let answers = rest(&mut stream);
    assert_eq!(answers.matches("HTTP/1.1 404").count(), 3, "{answers}");
    assert!(answers.contains("HTTP/1.1 200"), "{answers}");
}
