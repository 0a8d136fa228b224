//! The rows of recommendations.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::access::caller::Caller;
use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::{self, recommendations};
use crate::error::{ApiError, ConstraintExt};
use crate::register::authorities::model::InspectedAuthority;
use crate::register::events::model::{EventResource, Subject};
use crate::register::inspections::model::{InspectionDays, InspectionRow};
use crate::register::inspections::query::part::{next_position, subject};
use crate::register::recommendations::model::{
    NewRecommendation, Recommendation, RecommendationPatch, RecommendationRow,
};
use crate::values::ids::{ActionId, InspectionId, RecommendationId, of};

/// The row with this id.
pub fn find(conn: &mut PgConnection, id: RecommendationId) -> QueryResult<RecommendationRow> {
    recommendations::table.find(id).select(RecommendationRow::as_select()).first(conn)
}

/// All recommendations of an inspection, in the order of the report.
pub fn of_inspection(conn: &mut PgConnection, id: InspectionId) -> QueryResult<Vec<Recommendation>> {
    let rows = recommendations::table
        .inner_join(schema::inspections::table.inner_join(schema::authorities::table))
        .filter(recommendations::inspection_id.eq(id))
        .order(recommendations::position)
        .select((RecommendationRow::as_select(), InspectedAuthority::as_select(), InspectionDays::as_select()))
        .load::<(RecommendationRow, InspectedAuthority, InspectionDays)>(conn)?;
    Ok(rows.into_iter().map(|(row, whose, days)| Recommendation::new(row, whose, days)).collect())
}

/// The recommendations of these inspections, in the order of each report.
pub fn of_inspections(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[InspectionId],
) -> QueryResult<EmbeddedRows<of::Inspection, Recommendation>> {
    let query = recommendations::table
        .inner_join(schema::inspections::table.inner_join(schema::authorities::table))
        .filter(recommendations::inspection_id.eq_any(ids))
        .order((recommendations::inspection_id, recommendations::position))
        .select((RecommendationRow::as_select(), InspectedAuthority::as_select(), InspectionDays::as_select()));
    let inspection = |(row, ..): &(RecommendationRow, InspectedAuthority, InspectionDays)| row.inspection_id;
    let rows = room.load(conn, ids, query, inspection)?;
    Ok(rows.map(|(row, whose, days)| Recommendation::new(row, whose, days)))
}

/// The recommendations that these actions answer.
pub fn of_actions(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[ActionId],
) -> QueryResult<EmbeddedRows<of::Action, Recommendation>> {
    type Answered = (ActionId, RecommendationRow, InspectedAuthority, InspectionDays);

    use schema::improvement_action_recommendations::{action_id, table};
    let query = table
        .inner_join(
            recommendations::table.inner_join(schema::inspections::table.inner_join(schema::authorities::table)),
        )
        .filter(action_id.eq_any(ids))
        .filter(schema::inspections::state.eq_any(caller.access().states()))
        .order((action_id, recommendations::recommendation_id))
        .select((
            action_id,
            RecommendationRow::as_select(),
            InspectedAuthority::as_select(),
            InspectionDays::as_select(),
        ));
    let rows = room.load(conn, ids, query, |(action, ..): &Answered| *action)?;
    Ok(rows.map(|(_, row, whose, days)| Recommendation::new(row, whose, days)))
}

/// The recommendations with these ids, each with the subject of its events.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, RecommendationRow)>> {
    let rows = recommendations::table
        .inner_join(schema::inspections::table)
        .filter(recommendations::recommendation_id.eq_any(ids))
        .order(recommendations::recommendation_id)
        .select((InspectionRow::as_select(), RecommendationRow::as_select()))
        .load::<(InspectionRow, RecommendationRow)>(conn)?;
    Ok(rows.into_iter().map(|(inspection, row)| with_subject(&inspection, row)).collect())
}

/// The recommendations of an inspection, each with the subject of its events.
pub fn stored_of(
    conn: &mut PgConnection,
    inspection: &InspectionRow,
) -> QueryResult<Vec<(Subject, RecommendationRow)>> {
    let query = recommendations::table.filter(recommendations::inspection_id.eq(inspection.inspection_id));
    let rows = query.order(recommendations::position).select(RecommendationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| with_subject(inspection, row)).collect())
}

fn with_subject(inspection: &InspectionRow, row: RecommendationRow) -> (Subject, RecommendationRow) {
    (subject(inspection, EventResource::Recommendation, row.recommendation_id.as_uuid()), row)
}

/// Inserts a recommendation, after the last unless it has a position. Its rules are checked before, and the caller raises
/// the version of the inspection.
///
/// # Errors
///
/// `conflict` if the position is taken, `validation_failed` with members below `pointer`.
pub fn insert(
    conn: &mut PgConnection,
    inspection: InspectionId,
    id: RecommendationId,
    new: &NewRecommendation,
    pointer: &str,
) -> Result<RecommendationRow, ApiError> {
    let position = new.position.map_or_else(|| next_position(conn, "recommendations", inspection), Ok)?;
    diesel::insert_into(recommendations::table)
        .values((
            recommendations::recommendation_id.eq(id),
            recommendations::inspection_id.eq(inspection),
            recommendations::position.eq(position),
            new,
        ))
        .returning(RecommendationRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, pointer))
}

/// Changes a recommendation.
///
/// # Errors
///
/// As [`insert`].
pub fn update(
    conn: &mut PgConnection,
    before: &RecommendationRow,
    changes: &RecommendationPatch,
) -> Result<RecommendationRow, ApiError> {
    diesel::update(recommendations::table.find(before.recommendation_id))
        .set((
            changes,
            recommendations::version.eq(before.version + 1),
            recommendations::updated_at.eq(diesel::dsl::now),
        ))
        .returning(RecommendationRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, ""))
}

/// Removes a recommendation.
///
/// # Errors
///
/// `in_use` if something refers to it.
pub fn delete(conn: &mut PgConnection, id: RecommendationId) -> Result<(), ApiError> {
    diesel::delete(recommendations::table.find(id)).execute(conn).on_constraint(references_to)?;
    Ok(())
}

/// What refers to a recommendation that is to be removed.
fn references_to(constraint: &str) -> Option<ApiError> {
    match constraint {
        "examinations_recommendation_id_fkey" => {
            Some(ApiError::in_use("later inspections examined this recommendation"))
        }
        "improvement_action_recommendations_recommendation_id_fkey" => {
            Some(ApiError::in_use("improvement actions answer this recommendation"))
        }
        _ => None,
    }
}

fn constraint_error(constraint: &str, pointer: &str) -> Option<ApiError> {
    match constraint {
        "recommendations_inspection_id_position_key" => {
            Some(ApiError::conflict("the inspection has a recommendation at this position"))
        }
        "recommendations_position_check" => {
            Some(ApiError::invalid_member(&format!("{pointer}/position"), "range", "must be 1 to 1000"))
        }
        _ => None,
    }
}
