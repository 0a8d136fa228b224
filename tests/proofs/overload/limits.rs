//! The limits as they are when nothing shortens them, and as they are documented.

use std::time::Duration;

use inspection_register::http::limits::Limits;

use super::server::{Server, dribble};
use crate::support::keys;

/// What callers are told.
const DOCUMENTED: &str = include_str!("../../../docs/limits.md");

#[test]
fn the_limits_are_those_that_are_documented() {
    let Limits { head, body, write, keep_alive, disconnect, connections, head_memory, body_memory, response_memory } =
        Limits::default();
    let deadlines = [head, body, write, keep_alive, disconnect].map(|limit| limit.as_millis());
    assert_eq!(deadlines, [5_000, 15_000, 15_000, 15_000, 1_000]);
    assert_eq!(connections, 10_000);
    assert_eq!([head_memory, body_memory, response_memory].map(|limit| limit >> 20), [8, 32, 32]);
    for line in [
        "| the head of a request | 5 s from",
        "| a whole body, however it is sent | 15 s from",
        "| a client that reads nothing of a response | 15 s |",
        "| the next request on a connection | 15 s |",
        "| the rest of a refused body | 1 s,",
        "| connections | 10,000 |",
        "| all heads that are being read | 8 MiB;",
        "| all bodies that are being read | 32 MiB;",
        "| all responses to reads that are being sent | 32 MiB;",
    ] {
        assert!(DOCUMENTED.contains(line), "{line}");
    }
}

/// With nothing shortened: `script/overload`.
#[test]
#[ignore = "takes fifteen seconds"]
fn a_body_that_dribbles_is_cut_off_after_fifteen_seconds() {
    let server = Server::with(Limits::default());
    let mut stream = server.connect();
    let head = "POST /v1/authorities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000";
    let head = format!("{head}\r\nAuthorization: Bearer {}\r\n\r\n", keys::ADMIN_SECRET);
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    let (took, answer) = dribble(stream, " ");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took >= Duration::from_millis(14_900) && took < Duration::from_secs(18), "{took:?}");
}
