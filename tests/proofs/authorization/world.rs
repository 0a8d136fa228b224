//! What there is to see and to change: of two authorities, inspections in every state with what is in them and about them,
//! and papers of both visibilities.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::http::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::ties::tie;
use crate::support::Register;
use crate::support::database::Template;
use crate::support::keys::key;
use crate::support::rows::{authority, new_authority, new_inspection, path, with};

/// A thing with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The authority that it is of.
    pub authority: String,
    /// Its state or its visibility; empty if everybody sees it.
    pub standing: &'static str,
    /// The ids of what belongs to it, by the names that paths give them.
    pub ids: BTreeMap<&'static str, String>,
    /// The day on which its inspection began, ended and was published, if it has one.
    pub day: Option<String>,
}

impl Row {
    /// Whether it is what a published inspection said of a recommendation, which may stand in another.
    pub fn is_examination(&self) -> bool {
        !self.ids.contains_key("finding_id") && self.ids.contains_key("examined_id")
    }
}

/// Two authorities with rows in every standing.
#[derive(Debug, Clone)]
pub struct World {
    /// The authority that callers are bound to.
    pub own: Council,
    /// Another authority.
    pub other: Council,
    /// A third one, of which there is nothing.
    pub third: String,
    /// Inspections with what is in them and about them.
    pub facts: Vec<Row>,
    /// What published inspections said of recommendations in every standing.
    pub examinations: Vec<Row>,
    /// Plans and actions.
    pub papers: Vec<Row>,
    /// What refers from what everybody sees to what only some see, once it is there.
    pub tied: Vec<Row>,
}

/// An authority, and its first inspection, whose recommendation others examine and actions answer.
#[derive(Debug, Clone)]
pub struct Council {
    /// Its id.
    pub id: String,
    /// Its first inspection.
    pub inspection: Value,
    /// What that asks for.
    pub recommendation: String,
    authority: Value,
}

pub const STATES: [&str; 3] = ["draft", "published", "withdrawn"];
pub const VISIBILITIES: [&str; 2] = ["private", "public"];

fn id(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap().to_owned()
}

/// The theme of what is in this standing, and of nothing else.
pub fn theme(standing: &str) -> &'static str {
    match standing {
        "draft" => "adoption",
        "published" => "fostering",
        "withdrawn" => "permanence",
        "private" => "recording",
        _ => "supervision",
    }
}

/// A code of so many digits that no other authority has.
fn unused_code(digits: usize) -> String {
    static CODES: AtomicI64 = AtomicI64::new(0);
    let code = 100 + CODES.fetch_add(1, Ordering::Relaxed) % 900;
    format!("{code:<0digits$}")
}

/// A name that no key has.
pub fn unused_name() -> String {
    format!("team-{}", Uuid::now_v7().simple())
}

impl Council {
    async fn new(register: &Register) -> Self {
        let codes = json!({ "dfe_code": unused_code(3), "ofsted_urn": unused_code(5) });
        let council = with(new_authority(), codes);
        let council = register.post("/v1/authorities", &council).await.expect(201).json();
        let contents = json!({
            "state": "published", "started_on": "2018-06-04", "ended_on": "2018-06-15", "published_on": "2018-08-01",
            "recommendations": [{ "kind": "recommendation", "text": "Visit in time." }],
        });
        let inspection = with(new_inspection(&council), contents);
        let inspection = register.post("/v1/inspections", &inspection).await.expect(201).json();
        let asked = register.get(&format!("{}/recommendations", path(&inspection))).await.expect(200).json();
        Self {
            id: id(&council, "authority_id"),
            recommendation: id(&asked["items"][0], "recommendation_id"),
            inspection,
            authority: council,
        }
    }

    /// One of its codes.
    pub fn code(&self, name: &str) -> &str {
        self.authority[name].as_str().unwrap()
    }

