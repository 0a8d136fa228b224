//! What becomes of a published inspection is kept: who, when, why, from what to what.

use diesel::prelude::*;
use inspection_register::database::schema::events;
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::keys::ADMIN;
use crate::support::rows::{inspection, path, published};

type Kept = (String, String, String, String, Option<String>, Option<Value>, Option<Value>);

/// The events of all resources but authorities, after the first of them: type, resource, actor, request, reason, before and
/// after.
fn kept(register: &Register) -> Vec<Kept> {
    events::table
        .filter(events::resource.ne("authority"))
        .order(events::sequence)
        .offset(1)
        .select((
            events::type_,
            events::resource,
            events::actor,
            events::request_id,
            events::reason,
            events::before,
            events::after,
        ))
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
    let [(kind, resource, actor, request_id, reason, before, after)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((kind.as_str(), resource.as_str()), ("updated", "inspection"));
    assert_eq!((actor.as_str(), request_id.as_str()), (ADMIN, "test-1"));
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
async fn drafts_change_without_a_reason_and_that_is_kept_too() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    register.patch(&path(&draft), "\"1\"", &json!({ "headline": "Not yet." })).await.expect(200);
    let kept = kept(&register);
    let [(kind, _, _, _, reason, _, after)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((kind.as_str(), reason), ("updated", &None));
    assert_eq!(after.as_ref().unwrap()["headline"], "Not yet.");
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
    let told = kept.iter().map(|row| format!("{} {}", row.1, row.0)).collect::<Vec<_>>();
    let of_a_part = |part: &str, kind: &str| [format!("{part} {kind}"), "inspection updated".to_owned()];
    let expected = [
        of_a_part("finding", "created"),
        of_a_part("recommendation", "created"),
        of_a_part("finding", "updated"),
        of_a_part("finding", "deleted"),
        of_a_part("recommendation", "deleted"),
    ];
    let of_itself = ["inspection updated".to_owned(), "inspection updated".to_owned()];
    assert_eq!(told, [expected.concat(), of_itself.to_vec()].concat());
    assert_eq!((&kept[0].5, &kept[0].4), (&None, &None), "what is added has no before, and needs no reason");
    assert_eq!((&kept[6].5.as_ref().unwrap()["text"], &kept[6].6), (&json!("Neither."), &None));
    assert_eq!((&kept[6].4, &kept[7].4), (&Some("Recorded twice.".to_owned()), &kept[6].4));
    let judgements = |state: &Option<Value>| state.as_ref().unwrap()["judgements"].as_array().unwrap().len();
    assert_eq!((judgements(&kept[10].5), judgements(&kept[10].6)), (2, 0));
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
