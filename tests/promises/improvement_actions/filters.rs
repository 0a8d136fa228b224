//! Lists: what each filter finds, and in which order.

use diesel::connection::SimpleConnection;
use inspection_register::values::date::Date;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::actions::{action, moved, new_action, path};
use crate::support::rows::{self, inspection, with};

/// Two actions of one authority that differ in everything, and what they answer.
struct Pair {
    register: Register,
    authority: Value,
    plan: Value,
    parts: Value,
}

async fn pair() -> Pair {
    let register = Register::empty().await;
    let parts = json!({
        "recommendations": [{ "kind": "recommendation", "text": "Visit." }],
        "findings": [{ "polarity": "concern", "text": "Late visits." }],
    });
    let report = inspection(&register, parts).await;
    let parts = register.get(&format!("{}?embed=findings,recommendations", rows::path(&report))).await.json();
    let authority = json!({ "authority_id": report["authority_id"] });
    let plan = with(authority.clone(), json!({ "title": "A plan" }));
    let plan = register.post("/v1/improvement-plans", &plan).await.expect(201).json()["plan_id"].clone();
    let one = json!({
        "title": "One", "source": "recommendation", "plan_id": plan, "priority": "high", "owner_role": "Head of Visits",
        "promised_to": "The Board", "recommendation_ids": [parts["recommendations"][0]["recommendation_id"]],
        "finding_ids": [parts["findings"][0]["finding_id"]], "themes": ["assessment", "supervision"],
        "cohorts": ["care_leavers"], "visibility": "public", "proposed_on": "2024-01-01", "due_on": "2024-03-01",
        "description": "Weekly looks at what is late.", "partner_organisations": ["Example NHS"],
    });
    let other = json!({
        "title": "Other", "source": "audit", "priority": "low", "owner_role": "Head of Visits and more",
        "promised_to": "The Board of others", "themes": ["workforce"], "cohorts": ["early_help"],
        "proposed_on": "2024-01-01", "due_on": "2099-01-01",
    });
    for members in [one, other] {
        let created = register.post("/v1/improvement-actions", &with(new_action(&authority), members)).await;
        let path = path(&created.expect(201).json());
        if register.get(&path).await.json()["title"] == "One" {
            moved(&register, &path, "agreed", json!({ "effective_on": "2024-02-01" })).await.expect(201);
            let late = json!({ "due_on": "2024-04-01", "reason": "It takes longer.", "effective_on": "2024-02-01" });
            register.post(&format!("{path}/date-revisions"), &late).await.expect(201);
            let report = json!({ "note": "Looked at.", "rag": "red", "effective_on": "2024-02-01" });
            register.post(&format!("{path}/updates"), &report).await.expect(201);
        }
    }
    Pair { register, authority, plan, parts }
}

impl Pair {
    /// The titles that a question finds, of this authority or not.
    async fn found(&self, question: &str) -> Vec<Value> {
        let list = self.register.get(&format!("/v1/improvement-actions?{question}&count=exact")).await.expect(200);
        let titles = list.each("title");
        assert_eq!(list.json()["page"]["total"], titles.len(), "{question}");
        titles
    }
}

