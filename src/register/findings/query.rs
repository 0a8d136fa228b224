//! Statements about findings, one by one. Lists are in [`list`], what a finding carries in [`assemble`].

pub mod assemble;
pub mod list;

use diesel::dsl::max;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{Finding, FindingEmbed, FindingPatch, FindingRow, NewFinding};
use crate::access::caller::Caller;
use crate::access::references;
use crate::database::schema::{self, findings};
use crate::error::{ApiError, ConstraintExt, FieldError, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query as inspections;
use crate::register::inspections::query::changes::mark_changed;
use crate::register::{events, themes};
use crate::values::codes::Codes;
use crate::values::ids::{FindingId, InspectionId};
use crate::values::text::{Code, Reason};

/// The findings of these inspections, each with whose it is.
///
/// # Errors
///
/// If the database fails.
pub fn of_inspections(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[InspectionId],
) -> QueryResult<Vec<(InspectionId, Finding)>> {
    let rows = findings::table
        .filter(findings::inspection_id.eq_any(ids))
        .order((findings::inspection_id, findings::position))
        .select(FindingRow::as_select())
        .load::<FindingRow>(conn)?;
    Ok(shown(conn, caller, rows)?.into_iter().map(|row| (row.inspection_id, row.into())).collect())
}

/// The findings with these ids as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, FindingRow)>> {
    let rows = findings::table
        .inner_join(schema::inspections::table)
        .filter(findings::finding_id.eq_any(ids))
        .order(findings::finding_id)
        .select((InspectionRow::as_select(), FindingRow::as_select()))
        .load::<(InspectionRow, FindingRow)>(conn)?;
    Ok(rows.into_iter().map(|(inspection, row)| (subject(&inspection, row.finding_id), row)).collect())
}

/// The findings of an inspection as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored_of(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<(Subject, FindingRow)>> {
    let query = findings::table.filter(findings::inspection_id.eq(inspection.inspection_id));
    let rows = query.order(findings::position).select(FindingRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row: FindingRow| (subject(inspection, row.finding_id), row)).collect())
}

fn subject(inspection: &InspectionRow, id: FindingId) -> Subject {
    Subject {
        resource: EventResource::Finding,
        id: id.as_uuid(),
        aggregate: inspection.inspection_id.as_uuid(),
        authorities: vec![inspection.authority_id],
        sight: PublicVisibility::through(inspection.is_public(), vec![inspection.inspection_id.as_uuid()]),
    }
}

/// The finding with this id, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: FindingId,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Finding, ApiError> {
    let row = find(conn, caller, id)?;
    assemble::all(conn, caller, vec![row], embed)?.pop().ok_or_else(|| ApiError::not_found("finding"))
}

/// The finding itself, if the caller may see it.
fn find(conn: &mut PgConnection, caller: &Caller, id: FindingId) -> Result<FindingRow, ApiError> {
    let row = findings::table.find(id).select(FindingRow::as_select()).first(conn).or_not_found("finding")?;
    inspections::find(conn, caller, row.inspection_id).map_err(|error| error.as_missing("finding"))?;
    Ok(row)
}

/// These findings as the caller sees them: without a word of documents that it does not see.
///
/// # Errors
///
/// If the database fails.
pub fn shown(conn: &mut PgConnection, caller: &Caller, rows: Vec<FindingRow>) -> QueryResult<Vec<FindingRow>> {
    let documents = rows.iter().filter_map(|row| row.document_id).collect::<Vec<_>>();
    let documents = references::documents(conn, caller.access(), &documents)?;
    let shown = rows.into_iter().map(|row| {
        let document_id = row.document_id.filter(|document| documents.has(*document));
        FindingRow { document_id, ..row }
    });
    Ok(shown.collect())
}

/// Records a finding of an inspection.
///
/// # Errors
///
/// `not_found`, `conflict` if the place is taken, `validation_failed`, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: InspectionId,
    id: FindingId,
    new: &NewFinding,
) -> Result<FindingRow, ApiError> {
    let inspection = inspections::lock(conn, caller, inspection)?;
    check_codes(conn, &inspection, new.area.as_ref(), &new.themes)?;
    insert_row(conn, inspection.inspection_id, id, new, "")?;
    let finding = find(conn, caller, id)?;
    events::query::created(conn, caller, &subject(&inspection, id), &finding)?;
    mark_changed(conn, caller, &inspection, None)?;
    Ok(finding)
}

