//! What a body names, and what it leaves unsaid, of what its sender does not see.

use actix_web::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::callers::Caller;
use super::world::{Row, World};
use crate::support::rows::with;

#[actix_web::test]
async fn a_body_may_not_name_what_its_sender_does_not_see() {
    let (register, world) = World::register().await;
    let caller = Caller::with_key(&register, "contributor", &[&world.own.id]);
    let (draft, withdrawn, foreign) = (&world.facts[0], &world.facts[2], &world.papers[2]);
    let action = format!("/v1/improvement-actions/{}", world.papers[0].ids["action_id"]);
    let plan = format!("/v1/improvement-plans/{}", world.papers[0].ids["plan_id"]);
    let new_action = json!({ "authority_id": world.own.id, "title": "An action", "source": "audit" });
    let new_plan = json!({ "authority_id": world.own.id, "title": "A plan" });
    for (member, ids) in [
        ("recommendation_ids", [&draft.ids["recommendation_id"], &withdrawn.ids["recommendation_id"]]),
        ("finding_ids", [&draft.ids["finding_id"], &withdrawn.ids["finding_id"]]),
        ("plan_id", [&foreign.ids["plan_id"], &foreign.ids["plan_id"]]),
        ("responds_to_inspection_id", [&draft.ids["inspection_id"], &withdrawn.ids["inspection_id"]]),
    ] {
        let naming = |id: &str| if member.ends_with("_ids") { json!({ member: [id] }) } else { json!({ member: id }) };
        let of_plans = member == "responds_to_inspection_id";
        let (list, new, row) = if of_plans {
            ("improvement-plans", &new_plan, &plan)
        } else {
            ("improvement-actions", &new_action, &action)
        };
        for id in ids {
            let nothing = Uuid::now_v7().to_string();
            let mut told = Vec::new();
            for id in [id, &nothing] {
                let create = caller.request(&register, Method::POST, &format!("/v1/{list}"));
                let create = create.json(&with(new.clone(), naming(id))).send().await.expect(422);
                let change = caller.request(&register, Method::PATCH, row).if_match("*");
                let change = change.json(&naming(id)).send().await.expect(422);
                told.push(
                    [create, change].map(|answer| (answer.json()["detail"].clone(), answer.json()["errors"].clone())),
                );
            }
            assert_eq!(told[0], told[1], "{member}");
        }
    }
}

#[actix_web::test]
async fn what_its_owner_does_not_see_of_an_action_stays_when_the_rest_is_changed() {
    let (register, world) = World::register().await;
    let caller = Caller::with_key(&register, "contributor", &[&world.own.id]);
    let asked = |row: &Row| row.ids["recommendation_id"].clone();
    let (withdrawn, published) = (asked(&world.facts[2]), asked(&world.facts[1]));
    let action = format!("/v1/improvement-actions/{}", world.papers[0].ids["action_id"]);
    let both = json!({ "recommendation_ids": [withdrawn, published] });
    register.patch(&action, "*", &both).await.expect(200);

    let seen = caller.request(&register, Method::GET, &action).send().await.expect(200);
    assert_eq!(seen.json()["recommendation_ids"], json!([published]));
    let same = caller.request(&register, Method::PATCH, &action).if_match(seen.etag());
    let same = same.json(&json!({ "recommendation_ids": [published] })).send().await.expect(200);
    assert_eq!((same.etag(), same.json()), (seen.etag(), seen.json()), "nothing changed");
    let none = caller.request(&register, Method::PATCH, &action).if_match("*");
    let none = none.json(&json!({ "recommendation_ids": [] })).send().await.expect(200);
    assert_eq!(none.json()["recommendation_ids"], json!([]));
    assert_eq!(register.get(&action).await.expect(200).json()["recommendation_ids"], json!([withdrawn]));
}
