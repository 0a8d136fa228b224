//! Every window on the feed of a caller: what a filter wants of it, and what a history tells, is what one picks by hand from
//! the whole feed that this caller sees, with the number of all, in pages of any size.

use std::collections::{BTreeMap, BTreeSet};

use inspection_register::register::events::model::{EventResource, EventType};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::events::Asking;
use crate::support::operations;

/// The kinds of resource that have histories, each with its path, and whether its history tells of its parts.
const HISTORIES: [(&str, &str, bool); 5] = [
    ("inspection", "inspections", true),
    ("finding", "findings", false),
    ("recommendation", "recommendations", false),
    ("improvement_plan", "improvement-plans", true),
    ("improvement_action", "improvement-actions", true),
];

/// The feed of a caller, to be looked at through windows.
pub struct Windows<'a> {
    /// How the caller asks.
    pub asking: Asking<'a>,
    /// What the caller is called in messages.
    pub caller: &'a str,
    /// All that the feed shows to the caller.
    pub seen: &'a [Value],
    /// All that it shows to the administrator.
    pub all: &'a [Value],
    /// Of how many resources of each kind one asks by their ids.
    pub of_each: usize,
}

/// A filter of the feed, with the events that it wants.
type Question<'a> = (String, Vec<&'a Value>);

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap()
}

/// The resource of an event, as it was last.
fn row(event: &Value) -> &Value {
    event.get("after").or(event.get("before")).unwrap()
}

impl Windows<'_> {
    /// Panics if a filter or a history shows anything else than what is to be picked from the whole.
    pub async fn show_the_same(&self) {
        for (query, wanted) in self.questions() {
            self.shows(&format!("/v1/events?{query}&"), &wanted).await;
        }
        self.histories_show_the_same().await;
    }

    /// Panics unless a list shows these events, one by one while they are few.
    async fn shows(&self, list: &str, wanted: &[&Value]) {
        self.shows_by(list, wanted, if wanted.len() < 8 { 1 } else { 200 }).await;
    }

    /// Panics unless a list, asked for in pages of this size, shows these events, and on every page the number of all.
    pub async fn shows_by(&self, list: &str, wanted: &[&Value], limit: usize) {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{list}limit={limit}&count=exact{cursor}");
            let page = (self.asking)(&path).send().await.expect(200).json();
            assert_eq!(page["page"]["total"], json!(wanted.len()), "{}: {path}", self.caller);
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{}: {list}", self.caller);
    }

    /// One question for each value of each filter, and some for several at once.
    fn questions(&self) -> Vec<Question<'_>> {
        let mut questions = Vec::new();
        let mut ask = |query: String, is_wanted: &dyn Fn(&Value) -> bool| {
            questions.push((query, self.seen.iter().filter(|event| is_wanted(event)).collect::<Vec<_>>()));
        };
        let types = EventType::ALL.iter().map(|code| code.as_str());
        for code in types.clone() {
            ask(format!("event_type={code}"), &|event| event["type"] == code);
            ask(format!("event_type={code}&resource=inspection,improvement_action"), &|event| {
                event["type"] == code && ["inspection", "improvement_action"].contains(&text(event, "resource"))
            });
        }
        ask("event_type=created,deleted".to_owned(), &|event| event["type"] != "updated");
        for code in EventResource::ALL.iter().map(|code| code.as_str()) {
            ask(format!("resource={code}"), &|event| event["resource"] == code);
            for id in self.some(code) {
                ask(format!("resource_id={id}"), &|event| event["resource_id"] == id);
            }
        }
        let pair =
            [self.some("inspection"), self.some("improvement_plan")].map(|ids| ids.last().copied().unwrap_or_default());
        ask(format!("resource_id={}", pair.join(",")), &|event| pair.contains(&text(event, "resource_id")));
        for (id, code) in self.authorities() {
            let concerns = |event: &Value| event["authority_ids"].as_array().unwrap().contains(&json!(id));
            ask(format!("authority={id}"), &concerns);
            ask(format!("authority={code}"), &concerns);
            ask(format!("authority={id}&event_type=deleted"), &|event| concerns(event) && event["type"] == "deleted");
        }
        for place in [0, self.seen.len() / 2, self.seen.len() - 1] {
            let rest = &self.seen[place + 1..];
            let after = format!("after={}", self.seen[place]["sequence"]);
            questions.push((
                format!("{after}&event_type=updated"),
                rest.iter().filter(|event| event["type"] == "updated").collect(),
            ));
            questions.push((after, rest.iter().collect()));
        }
        assert_eq!(filters_of(&questions), documented_filters());
        questions
    }

    /// Some resources of a kind, whether the caller sees them or not, from the first to the last.
    fn some(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.all.iter().filter(|event| event["resource"] == kind);
        let ids = of_kind.map(|event| text(event, "resource_id")).collect::<BTreeSet<_>>();
        let step = ids.len().div_ceil(self.of_each).max(1);
        ids.into_iter().step_by(step).collect()
    }

    /// Some authorities that are there, by id and code.
    fn authorities(&self) -> Vec<(&str, &str)> {
        let rows = self.some("authority").into_iter().filter_map(|id| {
            let last = self.all.iter().rfind(|event| event["resource_id"] == id)?.get("after")?;
            Some((id, text(last, "gss_code")))
        });
        rows.collect()
    }

    async fn histories_show_the_same(&self) {
        let wholes = self.wholes();
        for (kind, path, tells_of_parts) in HISTORIES {
            let nothing = format!("/v1/{path}/{}/history", Uuid::now_v7());
            let nothing = (self.asking)(&nothing).send().await.expect(404).json();
            for id in self.some(kind) {
                let address = format!("/v1/{path}/{id}");
                if (self.asking)(&address).send().await.status == 404 {
                    let hidden = (self.asking)(&format!("{address}/history")).send().await.expect(404).json();
                    assert_eq!(hidden["detail"], nothing["detail"], "{}: {address}", self.caller);
                    continue;
                }
                let is_told = |event: &&Value| {
                    let of = text(event, "resource_id");
                    if tells_of_parts { wholes[of] == id } else { of == id }
                };
                let told = self.seen.iter().filter(is_told).collect::<Vec<_>>();
                assert!(!told.is_empty(), "{}: {address} has a beginning", self.caller);
                self.shows(&format!("{address}/history?"), &told).await;
            }
        }
    }

    /// The inspection, plan or action that each resource belongs to; itself if it belongs to none.
    fn wholes(&self) -> BTreeMap<&str, &str> {
        let mut wholes = BTreeMap::new();
        for event in self.all {
            let whole = match text(event, "resource") {
                "finding" | "recommendation" | "examination" => text(row(event), "inspection_id"),
                "evidence_review" => wholes[text(row(event), "evidence_id")],
                "evidence" => text(row(event), "action_id"),
                part if part.starts_with("improvement_action_") => text(row(event), "action_id"),
                _ => text(event, "resource_id"),
            };
            wholes.insert(text(event, "resource_id"), whole);
        }
        wholes
    }
}

/// The names of the parameters of some questions.
fn filters_of(questions: &[Question]) -> BTreeSet<String> {
    let terms = questions.iter().flat_map(|(query, _)| query.split('&'));
    terms.map(|term| term.split('=').next().unwrap().to_owned()).collect()
}

/// The filters of the feed that the document names.
fn documented_filters() -> BTreeSet<String> {
    let feed = operations::all().into_iter().find(|operation| operation.id == "list_events").unwrap();
    let names = feed.query_parameters().into_iter().map(|(name, _)| name);
    names.filter(|name| !["limit", "cursor", "count"].contains(&name.as_str())).collect()
}
