//! Statements about examinations. Their rules are in [`rules`].

pub mod rules;

use std::collections::HashMap;

use diesel::dsl::{count_star, exists};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{Examination, ExaminationOutcome, NewExamination};
use crate::access::caller::Caller;
use crate::database::schema::{self, examinations, recommendations};
use crate::database::sql::{Bound, or_distant_future, or_distant_past};
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, Preconditions};
use crate::http::page::{Page, Window};
use crate::register::events;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::improvement_actions::query::support;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query as inspections;
use crate::register::inspections::query::changes::mark_changed;
use crate::values::date::Date;
use crate::values::ids::{ExaminationId, InspectionId, RecommendationId};
use crate::values::inspection_state::InspectionState;
use crate::values::text::Reason;

/// Which examination is meant: by which inspection, of which recommendation.
pub type Place = (InspectionId, RecommendationId);
/// Where a page begins: publication and id of the recommendation's inspection, and place in it, of the row before.
type After = (Option<Date>, InspectionId, i32);

/// A page of the examinations by an inspection, in the order of the recommendations: the latest publication first, then as
/// in the report.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`, or if the database fails.
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
    let (day, id) = (or_distant_past(schema::inspections::published_on), schema::inspections::inspection_id);
    let query = match window.after::<After>()? {
        Some((published_on, report, position)) => {
            let bound = Bound::or_past(published_on);
            let later = id.eq(report).and(recommendations::position.gt(position));
            own().filter(day.le(bound).and(day.lt(bound).or(id.lt(report)).or(later)))
        }
        None => own(),
    };
    let rows = query
        .order((day.desc(), id.desc(), recommendations::position.asc()))
        .limit(window.rows())
        .select((Examination::as_select(), schema::inspections::published_on, id, recommendations::position))
        .load::<(Examination, Option<Date>, InspectionId, i32)>(conn)?;
    let total = if window.counts() { Some(own().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |(_, day, report, position)| (*day, *report, *position))?;
    Ok((rows.into_iter().map(|(row, ..)| row).collect(), page))
}

/// What an inspection said of a recommendation.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(conn: &mut PgConnection, caller: &Caller, place: Place) -> Result<Examination, ApiError> {
    let inspection = inspections::find(conn, caller, place.0)?;
    let examination = find(conn, (inspection.inspection_id, place.1)).or_not_found("examination")?;
    rules::recommended(conn, caller, place.1)?.ok_or_else(|| ApiError::not_found("examination"))?;
    Ok(examination)
}

fn find(conn: &mut PgConnection, (inspection, recommendation): Place) -> QueryResult<Examination> {
    examinations::table
        .filter(examinations::inspection_id.eq(inspection).and(examinations::recommendation_id.eq(recommendation)))
        .select(Examination::as_select())
        .first(conn)
}

/// An examination as it is stored, with what its events are about, and whether the other of the two inspections is public.
type Stored = (Subject, Examination, bool);

/// The examinations by an inspection. Those whose recommendations it looked at stay as they are until the transaction ends.
///
/// # Errors
///
/// If the database fails.
pub fn stored_of(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<Stored>> {
    let own = examinations::table
        .inner_join(recommendations::table.inner_join(schema::inspections::table))
        .filter(examinations::inspection_id.eq(inspection.inspection_id));
    let looked_at = own.select(schema::inspections::inspection_id).load::<InspectionId>(conn)?;
    inspections::hold(conn, &looked_at)?;
    let rows = own
        .order(examinations::examination_id)
        .select((Examination::as_select(), InspectionRow::as_select()))
        .load::<(Examination, InspectionRow)>(conn)?;
    let stored = rows.into_iter().map(|(row, asking)| (subject(&row, inspection, &asking), row, asking.is_public()));
    Ok(stored.collect())
}

/// What others said of the recommendations of an inspection.
///
/// # Errors
///
/// If the database fails.
pub fn stored_about(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<Stored>> {
    let rows = examinations::table
        .inner_join(recommendations::table)
        .inner_join(schema::inspections::table)
        .filter(recommendations::inspection_id.eq(inspection.inspection_id))
        .order(examinations::examination_id)
        .select((Examination::as_select(), InspectionRow::as_select()))
        .load::<(Examination, InspectionRow)>(conn)?;
    let stored = rows.into_iter().map(|(row, looking)| (subject(&row, &looking, inspection), row, looking.is_public()));
    Ok(stored.collect())
}

/// Whether the register has the examination with this id, or one at this place.
///
/// # Errors
///
/// If the database fails.
pub fn is_known(conn: &mut PgConnection, id: ExaminationId, place: Place) -> QueryResult<bool> {
    let by_place = examinations::inspection_id.eq(place.0).and(examinations::recommendation_id.eq(place.1));
    let known = examinations::table.filter(examinations::examination_id.eq(id).or(by_place));
    diesel::select(exists(known)).get_result(conn)
}

/// Records what an inspection said of a recommendation, or replaces what is recorded; tells whether it is new.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict` if a verified action would lose its support,
/// `validation_failed`, or if the database fails.
pub fn replace(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    preconditions: &Preconditions,
    new: &NewExamination,
) -> Result<(Examination, bool), ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    let before = find(conn, place).optional()?;
    preconditions.check(before.as_ref().map(|examination| examination.version))?;
    let Some(before) = before else {
        let examination = insert(conn, caller, place, ExaminationId::generate(), new)?;
        return Ok((examination, true));
    };
    if before.says(new) {
        return Ok((before, false));
    }
    let recommending = rules::check(conn, caller, &inspection, place.1, new)?;
    inspection.check_reason(new.reason.as_ref())?;
    let after = diesel::update(examinations::table.find(before.examination_id))
        .set((new, examinations::version.eq(before.version + 1), examinations::updated_at.eq(diesel::dsl::now)))
        .returning(Examination::as_returning())
        .get_result(conn)
        .on_constraint(rules::constraint_error)?;
    support::check_kept(conn)?;
    mark_changed(conn, caller, &inspection, new.reason.as_ref())?;
    let subject = subject(&before, &inspection, &recommending);
    events::query::updated(conn, caller, &subject, (&before, &after), new.reason.as_ref())?;
    Ok((after, false))
}

/// Records what an inspection said of a recommendation.
///
/// # Errors
///
/// `not_found`, `conflict` if something is recorded already, `validation_failed`, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    id: ExaminationId,
    new: &NewExamination,
) -> Result<Examination, ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    let examination = insert_row(conn, caller, &inspection, place.1, id, new)?;
    mark_changed(conn, caller, &inspection, new.reason.as_ref())?;
    Ok(examination)
}

