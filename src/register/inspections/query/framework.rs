//! What the framework of an inspection provides: its areas, and the kinds of inspection that give grades.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::error::ApiError;
use crate::register::frameworks;
use crate::register::inspections::model::InspectionRow;
use crate::values::text::Code;

/// The areas of an inspection's framework.
pub fn areas(conn: &mut PgConnection, row: &InspectionRow) -> QueryResult<Vec<Code>> {
    row.framework.as_ref().map_or(Ok(Vec::new()), |framework| frameworks::query::area_codes(conn, framework))
}

/// Whether it is of a kind that gives grades, under its framework.
pub fn gives_grades(conn: &mut PgConnection, row: &InspectionRow) -> Result<bool, ApiError> {
    let (Some(framework), Some(kind)) = (&row.framework, row.kind) else { return Ok(false) };
    Ok(frameworks::query::kind(conn, framework, kind).optional()?.is_some_and(|kind| kind.is_graded))
}
