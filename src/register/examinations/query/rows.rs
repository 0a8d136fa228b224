//! The rows of examinations.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::access::caller::Caller;
use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::{self, examinations, recommendations};
use crate::database::sql::{or_distant_future, or_distant_past};
use crate::error::{ApiError, ConstraintExt, FieldError};
use crate::register::authorities::model::InspectedAuthority;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::examinations::model::{Examination, ExaminationOutcome, ExaminationRow, NewExamination};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::rows::hold;
use crate::values::ids::{ExaminationId, InspectionId, RecommendationId, of};
use crate::values::inspection_state::InspectionState;

/// Which examination is meant: by which inspection, of which recommendation.
pub type Place = (InspectionId, RecommendationId);

/// What an inspection said of a recommendation.
pub fn find(conn: &mut PgConnection, (inspection, recommendation): Place) -> QueryResult<ExaminationRow> {
    examinations::table
        .filter(examinations::inspection_id.eq(inspection).and(examinations::recommendation_id.eq(recommendation)))
        .select(ExaminationRow::as_select())
        .first(conn)
}

/// The examination with this id.
pub fn with_id(conn: &mut PgConnection, id: ExaminationId) -> QueryResult<ExaminationRow> {
    examinations::table.find(id).select(ExaminationRow::as_select()).first(conn)
}

/// An examination as it is stored, with what its events are about, and whether the other of the two inspections is public.
type Stored = (Subject, ExaminationRow, bool);

/// The examinations by an inspection. Those whose recommendations it looked at stay as they are until the transaction ends.
pub fn stored_of(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<Stored>> {
    let own = examinations::table
        .inner_join(recommendations::table.inner_join(schema::inspections::table))
        .filter(examinations::inspection_id.eq(inspection.inspection_id));
    let looked_at = own.select(schema::inspections::inspection_id).load::<InspectionId>(conn)?;
    hold(conn, &looked_at)?;
    let rows = own
        .order(examinations::examination_id)
        .select((ExaminationRow::as_select(), InspectionRow::as_select()))
        .load::<(ExaminationRow, InspectionRow)>(conn)?;
    let stored = rows.into_iter().map(|(row, asking)| (subject(&row, inspection, &asking), row, asking.is_public()));
    Ok(stored.collect())
}

/// What others said of the recommendations of an inspection.
pub fn stored_about(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<Stored>> {
    let rows = examinations::table
        .inner_join(recommendations::table)
        .inner_join(schema::inspections::table)
        .filter(recommendations::inspection_id.eq(inspection.inspection_id))
        .order(examinations::examination_id)
        .select((ExaminationRow::as_select(), InspectionRow::as_select()))
        .load::<(ExaminationRow, InspectionRow)>(conn)?;
    let stored = rows.into_iter().map(|(row, looking)| (subject(&row, &looking, inspection), row, looking.is_public()));
    Ok(stored.collect())
}

/// Whether the register has the examination with this id, or one at this place.
pub fn is_known(conn: &mut PgConnection, id: ExaminationId, place: Place) -> QueryResult<bool> {
    let by_place = examinations::inspection_id.eq(place.0).and(examinations::recommendation_id.eq(place.1));
    let known = examinations::table.filter(examinations::examination_id.eq(id).or(by_place));
    diesel::select(exists(known)).get_result(conn)
}

/// Inserts an examination. Its rules are checked before, and the caller records the event and raises the version of the
/// inspection.
///
/// # Errors
///
/// `conflict` if there is an examination at this place, `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    (inspection, recommendation): Place,
    id: ExaminationId,
    new: &NewExamination,
) -> Result<ExaminationRow, ApiError> {
    diesel::insert_into(examinations::table)
        .values((
            examinations::examination_id.eq(id),
            examinations::inspection_id.eq(inspection),
            examinations::recommendation_id.eq(recommendation),
            new,
        ))
        .returning(ExaminationRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)
}

/// Replaces an examination.
///
/// # Errors
///
/// As [`insert`].
pub fn update(
    conn: &mut PgConnection,
    before: &ExaminationRow,
    new: &NewExamination,
) -> Result<ExaminationRow, ApiError> {
    diesel::update(examinations::table.find(before.examination_id))
        .set((new, examinations::version.eq(before.version + 1), examinations::updated_at.eq(diesel::dsl::now)))
        .returning(ExaminationRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)
}

/// Removes an examination.
pub fn delete(conn: &mut PgConnection, id: ExaminationId) -> QueryResult<usize> {
    diesel::delete(examinations::table.find(id)).execute(conn)
}

/// The examinations of these recommendations by inspections that the caller sees, each with what it is of, the earliest
/// publication first.
pub fn of_recommendations(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[RecommendationId],
) -> QueryResult<EmbeddedRows<of::Recommendation, Examination>> {
    let query = examinations::table
        .inner_join(schema::inspections::table.inner_join(schema::authorities::table))
        .filter(examinations::recommendation_id.eq_any(ids))
        .filter(schema::inspections::state.eq_any(caller.access().states()));
    let query = query
        .order((
            examinations::recommendation_id,
            or_distant_future(schema::inspections::published_on),
            examinations::examination_id,
        ))
        .select((ExaminationRow::as_select(), InspectedAuthority::as_select()));
    let recommendation = |(row, _): &(ExaminationRow, InspectedAuthority)| row.recommendation_id;
    let rows = room.load(conn, ids, query, recommendation)?;
    Ok(rows.map(|(row, authority)| Examination { row, authority }))
}

/// What the latest published inspection that looked said of each of these recommendations, by publication; nothing of
/// those that none looked at.
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

/// The subject of the events of an examination. It concerns the authorities of both inspections, and is public if both are.
#[must_use]
pub fn subject(examination: &ExaminationRow, looking: &InspectionRow, asking: &InspectionRow) -> Subject {
    let mut authorities = vec![looking.authority_id, asking.authority_id];
    authorities.dedup();
    let through = [looking, asking].map(|inspection| inspection.inspection_id.as_uuid());
    Subject {
        resource: EventResource::Examination,
        id: examination.examination_id.as_uuid(),
        aggregate: examination.inspection_id.as_uuid(),
        authorities,
        visibility: PublicVisibility::through(looking.is_public() && asking.is_public(), through.to_vec()),
    }
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let error = match constraint {
        "examinations_inspection_id_recommendation_id_key" => {
            return Some(ApiError::conflict("the inspection has an examination of this recommendation"));
        }
        "examinations_recommendation_id_fkey" => broken("unknown", "must name a recommendation of the register"),
        "examinations_finding_id_fkey" => unknown_finding(),
        "examinations_authority_check" => other_authority(),
        "examinations_earlier_check" => own_recommendation(),
        _ => return None,
    };
    Some(ApiError::invalid(vec![error]))
}

pub(super) fn broken(code: &str, message: &str) -> FieldError {
    FieldError::parameter("recommendation_id", code, message)
}

pub(super) fn own_recommendation() -> FieldError {
    broken("order", "must name a recommendation of another inspection")
}

pub(super) fn other_authority() -> FieldError {
    broken("authority", "must name a recommendation made to the same authority or its predecessor")
}

pub(super) fn unknown_finding() -> FieldError {
    FieldError::body("/finding_id", "unknown", "must name a finding of this inspection")
}
