//! How the program stops: what it still serves, and for how long.

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::process::body;
use super::program::{Folder, Service, signal};
use crate::support::database::Database;
use crate::support::keys::ADMIN_SECRET;

#[test]
fn at_sigterm_it_drains_first_and_at_sigint_it_does_not() {
    let database = Database::empty();
    let folder = Folder::new();
    let start = |seconds: &str, output: &str| {
        let settings = [("DATABASE_URL", database.url.as_str()), ("DRAIN_SECONDS", seconds)];
        Service::start(&settings, &folder.0.join(output))
    };
    let must_drain = |service: &Service| {
        signal(service.pid(), "TERM");
        let begun = Instant::now();
        while service.get("/health/ready").starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < Duration::from_secs(2), "{}", service.said());
        }
        assert_eq!(body(&service.get("/health/ready"))["detail"], "draining");
        assert!(service.get("/health/live").starts_with("HTTP/1.1 200"));
    };

    let mut service = start("3", "drained");
    let kept = b"GET /v1/themes HTTP/1.1\r\nHost: x\r\n\r\n";
    let begun = Instant::now();
    must_drain(&service);
    let answer = service.exchange(kept);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(3), "too slow to say anything: {:?}", begun.elapsed());
    assert!(service.wait().success() && begun.elapsed() >= Duration::from_secs(3), "{}", service.said());

    let mut service = start("600", "hurried");
    must_drain(&service);
    signal(service.pid(), "TERM");
    assert!(service.wait().success(), "{}", service.said());
    let begun = Instant::now();
    for name in ["INT", "HUP"] {
        assert!(start("600", name).end(name).success());
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn a_second_signal_does_not_wait_for_requests_in_progress() {
    let database = Database::empty();
    let folder = Folder::new();
    let settings = [("DATABASE_URL", database.url.as_str()), ("DRAIN_SECONDS", "0")];
    let mut service = Service::start(&settings, &folder.0.join("output"));
    // A body that does not come: the request is in progress for 15 seconds.
    let mut slow = TcpStream::connect(service.address).unwrap();
    let head = format!("POST /v1/authorities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_SECRET}");
    write!(slow, "{head}\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n").unwrap();
    sleep(Duration::from_millis(500));
    let begun = Instant::now();
    signal(service.pid(), "TERM");
    while !service.said().contains("requests in progress are finished") {
        assert!(begun.elapsed() < Duration::from_secs(5), "{}", service.said());
        sleep(Duration::from_millis(20));
    }
    signal(service.pid(), "TERM");
    assert!(service.wait().success() && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