    /// An inspection on a day of its own.
    pub fn new_inspection(&self) -> Value {
        static DAYS: AtomicI64 = AtomicI64::new(0);
        let first = chrono::NaiveDate::from_ymd_opt(2019, 1, 1).unwrap();
        let day = first + chrono::TimeDelta::days(DAYS.fetch_add(1, Ordering::Relaxed) % 1_400);
        let day = day.format("%Y-%m-%d").to_string();
        let days = json!({ "started_on": day, "ended_on": day, "published_on": day });
        with(new_inspection(&self.inspection), days)
    }

    /// A new inspection in this state, with a finding, a recommendation, a document, and what it said of the first one's
    /// recommendation.
    pub async fn facts(&self, register: &Register, state: &'static str) -> Row {
        let marks = json!({ "themes": [theme(state)], "cohorts": ["care_leavers"] });
        let found =
            json!({ "polarity": "concern", "area": "overall_effectiveness", "text": format!("Found in a {state}.") });
        let asked = json!({ "kind": "recommendation", "text": format!("Asked in a {state}.") });
        let contents = json!({
            "lead_inspectors": [format!("Inspector of a {state}")],
            "findings": [with(found, marks.clone())],
            "recommendations": [with(asked, marks)],
        });
        let new = with(self.new_inspection(), contents);
        let inspection = register.post("/v1/inspections", &new).await.expect(201).json();
        let address = path(&inspection);
        let finding = register.get(&format!("{address}/findings")).await.expect(200).json()["items"][0].clone();
        let asked = register.get(&format!("{address}/recommendations")).await.expect(200).json()["items"][0].clone();
        let about = json!({ "kind": "letter", "audience": "council", "title": format!("Letter about a {state}"),
            "inspection_id": inspection["inspection_id"], "authority_ids": [self.id] });
        let document = register.post("/v1/documents", &about).await.expect(201).json();
        let examination = format!("{address}/examinations/{}", self.recommendation);
        let said = json!({ "outcome": "partly_improved" });
        let examination = register.request(Method::PUT, &examination).header("If-None-Match", "*");
        examination.json(&said).send().await.expect(201);
        for next in match state {
            "draft" => [].as_slice(),
            "published" => &["published"],
            _ => &["published", "withdrawn"],
        } {
            let change = json!({ "state": next, "reason": "So it is." });
            register.patch(&address, "*", &change).await.expect(200);
        }
        let ids = BTreeMap::from([
            ("inspection_id", id(&inspection, "inspection_id")),
            ("finding_id", id(&finding, "finding_id")),
            ("recommendation_id", id(&asked, "recommendation_id")),
            ("document_id", id(&document, "document_id")),
            ("examined_id", self.recommendation.clone()),
        ]);
        let day = Some(id(&inspection, "published_on"));
        Row { authority: self.id.clone(), standing: state, ids, day }
    }

    /// What a new published inspection said of the recommendations in these inspections.
    pub async fn examinations(&self, register: &Register, asking: &[Row]) -> Vec<Row> {
        let new = with(self.new_inspection(), json!({ "state": "published" }));
        let inspection = register.post("/v1/inspections", &new).await.expect(201).json();
        let mut rows = Vec::new();
        for row in asking {
            let examined = row.ids["recommendation_id"].clone();
            let said = format!("{}/examinations/{examined}", path(&inspection));
            let said = register.request(Method::PUT, &said).header("If-None-Match", "*");
            said.json(&json!({ "outcome": "improved" })).send().await.expect(201);
            let ids = BTreeMap::from([("inspection_id", id(&inspection, "inspection_id")), ("examined_id", examined)]);
            let day = Some(id(&inspection, "published_on"));
            rows.push(Row { authority: self.id.clone(), standing: row.standing, ids, day });
        }
        rows
    }

