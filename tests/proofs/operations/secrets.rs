//! What callers and operators keep secret stays so: nothing of it is in the log, however much is logged, in the metrics, in
//! problems or in events.

use std::thread::sleep;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use inspection_register::access::secret::Secret;
use serde_json::{Value, json};

use super::program::{Folder, Service};
use crate::support::database::Database;
use crate::support::keys::{ADMIN_SECRET, hex};
use crate::support::operations::{self, Operation};

/// What is sent in bodies and parameters, and is for the register alone.
const SAID: &str = "canary-of-a-body";
/// What else is sent in confidence.
const CONFIDED: &str = "canary-of-a-header";
/// The password of the database.
const PASSWORD: &str = "canary-of-a-password";

/// A request on the wire, with a canary wherever there is place for one.
fn request(
    operation: &Operation,
    path: &str,
    credentials: &str,
    (request_id, if_match): (&str, &str),
    body: Option<&Value>,
) -> String {
    let mut head = format!("{} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", operation.method);
    let mut add = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
    add("Authorization", credentials);
    add("X-Request-Id", request_id);
    add("Cookie", CONFIDED);
    add("Referer", &format!("http://example.org/{CONFIDED}"));
    add("User-Agent", CONFIDED);
    match operation.method {
        Method::POST => add("Idempotency-Key", &format!("{CONFIDED}-{request_id}")),
        Method::GET => add("If-None-Match", &format!("\"{CONFIDED}\"")),
        _ => add("If-Match", if_match),
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        add("Content-Type", "application/json");
        add("Content-Length", &body.len().to_string());
    }
    format!("{head}\r\n{body}")
}

/// The example of a body, with a canary at the end of each text that is not a code, and as a member that is unknown.
fn bodies(operation: &Operation) -> Vec<Option<Value>> {
    let Some(example) = operation.example() else { return vec![None, None] };
    let mut telling = example.clone();
    for (name, value) in telling.as_object_mut().unwrap() {
        let is_prose = ["title", "name", "text", "note", "description", "headline", "summary", "reason"];
        if is_prose.contains(&name.as_str())
            && let Some(text) = value.as_str()
        {
            *value = json!(format!("{text} {SAID}"));
        }
    }
    let mut unknown = example.clone();
    unknown[SAID] = json!(SAID);
    vec![Some(telling), Some(unknown)]
}

/// An entity tag that no resource has, with a canary.
fn stale() -> String {
    format!("\"0\", \"{CONFIDED}\"")
}

/// The number of an event.
#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
}

/// The last event that was written.
fn last_event(database: &Database) -> i64 {
    let last = "select max(sequence) as sequence from events";
    diesel::sql_query(last).get_result::<Sequence>(&mut database.connect()).unwrap().sequence
}

