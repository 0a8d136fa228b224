//! What is left: compared with the journal through the API, in the tables, and in the events.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use std::thread;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;

use crate::client::Client;
use crate::held;
use crate::journal::{Journal, Settled};
use crate::rig::Rig;

/// Kinds of resources: as events name them, their table, and the member that holds the words by which they are found.
const KINDS: [(&str, &str, &str); 12] = [
    ("inspection", "inspections", "title"),
    ("finding", "findings", "text"),
    ("recommendation", "recommendations", "text"),
    ("document", "documents", "title"),
    ("improvement_plan", "improvement_plans", "title"),
    ("intervention", "interventions", "note"),
    ("improvement_action", "improvement_actions", "title"),
    ("improvement_action_transition", "improvement_action_transitions", "reason"),
    ("improvement_action_date_revision", "improvement_action_date_revisions", "reason"),
    ("improvement_action_update", "improvement_action_updates", "note"),
    ("evidence", "evidence", "title"),
    ("evidence_review", "evidence_reviews", "note"),
];

/// How often each resource is there, by kind and words.
type Found = HashMap<(&'static str, String), usize>;

/// What is wrong.
#[derive(Debug, Default)]
pub struct Report {
    lost: Vec<String>,
    duplicated: Vec<String>,
    unexpected: Vec<String>,
    stuck: Vec<String>,
    events: Vec<String>,
}

/// Looks at everything.
pub fn all(rig: &Rig, journal: &Journal, faults: Vec<String>, clients: &[Client]) -> Report {
    let (client, mut conn, settled) = (rig.client("checker"), rig.connect(), journal.settled());
    let mut report = Report { stuck: faults, ..Report::default() };
    let mut expected = Found::new();
    for made in settled.iter().flat_map(|settled| &settled.made) {
        *expected.entry(made.clone()).or_default() += 1;
    }
    report.compare("in the tables", &expected, &in_tables(&mut conn));
    report.compare("through the API", &expected, &through_the_api(&client));
    report.compare("in the feed", &expected, &in_the_feed(&client));
    report.events.extend(lines(&mut conn, UNTOLD));
    report.stuck.extend(stuck(clients, &settled));
    // Nothing that was asked for again took effect again.
    report.compare("in the tables after replays", &expected, &in_tables(&mut conn));
    let kept = lines(&mut conn, "select count(*)::text as line from idempotency_keys");
    if kept != [settled.len().to_string()] {
        report.stuck.push(format!("{kept:?} keys are kept of {}", settled.len()));
    }
    report
}

/// Changes without an event, or with too many: each raises the version by one, and each row begins once.
const UNTOLD: &str = "
    with versions as (
        select inspection_id as id, version from inspections
        union all select action_id, version from improvement_actions
        union all select evidence_id, version from evidence
        union all select authority_id, version from authorities
    )
    select format('%s has version %s and %s changes', id, version, count(sequence)) as line
    from versions left join events on resource_id = id and type = 'updated'
    group by id, version having count(sequence) <> version - 1
    union all
    select format('%s begins %s times', resource_id, count(*)) from events where type = 'created'
    group by resource_id having count(*) <> 1";

/// One line of a result.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut PgConnection, query: &str) -> Vec<String> {
    diesel::sql_query(query).load::<Line>(conn).unwrap().into_iter().map(|line| line.line).collect()
}

/// Words and how often they are there.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    words: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn in_tables(conn: &mut PgConnection) -> Found {
    let mut found = Found::new();
    for (kind, table, member) in KINDS {
        let query = format!("select {member} as words, count(*) as count from {table} group by {member}");
        let rows = diesel::sql_query(query).load::<Row>(conn).unwrap();
        found.extend(rows.into_iter().map(|row| ((kind, row.words), usize::try_from(row.count).unwrap())));
    }
    found
}

/// Every item of a list.
fn walk(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let joint = if path.contains('?') { '&' } else { '?' };
        let page = format!("{path}{joint}limit=200{cursor}");
        let answer = client.patiently(|client| client.get(&page)).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.json());
        let mut page = answer.json();
        items.append(page["items"].as_array_mut().unwrap());
        let Some(next) = page["page"]["next_cursor"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
}

