//! The feed and its filters, and the histories.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::json;

use crate::examples;
use crate::support::database::settle;
use crate::support::events::{follow, told};
use crate::support::operations::{self, Operation};
use crate::support::rows::{authority, inspection, path};
use crate::support::{Answer, Register};

/// An inspection with a finding and a recommendation, and all changes of it.
async fn story(register: &Register) -> String {
    let contents = json!({
        "findings": [{ "polarity": "mixed", "text": "Both." }],
        "recommendations": [{ "kind": "recommendation", "text": "Visit.", "timescale_as_printed": "Immediately" }],
    });
    let address = path(&inspection(register, contents).await);
    register.patch(&address, "*", &json!({ "headline": "Mixed." })).await.expect(200);
    settle(&mut register.database.connect());
    address
}

fn sequences(answer: &Answer) -> Vec<i64> {
    answer.each("sequence").iter().map(|sequence| sequence.as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn every_write_is_told_in_the_order_of_the_writes() {
    let register = Register::empty().await;
    story(&register).await;
    for limit in [1, 2, 200] {
        let events = follow(&register, None, limit).await;
        let expected = [
            "authority created",
            "inspection created",
            "finding created",
            "recommendation created",
            "inspection updated",
        ];
        assert_eq!(told(&events), expected);
        assert_eq!(events[3]["after"].get("due_on"), None, "what is computed is not told");
        assert_eq!(follow(&register, events[2]["sequence"].as_i64(), limit).await, events[3..]);
    }
    let answer = register.get("/v1/events?count=exact&limit=2").await.expect(200);
    assert_eq!(answer.json()["page"]["total"], 5);
}

#[actix_web::test]
async fn the_feed_tells_of_what_is_wanted() {
    let register = Register::empty().await;
    let address = story(&register).await;
    let other = authority(&register).await;
    settle(&mut register.database.connect());
    let whole = sequences(&register.get("/v1/events").await.expect(200));
    let id = address.rsplit('/').next().unwrap();
    for (query, places) in [
        ("event_type=updated", vec![4]),
        ("event_type=created,updated&resource=inspection", vec![1, 4]),
        ("resource=finding,recommendation", vec![2, 3]),
        (&format!("resource_id={id}"), vec![1, 4]),
        (&format!("authority={}", other["gss_code"].as_str().unwrap()), vec![5]),
        ("authority=019a0000-0000-7000-8000-000000000000", vec![]),
        (&format!("after={}&event_type=created", whole[2]), vec![3, 5]),
    ] {
        let found = register.get(&format!("/v1/events?{query}")).await.expect(200);
        let expected = places.iter().map(|place: &usize| whole[*place]).collect::<Vec<_>>();
        assert_eq!(sequences(&found), expected, "{query}");
    }
}

#[actix_web::test]
async fn after_nothing_the_feed_begins_at_its_beginning() {
    let register = Register::empty().await;
    assert_eq!(register.get("/v1/events?after=0").await.expect(200).json()["items"], json!([]));
    story(&register).await;
    for query in ["", "&event_type=created", "&limit=2"] {
        let whole = register.get(&format!("/v1/events?{query}")).await.expect(200);
        assert_eq!(
            register.get(&format!("/v1/events?after=0{query}")).await.expect(200).json()["items"],
            whole.json()["items"]
        );
    }
}

#[actix_web::test]
async fn the_feed_goes_on_after_an_event_that_it_knows() {
    let register = Register::empty().await;
    for after in ["1000000", "9007199254740991"] {
        let answer = register.get(&format!("/v1/events?after={after}")).await.refused(&[422]);
        assert_eq!((answer.code().as_str(), answer.places()), ("validation_failed", vec!["after".to_owned()]));
    }
    for after in ["-0", "-1", "01", "00", "1.0", "x", "9007199254740992", "99999999999999999999"] {
        register.get(&format!("/v1/events?after={after}")).await.refused(&[400]);
    }
}

#[actix_web::test]
async fn a_history_has_what_became_of_a_resource() {
    let register = Register::empty().await;
    let address = story(&register).await;
    let history = register.get(&format!("{address}/history")).await.expect(200);
    let of_all = ["inspection created", "finding created", "recommendation created", "inspection updated"];
    assert_eq!(told(history.json()["items"].as_array().unwrap()), of_all);
    assert!(history.each("request_id").iter().all(|id| id.as_str().is_some_and(|id| !id.is_empty())));

    for part in ["findings", "recommendations"] {
        let one = register.get(&format!("{address}/{part}")).await.expect(200).json()["items"][0].clone();
        let part_address =
            format!("/v1/{part}/{}", one[format!("{}_id", part.trim_end_matches('s'))].as_str().unwrap());
        register.patch(&part_address, "*", &json!({ "text": "Otherwise." })).await.expect(200);
        let history = register.get(&format!("{part_address}/history")).await.expect(200);
        assert_eq!(history.each("type"), ["created", "updated"]);
        assert_eq!(history.json()["items"][1]["after"]["text"], "Otherwise.");
        register.delete(&part_address, "*").await.expect(204);
        register.get(&format!("{part_address}/history")).await.expect(404);
    }
    register.delete(&address, "*").await.expect(204);
    register.get(&format!("{address}/history")).await.expect(404);
}

#[actix_web::test]
async fn a_draft_goes_with_all_that_is_in_it() {
    let register = Register::empty().await;
    let address = story(&register).await;
    register.delete(&address, "*").await.expect(204);
    settle(&mut register.database.connect());
    let gone = register.get("/v1/events?event_type=deleted").await.expect(200).json();
    let gone = gone["items"].as_array().unwrap();
    assert_eq!(told(gone), ["finding deleted", "recommendation deleted", "inspection deleted"]);
    assert!(gone.iter().all(|event| event["before"].is_object() && event.get("after").is_none()));
}

#[actix_web::test]
async fn authorities_tell_of_those_at_the_other_end_of_a_succession() {
    let register = Register::empty().await;
    let (former, heir) = (authority(&register).await, authority(&register).await);
    let address = format!("/v1/authorities/{}", former["authority_id"].as_str().unwrap());
    let successors = json!({ "successors": [heir["authority_id"]] });
    register.patch(&address, "*", &successors).await.expect(200);
    register.delete(&address, "*").await.expect(204);
    settle(&mut register.database.connect());
    let of_heir = format!("/v1/events?resource_id={}", heir["authority_id"].as_str().unwrap());
    let events = register.get(&of_heir).await.expect(200);
    assert_eq!(events.each("type"), ["created", "updated", "updated"]);
    let predecessors = events.each("after").iter().map(|after| after["predecessors"].clone()).collect::<Vec<_>>();
    assert_eq!(predecessors, [json!([]), json!([former["authority_id"]]), json!([])]);
}

#[actix_web::test]
async fn every_operation_that_writes_leaves_an_event() {
    let latest = |register: &Register| {
        let query = events::table.order(events::sequence.desc()).select((events::sequence, events::request_id));
        query.first::<(i64, String)>(&mut register.database.connect()).unwrap()
    };
    for operation in operations::all().into_iter().filter(|operation| !Operation::is_read(operation)) {
        let register = Register::real().await;
        let (before, _) = latest(&register);
        let answer = examples::write(&register, &operation).await;
        // What is proposed already is not proposed again, and nothing is written.
        if answer.text().contains("\"created_count\":0") {
            continue;
        }
        let (after, request_id) = latest(&register);
        assert!(after > before, "{} leaves none", operation.id);
        assert_eq!(request_id, answer.header("x-request-id"), "{}", operation.id);
    }
}

#[actix_web::test]
async fn events_are_neither_changed_nor_removed() {
    let register = Register::empty().await;
    authority(&register).await;
    let mut conn = register.database.connect();
    for change in ["update events set actor = 'nobody'", "delete from events", "truncate events"] {
        let error = conn.batch_execute(change).unwrap_err().to_string();
        assert!(error.contains("only grows"), "{change}: {error}");
    }
}

#[actix_web::test]
async fn an_authority_that_is_gone_has_its_events_by_its_id() {
    let register = Register::empty().await;
    let row = authority(&register).await;
    let id = row["authority_id"].as_str().unwrap();
    register.delete(&format!("/v1/authorities/{id}"), "*").await.expect(204);
    settle(&mut register.database.connect());
    let events = register.get(&format!("/v1/events?authority={id}")).await.expect(200);
    assert_eq!(events.each("type"), ["created", "deleted"]);
}