/// Records the findings that come with a new inspection.
///
/// # Errors
///
/// `conflict` if a place is taken twice, `validation_failed`, or if the database fails.
pub fn insert_all(conn: &mut PgConnection, inspection: InspectionId, new: &[NewFinding]) -> Result<(), ApiError> {
    for (index, finding) in new.iter().enumerate() {
        insert_row(conn, inspection, FindingId::generate(), finding, &format!("/findings/{index}"))?;
    }
    Ok(())
}

/// Records one row, without a word to its inspection: the caller raises its version and checks its rules.
///
/// # Errors
///
/// `conflict` if the place is taken, `validation_failed`, or if the database fails.
pub fn insert_row(
    conn: &mut PgConnection,
    inspection: InspectionId,
    id: FindingId,
    new: &NewFinding,
    pointer: &str,
) -> Result<(), ApiError> {
    let position = match new.position {
        Some(position) => position,
        None => next_position(conn, inspection)?,
    };
    diesel::insert_into(findings::table)
        .values((
            findings::finding_id.eq(id),
            findings::inspection_id.eq(inspection),
            findings::position.eq(position),
            new,
        ))
        .execute(conn)
        .on_constraint(|name| constraint_error(name, pointer))?;
    Ok(())
}

fn next_position(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<i32> {
    let own = findings::table.filter(findings::inspection_id.eq(inspection));
    let last = own.select(max(findings::position)).first::<Option<i32>>(conn)?;
    Ok(last.unwrap_or_default() + 1)
}

/// Changes a finding.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict`, `validation_failed`, or if the database fails.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: FindingId,
    if_match: &IfMatch,
    patch: &Patch<FindingPatch>,
) -> Result<FindingRow, ApiError> {
    let inspection = find(conn, caller, id)?.inspection_id;
    let inspection = inspections::lock(conn, caller, inspection)?;
    let before = find(conn, caller, id)?;
    if_match.check(before.version)?;
    if patch.changes_nothing(&before) {
        return Ok(before);
    }
    let (area, themes) = (patch.changes.area.as_ref().and_then(Option::as_ref), patch.changes.themes.as_deref());
    check_codes(conn, &inspection, area, themes.unwrap_or_default())?;
    let reason = patch.changes.reason.as_ref();
    inspection.check_reason(reason)?;
    let after = diesel::update(findings::table.find(id))
        .set((&patch.changes, findings::version.eq(before.version + 1), findings::updated_at.eq(diesel::dsl::now)))
        .returning(FindingRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, ""))?;
    events::query::updated(conn, caller, &subject(&inspection, id), (&before, &after), reason)?;
    mark_changed(conn, caller, &inspection, reason)?;
    Ok(after)
}

/// Removes a finding.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, or if the database fails.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    id: FindingId,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = find(conn, caller, id)?.inspection_id;
    let inspection = inspections::lock(conn, caller, inspection)?;
    let before = find(conn, caller, id)?;
    if_match.check(before.version)?;
    inspection.check_reason(reason)?;
    diesel::delete(findings::table.find(id)).execute(conn).on_constraint(references_to)?;
    events::query::deleted(conn, caller, &subject(&inspection, id), &before, reason)?;
    mark_changed(conn, caller, &inspection, reason)
}

/// Refuses areas that are not the framework's of the inspection, and themes that are none.
///
/// # Errors
///
/// `validation_failed`, naming each, or if the database fails.
pub fn check_codes(
    conn: &mut PgConnection,
    inspection: &InspectionRow,
    area: Option<&Code>,
    themes: &[Code],
) -> Result<(), ApiError> {
    let areas = inspections::rules::areas(conn, inspection)?;
    let errors = broken_codes(conn, &areas, area, themes, "")?;
    ApiError::refuse_any(errors)
}

/// Whether an area is not among these, and which themes are none, as broken rules below `place`.
///
/// # Errors
///
/// If the database fails.
pub fn broken_codes(
    conn: &mut PgConnection,
    areas: &[Code],
    area: Option<&Code>,
    themes: &[Code],
    place: &str,
) -> QueryResult<Vec<FieldError>> {
    let mut errors = themes::query::unknown(conn, themes, &format!("{place}/themes"))?;
    if let Some(area) = area.filter(|area| !areas.contains(area)) {
        let message = format!("{area} is not an area of the inspection's framework");
        errors.push(FieldError::body(format!("{place}/area"), "unknown", message));
    }
    Ok(errors)
}

/// The areas that findings of an inspection name, each with the place of the finding.
///
/// # Errors
///
/// If the database fails.
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
        "examinations_finding_id_fkey" => Some(ApiError::in_use("an examination refers to this finding")),
        "improvement_action_findings_finding_id_fkey" => {
            Some(ApiError::in_use("improvement actions respond to this finding"))
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
