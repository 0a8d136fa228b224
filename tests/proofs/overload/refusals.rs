//! What the metrics tell of those who were refused: how many, and why.

use std::io::Write;
use std::num::NonZeroU32;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inspection_register::http::limits::rate::RateLimits;
use inspection_register::http::limits::{Limits, RequestLimits};

use super::server::{BUSY, SHORT, Server, dribble, generous, rest};
use crate::support::database::Database;
use crate::support::keys;

/// The number of refusals for a cause, when it is what it must be, or when nothing more comes.
fn refused(server: &Server, cause: &str, expected: u32) -> u32 {
    let begun = Instant::now();
    loop {
        let text = server.get("/metrics");
        let name = format!("requests_refused_total{{cause=\"{cause}\"}} ");
        let number = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().trim().parse().unwrap();
        if number == expected || begun.elapsed() > BUSY {
            return number;
        }
        sleep(Duration::from_millis(50));
    }
}

/// The head of a POST with a body of this length.
fn head(length: usize) -> String {
    let head = "POST /v1/authorities HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json";
    format!("{head}\r\nAuthorization: Bearer {}\r\nContent-Length: {length}\r\n\r\n", keys::ADMIN_SECRET)
}

#[test]
fn refusals_are_counted_by_cause() {
    let limits = Limits { head: SHORT, body: SHORT, body_memory: 1024, ..generous() };
    let server = Server::on(Database::empty(), |app| {
        app.limits = RequestLimits::new(limits, RateLimits::new(NonZeroU32::new(2)));
    });
    assert!(server.exchange(&head(100_000_000)).starts_with("HTTP/1.1 413"));
    assert_eq!(refused(&server, "size", 1), 1);

    let full = format!("{}{}", head(100_000), " ".repeat(100_000));
    assert!(server.exchange(&full).starts_with("HTTP/1.1 503"));
    assert_eq!(refused(&server, "memory", 1), 1);

    let mut slow = server.connect();
    slow.write_all(head(5).as_bytes()).unwrap();
    assert!(rest(&mut slow).starts_with("HTTP/1.1 408"));
    assert_eq!(refused(&server, "deadline", 1), 1, "a body");
    let mut reused = server.connect();
    super::server::ask(&mut reused, "/health/live", "\"live\"}");
    dribble(reused, "x");
    assert_eq!(refused(&server, "deadline", 2), 2, "the head of a second request, which gets no response");

    let statuses = [(); 3].map(|()| server.get("/v1/themes")[..12].to_owned());
    assert_eq!(statuses, ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 429"]);
    assert_eq!(refused(&server, "rate", 1), 1);
}
