//! What becomes of a published inspection is kept: who, when, why, from what to what.

use diesel::prelude::*;
use inspection_register::schema::events;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::rows::{inspection, path, published};

type Kept = (String, String, String, Option<String>, Option<Value>, Option<Value>);

fn kept(register: &Register) -> Vec<Kept> {
    events::table
        .order(events::sequence)
        .select((events::resource, events::actor, events::request_id, events::reason, events::before, events::after))
        .load(&mut register.database.connect())
        .unwrap()
}

#[actix_web::test]
async fn a_correction_is_kept_with_who_and_why_and_what() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let change = json!({ "headline": "Better than it was.", "reason": "Left out at first." });
    let request = register.request(actix_web::http::Method::PATCH, &path(&report));
    request.if_match("\"1\"").header("X-Request-Id", "test-1").json(&change).send().await.expect(200);

    let kept = kept(&register);
    let [(resource, actor, request_id, reason, before, after)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((resource.as_str(), actor.as_str(), request_id.as_str()), ("inspection", "anonymous", "test-1"));
    assert_eq!(reason.as_deref(), Some("Left out at first."));
    let before = before.as_ref().unwrap();
    assert_eq!((before.get("headline"), &before["version"]), (None, &json!(1)));
    let after = after.as_ref().unwrap();
    assert_eq!((&after["headline"], &after["version"]), (&json!("Better than it was."), &json!(2)));
}

#[actix_web::test]
async fn without_a_reason_nothing_changes_and_nothing_is_kept() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let change = json!({ "headline": "Better than it was." });
    assert_eq!(register.patch(&path(&report), "\"1\"", &change).await.expect(422).code(), "reason_required");
    let short = json!({ "headline": "Better.", "reason": "no" });
    assert_eq!(register.patch(&path(&report), "\"1\"", &short).await.expect(422).places(), ["/reason"]);
    assert_eq!(register.get(&path(&report)).await.expect(200).json(), report);
    assert_eq!(kept(&register), []);
}

#[actix_web::test]
async fn drafts_change_freely() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    register.patch(&path(&draft), "\"1\"", &json!({ "headline": "Not yet." })).await.expect(200);
    assert_eq!(kept(&register), []);
}

#[actix_web::test]
async fn everything_in_a_published_inspection_is_kept_as_it_was() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let path = path(&report);
    let finding = json!({ "polarity": "mixed", "text": "Both." });
    let finding = register.post(&format!("{path}/findings"), &finding).await.expect(201).header("location").to_owned();
    let asked = json!({ "kind": "recommendation", "text": "Visit." });
    let asked =
        register.post(&format!("{path}/recommendations"), &asked).await.expect(201).header("location").to_owned();
    let reason = "reason=Recorded+twice.";
    register.patch(&finding, "*", &json!({ "text": "Neither.", "reason": "Misread." })).await.expect(200);
    register.delete(&format!("{finding}?{reason}"), "*").await.expect(204);
    register.delete(&format!("{asked}?{reason}"), "*").await.expect(204);
    let set = json!({ "judgements": [], "reason": "None was given." });
    register.put(&format!("{path}/judgements"), "*", &set).await.expect(200);
    register.patch(&path, "*", &json!({ "state": "withdrawn", "reason": "All wrong." })).await.expect(200);

    let kept = kept(&register);
    let resources = kept.iter().map(|row| row.0.as_str()).collect::<Vec<_>>();
    assert_eq!(
        resources,
        ["finding", "recommendation", "finding", "finding", "recommendation", "judgements", "inspection"]
    );
    assert_eq!((&kept[0].4, &kept[0].3), (&None, &None), "what is added has no before, and needs no reason");
    assert_eq!((&kept[3].4.as_ref().unwrap()["text"], &kept[3].5), (&json!("Neither."), &None));
    assert_eq!(kept[5].4.as_ref().unwrap().as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn what_is_withdrawn_changes_with_a_reason_too() {
    let register = Register::empty().await;
    let path = path(&published(&register).await);
    register.patch(&path, "\"1\"", &json!({ "state": "withdrawn", "reason": "All wrong." })).await.expect(200);
    for change in [json!({ "headline": "A silent edit." }), json!({ "state": "published" })] {
        assert_eq!(register.patch(&path, "\"2\"", &change).await.expect(422).code(), "reason_required");
    }
    register.patch(&path, "\"2\"", &json!({ "state": "published", "reason": "Right after all." })).await.expect(200);
}
