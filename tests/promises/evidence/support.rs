//! The database keeps the support of verified actions, whoever writes.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Register;
use crate::support::evidence::{
    DAY, completed_action, evidence_of_another, execute, holds, improved, new_id, review, set_state,
};
use crate::support::rows::{inspection, path};

/// A register with an action that has no support, and the report that it follows.
async fn register() -> (Register, PgConnection, Uuid, Value) {
    let register = Register::empty().await;
    let report = inspection(&register, json!({})).await;
    let mut conn = register.database.connect();
    execute(&mut conn, &format!("update inspections set state = 'published' where inspection_id = '{}'", id(&report)));
    let action = completed_action(&mut conn, &report["authority_id"]);
    (register, conn, action, report)
}

fn id(report: &Value) -> &str {
    report["inspection_id"].as_str().unwrap()
}

#[track_caller]
fn refused(conn: &mut PgConnection, statements: &str) {
    let outcome = conn.transaction::<(), diesel::result::Error, _>(|conn| conn.batch_execute(statements));
    let error = outcome.map_or_else(|error| error.to_string(), |()| "taken".to_owned());
    assert!(error.contains("a verified action needs its support"), "{statements}: {error}");
}

#[track_caller]
fn taken(conn: &mut PgConnection, statements: &str) {
    let outcome = conn.transaction::<(), diesel::result::Error, _>(|conn| {
        conn.batch_execute(statements)?;
        conn.batch_execute("set constraints all immediate")?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    assert_eq!(outcome, Err(diesel::result::Error::RollbackTransaction), "{statements}");
}

#[actix_web::test]
async fn no_action_becomes_verified_without_support() {
    let (_register, mut conn, action, report) = register().await;
    let verify = format!("update improvement_actions set state = 'verified' where action_id = '{action}'");
    refused(&mut conn, &verify);
    refused(
        &mut conn,
        &format!(
            "insert into improvement_actions (action_id, authority_id, title, source, proposed_on, state, completed_on)
             values ('{}', '{}', 'Audit', 'audit', '2023-01-01', 'verified', '2024-03-01')",
            new_id(),
            report["authority_id"].as_str().unwrap()
        ),
    );
    let evidence = evidence_of_another(&mut conn, action);
    refused(&mut conn, &verify);
    for outcome in ["rejected", "changes_requested"] {
        review(&mut conn, evidence, (outcome, DAY), "anonymous").unwrap();
        refused(&mut conn, &verify);
    }
    review(&mut conn, evidence, ("accepted", DAY), "import").unwrap();
    refused(&mut conn, &verify);
    review(&mut conn, evidence, ("accepted", DAY), "anonymous").unwrap();
    taken(&mut conn, &verify);
}

#[actix_web::test]
async fn only_a_later_published_inspection_that_found_it_improved_supports() {
    let (_register, mut conn, action, report) = register().await;
    let examined = improved(&mut conn, action, &report);
    let verify = format!("update improvement_actions set state = 'verified' where action_id = '{action}'");
    taken(&mut conn, &verify);
    for change in [
        format!(
            "update examinations set outcome = 'partly_improved' where examination_id = '{}'",
            examined.examination
        ),
        format!("update inspections set state = 'withdrawn' where inspection_id = '{}'", examined.visit),
        format!("update inspections set state = 'draft' where inspection_id = '{}'", examined.visit),
        format!("update inspections set ended_on = null where inspection_id = '{}'", examined.visit),
        "update improvement_actions set completed_on = '2024-04-17'".to_owned(),
        "delete from improvement_action_recommendations".to_owned(),
    ] {
        refused(&mut conn, &format!("{change}; {verify}"));
    }
    taken(&mut conn, &format!("update improvement_actions set completed_on = '2024-04-16'; {verify}"));
}

#[actix_web::test]
async fn no_examination_that_a_verified_action_relies_on_is_taken_away() {
    let (_register, mut conn, action, report) = register().await;
    let examined = improved(&mut conn, action, &report);
    let open_action = completed_action(&mut conn, &report["authority_id"]);
    let other = improved(&mut conn, open_action, &report);
    set_state(&mut conn, action, "verified").unwrap();
    let of = format!("where examination_id = '{}'", examined.examination);
    let of_other = format!("where examination_id = '{}'", other.examination);
    let visit = format!("where inspection_id = '{}'", examined.visit);
    let (draft, free) = (draft(&mut conn, &report), free_recommendation(&mut conn, &report));
    let removals = [
        format!("delete from examinations {of}"),
        format!("update examinations set outcome = 'worse' {of}"),
        format!("update examinations set inspection_id = '{draft}' {of}"),
        format!("update examinations set recommendation_id = '{free}' {of}"),
        format!("update inspections set state = 'withdrawn' {visit}"),
        format!("update inspections set ended_on = '2024-03-01', started_on = '2024-02-28' {visit}"),
        format!("update inspections set ended_on = null {visit}"),
        format!("delete from inspections {visit}"),
        format!("delete from improvement_action_recommendations where action_id = '{action}'"),
        format!(
            "update improvement_action_recommendations set recommendation_id = '{free}' where action_id = '{action}'"
        ),
        format!("update improvement_actions set completed_on = '2024-04-17' where action_id = '{action}'"),
        // Each step of a transaction counts, whatever the last one looks like.
        format!("update examinations set outcome = 'worse' {of}; update examinations set summary = 'No.' {of}"),
        format!(
            "update inspections set state = 'withdrawn' {visit}; update inspections set ended_on = '2024-04-17' {visit}"
        ),
    ];
    for removal in &removals {
        refused(&mut conn, removal);
    }
    for harmless in [
        format!("update examinations set summary = 'Seen.' {of}"),
        format!("update inspections set ended_on = '2024-04-16' {visit}"),
        format!(
            "update inspections set state = 'withdrawn' {visit}; update inspections set state = 'published' {visit}"
        ),
        format!("delete from examinations {of_other}"),
    ] {
        taken(&mut conn, &harmless);
    }
    let evidence = evidence_of_another(&mut conn, action);
    review(&mut conn, evidence, ("accepted", DAY), "anonymous").unwrap();
    for removal in &removals {
        taken(&mut conn, removal);
    }
    for removal in removals.iter().filter(|removal| !removal.contains("completed_on")) {
        let reopened = "state = 'reopened', completed_on = null";
        taken(&mut conn, &format!("{removal}; update improvement_actions set {reopened} where action_id = '{action}'"));
    }
}

/// A draft of a visit, which supports nothing.
fn draft(conn: &mut PgConnection, report: &Value) -> Uuid {
    let visit = new_id();
    execute(
        conn,
        &format!(
            "insert into inspections (inspection_id, authority_id, framework, kind, opened_by_inspection_id, started_on, ended_on)
             values ('{visit}', '{}', 'ilacs_2023', 'monitoring_visit', '{}', '2024-06-01', '2024-06-02')",
            report["authority_id"].as_str().unwrap(),
            id(report)
        ),
    );
    visit
}

/// A recommendation that no action answers.
fn free_recommendation(conn: &mut PgConnection, report: &Value) -> Uuid {
    let recommendation = new_id();
    execute(
        conn,
        &format!(
            "insert into recommendations (recommendation_id, inspection_id, position, kind, text)
             values ('{recommendation}', '{}', 999, 'recommendation', 'Visit.')",
            id(report)
        ),
    );
    recommendation
}

#[actix_web::test]
async fn no_evidence_that_a_verified_action_relies_on_is_taken_away() {
    let (_register, mut conn, action, report) = register().await;
    let other = completed_action(&mut conn, &report["authority_id"]);
    let evidence = evidence_of_another(&mut conn, action);
    review(&mut conn, evidence, ("accepted", DAY), "anonymous").unwrap();
    set_state(&mut conn, action, "verified").unwrap();
    let later = |outcome: &str, by: &str| {
        format!(
            "insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
             values ('{}', '{evidence}', '{outcome}', '2024-05-01', '{by}')",
            new_id()
        )
    };
    for removal in [
        later("rejected", "anonymous"),
        later("changes_requested", "a third"),
        later("rejected", "import"),
        format!("update evidence set recorded_by = 'anonymous' where evidence_id = '{evidence}'"),
        format!("update evidence set action_id = '{other}' where evidence_id = '{evidence}'"),
    ] {
        refused(&mut conn, &removal);
    }
    taken(&mut conn, &format!("{}; {}", later("rejected", "a third"), later("accepted", "a third")));
    taken(&mut conn, &later("accepted", "import"));
    refused(&mut conn, &format!("{}; {}", later("rejected", "a third"), later("accepted", "import")));
    let error = conn.batch_execute(&format!("delete from evidence where evidence_id = '{evidence}'")).unwrap_err();
    assert!(error.to_string().contains("evidence_reviews_evidence_id_fkey"), "{error}");
}

#[actix_web::test]
async fn an_inspection_that_a_verified_action_relies_on_is_neither_withdrawn_nor_moved() {
    let (register, mut conn, action, report) = register().await;
    let examined = improved(&mut conn, action, &report);
    set_state(&mut conn, action, "verified").unwrap();
    let visit = path(&json!({ "inspection_id": examined.visit.to_string() }));
    let reason = "Recorded wrongly.";
    for change in [
        json!({ "state": "withdrawn", "reason": reason }),
        json!({ "ended_on": null, "reason": reason }),
        json!({ "started_on": "2024-02-01", "ended_on": "2024-03-01", "reason": reason }),
    ] {
        assert_eq!(register.patch(&visit, "*", &change).await.expect(409).code(), "conflict");
    }
    register.patch(&visit, "*", &json!({ "headline": "Better.", "reason": reason })).await.expect(200);
    register.patch(&visit, "*", &json!({ "ended_on": "2024-04-18", "reason": reason })).await.expect(200);
    let evidence = evidence_of_another(&mut conn, action);
    review(&mut conn, evidence, ("accepted", DAY), "anonymous").unwrap();
    register.patch(&visit, "*", &json!({ "state": "withdrawn", "reason": reason })).await.expect(200);
    assert!(holds(&mut conn, &format!("improvement_action_has_support('{action}')")));
}
