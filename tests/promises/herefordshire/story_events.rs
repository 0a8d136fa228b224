//! What the feed tells of Herefordshire, and that a second import adds nothing to it.

use std::collections::HashSet;

use inspection_register::import::{self, Source};
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::events::stored;

async fn events(register: &Register, query: &str) -> Vec<Value> {
    let page = register.get(&format!("/v1/events?limit=200&{query}")).await.expect(200).json();
    assert_eq!(page["page"].get("next_cursor"), None, "all are on one page");
    page["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn the_feed_tells_first_of_what_the_rest_belongs_to() {
    let register = Register::real().await;
    let all = events(&register, "authority=E06000019&event_type=created").await;
    assert!(all.iter().all(|event| event["actor"] == "import"));
    let mut told = HashSet::new();
    for event in &all {
        let after = &event["after"];
        for member in ["authority_id", "inspection_id", "recommendation_id", "finding_id", "plan_id", "action_id"] {
            if let Some(id) = after.get(member).filter(|id| **id != event["resource_id"]) {
                assert!(told.contains(id), "{member} of {event}");
            }
        }
        told.insert(event["resource_id"].clone());
    }
    for (resource, count) in [("inspection", 8), ("examination", 16), ("intervention", 5), ("improvement_action", 9)] {
        assert_eq!(all.iter().filter(|event| event["resource"] == resource).count(), count, "{resource}");
    }
}

#[actix_web::test]
async fn the_events_of_an_action_lead_from_its_proposal_to_what_it_is() {
    let register = Register::real().await;
    let id = "01a204d1-fb25-79ea-8966-2a05f14c8862";
    let told = events(&register, &format!("resource_id={id}")).await;
    let states = told.iter().map(|event| event["after"]["state"].clone()).collect::<Vec<_>>();
    assert_eq!(states, ["proposed", "proposed", "proposed", "agreed", "in_progress"]);
    let versions = told.iter().map(|event| event["after"]["version"].clone()).collect::<Vec<_>>();
    assert_eq!(versions, [1, 2, 3, 4, 5]);
    assert_eq!((&told[0]["type"], told[0].get("before")), (&json!("created"), None));
    for pair in told.windows(2) {
        assert_eq!((&pair[1]["type"], &pair[1]["before"]), (&json!("updated"), &pair[0]["after"]));
    }
    let now = register.get(&format!("/v1/improvement-actions/{id}")).await.expect(200).json();
    assert_eq!(told[4]["after"], stored(&now, &["is_overdue"]), "all but what is computed");
}

#[actix_web::test]
async fn a_second_import_tells_nothing() {
    let register = Register::real().await;
    let total =
        async || register.get("/v1/events?limit=1&count=exact").await.expect(200).json()["page"]["total"].clone();
    let before = total().await;
    import::run(&register.database.url, &Source::BuiltIn).unwrap();
    assert_eq!(total().await, before);
}
