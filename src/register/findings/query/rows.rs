//! The rows of findings.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::{self, findings};
use crate::error::{ApiError, ConstraintExt};
use crate::register::authorities::model::InspectedAuthority;
use crate::register::events::model::{EventResource, Subject};
use crate::register::findings::model::{Finding, FindingPatch, FindingRow, NewFinding};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::part::{next_position, subject};
use crate::values::ids::{FindingId, InspectionId, of};
use crate::values::text::Code;

/// The row with this id.
pub fn find(conn: &mut PgConnection, id: FindingId) -> QueryResult<FindingRow> {
    findings::table.find(id).select(FindingRow::as_select()).first(conn)
}

/// The findings of these inspections, in the order of each report.
pub fn of_inspections(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<FindingRow>> {
    findings::table
        .filter(findings::inspection_id.eq_any(ids))
        .order((findings::inspection_id, findings::position))
        .select(FindingRow::as_select())
        .load(conn)
}

/// The findings of these inspections with their authorities, in the order of each report.
pub fn with_authorities(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[InspectionId],
) -> QueryResult<EmbeddedRows<of::Inspection, Finding>> {
    let query = findings::table
        .inner_join(schema::inspections::table.inner_join(schema::authorities::table))
        .filter(findings::inspection_id.eq_any(ids))
        .order((findings::inspection_id, findings::position))
        .select((FindingRow::as_select(), InspectedAuthority::as_select()));
    let rows = room.load(conn, ids, query, |(row, _): &(FindingRow, InspectedAuthority)| row.inspection_id)?;
    Ok(rows.map(|(row, authority)| Finding::new(row, authority)))
}

/// The findings with these ids, each with the subject of its events.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, FindingRow)>> {
    let rows = findings::table
        .inner_join(schema::inspections::table)
        .filter(findings::finding_id.eq_any(ids))
        .order(findings::finding_id)
        .select((InspectionRow::as_select(), FindingRow::as_select()))
        .load::<(InspectionRow, FindingRow)>(conn)?;
    Ok(rows.into_iter().map(|(inspection, row)| with_subject(&inspection, row)).collect())
}

/// The findings of an inspection, each with the subject of its events.
pub fn stored_of(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<(Subject, FindingRow)>> {
    let rows = of_inspections(conn, &[inspection.inspection_id])?;
    Ok(rows.into_iter().map(|row| with_subject(inspection, row)).collect())
}

fn with_subject(inspection: &InspectionRow, row: FindingRow) -> (Subject, FindingRow) {
    (subject(inspection, EventResource::Finding, row.finding_id.as_uuid()), row)
}

/// Inserts a finding, after the last unless it has a position. Its rules are checked before, and the caller raises the
/// version of the inspection.
///
/// # Errors
///
/// `conflict` if the position is taken, `validation_failed` with members below `pointer`.
pub fn insert(
    conn: &mut PgConnection,
    inspection: InspectionId,
    id: FindingId,
    new: &NewFinding,
    pointer: &str,
) -> Result<FindingRow, ApiError> {
    let position = new.position.map_or_else(|| next_position(conn, "findings", inspection), Ok)?;
    diesel::insert_into(findings::table)
        .values((
            findings::finding_id.eq(id),
            findings::inspection_id.eq(inspection),
            findings::position.eq(position),
            new,
        ))
        .returning(FindingRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, pointer))
}

/// Changes a finding.
///
/// # Errors
///
/// As [`insert`].
pub fn update(conn: &mut PgConnection, before: &FindingRow, changes: &FindingPatch) -> Result<FindingRow, ApiError> {
    diesel::update(findings::table.find(before.finding_id))
        .set((changes, findings::version.eq(before.version + 1), findings::updated_at.eq(diesel::dsl::now)))
        .returning(FindingRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, ""))
}

/// Removes a finding.
///
/// # Errors
///
/// `in_use` if something refers to it.
pub fn delete(conn: &mut PgConnection, id: FindingId) -> Result<(), ApiError> {
    diesel::delete(findings::table.find(id)).execute(conn).on_constraint(references_to)?;
    Ok(())
}

/// The areas that findings of an inspection name, each with the position of the finding.
pub fn areas(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<Vec<(i32, Code)>> {
    findings::table
        .filter(findings::inspection_id.eq(inspection).and(findings::area.is_not_null()))
        .order(findings::position)
        .select((findings::position, findings::area.assume_not_null()))
        .load(conn)
}

/// What refers to a finding that is to be removed.
fn references_to(constraint: &str) -> Option<ApiError> {
    match constraint {
        "examinations_finding_id_fkey" => Some(ApiError::in_use("an examination says so in this finding")),
        "improvement_action_findings_finding_id_fkey" => {
            Some(ApiError::in_use("improvement actions answer this finding"))
        }
        _ => None,
    }
}

fn constraint_error(constraint: &str, pointer: &str) -> Option<ApiError> {
    match constraint {
        "findings_inspection_id_position_key" => {
            Some(ApiError::conflict("the inspection has a finding at this position"))
        }
        "findings_document_id_fkey" => Some(ApiError::invalid_member(
            &format!("{pointer}/document_id"),
            "unknown",
            "must name a document of the register",
        )),
        "findings_position_check" => {
            Some(ApiError::invalid_member(&format!("{pointer}/position"), "range", "must be 1 to 1000"))
        }
        _ => None,
    }
}
