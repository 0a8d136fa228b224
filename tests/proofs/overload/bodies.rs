//! Bodies that dribble, and bodies that are too large: refused before anything is done for them.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::thread;
use std::time::Instant;

use inspection_register::database::pool::Db;
use inspection_register::http::limits::{Limits, RequestLimits};
use inspection_register::http::limits::rate::RateLimits;

use super::server::{BUSY, LONG, SHORT, Server, assert_short, dribble, generous, rest};
use crate::support::database::Database;
use crate::support::keys;
use crate::support::rows::new_authority;

/// The head of a good request, but for the length of its body.
static HEAD: LazyLock<String> = LazyLock::new(|| {
    let key = format!("Authorization: Bearer {}", keys::ADMIN_SECRET);
    format!("POST /v1/authorities HTTP/1.1\r\nHost: x\r\n{key}\r\nContent-Type: application/json\r\n")
});

#[test]
fn a_body_that_dribbles_is_cut_off_and_holds_no_connection_to_the_database() {
    let database = Database::empty();
    let db = Db::new(&database.url, 1);
    let bounds = RequestLimits::new(Limits { body: SHORT * 2, ..generous() }, RateLimits::default());
    let server = Server::on(database, |app| (app.db, app.limits) = (db, bounds));
    // The key is known before many come with it at once: there is one connection to ask on.
    let body = new_authority().to_string();
    let post = format!("{}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", *HEAD, body.len());
    assert!(server.exchange(&post).starts_with("HTTP/1.1 201"));
    for (framing, piece) in [("Content-Length: 1000000", " "), ("Transfer-Encoding: chunked", "1\r\n \r\n")] {
        let dribbling = (0..20).map(|_| {
            let mut stream = server.connect();
            stream.write_all(format!("{}{framing}\r\n\r\n", *HEAD).as_bytes()).unwrap();
            thread::spawn(move || dribble(stream, piece))
        });
        let dribbling = dribbling.collect::<Vec<_>>();
        assert!(server.get("/v1/themes").starts_with("HTTP/1.1 200"), "others are answered meanwhile");
        for (took, answer) in dribbling.into_iter().map(|one| one.join().unwrap()) {
            assert_short(took);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 408") && head.contains("connection: close"), "{head}");
            assert!(head.contains("application/problem+json"), "{head}");
            assert!(body.contains(r#""code":"request_timeout""#), "{body}");
        }
    }
}

#[test]
fn a_slow_body_that_arrives_in_time_is_taken() {
    let server = Server::with(generous());
    let (body, mut stream) = (new_authority().to_string(), server.connect());
    stream
        .write_all(format!("{}Connection: close\r\nContent-Length: {}\r\n\r\n", *HEAD, body.len()).as_bytes())
        .unwrap();
    for piece in body.as_bytes().chunks(body.len() / 10 + 1) {
        thread::sleep(SHORT / 10);
        stream.write_all(piece).unwrap();
    }
    assert!(rest(&mut stream).starts_with("HTTP/1.1 201"));
}

#[test]
fn a_body_that_is_announced_as_too_large_is_refused_before_it_comes() {
    let server = Server::with(generous());
    let begun = Instant::now();
    let answer = server.exchange(&format!("{}Content-Length: 1048577\r\n\r\n", *HEAD));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(begun.elapsed() < BUSY, "{:?}", begun.elapsed());
}

#[test]
fn a_body_without_a_length_is_cut_at_the_limit() {
    let server = Server::with(Limits { head: SHORT, ..generous() });
    let mut stream = server.connect();
    stream.write_all(format!("{}Transfer-Encoding: chunked\r\n\r\n", *HEAD).as_bytes()).unwrap();
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    // Without an end: the refusal does not wait for it.
    let mut sent = 0;
    while sent < 40 && stream.write_all(chunk.as_bytes()).is_ok() {
        sent += 1;
    }
    let (_, answer) = dribble(stream, "1\r\n \r\n");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn bodies_together_have_a_memory_that_they_may_not_exceed() {
    let server = Server::with(Limits { body_memory: 300_000, ..generous() });
    let post = || {
        let mut stream = server.connect();
        let part = " ".repeat(200_000);
        stream.write_all(format!("{}Content-Length: 1000000\r\n\r\n{part}", *HEAD).as_bytes()).unwrap();
        stream
    };
    // Whichever of the two comes later does not fit.
    let mut posts = [post(), post()];
    let mut refused = String::new();
    let begun = Instant::now();
    while refused.is_empty() && begun.elapsed() < LONG {
        for stream in &mut posts {
            stream.set_read_timeout(Some(SHORT / 10)).unwrap();
            let mut answer = [0; 4096];
            let read = stream.read(&mut answer).unwrap_or_default();
            refused.push_str(&String::from_utf8_lossy(&answer[..read]));
        }
    }
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1"), "{refused}");
    let body = new_authority().to_string();
    let head = format!("{}Connection: close\r\nContent-Length: {}\r\n\r\n", *HEAD, body.len());
    assert!(server.exchange(&format!("{head}{body}")).starts_with("HTTP/1.1 201"), "what is small still fits");
}
