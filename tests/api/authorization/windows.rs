//! Every window shows the same: what a caller reads is what an administrator reads in a register in which there is nothing
//! but what that caller may see.

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::Caller;
use super::world::{Row, World};
use crate::support::operations::{self, Operation, resolve};
use crate::support::rows::with;
use crate::support::{Answer, Register};

/// Takes out of a register what only stewards see.
const WITHOUT_DRAFTS: &str = "
    create temp table hidden as select inspection_id from inspections where state <> 'published';
    create temp table hidden_documents as select document_id from documents where inspection_id in (select * from hidden);
    delete from examinations where inspection_id in (select * from hidden)
        or recommendation_id in (select recommendation_id from recommendations where inspection_id in (select * from hidden));
    delete from improvement_action_recommendations
        where recommendation_id in (select recommendation_id from recommendations where inspection_id in (select * from hidden));
    delete from improvement_action_findings
        where finding_id in (select finding_id from findings where inspection_id in (select * from hidden));
    update findings set document_id = null where document_id in (select * from hidden_documents);
    delete from document_authorities where document_id in (select * from hidden_documents);
    delete from documents where document_id in (select * from hidden_documents);
    delete from findings where inspection_id in (select * from hidden);
    delete from recommendations where inspection_id in (select * from hidden);
    delete from judgements where inspection_id in (select * from hidden);
    update improvement_plans set responds_to_inspection_id = null where responds_to_inspection_id in (select * from hidden);
    update interventions set triggered_by_inspection_id = null where triggered_by_inspection_id in (select * from hidden);
    delete from inspections where inspection_id in (select * from hidden);";

/// Takes out of a register the private papers of authorities that are not among `bound`.
const WITHOUT_PAPERS: &str = "
    create temp table hidden_plans as
        select plan_id from improvement_plans where visibility = 'private' and authority_id not in (select * from bound);
    create temp table hidden_actions as
        select action_id from improvement_actions where visibility = 'private' and authority_id not in (select * from bound);
    update improvement_actions set plan_id = null where plan_id in (select * from hidden_plans);
    delete from evidence_reviews
        where evidence_id in (select evidence_id from evidence where action_id in (select * from hidden_actions));
    delete from improvement_action_transition_evidence where action_id in (select * from hidden_actions);
    delete from evidence where action_id in (select * from hidden_actions);
    delete from improvement_action_recommendations where action_id in (select * from hidden_actions);
    delete from improvement_action_findings where action_id in (select * from hidden_actions);
    delete from improvement_action_transitions where action_id in (select * from hidden_actions);
    delete from improvement_action_date_revisions where action_id in (select * from hidden_actions);
    delete from improvement_action_updates where action_id in (select * from hidden_actions);
    delete from improvement_actions where action_id in (select * from hidden_actions);
    delete from improvement_plans where plan_id in (select * from hidden_plans);";

/// A register with nothing but what a caller may see.
async fn twin(register: &Register, caller: &Caller) -> Register {
    let database = register.database.copy();
    let mut conn = database.connect();
    let bound = caller.bound_to.iter().map(|id| format!("('{id}'::uuid)")).collect::<Vec<_>>();
    let bound = [bound, vec![format!("('{}'::uuid)", Uuid::nil())]].concat().join(", ");
    conn.batch_execute("set session_replication_role = replica").unwrap();
    if !["admin", "steward"].contains(&caller.role.unwrap_or_default()) {
        conn.batch_execute(WITHOUT_DRAFTS).unwrap();
    }
    if caller.role != Some("admin") {
        conn.batch_execute(&format!("create temp table bound (id) as values {bound}; {WITHOUT_PAPERS}")).unwrap();
    }
    Register::with(database, |_| {}).await
}