/// Makes every change that the examples allow, with canaries, and last every deletion; gives back the answers. Of each kind of
/// change some must succeed, so that there are events to look at.
fn change_everything(service: &Service, credentials: &str) -> Vec<String> {
    let mut operations = operations::all();
    operations.retain(|operation| !operation.is_read());
    operations.sort_by_key(|operation| operation.method == Method::DELETE);
    let mut answers = Vec::new();
    let mut done = Vec::new();
    for operation in operations {
        let (path, body) = (format!("{}{}", operation.path(), operation.query()), bodies(&operation).remove(0));
        let named = (operation.id, "*");
        let answer = service.exchange(request(&operation, &path, credentials, named, body.as_ref()).as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 5"), "{}: {answer}", operation.id);
        if answer.starts_with("HTTP/1.1 2") {
            done.push(operation.method);
        }
        answers.push(answer);
    }
    for (method, least) in [(Method::POST, 10), (Method::PATCH, 8), (Method::PUT, 2), (Method::DELETE, 5)] {
        let count = done.iter().filter(|done| **done == method).count();
        assert!(count >= least, "{count} of {method} succeeded");
    }
    answers
}

/// The secrets of keys that an answer issues.
fn issued(answer: &str) -> Vec<String> {
    let secrets = answer.match_indices(r#""irk_"#).filter_map(|(at, _)| answer[at + 1..].split('"').next());
    secrets.map(str::to_owned).collect()
}

/// All that the feed shows of what came after an event, up to the last one that there is.
fn events_after(service: &Service, database: &Database, mut after: i64, credentials: &str) -> String {
    let operations = operations::all();
    let feed = operations.iter().find(|operation| operation.id == "list_events").unwrap();
    let (last, begun) = (last_event(database), Instant::now());
    let mut told = String::new();
    while after < last {
        let path = format!("/v1/events?limit=200&after={after}");
        let answer = service.exchange(request(feed, &path, credentials, ("events", "*"), None).as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let page = serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        match page["items"].as_array().unwrap().last() {
            Some(event) => after = event["sequence"].as_i64().unwrap(),
            // A write that is going on holds the feed back.
            None => sleep(Duration::from_millis(20)),
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the feed ends at {after}, not at {last}");
        told.push_str(&answer);
    }
    told
}

#[test]
fn nothing_secret_is_logged_counted_or_told() {
    let database = Database::real();
    let folder = Folder::new();
    let url = format!("{}&password={PASSWORD}", database.url);
    let settings = [("DATABASE_URL", url.as_str()), ("RUST_LOG", "trace")];
    let service = Service::start(&settings, &folder.0.join("output"));
    let stranger = Secret::generate().unwrap();
    let before = last_event(&database);
    let (mut problems, mut secrets, mut sent) =
        (Vec::new(), vec![ADMIN_SECRET.to_owned(), stranger.expose().to_owned()], 0);
    let credentials = [
        format!("Bearer {ADMIN_SECRET}"),
        format!("Bearer {}", stranger.expose()),
        format!("Bearer {}x", stranger.expose()),
        format!("Basic {}", STANDARD.encode(format!("register:{CONFIDED}"))),
    ];
    for operation in operations::all() {
        for credentials in &credentials {
            for (body, query) in bodies(&operation).into_iter().zip([operation.query(), format!("?q={SAID}&{SAID}=1")])
            {
                for request_id in [format!("sent-{sent}"), stranger.expose().to_owned()] {
                    let path = format!("{}{query}", operation.path());
                    let request = request(&operation, &path, credentials, (&request_id, &stale()), body.as_ref());
                    let answer = service.exchange(request.as_bytes());
                    let status = answer.split(' ').nth(1).unwrap_or_default();
                    assert!(!status.starts_with('5') && !status.is_empty(), "{}: {answer}", operation.id);
                    secrets.extend(issued(&answer));
                    if status.starts_with('4') {
                        problems.push(answer);
                    }
                    sent += 1;
                }
            }
        }
    }
    assert!(problems.len() > sent / 2, "{sent} requests were answered with {} problems", problems.len());
    let changes = change_everything(&service, &credentials[0]);
    secrets.extend(changes.iter().flat_map(|answer| issued(answer)));
    problems.extend(changes.into_iter().filter(|answer| answer.starts_with("HTTP/1.1 4")));
    assert!(secrets.len() > 2, "no key was issued");
    // A failure is logged with its cause, which is not what was sent.
    let surprise =
        format!("alter table documents add constraint surprise_check check (title not like '%{SAID}%') not valid");
    database.connect().batch_execute(&surprise).unwrap();
    let create = operations::all().into_iter().find(|operation| operation.id == "create_document").unwrap();
    let body = json!({ "kind": "other", "title": SAID });
    let failed =
        service.exchange(request(&create, &create.path(), &credentials[0], ("surprise", "*"), Some(&body)).as_bytes());
    assert!(failed.starts_with("HTTP/1.1 500"), "{failed}");

    let events = events_after(&service, &database, before, &credentials[0]);
    for written in [r#""type":"created""#, r#""type":"updated""#, r#""type":"deleted""#, SAID] {
        assert!(events.contains(written), "no event tells of {written}");
    }
    let (log, metrics) = (service.said(), service.get("/metrics"));
    assert!(log.contains("surprise_check") && log.matches("request sent-").count() * 2 >= sent, "the log is read");
    assert!(metrics.contains("http_requests_total"), "{metrics}");

    let hidden = secrets.iter().flat_map(|secret| forms(secret)).collect::<Vec<_>>();
    let basic = STANDARD.encode(format!("register:{CONFIDED}"));
    for (place, text) in [("log", &log), ("metrics", &metrics), ("problems", &problems.concat()), ("events", &events)] {
        let mut canaries = hidden.iter().map(String::as_str).collect::<Vec<_>>();
        // Whatever key it is of.
        canaries.extend([PASSWORD, CONFIDED, basic.as_str(), "irk_"]);
        if ["log", "metrics"].contains(&place) {
            canaries.push(SAID);
        }
        for canary in canaries {
            if let Some(at) = text.find(canary) {
                let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
                panic!("{canary} is in the {place}: {}", text[start..].lines().next().unwrap());
            }
        }
    }
}

/// A secret, and its hash as it may be written.
fn forms(secret: &str) -> Vec<String> {
    let hash = Secret::parse(secret).unwrap().hash();
    let hex = hex(hash.as_bytes());
    let list = hash.as_bytes().iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let base64 = [STANDARD.encode(hash.as_bytes()), URL_SAFE_NO_PAD.encode(hash.as_bytes())];
    [vec![secret.to_owned(), hex, list], base64.to_vec()].concat()
}
