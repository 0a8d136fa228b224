//! What follows an inspection: plans and interventions.

use diesel::dsl::{exists, select};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;
use validator::Validate;

use super::inspections::identified;
use super::{Context, ImportError};
use crate::error::ApiError;
use crate::id::Id;
use crate::principal::Principal;
use crate::{corrections, improvement_plans, interventions, schema};

/// A file of rows as they would be sent to the API, each with its id.
struct File {
    name: &'static str,
    id: &'static str,
    rows: &'static str,
}

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    write(
        conn,
        context,
        &File { name: "improvement_plans.json", id: "plan_id", rows: "improvement plans" },
        |conn, id| select(exists(schema::improvement_plans::table.find(id))).get_result(conn),
        |conn, principal, id, new| improvement_plans::query::insert(conn, principal, id, new).map(drop),
    )?;
    write(
        conn,
        context,
        &File { name: "interventions.json", id: "intervention_id", rows: "interventions" },
        |conn, id| select(exists(schema::interventions::table.find(id))).get_result(conn),
        |conn, principal, id, new| interventions::query::insert(conn, principal, id, new).map(drop),
    )
}

/// Writes the rows of a file that the register does not have, and that nobody removed from it.
fn write<T: 'static, N: DeserializeOwned + Validate>(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    file: &File,
    is_known: impl Fn(&mut PgConnection, Uuid) -> QueryResult<bool>,
    insert: impl Fn(&mut PgConnection, &Principal, Id<T>, &N) -> Result<(), ApiError>,
) -> Result<(), ImportError> {
    let rows = context.reader.json::<Map<String, Value>>(file.name)?;
    let (all, mut written) = (rows.len(), 0);
    for row in rows {
        let Some((id, row)) = identified::<Id<T>, N>(context, row, file.id) else { continue };
        if is_known(conn, id.as_uuid())? || corrections::was_removed(conn, id.as_uuid())? {
            continue;
        }
        let outcome = conn.transaction(|conn| insert(conn, &context.principal, id, &row.value));
        written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
    }
    context.report.count(file.rows, written, all - written);
    Ok(())
}
