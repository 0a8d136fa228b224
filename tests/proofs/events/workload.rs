//! Work of many kinds at random: much of it good, some of it refused.

use std::cell::RefCell;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::rows::{new_authority, new_inspection, with};
use crate::support::{Answer, Register};

/// What the writers know: the addresses of what they made, some of it gone by now.
pub struct Known {
    random: u64,
    made: Vec<(usize, String)>,
}

impl Known {
    /// Nothing yet; the same number gives the same work.
    pub fn starting_with(random: u64) -> Self {
        Self { random, made: Vec::new() }
    }

    /// Besides, these authorities.
    pub fn with_authorities(self, ids: &[String]) -> Self {
        let made = ids.iter().map(|id| (AUTHORITY, format!("/v1/authorities/{id}"))).collect();
        Self { made, ..self }
    }

    /// Any number below this one.
    pub fn any(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % below
    }

    /// The address of anything of a kind, if there is one.
    fn one(&mut self, kind: usize) -> Option<String> {
        let made = self.made.iter().filter(|(own, _)| *own == kind).map(|(_, path)| path.clone()).collect::<Vec<_>>();
        let place = self.any(made.len().max(1));
        made.get(place).cloned()
    }

    /// The id of anything of a kind.
    fn id(&mut self, kind: usize) -> Option<Value> {
        self.one(kind).map(|path| json!(path.rsplit('/').next().unwrap()))
    }
}

const AUTHORITY: usize = 0;
const INSPECTION: usize = 1;
const DOCUMENT: usize = 2;
const FINDING: usize = 3;
const RECOMMENDATION: usize = 4;
const PLAN: usize = 5;
const ACTION: usize = 6;
const INTERVENTION: usize = 7;
const EVIDENCE: usize = 8;

/// One of those who write.
pub struct Writer<'a> {
    /// The register that it writes to.
    pub register: &'a Register,
    /// What it and the others know.
    pub known: &'a RefCell<Known>,
}