#[actix_web::test]
async fn every_filter_finds_its_own() {
    let pair = pair().await;
    action(&pair.register, json!({ "title": "Elsewhere", "due_on": "2024-03-15", "source": "board" })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let own = text(&pair.authority["authority_id"]);
    let questions = [
        (format!("plan={}", text(&pair.plan)), vec!["One"]),
        (format!("authority={own}"), vec!["One", "Other"]),
        (format!("authority={own}&state=agreed"), vec!["One"]),
        (format!("authority={own}&state=proposed,completed"), vec!["Other"]),
        ("rag=red,green".to_owned(), vec!["One"]),
        ("rag=green".to_owned(), vec![]),
        ("priority=high".to_owned(), vec!["One"]),
        ("owner_role=head%20OF%20visits".to_owned(), vec!["One"]),
        ("owner_role=visits".to_owned(), vec![]),
        ("source=recommendation,finding".to_owned(), vec!["One"]),
        (format!("recommendation={}", text(&pair.parts["recommendations"][0]["recommendation_id"])), vec!["One"]),
        (format!("finding={}", text(&pair.parts["findings"][0]["finding_id"])), vec!["One"]),
        ("theme=supervision,adoption".to_owned(), vec!["One"]),
        ("cohort=early_help".to_owned(), vec!["Other"]),
        ("promised_to=THE%20board".to_owned(), vec!["One"]),
        ("visibility=public".to_owned(), vec!["One"]),
        ("visibility=private".to_owned(), vec!["Elsewhere", "Other"]),
        ("due_from=2024-04-01".to_owned(), vec!["One", "Other"]),
        ("due_to=2024-04-01".to_owned(), vec!["Elsewhere", "One"]),
        ("due_from=2024-03-16&due_to=2024-04-01".to_owned(), vec!["One"]),
        ("is_overdue=true".to_owned(), vec!["Elsewhere", "One"]),
        ("is_overdue=false".to_owned(), vec!["Other"]),
        ("min_slip_days=31".to_owned(), vec!["One"]),
        ("min_slip_days=32".to_owned(), vec![]),
        ("q=weekly".to_owned(), vec!["One"]),
        ("q=%22example%20nhs%22%20-other".to_owned(), vec!["One"]),
        ("updated_from=2024-01-01".to_owned(), vec!["Elsewhere", "One", "Other"]),
        (format!("authority={own}&as_at=2024-01-31&state=proposed"), vec!["One", "Other"]),
        (format!("authority={own}&as_at=2024-03-31&is_overdue=true"), vec![]),
        (format!("authority={own}&as_at=2024-04-02&is_overdue=true&rag=red&min_slip_days=31"), vec!["One"]),
        (format!("authority={own}&as_at=2023-12-31"), vec![]),
    ];
    for (question, titles) in questions {
        assert_eq!(pair.found(&question).await, titles, "{question}");
    }
}

#[actix_web::test]
async fn without_a_due_date_an_action_is_never_overdue_nor_between_days() {
    let register = Register::empty().await;
    action(&register, json!({ "title": "Some day" })).await;
    for (question, count) in
        [("is_overdue=true", 0), ("is_overdue=false", 1), ("due_from=2000-01-01", 0), ("due_to=2100-12-31", 0)]
    {
        let list = register.get(&format!("/v1/improvement-actions?{question}")).await.expect(200);
        assert_eq!(list.each("title").len(), count, "{question}");
    }
}

#[actix_web::test]
async fn a_day_of_change_begins_at_midnight_in_london() {
    let register = Register::empty().await;
    action(&register, json!({})).await;
    let found = async |at: &str, day: &str| {
        let set = format!("update improvement_actions set updated_at = '{at}'");
        register.database.connect().batch_execute(&set).unwrap();
        let list = register.get(&format!("/v1/improvement-actions?updated_from={day}")).await.expect(200);
        !list.each("title").is_empty()
    };
    // In summer London is an hour ahead of UTC.
    assert!(found("2024-06-30 23:00:00Z", "2024-07-01").await);
    assert!(!found("2024-06-30 22:59:59Z", "2024-07-01").await);
    assert!(found("2024-01-01 00:00:00Z", "2024-01-01").await);
    assert!(!found("2023-12-31 23:59:59Z", "2024-01-01").await);
}

#[actix_web::test]
async fn what_is_absent_sorts_last_in_every_order() {
    let register = Register::empty().await;
    let authority = rows::authority(&register).await;
    for (title, due_on, slip) in [("a", Some("2024-03-01"), 2), ("b", None, 0), ("c", Some("2024-02-01"), 9)] {
        let mut new = with(new_action(&authority), json!({ "title": title, "proposed_on": "2024-01-01" }));
        if let Some(due_on) = due_on {
            new["due_on"] = json!(due_on);
        }
        let path = path(&register.post("/v1/improvement-actions", &new).await.expect(201).json());
        if slip > 0 {
            let late = json!({ "due_on": format!("2024-03-0{slip}"), "reason": "Later." });
            register.post(&format!("{path}/date-revisions"), &late).await.expect(201);
        }
    }
    for (sort, titles) in [
        ("due_on", ["a", "c", "b"]),
        ("-due_on", ["c", "a", "b"]),
        ("slip_days", ["a", "c", "b"]),
        ("-slip_days", ["c", "a", "b"]),
        ("updated_at", ["a", "b", "c"]),
        ("-updated_at", ["c", "b", "a"]),
    ] {
        for as_at in [String::new(), format!("&as_at={}", Date::today())] {
            let list = register.get(&format!("/v1/improvement-actions?sort={sort}{as_at}")).await.expect(200);
            assert_eq!(list.each("title"), titles, "{sort}{as_at}");
            let (mut met, mut cursor) = (Vec::new(), String::new());
            while met.len() < 3 {
                let page = format!("/v1/improvement-actions?sort={sort}{as_at}&limit=1{cursor}");
                let page = register.get(&page).await.expect(200);
                met.extend(page.each("title"));
                cursor = format!("&cursor={}", page.json()["page"]["next_cursor"].as_str().unwrap_or_default());
            }
            assert_eq!(met, titles, "{sort}{as_at}, page by page");
        }
    }
}

#[actix_web::test]
async fn questions_that_make_no_sense_are_refused() {
    let register = Register::empty().await;
    for (question, place) in [("due_from=2024-02-01&due_to=2024-01-31", "due_to"), ("as_at=2099-01-01", "as_at")] {
        let refused = register.get(&format!("/v1/improvement-actions?{question}")).await.refused(&[422]);
        assert_eq!(refused.places(), [place], "{question}");
    }
    for (question, place) in [
        ("is_overdue=yes", "is_overdue"),
        ("min_slip_days=0", "min_slip_days"),
        ("min_slip_days=-1", "min_slip_days"),
        ("state=done", "state"),
        ("updated_from=yesterday", "updated_from"),
        ("owner_role=", "owner_role"),
    ] {
        let refused = register.get(&format!("/v1/improvement-actions?{question}")).await.refused(&[400]);
        assert_eq!(refused.places(), [place], "{question}");
    }
}
