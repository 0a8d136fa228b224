//! The actions in the plan: examples, which say so.

use serde_json::{Value, json};

use super::{JULY_2022, assert_members};
use crate::support::Register;

/// The action that has a history.
const ACCOUNT: &str = "/v1/improvement-actions/01a204d1-fb25-79ea-8966-2a05f14c8862";

const EMBED: &str = "embed=recommendations,updates,evidence,date_revisions,transitions";

async fn actions(register: &Register, query: &str) -> Vec<Value> {
    let path = format!("/v1/improvement-actions?authority=E06000019{query}");
    register.get(&path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

/// Panics unless everything that a council would write itself says that it is an example.
#[track_caller]
fn assert_example(words: &Value) {
    let words = words.as_str().unwrap();
    assert!(words.starts_with("Example: ") || words.ends_with(" (example)"), "{words}");
}

#[actix_web::test]
async fn whatever_goes_beyond_the_sources_says_that_it_is_an_example() {
    let register = Register::real().await;
    let every = actions(&register, &format!("&{EMBED}")).await;
    assert_eq!(every.len(), 9);
    for action in &every {
        assert!(action["title"].as_str().unwrap().starts_with("Example: "));
        let description = action["description"].as_str().unwrap();
        assert!(description.starts_with("An example made for this register, not an action of the council"));
        assert_members(action, &json!({ "source": "recommendation", "visibility": "public" }));
        assert_eq!(action["recommendations"][0]["inspection_id"], JULY_2022);
        let own = ["owner_role", "success_measure", "promised_to"].iter().filter_map(|member| action.get(*member));
        let partners = action["partner_organisations"].as_array().unwrap();
        own.chain(partners).for_each(assert_example);
        for (list, members) in [
            ("transitions", &["reason"][..]),
            ("date_revisions", &["reason"]),
            ("updates", &["note", "impact_on_children"]),
            ("evidence", &["title"]),
        ] {
            let parts = action[list].as_array().unwrap();
            parts.iter().flat_map(|part| members.iter().map(|member| &part[*member])).for_each(assert_example);
        }
    }
    let evidence = &every.iter().find(|action| action["evidence"] != json!([])).unwrap()["evidence"][0];
    assert!(evidence["url"].as_str().unwrap().starts_with("https://example.org/"));
    let path = format!("/v1/evidence/{}/reviews", evidence["evidence_id"].as_str().unwrap());
    let reviews = register.get(&path).await.expect(200);
    assert_eq!(reviews.each("outcome"), ["changes_requested"]);
    reviews.each("note").iter().for_each(assert_example);
}

#[actix_web::test]
async fn an_action_slipped_by_ninety_days_and_went_overdue() {
    let register = Register::real().await;
    for (day, members) in [
        ("2025-08-31", json!({ "state": "proposed", "due_on": "2025-12-31", "slip_days": 0, "is_overdue": false })),
        ("2025-10-01", json!({ "state": "in_progress", "due_on": "2025-12-31", "revision_count": 0 })),
        ("2025-11-14", json!({ "due_on": "2026-03-31", "original_due_on": "2025-12-31", "slip_days": 90 })),
        ("2026-03-31", json!({ "rag": "amber", "revision_count": 1, "is_overdue": false })),
        ("2026-04-01", json!({ "state": "in_progress", "is_overdue": true })),
    ] {
        let then = register.get(&format!("{ACCOUNT}?as_at={day}")).await.expect(200).json();
        assert_members(&then, &members);
    }
    let overdue = actions(&register, "&is_overdue=true&as_at=2026-04-01").await;
    assert_eq!(overdue.len(), 1);
    assert_eq!(overdue, actions(&register, "&min_slip_days=1&as_at=2026-04-01").await);
    assert_eq!(actions(&register, "&is_overdue=true&as_at=2026-03-31").await, Vec::<Value>::new());
}

#[actix_web::test]
async fn a_completed_action_whose_effect_nobody_saw_is_not_verified() {
    let register = Register::real().await;
    let completed = actions(&register, "&state=completed").await;
    assert_eq!(completed.len(), 1);
    assert_members(&completed[0], &json!({ "completed_on": "2026-01-26", "rag": "green", "is_overdue": false }));
    let path = format!("/v1/improvement-actions/{}/transitions", completed[0]["action_id"].as_str().unwrap());
    let refused = register.post(&path, &json!({ "to_state": "verified" })).await.expect(409);
    assert_eq!(refused.code(), "conflict");
    assert_eq!(actions(&register, "&state=verified").await, Vec::<Value>::new());
}