/// Lets what everybody sees refer to what only some see, and adds what becomes of actions.
async fn tie(register: &Register, world: &World) {
    let [draft, published, withdrawn] = [0, 1, 2].map(|place| &world.facts[place]);
    for row in [draft, withdrawn] {
        let finding = format!("/v1/findings/{}", published.ids["finding_id"]);
        let change = json!({ "document_id": row.ids["document_id"], "reason": "It says so." });
        register.patch(&finding, "*", &change).await.expect(200);
        let new = json!({ "authority_id": world.own.id, "kind": "trust", "triggered_by_inspection_id": row.ids["inspection_id"] });
        register.post("/v1/interventions", &new).await.expect(201);
        for visibility in ["private", "public"] {
            let new = json!({ "authority_id": world.own.id, "title": "A reply", "visibility": visibility,
                "responds_to_inspection_id": row.ids["inspection_id"] });
            register.post("/v1/improvement-plans", &new).await.expect(201);
        }
    }
    let all = |name: &str| json!(world.facts[..3].iter().map(|row| &row.ids[name]).collect::<Vec<_>>());
    for papers in &world.papers[..2] {
        let new = json!({ "authority_id": world.own.id, "title": format!("In a {} plan", papers.standing), "source": "finding",
            "plan_id": papers.ids["plan_id"], "recommendation_ids": all("recommendation_id"), "finding_ids": all("finding_id") });
        for visibility in ["private", "public"] {
            let action = with(new.clone(), json!({ "visibility": visibility }));
            let action =
                register.post("/v1/improvement-actions", &action).await.expect(201).header("location").to_owned();
            let shown = json!({ "kind": "audit", "title": "An audit" });
            let shown =
                register.post(&format!("{action}/evidence"), &shown).await.expect(201).header("location").to_owned();
            register.post(&format!("{shown}/reviews"), &json!({ "outcome": "rejected" })).await.expect(201);
            register.post(&format!("{action}/transitions"), &json!({ "to_state": "agreed" })).await.expect(201);
            let late = json!({ "due_on": "2020-01-01", "reason": "It was late." });
            register.post(&format!("{action}/date-revisions"), &late).await.expect(201);
            register
                .post(&format!("{action}/updates"), &json!({ "note": "It goes on.", "rag": "red" }))
                .await
                .expect(201);
        }
    }
    // A visit that nobody sees yet, and what a public inspection said of what was withdrawn.
    let visit = json!({ "kind": "monitoring_visit", "judgements": [], "visit_number": 1,
        "opened_by_inspection_id": published.ids["inspection_id"] });
    let later = world.own.new_inspection();
    register.post("/v1/inspections", &with(later, visit)).await.expect(201);
    let later =
        register.post("/v1/inspections", &with(world.own.new_inspection(), json!({ "state": "published" }))).await;
    let later = later.expect(201).header("location").to_owned();
    for row in [draft, published, withdrawn] {
        let said = register.request(Method::PUT, &format!("{later}/examinations/{}", row.ids["recommendation_id"]));
        said.header("If-None-Match", "*").json(&json!({ "outcome": "improved" })).send().await.expect(201);
    }
}

/// Reads of which a twin says nothing: it has the events of the whole, and all keys.
fn is_apart(operation: &Operation) -> bool {
    operation.id == "list_events" || operation.id.ends_with("_history") || operation.path.starts_with("/api-keys")
}

#[actix_web::test]
async fn every_read_shows_what_it_shows_where_nothing_is_hidden() {
    let register = Register::empty().await;
    let world = World::new(&register).await;
    tie(&register, &world).await;
    let callers = [
        Caller::anonymous(),
        Caller::with_key(&register, "admin", &[]),
        Caller::with_key(&register, "steward", &[&world.own.id]),
        Caller::with_key(&register, "contributor", &[&world.own.id]),
        Caller::with_key(&register, "reviewer", &[&world.other.id]),
        Caller::with_key(&register, "reader", &[]),
    ];
    for caller in &callers {
        let twin = twin(&register, caller).await;
        let mut asked = 0;
        for operation in operations::all().into_iter().filter(|operation| operation.is_read() && !is_apart(operation)) {
            for path in paths(&operation, &world) {
                for query in questions(&operation, &world) {
                    let question = format!("{path}{query}");
                    let seen = caller.request(&register, Method::GET, &question).send().await;
                    let there = twin.get(&question).await;
                    assert_eq!(shown(&seen), shown(&there), "{} reads {question}", caller.name);
                    asked += 1;
                }
            }
        }
        assert!(asked > 500, "{asked} questions are too few");
    }
}

