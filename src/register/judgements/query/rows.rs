//! The rows of judgements.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::{framework_areas, judgements};
use crate::error::ApiError;
use crate::register::judgements::model::Judgement;
use crate::values::ids::InspectionId;
use crate::values::text::Code;

/// The judgements of these inspections, in the order of the framework, each with the inspection.
pub fn of_inspections(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, Judgement)>> {
    let area = framework_areas::framework.eq(judgements::framework).and(framework_areas::area.eq(judgements::area));
    judgements::table
        .inner_join(framework_areas::table.on(area))
        .filter(judgements::inspection_id.eq_any(ids))
        .order((judgements::inspection_id, framework_areas::position))
        .select((judgements::inspection_id, Judgement::as_select()))
        .load(conn)
}

/// The judgements of an inspection, in the order of the framework.
pub fn of_inspection(conn: &mut PgConnection, id: InspectionId) -> QueryResult<Vec<Judgement>> {
    Ok(of_inspections(conn, &[id])?.into_iter().map(|(_, judgement)| judgement).collect())
}

/// Inserts the judgements of an inspection under a framework, which must have their areas and grades.
///
/// # Errors
///
/// `validation_failed` if there is no framework.
pub fn insert(
    conn: &mut PgConnection,
    id: InspectionId,
    framework: Option<&Code>,
    set: &[Judgement],
) -> Result<(), ApiError> {
    if set.is_empty() {
        return Ok(());
    }
    let Some(framework) = framework else {
        return Err(ApiError::invalid_member("/judgements", "ungraded", "judgements need a framework"));
    };
    let rows = set
        .iter()
        .map(|judgement| (judgement, judgements::inspection_id.eq(id), judgements::framework.eq(framework)))
        .collect::<Vec<_>>();
    diesel::insert_into(judgements::table).values(rows).execute(conn)?;
    Ok(())
}

/// Puts judgements in the place of those that an inspection has.
///
/// # Errors
///
/// As [`insert`].
pub fn replace(
    conn: &mut PgConnection,
    id: InspectionId,
    framework: Option<&Code>,
    set: &[Judgement],
) -> Result<(), ApiError> {
    diesel::delete(judgements::table.filter(judgements::inspection_id.eq(id))).execute(conn)?;
    insert(conn, id, framework, set)
}
