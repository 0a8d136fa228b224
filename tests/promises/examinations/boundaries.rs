//! The constraints hold the boundaries that the rules tell of, also against those who write past them.

use diesel::connection::SimpleConnection;
use diesel::result::Error;
use serde_json::{Value, json};

use super::{create, examination};
use crate::support::Register;
use crate::support::rows::{asking, authority, new_authority, path, reinspection, visit, with};

/// The constraint that refuses this statement, empty if it is taken.
fn refusal(register: &Register, statement: &str) -> String {
    match register.database.connect().batch_execute(statement) {
        Ok(()) => String::new(),
        Err(Error::DatabaseError(_, information)) => information.constraint_name().unwrap_or("unnamed").to_owned(),
        Err(error) => panic!("{error}"),
    }
}

fn insertion(inspection: &Value, recommendation: &str, finding: &str) -> String {
    let inspection = inspection["inspection_id"].as_str().unwrap();
    format!(
        "insert into examinations (examination_id, inspection_id, recommendation_id, outcome, finding_id)
         values (gen_random_uuid(), '{inspection}', '{recommendation}', 'improved', {finding})"
    )
}

#[actix_web::test]
async fn no_statement_crosses_a_boundary() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 2).await;
    let (other, others) = asking(&register, 1).await;
    let letter = visit(&register, &report, 2, json!({})).await;
    let finding = json!({ "polarity": "strength", "text": "Visits are in time." });
    let elsewhere = register.post(&format!("{}/findings", path(&other)), &finding).await.expect(201).json();
    let elsewhere = format!("'{}'", elsewhere["finding_id"].as_str().unwrap());
    for (statement, constraint) in [
        (insertion(&letter, &others[0], "null"), "examinations_authority_check"),
        (insertion(&report, &asked[0], "null"), "examinations_earlier_check"),
        (insertion(&letter, &asked[0], &elsewhere), "examinations_finding_id_fkey"),
        (insertion(&letter, "019a0000-0000-7000-8000-000000000000", "null"), "examinations_recommendation_id_fkey"),
        (insertion(&letter, &asked[0], "null"), ""),
        (insertion(&letter, &asked[0], "null"), "examinations_inspection_id_recommendation_id_key"),
        (format!("update examinations set recommendation_id = '{}'", others[0]), "examinations_authority_check"),
        (format!("update examinations set finding_id = {elsewhere}"), "examinations_finding_id_fkey"),
        (
            format!("delete from recommendations where recommendation_id = '{}'", asked[0]),
            "examinations_recommendation_id_fkey",
        ),
    ] {
        let found = refusal(&register, &statement);
        assert_eq!(found, constraint, "{statement}");
    }
}

#[actix_web::test]
async fn what_a_predecessor_was_asked_its_successor_answers() {
    let register = Register::empty().await;
    let (report, asked) = asking(&register, 1).await;
    let heir = with(new_authority(), json!({ "predecessors": [report["authority_id"]] }));
    let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
    let letter = visit(&register, &report, 2, json!({ "authority_id": heir["authority_id"] })).await;
    create(&register, &examination(&letter, &asked[0]), &json!({ "outcome": "improved" })).await.expect(201);

    let stranger = authority(&register).await;
    let other = reinspection(&register, &stranger, json!({})).await;
    let refused =
        create(&register, &examination(&other, &asked[0]), &json!({ "outcome": "improved" })).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "authority");
}
