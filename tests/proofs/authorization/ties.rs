//! What refers from what everybody sees to what only some see, and what becomes of actions.

use std::collections::BTreeMap;

use serde_json::json;

use super::world::{Row, World, theme};
use crate::support::Register;
use crate::support::rows::with;

/// Lets what everybody sees refer to what only some see, and adds what becomes of actions.
pub async fn tie(register: &Register, world: &mut World) {
    let mut tied = Vec::new();
    for council in [&world.own, &world.other] {
        let first = council.inspection["inspection_id"].as_str().unwrap();
        let ids = [("inspection_id", first.to_owned()), ("recommendation_id", council.recommendation.clone())];
        tied.push(Row { authority: council.id.clone(), ..row(world, "published", ids) });
    }
    let [draft, published, withdrawn] = [0, 1, 2].map(|place| &world.facts[place]);
    for hidden in [draft, withdrawn] {
        let finding = format!("/v1/findings/{}", published.ids["finding_id"]);
        let change = json!({ "document_id": hidden.ids["document_id"], "reason": "It says so." });
        register.patch(&finding, "*", &change).await.expect(200);
        let new = json!({ "authority_id": world.own.id, "kind": "trust", "triggered_by_inspection_id": hidden.ids["inspection_id"] });
        let new = made(register, "/v1/interventions", new).await;
        tied.push(row(world, "public", [("intervention_id", last(&new))]));
        for visibility in ["private", "public"] {
            let new = json!({ "authority_id": world.own.id, "title": "A reply", "visibility": visibility,
                "responds_to_inspection_id": hidden.ids["inspection_id"] });
            let new = made(register, "/v1/improvement-plans", new).await;
            tied.push(row(world, visibility, [("plan_id", last(&new))]));
        }
    }
    let all = |name: &str| json!(world.facts[..3].iter().map(|row| &row.ids[name]).collect::<Vec<_>>());
    for papers in &world.papers[..2] {
        let new = json!({ "authority_id": world.own.id, "title": format!("In a {} plan", papers.standing), "source": "finding",
            "plan_id": papers.ids["plan_id"], "recommendation_ids": all("recommendation_id"), "finding_ids": all("finding_id") });
        for visibility in ["private", "public"] {
            let marks = json!({ "visibility": visibility, "themes": [theme(visibility)], "due_on": "2019-06-01" });
            let action = made(register, "/v1/improvement-actions", with(new.clone(), marks)).await;
            let shown = json!({ "kind": "audit", "title": "An audit" });
            let shown = made(register, &format!("{action}/evidence"), shown).await;
            made(register, &format!("{shown}/reviews"), json!({ "outcome": "rejected" })).await;
            made(register, &format!("{action}/transitions"), json!({ "to_state": "agreed" })).await;
            let late = json!({ "due_on": "2020-01-01", "reason": "It was late." });
            made(register, &format!("{action}/date-revisions"), late).await;
            made(register, &format!("{action}/updates"), json!({ "note": "It goes on.", "rag": "red" })).await;
            tied.push(row(world, visibility, [("action_id", last(&action)), ("evidence_id", last(&shown))]));
        }
    }
    // A visit that nobody sees yet.
    let visit = json!({ "kind": "monitoring_visit", "judgements": [], "visit_number": 1,
        "opened_by_inspection_id": published.ids["inspection_id"] });
    let visit = made(register, "/v1/inspections", with(world.own.new_inspection(), visit)).await;
    tied.push(row(world, "draft", [("inspection_id", last(&visit))]));
    world.tied = tied;
}

/// The address of something new.
async fn made(register: &Register, list: &str, new: serde_json::Value) -> String {
    register.post(list, &new).await.expect(201).header("location").to_owned()
}

/// The id that an address ends with.
fn last(address: &str) -> String {
    address.rsplit('/').next().unwrap().to_owned()
}

fn row<const N: usize>(world: &World, standing: &'static str, ids: [(&'static str, String); N]) -> Row {
    Row { authority: world.own.id.clone(), standing, ids: BTreeMap::from(ids), day: None }
}
