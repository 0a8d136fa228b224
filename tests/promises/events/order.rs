//! The feed passes over nothing: what is committed late comes late, and stands where it belongs.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::database::settle;
use crate::support::events::follow;
use crate::support::keys::ADMIN;
use crate::support::rows::authority;

/// Tells of a resource that nothing else is told of.
const LATE: &str =
    "insert into events (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, after)
    values ('created', 'document', gen_random_uuid(), gen_random_uuid(), '{}', 'late', 'late', '{}')";

fn sequence(events: &[Value]) -> Option<i64> {
    events.last()?["sequence"].as_i64()
}

#[actix_web::test]
async fn a_late_committer_is_not_passed_over() {
    let register = Register::empty().await;
    authority(&register).await;
    settle(&mut register.database.connect());
    let mut met = follow(&register, None, 200).await;
    let known = met.len();

    let mut late = register.database.connect();
    late.batch_execute(&format!("begin; {LATE}")).unwrap();
    let early = authority(&register).await;
    for _ in 0..5 {
        met.extend(follow(&register, sequence(&met), 1).await);
        assert_eq!(met.len(), known, "what is committed waits for what is not");
    }
    late.batch_execute("commit").unwrap();
    settle(&mut register.database.connect());
    met.extend(follow(&register, sequence(&met), 1).await);
    let new = met[known..].iter().map(|event| event["actor"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(new, ["late", ADMIN]);
    assert_eq!(met[known + 1]["resource_id"], early["authority_id"]);
}

#[actix_web::test]
async fn what_is_rolled_back_is_never_told() {
    let register = Register::empty().await;
    let mut late = register.database.connect();
    late.batch_execute(&format!("begin; {LATE}")).unwrap();
    authority(&register).await;
    late.batch_execute("rollback").unwrap();
    settle(&mut register.database.connect());
    let events = follow(&register, None, 200).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["actor"], ADMIN);
}

#[actix_web::test]
async fn a_transaction_that_waited_comes_after_what_it_waited_for() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let id = council["authority_id"].as_str().unwrap();
    let mut waiting = register.database.connect();
    waiting.batch_execute("begin").unwrap();
    diesel::sql_query("select pg_current_xact_id()").execute(&mut waiting).unwrap();
    register.patch(&format!("/v1/authorities/{id}"), "*", &json!({ "name": "First" })).await.expect(200);
    let second = format!(
        "update authorities set name = 'Second', version = 3 where authority_id = '{id}';
         insert into events (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, before, after)
         values ('updated', 'authority', '{id}', '{id}', array['{id}'::uuid], 'late', 'late', '{{}}', '{{\"name\": \"Second\"}}');
         commit"
    );
    waiting.batch_execute(&second).unwrap();
    settle(&mut register.database.connect());
    let events = follow(&register, None, 200).await;
    let names = events.iter().map(|event| event["after"]["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names, [council["name"].clone(), json!("First"), json!("Second")]);
}
