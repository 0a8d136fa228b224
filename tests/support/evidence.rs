//! Evidence, its reviews, and what an action may rely on besides, written straight into the register.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use inspection_register::values::id::Id;
use serde_json::Value;
use uuid::Uuid;

/// The day from which reviews hold, where none is said.
pub const DAY: &str = "2024-05-01";

/// An id that no other row has.
pub fn new_id() -> Uuid {
    Id::<()>::generate().as_uuid()
}

pub fn execute(conn: &mut PgConnection, statements: &str) {
    conn.batch_execute(statements).unwrap_or_else(|error| panic!("{error}: {statements}"));
}

/// Whether a condition holds of the stored rows.
pub fn holds(conn: &mut PgConnection, condition: &str) -> bool {
    diesel::select(diesel::dsl::sql::<Bool>(condition)).get_result(conn).unwrap()
}

/// An action of an authority, completed on 1 March 2024.
pub fn completed_action(conn: &mut PgConnection, authority: &Value) -> Uuid {
    let id = new_id();
    execute(
        conn,
        &format!(
            "insert into improvement_actions (action_id, authority_id, title, source, proposed_on, state, completed_on)
             values ('{id}', {}, 'Audit every visit', 'audit', '2023-01-01', 'completed', '2024-03-01')",
            sql(authority)
        ),
    );
    id
}

/// A JSON text as an SQL literal.
pub fn sql(text: &Value) -> String {
    format!("'{}'", text.as_str().unwrap())
}

pub fn set_state(conn: &mut PgConnection, action: Uuid, state: &str) -> Result<(), String> {
    conn.batch_execute(&format!("update improvement_actions set state = '{state}' where action_id = '{action}'"))
        .map_err(|error| error.to_string())
}

/// Evidence of an action, recorded by somebody else than the callers of the API.
pub fn evidence_of_another(conn: &mut PgConnection, action: Uuid) -> Uuid {
    let id = new_id();
    execute(
        conn,
        &format!(
            "insert into evidence (evidence_id, action_id, kind, title, recorded_by)
             values ('{id}', '{action}', 'audit', 'Audit of thirty cases', 'import')"
        ),
    );
    id
}

/// What an action may rely on besides evidence: a recommendation that it answers, and a visit that found it improved.
#[derive(Debug, Clone, Copy)]
pub struct Examined {
    pub visit: Uuid,
    pub recommendation: Uuid,
    pub examination: Uuid,
}

/// A recommendation of a report that the action answers, found improved by a visit that ended on 17 April 2024.
pub fn improved(conn: &mut PgConnection, action: Uuid, report: &Value) -> Examined {
    let examined = Examined { visit: new_id(), recommendation: new_id(), examination: new_id() };
    let Examined { visit, recommendation, examination } = examined;
    let (report, authority) = (sql(&report["inspection_id"]), sql(&report["authority_id"]));
    execute(
        conn,
        &format!(
            "insert into recommendations (recommendation_id, inspection_id, position, kind, text)
                 select '{recommendation}', {report}, count(*) + 1, 'recommendation', 'Visit in time.'
                 from recommendations where inspection_id = {report};
             insert into inspections (inspection_id, authority_id, framework, kind, opened_by_inspection_id, started_on,
                     ended_on, state)
                 values ('{visit}', {authority}, 'ilacs_2023', 'monitoring_visit', {report}, '2024-04-16', '2024-04-17',
                     'published');
             insert into improvement_action_recommendations values ('{action}', '{recommendation}');
             insert into examinations (examination_id, inspection_id, recommendation_id, outcome)
                 values ('{examination}', '{visit}', '{recommendation}', 'improved')"
        ),
    );
    examined
}

/// A review with an outcome, from a day on.
pub fn review(conn: &mut PgConnection, evidence: Uuid, (outcome, day): (&str, &str), by: &str) -> Result<(), String> {
    conn.batch_execute(&format!(
        "insert into evidence_reviews (review_id, evidence_id, outcome, effective_on, recorded_by)
         values ('{}', '{evidence}', '{outcome}', '{day}', '{by}')",
        new_id()
    ))
    .map_err(|error| error.to_string())
}
