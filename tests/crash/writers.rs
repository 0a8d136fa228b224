//! Those who write, and repeat until they know.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::journal::{Journal, Settled};
use crate::random::Random;

/// How long a key may stay without an answer that settles it.
const STUCK: Duration = Duration::from_secs(180);

/// One who writes into an authority of its own.
pub struct Writer<'a> {
    number: usize,
    random: Random,
    client: Client,
    journal: &'a Journal,
    requests: usize,
    authority: Value,
    inspections: Vec<String>,
    evidence: Vec<String>,
    action: Option<Action>,
}

/// The action that a writer is at.
struct Action {
    path: String,
    state: &'static str,
    revisions: usize,
}

/// A request that makes something.
struct Work {
    path: String,
    body: Value,
    made: Vec<(&'static str, String)>,
}

impl<'a> Writer<'a> {
    /// The writer with this number.
    pub fn new(number: usize, seed: u64, client: Client, journal: &'a Journal) -> Self {
        let random = Random::new(seed, number);
        let (inspections, evidence) = (Vec::new(), Vec::new());
        Self {
            number,
            random,
            client,
            journal,
            requests: 0,
            authority: Value::Null,
            inspections,
            evidence,
            action: None,
        }
    }

    /// Writes as long as writes are wanted; fails with what cannot be.
    pub fn work(mut self) -> Result<(), String> {
        let own = self.new_authority();
        self.authority = self.settle("/v1/authorities", &own, &[201], Vec::new())?.json()["authority_id"].clone();
        while self.journal.take() {
            if self.random.below(40) == 0 {
                // Refused, whenever it is tried: its code is taken.
                let taken = self.new_authority();
                self.settle("/v1/authorities", &taken, &[409], Vec::new())?;
            }
            let mark = format!("crash {} {}", self.number, self.requests);
            let Work { path, body, made } = self.next(&mark);
            let answer = self.settle(&path, &body, &[201], made)?;
            self.learn(&path, &body, &answer);
        }
        Ok(())
    }

    fn new_authority(&self) -> Value {
        json!({ "name": format!("Exampleshire {}", self.number), "gss_code": format!("E06{:06}", 900_000 + self.number),
            "region": "West Midlands", "authority_type": "unitary_authority" })
    }

    /// Something of many kinds; what it needs comes first.
    fn next(&mut self, mark: &str) -> Work {
        let one = |path: String, kind, body| Work { path, body, made: vec![(kind, mark.to_owned())] };
        let owned = &self.authority;
        let dice = self.random.below(16);
        let inspection = self.inspections.len().checked_sub(1).map(|last| self.random.below(last + 1));
        match (dice, inspection, &self.action) {
            (0, ..) | (1..=4, None, _) => self.report(mark),
            (1..=3, Some(place), _) => {
                let body = json!({ "polarity": "concern", "text": mark });
                one(format!("{}/findings", self.inspections[place]), "finding", body)
            }
            (4, Some(place), _) => {
                let body = json!({ "kind": "recommendation", "text": mark });
                one(format!("{}/recommendations", self.inspections[place]), "recommendation", body)
            }
            (5, ..) => one("/v1/documents".into(), "document", json!({ "kind": "letter", "title": mark })),
            (6, ..) => {
                one("/v1/improvement-plans".into(), "improvement_plan", json!({ "authority_id": owned, "title": mark }))
            }
            (7, ..) => {
                let body = json!({ "authority_id": owned, "kind": "improvement_board", "note": mark });
                one("/v1/interventions".into(), "intervention", body)
            }
            (8, ..) | (_, _, None) => {
                let body = json!({ "authority_id": owned, "title": mark, "source": "audit" });
                one("/v1/improvement-actions".into(), "improvement_action", body)
            }
            (9 | 10, _, Some(action)) => {
                let body = json!({ "to_state": after(action.state), "reason": mark });
                one(format!("{}/transitions", action.path), "improvement_action_transition", body)
            }
            (11, _, Some(action)) => {
                let day = format!("20{}-01-{:02}", 30 + action.revisions / 28 % 60, action.revisions % 28 + 1);
                let body = json!({ "due_on": day, "reason": mark });
                one(format!("{}/date-revisions", action.path), "improvement_action_date_revision", body)
            }
            (12 | 13, _, Some(action)) => {
                let body = json!({ "note": mark, "rag": "amber" });
                one(format!("{}/updates", action.path), "improvement_action_update", body)
            }
            (14, _, Some(_)) if !self.evidence.is_empty() => {
                let place = self.random.below(self.evidence.len());
                let body = json!({ "outcome": "changes_requested", "note": mark });
                one(format!("{}/reviews", self.evidence[place]), "evidence_review", body)
            }
            (_, _, Some(action)) => {
                one(format!("{}/evidence", action.path), "evidence", json!({ "kind": "audit", "title": mark }))
            }
        }
    }

