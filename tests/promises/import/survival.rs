//! What was corrected through the API stays as it is when the data are imported again.

use inspection_register::import::{self, Source};
use serde_json::json;

use super::{fingerprints, rows};
use crate::support::Register;
use crate::support::rows::path;

#[actix_web::test]
async fn corrections_survive_a_second_import() {
    let register = Register::real().await;
    let authority = "/v1/authorities/E06000019";
    let corrected = json!({ "website": "https://example.org", "gss_code": "E06999019", "ofsted_urn": "99999" });
    register.patch(authority, "*", &corrected).await.expect(200);

    let inspection =
        register.get("/v1/inspections?authority=E06999019&published_from=2022-09-21&published_to=2022-09-21");
    let inspection = inspection.await.json()["items"][0].clone();
    let days = json!({ "published_on": "2022-09-22", "kind": "short", "reason": "The list had another day." });
    register.patch(&path(&inspection), "*", &days).await.expect(200);
    let grades = json!({ "judgements": [], "reason": "They were another council's." });
    register.put(&format!("{}/judgements", path(&inspection)), "*", &grades).await.expect(200);

    let finding = register.get("/v1/findings?limit=1&q=%22United%20Friends%22").await.json()["items"][0].clone();
    let finding = format!("/v1/findings/{}", finding["finding_id"].as_str().unwrap());
    register.patch(&finding, "*", &json!({ "position": 99, "reason": "It stands at the end." })).await.expect(200);
    let document = register.get("/v1/documents?kind=letter").await.json()["items"][0].clone();
    let document = format!("/v1/documents/{}", document["document_id"].as_str().unwrap());
    register.patch(&document, "*", &json!({ "title": "A letter" })).await.expect(200);

    let before = fingerprints(&register.database);
    import::run(&register.database.url, &Source::BuiltIn).unwrap();
    assert_eq!(fingerprints(&register.database), before);
}

#[actix_web::test]
async fn what_was_removed_on_purpose_does_not_come_back() {
    let register = Register::real().await;
    for list in ["findings", "recommendations"] {
        let first =
            register.get(&format!("/v1/{list}?limit=1&published_to=2013-01-01")).await.json()["items"][0].clone();
        let id = first[format!("{}_id", list.trim_end_matches('s'))].as_str().unwrap().to_owned();
        register.delete(&format!("/v1/{list}/{id}?reason=Recorded%20twice."), "*").await.expect(204);
        import::run(&register.database.url, &Source::BuiltIn).unwrap();
        register.get(&format!("/v1/{list}/{id}")).await.expect(404);
    }
    let after = fingerprints(&register.database);
    assert_eq!((rows(&after, "findings"), rows(&after, "recommendations")), (63, 14));
}

#[actix_web::test]
async fn plans_and_interventions_are_written_once_and_come_back_neither_changed_nor_after_removal() {
    let register = Register::real().await;
    let list = async |path: &str| register.get(&format!("/v1/{path}")).await.expect(200).json()["items"].clone();
    let plan = list("improvement-plans").await[0]["plan_id"].as_str().unwrap().to_owned();
    let change = json!({ "title": "Another title" });
    register.patch(&format!("/v1/improvement-plans/{plan}"), "*", &change).await.expect(200);
    let step = list("interventions").await[0]["intervention_id"].as_str().unwrap().to_owned();
    register.delete(&format!("/v1/interventions/{step}"), "*").await.expect(204);
    let before = fingerprints(&register.database);
    let again = import::run(&register.database.url, &Source::BuiltIn).unwrap();
    assert_eq!((again.written("improvement plans"), again.written("interventions")), (0, 0));
    assert_eq!(fingerprints(&register.database), before);
}
