//! The log as JSON: what each line has, and that nobody can forge one.

use serde_json::{Value, json};

use super::program::{Folder, Service};
use crate::support::database::Database;
use crate::support::keys::{ADMIN, ADMIN_SECRET};

#[test]
fn as_json_each_line_of_the_log_is_an_object_with_all_that_is_known() {
    let database = Database::empty();
    let folder = Folder::new();
    let settings = [("DATABASE_URL", database.url.as_str()), ("LOG_FORMAT", "json"), ("TRUSTED_PROXIES", "127.0.0.1")];
    let service = Service::start(&settings, &folder.0.join("output"));
    let request = |line: &str, id: &str, headers: &str| {
        let head = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: {id}\r\n{headers}\r\n");
        service.exchange(head.as_bytes())
    };
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let key = format!("Authorization: Bearer {ADMIN_SECRET}\r\n");
    let headers = format!("{key}X-Forwarded-For: [2001:db8::7]:443\r\ntraceparent: 00-{trace}-{parent}-01\r\n");
    let answer = request("GET /v1/%61uthorities/E06000019?embed=unspoken", "log-1", &headers);
    let sent = answer.split_once("\r\n\r\n").unwrap().1.len();
    request("GET /v1/themes", "log-2", "traceparent: 00-0-0-01\r\nAccept-Encoding: gzip\r\n");
    request("HEAD /no%0Awhere%22%7D", "log-3", "");
    request(&format!("GET /v1/authorities/{ADMIN_SECRET}"), "log-4", "");
    request(&format!("GET /v1/authorities/%69{}", &ADMIN_SECRET[1..]), "log-5", &key);
    request(&format!("GET /{}", "long".repeat(2_000)), "log-6", "");

    let log = service.said();
    assert!(!log.contains("unspoken") && !log.contains(ADMIN_SECRET) && !log.contains(&ADMIN_SECRET[1..]), "{log}");
    let lines =
        log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = lines.collect::<Vec<_>>();
    assert!(log.lines().filter(|line| line.contains("request")).all(|line| line.starts_with('{')), "{log}");
    for line in &lines {
        for member in ["timestamp", "level", "target", "message"] {
            assert!(line[member].is_string(), "{line}");
        }
        assert!(chrono::DateTime::parse_from_rfc3339(line["timestamp"].as_str().unwrap()).is_ok(), "{line}");
    }
    let line = |id: &str| {
        let mut found = lines.iter().filter(|line| line["request_id"] == id);
        let line = found.next().unwrap_or_else(|| panic!("{id} is missing in {log}"));
        assert!(found.next().is_none() && line["duration_ms"].as_f64().unwrap() > 0.0, "{line}");
        line
    };
    let first = line("log-1");
    for (member, value) in [
        ("level", json!("INFO")),
        ("method", json!("GET")),
        ("path", json!("/v1/%61uthorities/E06000019")),
        ("route", json!("/v1/authorities/{authority}")),
        ("status", json!(400)),
        ("bytes", json!(sent)),
        ("address", json!("2001:db8::7")),
        ("key", json!(ADMIN)),
        ("trace_id", json!(trace)),
        ("parent_id", json!(parent)),
    ] {
        assert_eq!(first[member], value, "{first}");
    }
    assert!(first["message"].as_str().unwrap().starts_with(&format!("request log-1 of trace {trace} GET ")), "{first}");
    let second = line("log-2");
    assert_eq!(
        (&second["key"], &second["trace_id"], &second["address"]),
        (&Value::Null, &Value::Null, &json!("127.0.0.1"))
    );
    assert!(second["bytes"].as_u64().unwrap() > 100, "{second}");
    assert_eq!((&line("log-3")["path"], &line("log-3")["bytes"]), (&json!("/no%0Awhere%22%7D"), &json!(0)));
    for id in ["log-4", "log-5"] {
        assert_eq!(line(id)["path"], "[hidden]");
    }
    assert_eq!(line("log-6")["path"].as_str().unwrap().len(), 1024);
}
