//! Statements about judgements.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{Judgement, NewJudgementSet};
use crate::access::caller::Caller;
use crate::database::schema::{framework_areas, judgements};
use crate::error::{ApiError, FieldError};
use crate::http::extract::IfMatch;
use crate::register::inspections::model::{Inspection, InspectionRow};
use crate::register::inspections::query as inspections;
use crate::register::inspections::query::changes::{StoredInspection, mark_judged};
use crate::values::ids::InspectionId;
use crate::values::text::Code;

/// The judgements of these inspections, in the order of the framework, each with whose it is.
///
/// # Errors
///
/// If the database fails.
pub fn of_inspections(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, Judgement)>> {
    let area = framework_areas::framework.eq(judgements::framework).and(framework_areas::area.eq(judgements::area));
    judgements::table
        .inner_join(framework_areas::table.on(area))
        .filter(judgements::inspection_id.eq_any(ids))
        .order((judgements::inspection_id, framework_areas::position))
        .select((judgements::inspection_id, Judgement::as_select()))
        .load(conn)
}

/// Records the judgements of an inspection under a framework, whose areas and grades they have been held to.
///
/// # Errors
///
/// `validation_failed` if there is no framework, or if the database fails.
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

/// Which of these judgements name an area or a grade that the framework does not have, or an area twice.
///
/// # Errors
///
/// If the database fails.
pub fn broken_codes(conn: &mut PgConnection, framework: &Code, set: &[Judgement]) -> QueryResult<Vec<FieldError>> {
    let areas = crate::register::frameworks::query::area_codes(conn, framework)?;
    let grades = crate::register::frameworks::query::grades(conn, framework)?;
    let mut errors = Vec::new();
    for (index, judgement) in set.iter().enumerate() {
        let place = format!("/judgements/{index}/area");
        if !areas.contains(&judgement.area) {
            errors.push(FieldError::body(
                place,
                "unknown",
                format!("{} is not an area of {framework}", judgement.area),
            ));
        } else if set.iter().take(index).any(|earlier| earlier.area == judgement.area) {
            errors.push(FieldError::body(place, "repeated", format!("{} has two judgements", judgement.area)));
        }
        if let Some(grade) = judgement.grade.filter(|grade| !grades.contains(grade)) {
            let place = format!("/judgements/{index}/grade");
            errors.push(FieldError::body(place, "unknown", format!("{grade} is not a grade of {framework}")));
        }
    }
    Ok(errors)
}

/// Holds judgements to the framework and the kind of their inspection.
///
/// # Errors
///
/// `validation_failed` with every broken rule, or if the database fails.
pub fn check(conn: &mut PgConnection, inspection: &InspectionRow, set: &[Judgement]) -> Result<(), ApiError> {
    let errors = match (&inspection.framework, inspection.kind) {
        _ if set.is_empty() => Vec::new(),
        (Some(framework), Some(kind)) if crate::register::frameworks::query::kind(conn, framework, kind)?.is_graded => {
            broken_codes(conn, framework, set)?
        }
        _ => {
            let message = "judgements need a framework and a kind of inspection that carries grades";
            vec![FieldError::body("/judgements", "ungraded", message)]
        }
    };
    ApiError::refuse_any(errors)
}

/// Replaces the judgements of an inspection.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `validation_failed`, or if the database fails.
pub fn replace(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    if_match: &IfMatch,
    new: &NewJudgementSet,
) -> Result<Inspection, ApiError> {
    let before = inspections::lock(conn, caller, id)?;
    if_match.check(before.version)?;
    let before = StoredInspection::of(conn, before)?;
    check(conn, &before.row, &new.judgements)?;
    let current = &before.judgements;
    let is_same =
        current.len() == new.judgements.len() && new.judgements.iter().all(|judgement| current.contains(judgement));
    if !is_same {
        before.row.check_reason(new.reason.as_ref())?;
        diesel::delete(judgements::table.filter(judgements::inspection_id.eq(id))).execute(conn)?;
        insert(conn, id, before.row.framework.as_ref(), &new.judgements)?;
        mark_judged(conn, caller, &before, new.reason.as_ref())?;
    }
    inspections::get(conn, caller, id, None)
}
