//! Large tables: sent while they are read, from one snapshot, with little memory; a cut is seen, and slow readers do not keep
//! others from the database.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::server::{LONG, Server, generous, rest};

/// The number of rows of a table that no buffer holds.
const ROWS: usize = 6_000;

/// A register with many long findings of one inspection after another.
fn large() -> Server {
    let server = Server::with(generous());
    let rows = "
        insert into authorities (authority_id, name, gss_code, region, authority_type)
            values ('019a0000-0000-7000-8000-000000000001', 'Large', 'E06900001', 'London', 'county');
        insert into inspections (inspection_id, authority_id, published_on, state)
            select ('019a0001-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '019a0000-0000-7000-8000-000000000001',
                date '2015-01-01' + n, 'published' from generate_series(1, 20) n;
        insert into findings (finding_id, inspection_id, position, polarity, text)
            select gen_random_uuid(), ('019a0001-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, p, 'concern',
                p || repeat(', \"quoted\" and long', 150) from generate_series(1, 20) n, generate_series(1, 300) p";
    server.database.connect().batch_execute(rows).unwrap();
    server
}

/// Asks for a table, and reads the first bytes of it.
fn begin(server: &Server, method: &str, path: &str) -> (TcpStream, Vec<u8>) {
    let mut stream = server.connect();
    stream.write_all(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let mut first = vec![0; 4096];
    let read = stream.read(&mut first).unwrap();
    first.truncate(read);
    (stream, first)
}

/// The chunks of a body together, and whether the last one came.
fn unchunked(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        bytes = &bytes[end + 2..];
        body.extend_from_slice(&bytes[..size.min(bytes.len())]);
        bytes = bytes.get(size + 2..).unwrap_or_default();
    }
    (body, false)
}

/// Reads a response to its end.
fn finish(stream: &mut TcpStream, mut received: Vec<u8>, last_words: &[u8]) -> (String, Vec<u8>, bool) {
    let mut piece = vec![0; 256 * 1024];
    while !received.ends_with(last_words) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(read) => received.extend_from_slice(&piece[..read]),
        }
    }
    let end = received.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let (body, is_complete) = unchunked(&received[end + 4..]);
    (String::from_utf8_lossy(&received[..end]).to_lowercase(), body, is_complete)
}

/// The sessions of the register that hold a transaction open.
fn open_transactions(conn: &mut PgConnection) -> i64 {
    let open = "(select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() \
                and xact_start is not null and application_name = 'inspection-register')";
    diesel::select(diesel::dsl::sql::<BigInt>(open)).get_result(conn).unwrap()
}

#[track_caller]
fn wait_for_transactions(conn: &mut PgConnection, number: i64) {
    let begun = Instant::now();
    while open_transactions(conn) != number {
        assert!(begun.elapsed() < LONG, "{} transactions are open", open_transactions(conn));
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_large_table_is_sent_while_it_is_read_from_one_snapshot() {
    let server = large();
    let mut conn = server.database.connect();
    let (mut stream, first) = begin(&server, "GET", "/v1/findings.csv?count=exact");
    assert!(first.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&first));
    assert_eq!(open_transactions(&mut conn), 1, "the first bytes come before the last rows are read");
    conn.batch_execute("delete from findings where position > 150; update findings set text = 'changed'").unwrap();
    let (head, body, is_complete) = finish(&mut stream, first, b"\r\n0\r\n\r\n");
    assert!(is_complete && body.ends_with(b"\r\n"));
    assert!(head.contains("transfer-encoding: chunked") && head.contains(&format!("x-total-count: {ROWS}")), "{head}");
    assert!(!head.contains("etag") && !head.contains("content-length"), "{head}");
    assert!(body.len() > 12_000_000, "{}", body.len());
    let mut reader = csv::Reader::from_reader(body.as_slice());
    let text = reader.headers().unwrap().iter().position(|name| name == "text").unwrap();
    let records = reader.records().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(records.len(), ROWS, "as when the reading began");
    assert!(records.iter().all(|record| record[text].ends_with("and long")));
    wait_for_transactions(&mut conn, 0);
}

#[test]
fn a_table_that_is_cut_ends_with_an_error_and_says_so() {
    let server = large();
    let mut conn = server.database.connect();
    let (mut stream, first) = begin(&server, "GET", "/v1/findings.csv");
    let ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() \
                 and pid <> pg_backend_pid() and xact_start is not null and application_name = 'inspection-register'";
    conn.batch_execute(ended).unwrap();
    let (head, body, is_complete) = finish(&mut stream, first, b"\r\n0\r\n\r\n");
    assert!(head.starts_with("http/1.1 200") && !is_complete, "the last chunk does not come");
    assert!(!body.ends_with(b"\r\n"), "no line ends it");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body.as_slice());
    let records = reader.records().map(Result::unwrap).collect::<Vec<_>>();
    let last = records.last().unwrap();
    assert!(last[0].starts_with("INCOMPLETE") && last.iter().skip(1).all(str::is_empty), "{last:?}");
    assert!(records.len() < ROWS && records.len() > 100, "{}", records.len());
    assert!(server.get("/v1/themes").starts_with("HTTP/1.1 200"), "others are answered");
}

