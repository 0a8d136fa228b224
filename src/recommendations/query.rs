//! Statements about recommendations, one by one. Lists are in [`list`], what a recommendation carries in [`assemble`].

pub mod assemble;
pub mod list;

use diesel::dsl::max;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{
    NewRecommendation, Recommendation, RecommendationEmbed, RecommendationId, RecommendationPatch, RecommendationRow,
};
use crate::corrections::{self, Change};
use crate::date::Date;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::extract::{IfMatch, Patch};
use crate::improvement_actions::model::ActionId;
use crate::inspections::model::{InspectionId, InspectionState};
use crate::inspections::query as inspections;
use crate::page::Codes;
use crate::principal::Principal;
use crate::schema::{self, recommendations};
use crate::text::Reason;
use crate::themes;

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
    principal: &Principal,
    ids: &[ActionId],
) -> QueryResult<Vec<(ActionId, Recommendation)>> {
    use schema::improvement_action_recommendations::{action_id, table};
    let rows = table
        .inner_join(recommendations::table.inner_join(schema::inspections::table))
        .filter(action_id.eq_any(ids))
        .order((action_id, recommendations::recommendation_id))
        .select((
            action_id,
            RecommendationRow::as_select(),
            schema::inspections::published_on,
            schema::inspections::state,
        ))
        .load::<(ActionId, RecommendationRow, Option<Date>, InspectionState)>(conn)?;
    let visible =
        rows.into_iter().filter(|(.., state)| *state == InspectionState::Published || principal.sees_unpublished());
    Ok(visible.map(|(action, row, day, _)| (action, Recommendation::new(row, day))).collect())
}

/// The recommendation with this id, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    principal: &Principal,
    id: RecommendationId,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Recommendation, ApiError> {
    let recommendation = find(conn, principal, id)?;
    let all = assemble::all(conn, principal, vec![recommendation], embed)?.pop();
    all.ok_or_else(|| ApiError::not_found("recommendation"))
}

/// The recommendation itself, if the caller may see it.
fn find(conn: &mut PgConnection, principal: &Principal, id: RecommendationId) -> Result<Recommendation, ApiError> {
    let row = recommendations::table.find(id).select(RecommendationRow::as_select()).first(conn);
    let row = row.or_not_found("recommendation")?;
    let inspection = inspections::find(conn, principal, row.inspection_id);
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
    principal: &Principal,
    inspection: InspectionId,
    id: RecommendationId,
    new: &NewRecommendation,
) -> Result<Recommendation, ApiError> {
    let inspection = inspections::lock(conn, principal, inspection)?;
    themes::query::check(conn, &new.themes, "/themes")?;
    insert_row(conn, inspection.inspection_id, id, new, "")?;
    inspections::mark_changed(conn, inspection.inspection_id)?;
    let recommendation = find(conn, principal, id)?;
    let change = Change { resource: "recommendation", id: id.as_uuid(), before: None, after: Some(&recommendation) };
    corrections::record(conn, principal, &inspection, &change, None)?;
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
        .on_constraint(|name| meaning(name, pointer))?;
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
    principal: &Principal,
    id: RecommendationId,
    if_match: &IfMatch,
    patch: &Patch<RecommendationPatch>,
) -> Result<Recommendation, ApiError> {
    let inspection = find(conn, principal, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = find(conn, principal, id)?;
    if_match.check(before.row.version)?;
    if patch.changes_nothing(&before) {
        return Ok(before);
    }
    themes::query::check(conn, patch.changes.themes.as_deref().unwrap_or_default(), "/themes")?;
    let after = diesel::update(recommendations::table.find(id))
        .set((
            &patch.changes,
            recommendations::version.eq(before.row.version + 1),
            recommendations::updated_at.eq(diesel::dsl::now),
        ))
        .returning(RecommendationRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| meaning(name, ""))?;
    let after = Recommendation::new(after, inspection.published_on);
    inspections::mark_changed(conn, inspection.inspection_id)?;
    let change = Change { resource: "recommendation", id: id.as_uuid(), before: Some(&before), after: Some(&after) };
    corrections::record(conn, principal, &inspection, &change, patch.changes.reason.as_ref())?;
    Ok(after)
}

/// Removes a recommendation.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, or if the database fails.
pub fn delete(
    conn: &mut PgConnection,
    principal: &Principal,
    id: RecommendationId,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = find(conn, principal, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = find(conn, principal, id)?;
    if_match.check(before.row.version)?;
    diesel::delete(recommendations::table.find(id)).execute(conn).on_constraint(use_of)?;
    inspections::mark_changed(conn, inspection.inspection_id)?;
    let change = Change { resource: "recommendation", id: id.as_uuid(), before: Some(&before), after: None };
    corrections::record(conn, principal, &inspection, &change, reason)
}

/// What refers to a recommendation that is to be removed.
fn use_of(constraint: &str) -> Option<ApiError> {
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

fn meaning(constraint: &str, pointer: &str) -> Option<ApiError> {
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