/// What an answer shows: its status, its tag, the link to the next page, and the body but for the request's own id.
fn shown(answer: &Answer) -> (u16, String, String, Value) {
    let mut body = if answer.header("content-type").contains("json") { answer.json() } else { json!(answer.text()) };
    if let Some(members) = body.as_object_mut() {
        members.remove("trace_id");
    }
    (answer.status.as_u16(), answer.etag().to_owned(), answer.header("link").to_owned(), body)
}

/// The addresses of an operation for all that there is.
fn paths(operation: &Operation, world: &World) -> Vec<String> {
    let names = operation.path_parameters();
    let filled = |row: &Row| {
        let path = names.iter().try_fold(operation.path.to_owned(), |path, name| {
            let id = match name.as_str() {
                "authority" => Some(&row.authority),
                "recommendation_id" if operation.id.contains("examination") => row.ids.get("examined_id"),
                name => row.ids.get(name),
            };
            Some(path.replace(&format!("{{{name}}}"), id?))
        });
        path.map(|path| format!("/v1{path}"))
    };
    match names.as_slice() {
        [] => vec![operation.path()],
        [one] if one == "framework" => vec![operation.path()],
        _ => world.facts.iter().chain(&world.papers).filter_map(filled).collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

/// What one can ask of an operation: each order, each code of each filter, everything that can be carried, each thing by its
/// id.
fn questions(operation: &Operation, world: &World) -> Vec<String> {
    let ids = |name: &str| {
        let rows = world.facts.iter().chain(&world.papers);
        rows.filter_map(|row| row.ids.get(name)).collect::<BTreeSet<_>>().into_iter().cloned().collect::<Vec<_>>()
    };
    let mut questions = vec![String::new()];
    let mut ask = |name: &str, value: &str| questions.push(format!("?{name}={value}"));
    for (name, schema) in operation.query_parameters() {
        let codes = resolve(if schema["items"].is_object() { &schema["items"] } else { &schema });
        let codes =
            codes["enum"].as_array().into_iter().flatten().map(|code| code.as_str().unwrap()).collect::<Vec<_>>();
        match name.as_str() {
            "limit" => ask("count=exact&limit", "1"),
            "count" => ask("count", "exact"),
            "embed" => ask("embed", &codes.join(",")),
            "inspection" | "opened_by" => ids("inspection_id").iter().for_each(|id| ask(&name, id)),
            "finding" => ids("finding_id").iter().for_each(|id| ask(&name, id)),
            "recommendation" => ids("recommendation_id").iter().for_each(|id| ask(&name, id)),
            "plan" => ids("plan_id").iter().for_each(|id| ask(&name, id)),
            "authority" => [&world.own.id, &world.other.id].into_iter().for_each(|id| ask(&name, id)),
            "q" => ["draft", "withdrawn", "private", "published"].into_iter().for_each(|word| ask(&name, word)),
            "as_at" => ask("as_at", "2024-06-01"),
            _ if schema["type"] == "boolean" => ["true", "false"].into_iter().for_each(|value| ask(&name, value)),
            _ => codes.iter().for_each(|code| ask(&name, code)),
        }
    }
    questions
}

#[actix_web::test]
async fn a_body_may_not_name_what_its_sender_does_not_see() {
    let register = Register::empty().await;
    let world = World::new(&register).await;
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
    let register = Register::empty().await;
    let world = World::new(&register).await;
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