/// Records one row, without a word to its inspection: the caller raises its version.
///
/// # Errors
///
/// `conflict` if something is recorded already, `validation_failed`, or if the database fails.
pub fn insert_row(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: &InspectionRow,
    recommendation: RecommendationId,
    id: ExaminationId,
    new: &NewExamination,
) -> Result<Examination, ApiError> {
    let recommending = rules::check(conn, caller, inspection, recommendation, new)?;
    let examination = diesel::insert_into(examinations::table)
        .values((
            examinations::examination_id.eq(id),
            examinations::inspection_id.eq(inspection.inspection_id),
            examinations::recommendation_id.eq(recommendation),
            new,
        ))
        .returning(Examination::as_returning())
        .get_result(conn)
        .on_constraint(rules::constraint_error)?;
    let subject = subject(&examination, inspection, &recommending);
    events::query::created(conn, caller, &subject, &examination)?;
    Ok(examination)
}

/// Removes what an inspection said of a recommendation, so that it counts as not examined.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict` if a verified action would lose its support, or if the
/// database fails.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    place: Place,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = inspections::lock(conn, caller, place.0)?;
    let before = find(conn, place).or_not_found("examination")?;
    let recommending = rules::recommended_and_held(conn, caller, place.1)?;
    let recommending = recommending.ok_or_else(|| ApiError::not_found("examination"))?;
    if_match.check(before.version)?;
    inspection.check_reason(reason)?;
    diesel::delete(examinations::table.find(before.examination_id)).execute(conn)?;
    support::check_kept(conn)?;
    mark_changed(conn, caller, &inspection, reason)?;
    let subject = subject(&before, &inspection, &recommending);
    events::query::deleted(conn, caller, &subject, &before, reason)
}

/// The examinations of these recommendations by inspections that the caller sees, each with what it is of, the earliest
/// publication first.
///
/// # Errors
///
/// If the database fails.
pub fn of_recommendations(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[RecommendationId],
) -> QueryResult<Vec<(RecommendationId, Examination)>> {
    let query = examinations::table
        .inner_join(schema::inspections::table)
        .filter(examinations::recommendation_id.eq_any(ids))
        .filter(schema::inspections::state.eq_any(caller.access().states()));
    query
        .order((or_distant_future(schema::inspections::published_on), examinations::examination_id))
        .select((examinations::recommendation_id, Examination::as_select()))
        .load(conn)
}

/// What the latest published inspection that looked said of each of these recommendations, by publication; nothing of
/// those that none looked at.
///
/// # Errors
///
/// If the database fails.
pub fn latest_outcomes(
    conn: &mut PgConnection,
    ids: &[RecommendationId],
) -> QueryResult<HashMap<RecommendationId, ExaminationOutcome>> {
    let outcomes = examinations::table
        .inner_join(schema::inspections::table)
        .filter(examinations::recommendation_id.eq_any(ids))
        .filter(schema::inspections::state.eq(InspectionState::Published))
        .order((or_distant_past(schema::inspections::published_on), examinations::examination_id))
        .select((examinations::recommendation_id, examinations::outcome))
        .load::<(RecommendationId, ExaminationOutcome)>(conn)?;
    Ok(outcomes.into_iter().collect())
}

/// What the events of an examination are about: it concerns who was inspected, and who the recommendation was made to.
fn subject(examination: &Examination, looking: &InspectionRow, asking: &InspectionRow) -> Subject {
    let mut authorities = vec![looking.authority_id, asking.authority_id];
    authorities.dedup();
    let through = [looking, asking].map(|inspection| inspection.inspection_id.as_uuid());
    Subject {
        resource: EventResource::Examination,
        id: examination.examination_id.as_uuid(),
        aggregate: examination.inspection_id.as_uuid(),
        authorities,
        sight: PublicVisibility::through(looking.is_public() && asking.is_public(), through.to_vec()),
    }
}
