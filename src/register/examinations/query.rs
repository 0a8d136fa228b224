//! Statements about examinations, which are written as parts of the inspection that made them. Rows are in [`rows`], rules
//! in [`rules`].

pub mod rows;
pub mod rules;

use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use self::rows::Place;
use super::model::{Examination, ExaminationRow, NewExamination};
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{self, examinations, recommendations};
use crate::error::{ApiError, NotFoundExt};
use crate::http::extract::{IfMatch, Preconditions};
use crate::http::page::{Page, Window};
use crate::register::authorities;
use crate::register::events;
use crate::register::improvement_actions::query::support;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::reports::{ReportPlace, after, in_report_order};
use crate::register::inspections::query::{part, rows as inspections};
use crate::values::date::Date;
use crate::values::ids::{ExaminationId, InspectionId, RecommendationId};
use crate::values::text::Reason;

/// A page of the examinations by an inspection, in the order of the recommendations: the latest publication first, then as
/// in the report.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: InspectionId,
    window: &Window,
) -> Result<(Vec<Examination>, Page), ApiError> {
    let inspection = inspections::find(conn, caller, inspection)?.inspection_id;
    let own = || {
        examinations::table
            .inner_join(recommendations::table.inner_join(schema::inspections::table))
            .filter(examinations::inspection_id.eq(inspection))
            .filter(schema::inspections::state.eq_any(caller.access().states()))
            .into_boxed()
    };
    let query = match window.after::<ReportPlace>()? {
        Some(place) => own().filter(after(place, recommendations::position)),
        None => own(),
    };
    let query = query.order(in_report_order(recommendations::position)).limit(window.rows()).select((
        ExaminationRow::as_select(),
        schema::inspections::published_on,
        recommendations::inspection_id,
        recommendations::position,
    ));
    let rows = limited::load::<(ExaminationRow, Option<Date>, InspectionId, i32), _>(query, conn)?;
    let total = if window.counts() { Some(own().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |(_, day, report, position)| (*day, *report, *position))?;
    let authority = authorities::query::names::of_inspections(conn, &[inspection])?.of(inspection)?;
    let whole = rows.into_iter().map(|(row, ..)| Examination { row, authority: authority.clone() });
    Ok((whole.collect(), page))
}

/// What an inspection said of a recommendation.
///
/// # Errors
///
/// `not_found`.
pub fn get(conn: &mut PgConnection, caller: &Caller, place: Place) -> Result<Examination, ApiError> {
    let inspection = inspections::find(conn, caller, place.0)?;
    let examination = rows::find(conn, (inspection.inspection_id, place.1)).or_not_found("examination")?;
    rules::recommended(conn, caller, place.1)?.ok_or_else(|| ApiError::not_found("examination"))?;
    whole(conn, examination)
}

/// An examination with the authority that was inspected.
fn whole(conn: &mut PgConnection, row: ExaminationRow) -> Result<Examination, ApiError> {
    let authority = authorities::query::names::of_inspections(conn, &[row.inspection_id])?.of(row.inspection_id)?;
    Ok(Examination { row, authority })
}

/// Records what an inspection said of a recommendation, or replaces what is recorded; returns also whether it is new.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict` if a verified action would lose its support,
/// `validation_failed`.
pub fn replace(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    preconditions: &Preconditions,
    new: &NewExamination,
) -> Result<(Examination, bool), ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    let before = rows::find(conn, place).optional()?;
    preconditions.check(before.as_ref().map(|examination| examination.version))?;
    let Some(before) = before else {
        let examination = insert(conn, caller, place, ExaminationId::generate(), new)?;
        return Ok((examination, true));
    };
    if before.says(new) {
        return Ok((whole(conn, before)?, false));
    }
    let recommending = rules::check(conn, caller, &inspection, place.1, new)?;
    let reason = new.reason.as_ref();
    inspection.check_reason(reason)?;
    let after = part::change(conn, caller, inspection, reason, |conn, inspection| {
        let after = rows::update(conn, &before, new)?;
        support::check_kept(conn)?;
        let subject = rows::subject(&before, &inspection.row, &recommending);
        events::query::updated(conn, caller, &subject, (&before, &after), reason)?;
        Ok::<_, ApiError>(after)
    })?;
    Ok((whole(conn, after)?, false))
}

/// Records what an inspection said of a recommendation.
///
/// # Errors
///
/// `not_found`, `conflict` if something is recorded already, `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    id: ExaminationId,
    new: &NewExamination,
) -> Result<Examination, ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    part::change(conn, caller, inspection, new.reason.as_ref(), |conn, inspection| {
        let examination = insert_row(conn, caller, &inspection.row, place.1, id, new)?;
        whole(conn, examination)
    })
}

/// Checks and inserts an examination and records its event, without a change of its inspection.
///
/// # Errors
///
/// `conflict` if something is recorded already, `validation_failed`.
pub fn insert_row(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: &InspectionRow,
    recommendation: RecommendationId,
    id: ExaminationId,
    new: &NewExamination,
) -> Result<ExaminationRow, ApiError> {
    let recommending = rules::check(conn, caller, inspection, recommendation, new)?;
    let examination = rows::insert(conn, (inspection.inspection_id, recommendation), id, new)?;
    let subject = rows::subject(&examination, inspection, &recommending);
    events::query::created(conn, caller, &subject, &examination)?;
    Ok(examination)
}

/// Removes what an inspection said of a recommendation, so that nothing is recorded of it.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict` if a verified action would lose its support.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    let before = rows::find(conn, place).or_not_found("examination")?;
    let recommending = rules::recommended_and_held(conn, caller, place.1)?;
    let recommending = recommending.ok_or_else(|| ApiError::not_found("examination"))?;
    if_match.check(before.version)?;
    inspection.check_reason(reason)?;
    part::change(conn, caller, inspection, reason, |conn, inspection| {
        rows::delete(conn, before.examination_id)?;
        support::check_kept(conn)?;
        let subject = rows::subject(&before, &inspection.row, &recommending);
        events::query::deleted(conn, caller, &subject, &before, reason)
    })
}