    /// A new plan and a new action with this visibility, of which nothing has become, and evidence of another action.
    pub async fn papers(&self, register: &Register, visibility: &'static str) -> Row {
        let common = json!({ "authority_id": self.id, "visibility": visibility });
        let marks = json!({ "themes": [theme(visibility)], "cohorts": ["care_leavers"], "priority": "high",
            "owner_role": format!("Keeper of {visibility} papers"), "promised_to": format!("Friends of {visibility} papers"),
            "due_on": "2024-06-01" });
        let plan = json!({ "title": format!("A {visibility} plan"), "responds_to_inspection_id": self.inspection["inspection_id"] });
        let plan = register.post("/v1/improvement-plans", &with(common.clone(), plan)).await.expect(201).json();
        let mut actions = Vec::new();
        for _ in 0..2 {
            let action = json!({ "title": format!("A {visibility} action"), "source": "recommendation",
                "recommendation_ids": [self.recommendation] });
            let action = with(with(common.clone(), marks.clone()), action);
            actions.push(register.post("/v1/improvement-actions", &action).await.expect(201).json());
        }
        let evidence = format!("/v1/improvement-actions/{}/evidence", id(&actions[1], "action_id"));
        let shown = json!({ "kind": "audit", "title": format!("A {visibility} audit") });
        let evidence = register.post(&evidence, &shown).await.expect(201).json();
        let ids = BTreeMap::from([
            ("plan_id", id(&plan, "plan_id")),
            ("action_id", id(&actions[0], "action_id")),
            ("evidence_id", id(&evidence, "evidence_id")),
        ]);
        Row { authority: self.id.clone(), standing: visibility, ids, day: None }
    }

    /// Something of it that everybody sees, and a key.
    pub async fn open(&self, register: &Register) -> Row {
        let new = json!({ "authority_id": self.id, "kind": "commissioner" });
        let intervention = register.post("/v1/interventions", &new).await.expect(201).json();
        let key = key(register, &unused_name(), "steward", &[]).await;
        let ids = BTreeMap::from([
            ("key_id", id(&key, "key_id")),
            ("authority", id(&authority(register).await, "authority_id")),
            ("intervention_id", id(&intervention, "intervention_id")),
            ("framework", "ilacs_2023".to_owned()),
        ]);
        Row { authority: self.id.clone(), standing: "", ids, day: None }
    }
}

/// What is made once in a process, and copied for each test: a database, and what is in it.
type Made = OnceCell<(Template, World)>;

impl World {
    /// A register with a world in it.
    pub async fn register() -> (Register, Self) {
        static MADE: Made = Made::const_new();
        let made = MADE.get_or_init(|| async {
            let register = Register::empty().await;
            let world = Self::new(&register).await;
            (register.database.into_template(), world)
        });
        Self::copy(made.await).await
    }

    /// A register with a world in it in which what everybody sees refers to what only some see.
    pub async fn tied_register() -> (Register, Self) {
        static MADE: Made = Made::const_new();
        let made = MADE.get_or_init(|| async {
            let (register, mut world) = Self::register().await;
            tie(&register, &mut world).await;
            (register.database.into_template(), world)
        });
        Self::copy(made.await).await
    }

    async fn copy((template, world): &(Template, Self)) -> (Register, Self) {
        (Register::with(template.copy(), |_| {}).await, world.clone())
    }

    async fn new(register: &Register) -> Self {
        let (own, other) = (Council::new(register).await, Council::new(register).await);
        let (mut facts, mut examinations, mut papers) = (Vec::new(), Vec::new(), Vec::new());
        for council in [&own, &other] {
            let first = facts.len();
            for state in STATES {
                facts.push(council.facts(register, state).await);
            }
            examinations.extend(council.examinations(register, &facts[first..]).await);
            for visibility in VISIBILITIES {
                papers.push(council.papers(register, visibility).await);
            }
        }
        let third = id(&authority(register).await, "authority_id");
        Self { own, other, third, facts, examinations, papers, tied: Vec::new() }
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.facts.iter().chain(&self.examinations).chain(&self.papers).chain(&self.tied)
    }

    /// The authority of a row.
    pub fn council(&self, row: &Row) -> &Council {
        if row.authority == self.own.id { &self.own } else { &self.other }
    }
}
