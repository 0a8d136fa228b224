//! Imports examinations, improvement plans and interventions.

use diesel::dsl::{exists, select};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::context::{Context, identified, was_removed};
use super::error::ImportError;
use crate::access::caller::Caller;
use crate::database::schema;
use crate::error::ApiError;
use crate::register::examinations::model::{ExaminationOutcome, NewExamination};
use crate::register::examinations::query::rows::Place;
use crate::register::{events, examinations, improvement_plans, inspections, interventions};
use crate::values::id::Id;
use crate::values::ids::{ExaminationId, FindingId, InspectionId, RecommendationId};
use crate::values::text::Prose;

/// An item of `examinations.json`.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExaminationItem {
    inspection_id: InspectionId,
    recommendation_id: RecommendationId,
    outcome: ExaminationOutcome,
    #[validate(nested)]
    summary: Option<Prose>,
    #[validate(nested)]
    quote: Option<Prose>,
    finding_id: Option<FindingId>,
}

impl ExaminationItem {
    fn place(&self) -> Place {
        (self.inspection_id, self.recommendation_id)
    }

    fn new_examination(&self) -> NewExamination {
        let (summary, quote) = (self.summary.clone(), self.quote.clone());
        NewExamination { outcome: self.outcome, summary, quote, finding_id: self.finding_id, reason: None }
    }
}

/// A file of request bodies, each with its id.
struct File {
    name: &'static str,
    id: &'static str,
    rows: &'static str,
}

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    import_examinations(conn, context)?;
    write(
        conn,
        context,
        &File { name: "improvement_plans.json", id: "plan_id", rows: "improvement plans" },
        |conn, id| select(exists(schema::improvement_plans::table.find(id))).get_result(conn),
        |conn, caller, id, new| improvement_plans::query::insert(conn, caller, id, new).map(drop),
    )?;
    write(
        conn,
        context,
        &File { name: "interventions.json", id: "intervention_id", rows: "interventions" },
        |conn, id| select(exists(schema::interventions::table.find(id))).get_result(conn),
        |conn, caller, id, new| interventions::query::insert(conn, caller, id, new).map(drop),
    )
}

/// Imports the examinations that the register does not have. One of an inspection from the same import belongs to its
/// first version; one of an existing inspection increases the version.
fn import_examinations(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    let rows = context.reader.json::<Map<String, Value>>("examinations.json")?;
    let (all, mut written) = (rows.len(), 0);
    for row in rows {
        let item = identified::<ExaminationId, ExaminationItem>(context, row, "examination_id");
        let Some((id, row)) = item else { continue };
        let (place, new) = (row.value.place(), row.value.new_examination());
        if examinations::query::rows::is_known(conn, id, place)? || was_removed(conn, context, place.0, id.as_uuid())? {
            continue;
        }
        let outcome = conn.transaction(|conn| {
            if context.new_inspections.contains(&place.0) {
                let inspection = inspections::query::rows::find(conn, &context.caller, place.0)?;
                examinations::query::insert_row(conn, &context.caller, &inspection, place.1, id, &new).map(drop)
            } else {
                examinations::query::insert(conn, &context.caller, place, id, &new).map(drop)
            }
        });
        written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
    }
    context.report.count("examinations", written, all - written);
    Ok(())
}

/// Writes the rows of a file that the register does not have, and that nobody removed from it.
fn write<T: 'static, N: DeserializeOwned + Validate + ToSchema + 'static>(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    file: &File,
    is_known: impl Fn(&mut PgConnection, Uuid) -> QueryResult<bool>,
    insert: impl Fn(&mut PgConnection, &Caller, Id<T>, &N) -> Result<(), ApiError>,
) -> Result<(), ImportError> {
    let rows = context.reader.json::<Map<String, Value>>(file.name)?;
    let (all, mut written) = (rows.len(), 0);
    for row in rows {
        let Some((id, row)) = identified::<Id<T>, N>(context, row, file.id) else { continue };
        if is_known(conn, id.as_uuid())? || events::query::was_removed(conn, id.as_uuid())? {
            continue;
        }
        let outcome = conn.transaction(|conn| insert(conn, &context.caller, id, &row.value));
        written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
    }
    context.report.count(file.rows, written, all - written);
    Ok(())
}
