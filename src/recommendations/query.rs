//! Statements about recommendations.

use diesel::dsl::{InnerJoin, IntoBoxed, count_star, max};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::configuration::TsConfigurationByName;
use diesel_full_text_search::{TsVectorExtensions, websearch_to_tsquery_with_search_config};
use uuid::Uuid;

use super::model::{
    NewRecommendation, Recommendation, RecommendationFilter, RecommendationId, RecommendationPatch, RecommendationRow,
};
use crate::date::Date;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::events;
use crate::events::model::{EventResource, Subject};
use crate::extract::{IfMatch, Patch};
use crate::improvement_actions::model::ActionId;
use crate::inspections::model::{InspectionId, InspectionRow, InspectionState};
use crate::inspections::query::changes::mark_changed;
use crate::inspections::query::{self as inspections, reports::Reports};
use crate::page::{Page, Window};
use crate::principal::Principal;
use crate::schema::{self, recommendations};
use crate::sql::{Bound, or_distant_past};
use crate::text::Reason;
use crate::themes;

type Recommendations<'a> = IntoBoxed<'a, InnerJoin<recommendations::table, schema::inspections::table>, Pg>;
/// Where a page begins: publication and id of the inspection, and place in it, of the row before.
type After = (Option<Date>, InspectionId, i32);

/// A page of the recommendations that a filter wants: the latest publication first, then as in the report.
///
/// # Errors
///
/// `invalid_cursor`, or if the database fails.
pub fn list(
    conn: &mut PgConnection,
    principal: &Principal,
    filter: &RecommendationFilter,
    window: &Window,
) -> Result<(Vec<Recommendation>, Page), ApiError> {
    let reports = Reports::wanted(
        conn,
        principal,
        filter.authority.as_ref(),
        filter.inspection.as_ref(),
        filter.framework.as_ref(),
        (filter.published_from, filter.published_to),
    )?;
    let rows = sorted(matching(filter, &reports), window.after()?)
        .limit(window.rows())
        .select((RecommendationRow::as_select(), schema::inspections::published_on))
        .load::<(RecommendationRow, Option<Date>)>(conn)?;
    let total =
        if window.counts() { Some(matching(filter, &reports).select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) =
        window.page(rows, total, |(row, published_on)| (*published_on, row.inspection_id, row.position))?;
    Ok((rows.into_iter().map(|(row, published_on)| Recommendation::new(row, published_on)).collect(), page))
}

fn matching<'a>(filter: &'a RecommendationFilter, reports: &'a Reports) -> Recommendations<'a> {
    let mut query = recommendations::table.inner_join(schema::inspections::table).into_boxed();
    query = query.filter(recommendations::inspection_id.eq_any(reports.ids()));
    if let Some(q) = &filter.q {
        let words = websearch_to_tsquery_with_search_config(TsConfigurationByName("english"), q.as_str());
        query = query.filter(recommendations::search.matches(words));
    }
    if let Some(themes) = &filter.theme {
        query = query.filter(recommendations::themes.overlaps_with(&themes.0));
    }
    if let Some(cohorts) = &filter.cohort {
        query = query.filter(recommendations::cohorts.overlaps_with(&cohorts.0));
    }
    if let Some(kinds) = &filter.kind {
        query = query.filter(recommendations::kind.eq_any(&kinds.0));
    }
    query
}

fn sorted(query: Recommendations<'_>, after: Option<After>) -> Recommendations<'_> {
    let day = or_distant_past(schema::inspections::published_on);
    let id = schema::inspections::inspection_id;
    let query = match after {
        Some((published_on, inspection, position)) => {
            let bound = Bound::or_past(published_on);
            let later = id.eq(inspection).and(recommendations::position.gt(position));
            query.filter(day.le(bound).and(day.lt(bound).or(id.lt(inspection)).or(later)))
        }
        None => query,
    };
    query.order((day.desc(), id.desc(), recommendations::position.asc()))
}

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
    }
}

/// The recommendation with this id.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(conn: &mut PgConnection, principal: &Principal, id: RecommendationId) -> Result<Recommendation, ApiError> {
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
    let recommendation = get(conn, principal, id)?;
    events::query::created(conn, principal, &subject(&inspection, id), &recommendation.row)?;
    mark_changed(conn, principal, &inspection, None)?;
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
    let inspection = get(conn, principal, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = get(conn, principal, id)?;
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
        .on_constraint(|name| meaning(name, ""))?;
    let after = Recommendation::new(after, inspection.published_on);
    events::query::updated(conn, principal, &subject(&inspection, id), (&before.row, &after.row), reason)?;
    mark_changed(conn, principal, &inspection, reason)?;
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
    let inspection = get(conn, principal, id)?.row.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = get(conn, principal, id)?;
    if_match.check(before.row.version)?;
    inspection.check_reason(reason)?;
    diesel::delete(recommendations::table.find(id)).execute(conn).on_constraint(use_of)?;
    events::query::deleted(conn, principal, &subject(&inspection, id), &before.row, reason)?;
    mark_changed(conn, principal, &inspection, reason)
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