impl Writer<'_> {
    /// Writes something, of which this number tells.
    pub async fn step(&self, number: usize) {
        let text = format!("Number {number}");
        let answer = if self.any(21) < 13 { self.record(&text).await } else { self.follow_up(&text).await };
        assert_ne!(answer.status.as_u16(), 500, "{}", answer.text());
    }

    fn any(&self, below: usize) -> usize {
        self.known.borrow_mut().any(below)
    }

    fn one(&self, kind: usize) -> String {
        self.known.borrow_mut().one(kind).unwrap_or_else(|| "/v1/nothing".to_owned())
    }

    fn id(&self, kind: usize) -> Option<Value> {
        self.known.borrow_mut().id(kind)
    }

    /// A precondition, which fails now and then.
    fn tag(&self) -> &'static str {
        if self.any(6) == 0 { "\"1\"" } else { "*" }
    }

    fn visibility(&self) -> &'static str {
        ["private", "public"][self.any(2)]
    }

    /// Lets something new refer to something of a kind, now and then.
    fn perhaps(&self, mut new: Value, member: &str, kind: usize) -> Value {
        if let Some(id) = self.id(kind).filter(|_| self.any(4) == 0) {
            new[member] = id;
        }
        new
    }

    fn made(&self, kind: usize, answer: Answer) -> Answer {
        if answer.status.as_u16() == 201 {
            self.known.borrow_mut().made.push((kind, answer.header("location").to_owned()));
        }
        answer
    }

    /// Writes to authorities, inspections, what is in them, and documents.
    async fn record(&self, text: &str) -> Answer {
        match self.any(13) {
            0 => {
                let related = json!({ "predecessors": self.id(AUTHORITY).into_iter().collect::<Vec<_>>() });
                self.made(AUTHORITY, self.register.post("/v1/authorities", &with(new_authority(), related)).await)
            }
            1 => {
                let successors = self.id(AUTHORITY).into_iter().collect::<Vec<_>>();
                self.register
                    .patch(&self.one(AUTHORITY), self.tag(), &json!({ "name": text, "successors": successors }))
                    .await
            }
            2 => self.register.delete(&self.one(AUTHORITY), self.tag()).await,
            3 => {
                let new = new_inspection(&json!({ "authority_id": self.id(AUTHORITY) }));
                let contents = json!({
                    "published_on": format!("2022-09-{:02}", self.any(28) + 1),
                    "findings": [{ "polarity": "concern", "text": text }],
                    "recommendations": [{ "kind": "recommendation", "text": text, "timescale_as_printed": "Immediately" }],
                });
                self.made(INSPECTION, self.register.post("/v1/inspections", &with(new, contents)).await)
            }
            4 => {
                let state = ["draft", "published", "withdrawn"][self.any(3)];
                let mut change = json!({ "headline": text, "state": state });
                if self.any(8) > 0 {
                    change["reason"] = json!("It was wrong.");
                }
                self.register.patch(&self.one(INSPECTION), self.tag(), &change).await
            }
            5 => {
                let grade = ["good", "inadequate"][self.any(2)];
                let set =
                    json!({ "judgements": [{ "area": "help_and_protection", "grade": grade }], "reason": "Misread." });
                self.register.put(&format!("{}/judgements", self.one(INSPECTION)), self.tag(), &set).await
            }
            6 => self.register.delete(&self.one(INSPECTION), self.tag()).await,
            7 => {
                let new = json!({ "kind": "letter", "title": text, "text": "All of it.", "inspection_id": self.id(INSPECTION),
                "authority_ids": self.id(AUTHORITY).into_iter().collect::<Vec<_>>() });
                self.made(DOCUMENT, self.register.post("/v1/documents", &new).await)
            }
            8 => {
                let authorities = self.id(AUTHORITY).into_iter().collect::<Vec<_>>();
                let mut change = json!({ "summary": text, "authority_ids": authorities });
                if self.any(2) == 0 {
                    change["inspection_id"] = json!(self.id(INSPECTION));
                }
                self.register.patch(&self.one(DOCUMENT), self.tag(), &change).await
            }
            9 => self.register.delete(&self.one(DOCUMENT), self.tag()).await,
            10 => {
                let (kind, part, new) = if self.any(2) == 0 {
                    (
                        FINDING,
                        "findings",
                        json!({ "polarity": "mixed", "text": text, "document_id": self.id(DOCUMENT) }),
                    )
                } else {
                    (RECOMMENDATION, "recommendations", json!({ "kind": "priority_action", "text": text }))
                };
                self.made(kind, self.register.post(&format!("{}/{part}", self.one(INSPECTION)), &new).await)
            }
            11 => {
                let part = self.one([FINDING, RECOMMENDATION][self.any(2)]);
                self.register.patch(&part, self.tag(), &json!({ "text": text, "reason": "Misread." })).await
            }
            _ => {
                let part = self.one([FINDING, RECOMMENDATION][self.any(2)]);
                self.register.delete(&format!("{part}?reason=Recorded+twice."), self.tag()).await
            }
        }
    }

    /// Writes to what follows an inspection.
    async fn follow_up(&self, text: &str) -> Answer {
        match self.any(8) {
            0 => {
                let new = json!({ "authority_id": self.id(AUTHORITY), "title": text, "visibility": self.visibility() });
                let new = self.perhaps(new, "responds_to_inspection_id", INSPECTION);
                self.made(PLAN, self.register.post("/v1/improvement-plans", &new).await)
            }
            1 | 2 => {
                let links =
                    if self.any(2) == 0 { self.id(RECOMMENDATION).into_iter().collect::<Vec<_>>() } else { Vec::new() };
                let new = json!({ "authority_id": self.id(AUTHORITY), "title": text, "source": "recommendation",
                "proposed_on": "2024-01-01", "recommendation_ids": links, "visibility": self.visibility() });
                let new = self.perhaps(new, "plan_id", PLAN);
                self.made(ACTION, self.register.post("/v1/improvement-actions", &new).await)
            }
            3 => {
                let state = ["agreed", "in_progress", "completed", "verified", "reopened", "cancelled"][self.any(6)];
                let change = json!({ "to_state": state, "reason": "So it is." });
                self.register.post(&format!("{}/transitions", self.one(ACTION)), &change).await
            }
            4 => {
                let day = format!("2027-01-{:02}", self.any(28) + 1);
                self.register
                    .post(&format!("{}/date-revisions", self.one(ACTION)), &json!({ "due_on": day, "reason": "Late." }))
                    .await
            }
            5 => {
                let rag = ["red", "amber", "green"][self.any(3)];
                self.register.post(&format!("{}/updates", self.one(ACTION)), &json!({ "note": text, "rag": rag })).await
            }
            6 => match self.any(3) {
                0 => {
                    self.register
                        .post(&format!("{}/reviews", self.one(EVIDENCE)), &json!({ "outcome": "accepted" }))
                        .await
                }
                1 => {
                    self.register
                        .delete(&self.one([EVIDENCE, ACTION, PLAN, INTERVENTION][self.any(4)]), self.tag())
                        .await
                }
                _ => {
                    let new = json!({ "kind": "audit", "title": text });
                    self.made(EVIDENCE, self.register.post(&format!("{}/evidence", self.one(ACTION)), &new).await)
                }
            },
            _ => match self.any(3) {
                0 => {
                    let kind = [EVIDENCE, ACTION, PLAN][self.any(3)];
                    let mut change = json!({ "title": text });
                    if kind != EVIDENCE {
                        change["visibility"] = json!(self.visibility());
                    }
                    self.register.patch(&self.one(kind), self.tag(), &change).await
                }
                1 => {
                    let new = json!({ "authority_id": self.id(AUTHORITY), "kind": "improvement_board" });
                    let new = self.perhaps(new, "triggered_by_inspection_id", INSPECTION);
                    self.made(INTERVENTION, self.register.post("/v1/interventions", &new).await)
                }
                _ => {
                    let asked = self.id(RECOMMENDATION).unwrap_or(json!("nothing"));
                    let address = format!("{}/examinations/{}", self.one(INSPECTION), asked.as_str().unwrap());
                    let request = self.register.request(Method::PUT, &address).header("If-None-Match", "*");
                    request.json(&json!({ "outcome": "improved" })).send().await
                }
            },
        }
    }
}
