//! The rules of an examination that need rows: all are looked at before anything is written, so that every broken one is
//! told at once. The constraints of the database hold them against races.

use diesel::dsl::{exists, select};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows::{broken, other_authority, own_recommendation, unknown_finding};
use crate::access::caller::Caller;
use crate::database::schema::{examinations, findings, inspections, recommendations};
use crate::error::{ApiError, FieldError};
use crate::register::authorities::query::relations::is_same_or_predecessor;
use crate::register::examinations::model::NewExamination;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::rows::hold;
use crate::values::ids::RecommendationId;

/// Holds an examination to every rule, and gives the inspection that made the recommendation.
///
/// # Errors
///
/// `validation_failed` with every broken rule.
pub fn check(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: &InspectionRow,
    recommendation: RecommendationId,
    new: &NewExamination,
) -> Result<InspectionRow, ApiError> {
    let mut errors = Vec::new();
    if let Some(finding) = new.finding_id {
        let own = findings::table
            .filter(findings::finding_id.eq(finding).and(findings::inspection_id.eq(inspection.inspection_id)));
        if !select(exists(own)).get_result(conn)? {
            errors.push(unknown_finding());
        }
    }
    let Some(recommending) = recommended_and_held(conn, caller, recommendation)? else {
        errors.push(broken("unknown", "must name a recommendation of the register"));
        return Err(ApiError::invalid(errors));
    };
    if recommending.inspection_id == inspection.inspection_id {
        errors.push(own_recommendation());
    } else if !recommending.is_earlier_than(inspection) {
        errors.push(broken("order", "must name a recommendation of an earlier inspection"));
    }
    if !is_same_or_predecessor(conn, inspection.authority_id, recommending.authority_id)? {
        errors.push(other_authority());
    }
    ApiError::refuse_any(errors)?;
    Ok(recommending)
}

/// The inspection that made a recommendation, if the caller may see it.
pub fn recommended(
    conn: &mut PgConnection,
    caller: &Caller,
    recommendation: RecommendationId,
) -> QueryResult<Option<InspectionRow>> {
    let inspection = inspections::table
        .inner_join(recommendations::table)
        .filter(recommendations::recommendation_id.eq(recommendation))
        .select(InspectionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(inspection.filter(|row| caller.access().may_read(row.state)))
}

/// The same, as it stays until the transaction ends: whether the public sees the examination depends on it.
pub fn recommended_and_held(
    conn: &mut PgConnection,
    caller: &Caller,
    recommendation: RecommendationId,
) -> QueryResult<Option<InspectionRow>> {
    let asking = recommendations::table.find(recommendation).select(recommendations::inspection_id);
    let asking = asking.first(conn).optional()?;
    hold(conn, asking.as_slice())?;
    recommended(conn, caller, recommendation)
}

/// What an inspection examined stays earlier than it, and what examined its recommendations later, as its days would be.
pub fn broken_days(conn: &mut PgConnection, row: &InspectionRow) -> QueryResult<Vec<FieldError>> {
    let pairs = examinations::table.inner_join(recommendations::table);
    let examined =
        pairs.filter(examinations::inspection_id.eq(row.inspection_id)).select(recommendations::inspection_id);
    let examining =
        pairs.filter(recommendations::inspection_id.eq(row.inspection_id)).select(examinations::inspection_id);
    let inspections = inspections::table.select(InspectionRow::as_select());
    let earlier = inspections.filter(inspections::inspection_id.eq_any(examined)).load(conn)?;
    let later = inspections.filter(inspections::inspection_id.eq_any(examining)).load(conn)?;
    let member = if row.started_on.is_some() { "/started_on" } else { "/published_on" };
    let rules = [
        (
            earlier.iter().all(|other| other.is_earlier_than(row)),
            "must be later than the inspections whose recommendations it examined",
        ),
        (
            later.iter().all(|other| row.is_earlier_than(other)),
            "must be earlier than the inspections that examined its recommendations",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_kept, _)| !is_kept);
    Ok(broken.map(|(_, message)| FieldError::body(member, "examinations", message)).collect())
}