fn through_the_api(client: &Client) -> Found {
    let mut found = Found::new();
    let mut note = |kind: &'static str, items: &[Value]| {
        let (_, _, member) = KINDS.into_iter().find(|(own, ..)| *own == kind).unwrap();
        for item in items {
            *found.entry((kind, item[member].as_str().unwrap_or_default().to_owned())).or_default() += 1;
        }
    };
    for (kind, list) in [
        ("inspection", "inspections"),
        ("finding", "findings"),
        ("recommendation", "recommendations"),
        ("document", "documents"),
        ("improvement_plan", "improvement-plans"),
        ("intervention", "interventions"),
    ] {
        note(kind, &walk(client, &format!("/v1/{list}")));
    }
    let actions = walk(client, "/v1/improvement-actions");
    note("improvement_action", &actions);
    for action in actions {
        let path = format!("/v1/improvement-actions/{}", action["action_id"].as_str().unwrap());
        for (kind, list) in [
            ("improvement_action_transition", "transitions"),
            ("improvement_action_date_revision", "date-revisions"),
            ("improvement_action_update", "updates"),
        ] {
            note(kind, &walk(client, &format!("{path}/{list}")));
        }
        let evidence = walk(client, &format!("{path}/evidence"));
        note("evidence", &evidence);
        for piece in evidence.iter().filter(|piece| piece["version"] != 1) {
            let path = format!("/v1/evidence/{}/reviews", piece["evidence_id"].as_str().unwrap());
            note("evidence_review", &walk(client, &path));
        }
    }
    found
}

fn in_the_feed(client: &Client) -> Found {
    let mut found = Found::new();
    for event in walk(client, "/v1/events?event_type=created") {
        if let Some((kind, _, member)) = KINDS.into_iter().find(|(kind, ..)| event["resource"] == *kind) {
            let words = event["after"][member].as_str().unwrap_or_default();
            *found.entry((kind, words.to_owned())).or_default() += 1;
        }
    }
    found
}

/// The keys that do not give their first answer again to the writer whose they are.
fn stuck(clients: &[Client], settled: &[Settled]) -> Vec<String> {
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for (number, client) in clients.iter().enumerate() {
            let faults = &faults;
            scope.spawn(move || {
                for Settled { key, path, body, answer, .. } in settled.iter().filter(|settled| settled.writer == number)
                {
                    let again = client.patiently(|client| client.post(key, path, body));
                    let is_same = again.as_ref().is_some_and(|again| {
                        let headers = ["location", "etag", "content-type"];
                        (again.is_replayed(), again.status, &again.body) == (true, answer.status, &answer.body)
                            && headers.iter().all(|name| again.header(name) == answer.header(name))
                    });
                    if !is_same {
                        held(faults).push(format!("{key}: {answer:?} is answered again by {again:?}"));
                    }
                }
            });
        }
    });
    faults.into_inner().unwrap()
}

impl Report {
    /// Notes where what is found is not what is expected.
    fn compare(&mut self, place: &str, expected: &Found, found: &Found) {
        for (what, count) in expected {
            match found.get(what).copied().unwrap_or_default() {
                0 => self.lost.push(format!("{what:?} is not {place}")),
                times if times > *count => self.duplicated.push(format!("{what:?} is {times} times {place}")),
                _ => {}
            }
        }
        let unknown = found.keys().filter(|what| !expected.contains_key(*what));
        self.unexpected.extend(unknown.map(|what| format!("{what:?} is {place}")));
    }

    fn faults(&self) -> [(&str, &[String]); 5] {
        [
            ("lost", &self.lost),
            ("duplicated", &self.duplicated),
            ("unexpected", &self.unexpected),
            ("stuck keys", &self.stuck),
            ("events that differ from effects", &self.events),
        ]
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.faults().iter().all(|(_, faults)| faults.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, faults) in self.faults() {
            for fault in faults.iter().take(10) {
                writeln!(f, "{name}: {fault}")?;
            }
        }
        let counts = self.faults().map(|(name, faults)| format!("{} {name}", faults.len()));
        f.write_str(&counts.join(", "))
    }
}
