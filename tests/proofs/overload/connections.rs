//! Connections that are slow or idle: each deadline closes them, and it alone.

use std::io::{Read, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use inspection_register::http::limits::Limits;

use super::server::{BUSY, SHORT, Server, ask, assert_short, dribble, generous, rest};

const LIVE: &str = r#"{"status":"live"}"#;
/// How far the clock of the HTTP library may be behind, by which some of its deadlines come early.
const BEHIND: Duration = Duration::from_millis(500);

#[test]
fn a_head_that_dribbles_is_cut_off_on_a_new_connection() {
    let server = Server::with(Limits { head: SHORT + BEHIND, ..generous() });
    let mut stream = server.connect();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let (took, answer) = dribble(stream, "a");
    assert_short(took);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn a_head_that_dribbles_is_cut_off_on_a_connection_that_was_kept() {
    let server = Server::with(Limits { head: SHORT, ..generous() });
    let mut stream = server.connect();
    for _ in 0..3 {
        ask(&mut stream, "/health/live", LIVE);
        sleep(SHORT / 3);
    }
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let (took, answer) = dribble(stream, "a");
    assert_short(took);
    assert_eq!(answer, "");
}

#[test]
fn what_is_left_of_a_body_that_nobody_wants_is_cut_off() {
    let server = Server::with(Limits { head: SHORT, ..generous() });
    let mut stream = server.connect();
    stream.write_all(b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    let (took, answer) = dribble(stream, "1\r\na\r\n");
    assert_short(took);
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[test]
fn a_connection_that_asks_nothing_more_is_closed() {
    let server = Server::with(Limits { keep_alive: SHORT + BEHIND, ..generous() });
    let mut stream = server.connect();
    ask(&mut stream, "/health/live", LIVE);
    let begun = Instant::now();
    assert_eq!(rest(&mut stream), "");
    assert_short(begun.elapsed());
}

/// A request for more than the buffers between two ends hold, many times over.
fn ask_for_much(server: &Server) -> std::net::TcpStream {
    let mut stream = server.connect();
    let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request.repeat(15).as_bytes()).unwrap();
    stream.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

/// Reads to the end: how often the answer came whole.
fn whole_answers(stream: &mut std::net::TcpStream) -> usize {
    let text = rest(stream);
    text.matches("\"openapi\":").count()
}

#[test]
fn a_reader_who_stops_reading_is_given_up() {
    let server = Server::with(Limits { write: SHORT, ..generous() });
    let mut stream = ask_for_much(&server);
    sleep(SHORT * 4);
    let begun = Instant::now();
    let whole = whole_answers(&mut stream);
    assert!(whole < 16, "{whole} answers waited");
    assert!(begun.elapsed() < BUSY, "{:?}", begun.elapsed());
}

#[test]
fn a_reader_who_is_slow_gets_the_whole() {
    let server = Server::with(Limits { write: SHORT, ..generous() });
    let mut stream = ask_for_much(&server);
    let (mut read, mut piece) = (0, vec![0; 64 * 1024]);
    let begun = Instant::now();
    loop {
        let more = stream.read(&mut piece).unwrap();
        if more == 0 {
            break;
        }
        read += more;
        // Slow at first, and long enough to be beyond the deadline several times.
        if begun.elapsed() < SHORT * 4 {
            sleep(Duration::from_millis(50));
        }
    }
    assert!(begun.elapsed() > SHORT * 3, "{:?}", begun.elapsed());
    let one = server.get("/openapi.json").len();
    assert!(read > one * 15, "{read} bytes of 16 times {one}");
}
