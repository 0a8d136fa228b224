//! Evidence with its reviews, from a file.

use inspection_register::import::ImportError;
use serde_json::json;

use super::{Folder, fingerprints, rows};
use crate::support::Register;
use crate::support::actions::{action, moved, path};

const EVIDENCE: &str = "019a0000-0000-7000-8000-00000000000e";
const REVIEW: &str = "019a0000-0000-7000-8000-00000000000f";

#[actix_web::test]
async fn evidence_comes_with_its_reviews_once() {
    let register = Register::empty().await;
    let action = action(&register, json!({ "proposed_on": "2024-01-01" })).await;
    let file = json!([{
        "evidence_id": EVIDENCE, "action_id": action["action_id"], "kind": "audit", "title": "Audit of thirty cases",
        "reviews": [{ "review_id": REVIEW, "outcome": "accepted", "effective_on": "2024-05-01" }],
    }]);
    let folder = Folder::with(&[("evidence.json", &file.to_string())]);
    let report = folder.import(&register.database).unwrap();
    assert_eq!(report.written("evidence"), 1);
    let evidence = register.get(&format!("/v1/evidence/{EVIDENCE}")).await.expect(200).json();
    assert_eq!((&evidence["recorded_by"], &evidence["review_outcome"]), (&json!("import"), &json!("accepted")));
    let before = fingerprints(&register.database);
    assert_eq!((rows(&before, "evidence"), rows(&before, "evidence_reviews")), (1, 1));
    assert_eq!(folder.import(&register.database).unwrap().written("evidence"), 0);
    assert_eq!(fingerprints(&register.database), before);

    // What the import accepted of its own supports nothing; what a caller accepted of it does.
    let path = path(&action);
    for state in ["agreed", "in_progress", "completed"] {
        moved(&register, &path, state, json!({})).await.expect(201);
    }
    assert_eq!(moved(&register, &path, "verified", json!({})).await.expect(409).code(), "conflict");
    let reviews = format!("/v1/evidence/{EVIDENCE}/reviews");
    register.post(&reviews, &json!({ "outcome": "accepted" })).await.expect(201);
    moved(&register, &path, "verified", json!({})).await.expect(201);
}

#[actix_web::test]
async fn what_is_wrong_with_evidence_is_told_with_its_place() {
    let register = Register::empty().await;
    let action = action(&register, json!({ "proposed_on": "2024-01-01" })).await;
    let row = |members: serde_json::Value| {
        let own =
            json!({ "evidence_id": EVIDENCE, "action_id": action["action_id"], "kind": "audit", "title": "Audit" });
        crate::support::rows::with(own, members)
    };
    let review = |day: &str| json!([{ "review_id": REVIEW, "outcome": "accepted", "effective_on": day }]);
    for (members, column) in [
        (json!({ "action_id": "none" }), "action_id"),
        (json!({ "action_id": REVIEW }), ""),
        (json!({ "evidence_id": "none" }), "evidence_id"),
        (json!({ "kind": "hearsay" }), "kind"),
        (json!({ "observed_on": "2100-01-01" }), "observed_on"),
        (json!({ "reviews": {} }), "reviews"),
        (json!({ "reviews": [{ "outcome": "accepted" }] }), "review_id"),
        (json!({ "reviews": review("2023-12-31") }), "effective_on"),
    ] {
        let file = json!([row(members)]).to_string();
        let outcome = Folder::with(&[("evidence.json", &file)]).import(&register.database);
        let Err(ImportError::Faults(faults)) = outcome else { panic!("{file}: {outcome:?}") };
        let places = faults.iter().map(|fault| (fault.file, fault.column.as_str())).collect::<Vec<_>>();
        assert_eq!(places, [("evidence.json", column)], "{file}");
    }
    assert_eq!(rows(&fingerprints(&register.database), "evidence"), 0);
}

#[actix_web::test]
async fn evidence_that_was_removed_does_not_come_back() {
    let register = Register::empty().await;
    let action = action(&register, json!({})).await;
    let file =
        json!([{ "evidence_id": EVIDENCE, "action_id": action["action_id"], "kind": "audit", "title": "Audit" }]);
    let folder = Folder::with(&[("evidence.json", &file.to_string())]);
    folder.import(&register.database).unwrap();
    register.delete(&format!("/v1/evidence/{EVIDENCE}"), "*").await.expect(204);
    folder.import(&register.database).unwrap();
    register.get(&format!("/v1/evidence/{EVIDENCE}")).await.expect(404);
}

#[actix_web::test]
async fn the_evidence_of_the_data_is_there() {
    let register = Register::real().await;
    let evidence = register.get("/v1/evidence/01a204d1-fb25-7c93-b4a6-55739f645fc3").await.expect(200).json();
    let carried = format!("/v1/improvement-actions/{}?embed=evidence", evidence["action_id"].as_str().unwrap());
    assert_eq!(register.get(&carried).await.expect(200).json()["evidence"], json!([evidence]));
    let earlier = |day: &str| format!("{carried}&as_at={day}");
    assert_eq!(register.get(&earlier("2025-11-27")).await.expect(200).json()["evidence"], json!([]));
    let unreviewed = register.get(&earlier("2025-12-11")).await.expect(200).json()["evidence"][0].clone();
    assert_eq!((&unreviewed["title"], unreviewed.get("review_outcome")), (&evidence["title"], None));
}
