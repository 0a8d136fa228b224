//! Statements about recommendations, one by one. Lists are in [`list`], what a recommendation carries in [`assemble`].

pub mod assemble;
pub mod list;

use diesel::dsl::max;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{NewRecommendation, Recommendation, RecommendationEmbed, RecommendationPatch, RecommendationRow};
use crate::access::caller::Caller;
use crate::database::schema::{self, recommendations};
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query as inspections;
use crate::register::inspections::query::changes::mark_changed;
use crate::register::{events, themes};
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::{ActionId, InspectionId, RecommendationId};
use crate::values::text::Reason;

/// The recommendations of these inspections, each with whose it is.
///
/// # Errors
///
/// If the database fails.
pub fn of_inspections(
    conn: &mut PgConnection,
    ids: &[InspectionId],
) -> QueryResult<Vec<(InspectionId, Recommendation)>> {
    let rows = recommendations::table
        .inner_join(schema::inspections::table)
        .filter(recommendations::inspection_id.eq_any(ids))
        .order((recommendations::inspection_id, recommendations::position))
        .select((RecommendationRow::as_select(), schema::inspections::published_on))
        .load::<(RecommendationRow, Option<Date>)>(conn)?;
    Ok(rows.into_iter().map(|(row, day)| (row.inspection_id, Recommendation::new(row, day))).collect())
}

/// The recommendations that these actions answer, each with the action.
///
/// # Errors
///
/// If the database fails.
pub fn of_actions(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[ActionId],
) -> QueryResult<Vec<(ActionId, Recommendation)>> {
    use schema::improvement_action_recommendations::{action_id, table};
    let rows = table
        .inner_join(recommendations::table.inner_join(schema::inspections::table))
        .filter(action_id.eq_any(ids))
        .filter(schema::inspections::state.eq_any(caller.access().states()))
        .order((action_id, recommendations::recommendation_id))
        .select((action_id, RecommendationRow::as_select(), schema::inspections::published_on))
        .load::<(ActionId, RecommendationRow, Option<Date>)>(conn)?;
    Ok(rows.into_iter().map(|(action, row, day)| (action, Recommendation::new(row, day))).collect())
}

/// The recommendations with these ids as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, RecommendationRow)>> {
    let rows = recommendations::table
        .inner_join(schema::inspections::table)
        .filter(recommendations::recommendation_id.eq_any(ids))
        .order(recommendations::recommendation_id)
        .select((InspectionRow::as_select(), RecommendationRow::as_select()))
        .load::<(InspectionRow, RecommendationRow)>(conn)?;
    Ok(rows.into_iter().map(|(inspection, row)| (subject(&inspection, row.recommendation_id), row)).collect())
}

/// The recommendations of an inspection as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored_of(
    conn: &mut PgConnection,
    inspection: &InspectionRow,
) -> QueryResult<Vec<(Subject, RecommendationRow)>> {
    let query = recommendations::table.filter(recommendations::inspection_id.eq(inspection.inspection_id));
    let rows = query.order(recommendations::position).select(RecommendationRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row: RecommendationRow| (subject(inspection, row.recommendation_id), row)).collect())
}

fn subject(inspection: &InspectionRow, id: RecommendationId) -> Subject {
    Subject {
        resource: EventResource::Recommendation,
        id: id.as_uuid(),
        aggregate: inspection.inspection_id.as_uuid(),
        authorities: vec![inspection.authority_id],
        sight: PublicVisibility::through(inspection.is_public(), vec![inspection.inspection_id.as_uuid()]),
    }
}

/// The recommendation with this id, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: RecommendationId,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Recommendation, ApiError> {
    let recommendation = find(conn, caller, id)?;
    let all = assemble::all(conn, caller, vec![recommendation], embed)?.pop();
    all.ok_or_else(|| ApiError::not_found("recommendation"))
}

/// The recommendation itself, if the caller may see it.
fn find(conn: &mut PgConnection, caller: &Caller, id: RecommendationId) -> Result<Recommendation, ApiError> {
    let row = recommendations::table.find(id).select(RecommendationRow::as_select()).first(conn);
    let row = row.or_not_found("recommendation")?;
    let inspection = inspections::find(conn, caller, row.inspection_id);
    let published_on = inspection.map_err(|error| error.as_missing("recommendation"))?.published_on;
    Ok(Recommendation::new(row, published_on))
}