#[test]
fn slow_readers_keep_nobody_from_the_database_and_are_cut() {
    let server = large();
    let mut conn = server.database.connect();
    let slow = [begin(&server, "GET", "/v1/findings.csv"), begin(&server, "GET", "/v1/findings.csv")];
    assert_eq!(open_transactions(&mut conn), 2);
    let refused = server.get("/v1/findings.csv");
    assert!(refused.starts_with("HTTP/1.1 503") && refused.to_lowercase().contains("retry-after"), "{refused}");
    for _ in 0..5 {
        assert!(server.get("/v1/findings?limit=1").starts_with("HTTP/1.1 200"));
    }
    wait_for_transactions(&mut conn, 0);
    assert!(server.get("/v1/findings.csv?inspection=019a0001-0000-7000-8000-000000000001").starts_with("HTTP/1.1 200"));
    for (mut stream, first) in slow {
        let (_, body, is_complete) = finish(&mut stream, first, b"\r\n0\r\n\r\n");
        assert!(!is_complete && String::from_utf8_lossy(&body).contains("INCOMPLETE"));
    }
}

#[test]
fn whoever_leaves_or_asks_for_the_head_alone_frees_the_database() {
    let server = large();
    let mut conn = server.database.connect();
    let (stream, _) = begin(&server, "GET", "/v1/findings.csv");
    drop(stream);
    wait_for_transactions(&mut conn, 0);
    let head = server.exchange("HEAD /v1/findings.csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-disposition: attachment; filename=\"findings-"), "{head}");
    wait_for_transactions(&mut conn, 0);
    let mut kept = server.connect();
    kept.write_all(b"HEAD /v1/findings.csv HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/themes?limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let both = rest(&mut kept);
    assert_eq!(both.matches("HTTP/1.1 200").count(), 2, "{both}");
}

#[test]
fn a_large_table_has_no_chunks_in_http_1_0_and_ends_with_its_connection() {
    let server = large();
    for coding in ["identity", "gzip"] {
        let request =
            format!("GET /v1/findings.csv HTTP/1.0\r\nConnection: keep-alive\r\nAccept-Encoding: {coding}\r\n\r\n");
        let received = server.exchange(&request);
        let (head, body) = received.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        assert!(!head.contains("transfer-encoding") && !head.contains("content-length"), "{head}");
        assert!(!head.contains("content-encoding") && !head.contains("keep-alive"), "{head}");
        assert_eq!(csv::Reader::from_reader(body.as_bytes()).records().map(Result::unwrap).count(), ROWS);
        assert!(body.ends_with("\r\n"), "the last row is whole");
    }
}