    /// An inspection with what is in it.
    fn report(&self, mark: &str) -> Work {
        let parts = ["a", "b", "c"].map(|part| format!("{mark} {part}"));
        let findings = [&parts[0], &parts[1]].map(|text| json!({ "polarity": "strength", "text": text }));
        let body = json!({ "authority_id": self.authority, "title": mark, "findings": findings,
            "recommendations": [{ "kind": "recommendation", "text": parts[2] }] });
        let [a, b, c] = parts;
        let made = vec![("inspection", mark.to_owned()), ("finding", a), ("finding", b), ("recommendation", c)];
        Work { path: "/v1/inspections".into(), body, made }
    }

    /// Remembers what later work builds upon.
    fn learn(&mut self, path: &str, body: &Value, answer: &Answer) {
        let made = answer.header("location").to_owned();
        match (path.rsplit('/').next().unwrap_or_default(), &mut self.action) {
            ("inspections", _) => self.inspections.push(made),
            ("evidence", _) => self.evidence.push(made),
            ("improvement-actions", action) => {
                *action = Some(Action { path: made, state: "proposed", revisions: 0 });
            }
            ("transitions", Some(action)) => action.state = after(action.state),
            ("date-revisions", Some(action)) if body["due_on"].is_string() => action.revisions += 1,
            _ => {}
        }
    }

    /// Sends a request under a new key, and the same again, until it has one of these answers.
    fn settle(
        &mut self,
        path: &str,
        body: &Value,
        expected: &[u16],
        made: Vec<(&'static str, String)>,
    ) -> Result<Answer, String> {
        let key = format!("crash-{}-{}", self.number, self.requests);
        self.requests += 1;
        let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::SeqCst);
        let deadline = Instant::now() + STUCK;
        loop {
            count(&self.journal.attempts);
            if self.random.below(50) == 0 {
                self.client.post_and_leave(&key, path, body);
                count(&self.journal.unanswered);
                continue;
            }
            let answer = self.client.post(&key, path, body);
            match answer.as_ref().map_or(0, |answer| answer.status) {
                0 => count(&self.journal.unanswered),
                503 => count(&self.journal.unavailable),
                409 if answer.as_ref().is_some_and(|answer| answer.json()["code"] == "idempotency_in_progress") => {
                    count(&self.journal.in_use)
                }
                status => {
                    let answer = answer.ok_or("no answer")?;
                    if !expected.contains(&status) {
                        return Err(format!("{key}: {path} {body}: {status} {}", answer.json()));
                    }
                    let settled = Settled {
                        writer: self.number,
                        key,
                        path: path.to_owned(),
                        body: body.clone(),
                        answer: answer.clone(),
                        made,
                    };
                    self.journal.note(settled);
                    return Ok(answer);
                }
            };
            if Instant::now() > deadline {
                return Err(format!("{key} is stuck: {path} {body}: {answer:?}"));
            }
            sleep(Duration::from_millis(u64::try_from(20 + self.random.below(80)).unwrap()));
        }
    }
}

/// The state that an action is moved to next, so that there is always one more.
fn after(state: &str) -> &'static str {
    match state {
        "proposed" => "agreed",
        "in_progress" => "blocked",
        _ => "in_progress",
    }
}