/// Records a recommendation of an inspection.
///
/// # Errors
///
/// `not_found`, `conflict` if the place is taken, `validation_failed`, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: InspectionId,
    id: RecommendationId,
    new: &NewRecommendation,
) -> Result<Recommendation, ApiError> {
    let inspection = inspections::lock(conn, caller, inspection)?;
    themes::query::check(conn, &new.themes, "/themes")?;
    insert_row(conn, inspection.inspection_id, id, new, "")?;
    let recommendation = find(conn, caller, id)?;
    events::query::created(conn, caller, &subject(&inspection, id), &recommendation.row)?;
    mark_changed(conn, caller, &inspection, None)?;
    Ok(recommendation)
}

/// Records the recommendations that come with a new inspection.
///
/// # Errors
///
/// `conflict` if a place is taken twice, `validation_failed`, or if the database fails.
pub fn insert_all(
    conn: &mut PgConnection,
    inspection: InspectionId,
    new: &[NewRecommendation],
) -> Result<(), ApiError> {
    for (index, recommendation) in new.iter().enumerate() {
        insert_row(
            conn,
            inspection,
            RecommendationId::generate(),
            recommendation,
            &format!("/recommendations/{index}"),
        )?;
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
    id: RecommendationId,
    new: &NewRecommendation,
    pointer: &str,
) -> Result<(), ApiError> {
    let position = match new.position {
        Some(position) => position,
        None => next_position(conn, inspection)?,
    };
    diesel::insert_into(recommendations::table)
        .values((
            recommendations::recommendation_id.eq(id),
            recommendations::inspection_id.eq(inspection),
            recommendations::position.eq(position),
            new,
        ))
        .execute(conn)
        .on_constraint(|name| constraint_error(name, pointer))?;
    Ok(())
}

fn next_position(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<i32> {
    let own = recommendations::table.filter(recommendations::inspection_id.eq(inspection));
    let last = own.select(max(recommendations::position)).first::<Option<i32>>(conn)?;
    Ok(last.unwrap_or_default() + 1)
}

/// Changes a recommendation.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict`, `validation_failed`, or if the database fails.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: RecommendationId,
    if_match: &IfMatch,
    patch: &Patch<RecommendationPatch>,
) -> Result<Recommendation, ApiError> {
    let inspection = find(conn, caller, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, caller, inspection)?;
    let before = find(conn, caller, id)?;
    if_match.check(before.row.version)?;
    if patch.changes_nothing(&before) {
        return Ok(before);
    }
    themes::query::check(conn, patch.changes.themes.as_deref().unwrap_or_default(), "/themes")?;
    let reason = patch.changes.reason.as_ref();
    inspection.check_reason(reason)?;
    let after = diesel::update(recommendations::table.find(id))
        .set((
            &patch.changes,
            recommendations::version.eq(before.row.version + 1),
            recommendations::updated_at.eq(diesel::dsl::now),
        ))
        .returning(RecommendationRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| constraint_error(name, ""))?;
    let after = Recommendation::new(after, inspection.published_on);
    events::query::updated(conn, caller, &subject(&inspection, id), (&before.row, &after.row), reason)?;
    mark_changed(conn, caller, &inspection, reason)?;
    Ok(after)
}

/// Removes a recommendation.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, or if the database fails.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    id: RecommendationId,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = find(conn, caller, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, caller, inspection)?;
    let before = find(conn, caller, id)?;
    if_match.check(before.row.version)?;
    inspection.check_reason(reason)?;
    diesel::delete(recommendations::table.find(id)).execute(conn).on_constraint(references_to)?;
    events::query::deleted(conn, caller, &subject(&inspection, id), &before.row, reason)?;
    mark_changed(conn, caller, &inspection, reason)
}

/// What refers to a recommendation that is to be removed.
fn references_to(constraint: &str) -> Option<ApiError> {
    match constraint {
        "examinations_recommendation_id_fkey" => {
            Some(ApiError::in_use("later inspections examined this recommendation"))
        }
        "improvement_action_recommendations_recommendation_id_fkey" => {
            Some(ApiError::in_use("improvement actions respond to this recommendation"))
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
