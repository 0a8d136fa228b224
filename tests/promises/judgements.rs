//! The judgements of an inspection: one set, under the inspection's version.

use serde_json::json;

use crate::support::Register;
use crate::support::rows::{inspection, path, published};

#[actix_web::test]
async fn a_set_is_replaced_whole_under_the_version_of_the_inspection() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let judgements = format!("{}/judgements", path(&draft));
    let read = register.get(&judgements).await.expect(200);
    assert_eq!((read.etag(), &read.json()["judgements"]), ("\"1\"", &draft["judgements"]));

    let set = json!({ "judgements": [
        { "area": "help_and_protection", "absence_reason": "not_judged" },
        { "area": "overall_effectiveness", "grade": "good" },
    ] });
    let replaced = register.put(&judgements, read.etag(), &set).await.expect(200);
    assert_eq!(replaced.etag(), "\"2\"");
    assert_eq!(replaced.json()["judgements"][0]["area"], "overall_effectiveness", "in the order of the framework");
    let again = register.put(&judgements, "\"2\"", &set).await.expect(200);
    assert_eq!(again.etag(), "\"2\"", "the same set changes nothing");
    assert_eq!(register.put(&judgements, "\"1\"", &set).await.expect(412).etag(), "\"2\"");
    let whole = register.get(&path(&draft)).await.expect(200).json();
    assert_eq!((&whole["version"], &whole["judgements"]), (&json!(2), &replaced.json()["judgements"]));
}

#[actix_web::test]
async fn judgements_are_held_to_the_framework() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let judgements = format!("{}/judgements", path(&draft));
    let set = json!({ "judgements": [{ "area": "adoption", "grade": "good" }, { "area": "lscb", "grade": "good" }] });
    let answer = register.put(&judgements, "\"1\"", &set).await.expect(422);
    assert_eq!(answer.places(), ["/judgements/0/area", "/judgements/1/area"]);
    assert_eq!(
        register.get(&judgements).await.expect(200).json()["judgements"],
        draft["judgements"],
        "nothing is lost"
    );
}

#[actix_web::test]
async fn judgements_of_a_published_inspection_change_with_a_reason() {
    let register = Register::empty().await;
    let report = published(&register).await;
    let judgements = format!("{}/judgements", path(&report));
    let mut set = json!({ "judgements": [{ "area": "overall_effectiveness", "grade": "good" }] });
    assert_eq!(register.put(&judgements, "\"1\"", &set).await.expect(422).code(), "reason_required");
    set["reason"] = json!("The sheet was wrong.");
    register.put(&judgements, "\"1\"", &set).await.expect(200);
}
