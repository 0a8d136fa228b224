//! Rows of actions, with the ids of what they answer: found, locked, written, and what their events are about.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::{improvement_action_findings, improvement_action_recommendations, improvement_actions};
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::register::authorities;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::register::improvement_actions::model::{
    ImprovementAction, ImprovementActionPatch, ImprovementActionRow, NewImprovementAction,
};
use crate::values::date::Date;
use crate::values::id::owned_by;
use crate::values::ids::{ActionId, FindingId, PlanId, RecommendationId};
use crate::values::text::Reason;

/// What is missing, in a 404.
pub(super) const WHAT: &str = "improvement action";
pub(super) const KNOWN_PLAN: &str = "must name an improvement plan of the register";
pub(super) const KNOWN_RECOMMENDATION: &str = "must name a recommendation of the register";
pub(super) const OWN_RECOMMENDATION: &str = "must name a recommendation of the same authority or its predecessor";
pub(super) const KNOWN_FINDING: &str = "must name a finding of the register";
pub(super) const OWN_FINDING: &str = "must name a finding of the same authority or its predecessor";

/// The action itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: ActionId) -> Result<ImprovementActionRow, ApiError> {
    let query = improvement_actions::table.find(id).select(ImprovementActionRow::as_select());
    visible(caller, query.first(conn).or_not_found(WHAT)?)
}

/// The action itself, kept from others until the transaction ends: whoever changes it or something of it begins here, with
/// the permission that it takes.
///
/// # Errors
///
/// `not_found`, `forbidden` if the caller sees it but lacks the permission.
pub fn lock(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    permission: Permission,
) -> Result<ImprovementActionRow, ApiError> {
    let query = improvement_actions::table.find(id).select(ImprovementActionRow::as_select()).for_no_key_update();
    let row = visible(caller, query.first(conn).or_not_found(WHAT)?)?;
    caller.access().check_papers_of(permission, row.authority_id)?;
    Ok(row)
}

fn visible(caller: &Caller, row: ImprovementActionRow) -> Result<ImprovementActionRow, ApiError> {
    let is_seen = caller.access().may_read_paper(row.authority_id, row.visibility);
    if is_seen { Ok(row) } else { Err(ApiError::not_found(WHAT)) }
}

/// Which of these recommendations an action of the plan answers.
pub fn answered_in_plan(
    conn: &mut PgConnection,
    plan: PlanId,
    ids: &[RecommendationId],
) -> QueryResult<HashSet<RecommendationId>> {
    use improvement_action_recommendations::recommendation_id;
    let answered = improvement_action_recommendations::table
        .inner_join(improvement_actions::table)
        .filter(improvement_actions::plan_id.eq(plan).and(recommendation_id.eq_any(ids)))
        .select(recommendation_id);
    Ok(answered.load(conn)?.into_iter().collect())
}

/// This action with all that it refers to, as it is stored, whatever a caller sees.
pub fn stored(conn: &mut PgConnection, row: ImprovementActionRow) -> Result<ImprovementAction, ApiError> {
    let linked = linked(conn, vec![row], Date::today())?.pop();
    linked.ok_or_else(|| ApiError::not_found(WHAT))
}

/// These actions with all that they refer to.
pub(super) fn linked(
    conn: &mut PgConnection,
    rows: Vec<ImprovementActionRow>,
    day: Date,
) -> QueryResult<Vec<ImprovementAction>> {
    let ids = rows.iter().map(|row| row.action_id).collect::<Vec<_>>();
    let recommendation_ids = improvement_action_recommendations::table
        .filter(improvement_action_recommendations::action_id.eq_any(&ids))
        .order(improvement_action_recommendations::recommendation_id)
        .load::<(ActionId, RecommendationId)>(conn)?;
    let finding_ids = improvement_action_findings::table
        .filter(improvement_action_findings::action_id.eq_any(&ids))
        .order(improvement_action_findings::finding_id)
        .load::<(ActionId, FindingId)>(conn)?;
    let owners = rows.iter().map(|row| row.authority_id).collect::<Vec<_>>();
    let authorities = authorities::query::names::of_authorities(conn, &owners)?;
    let actions = rows.into_iter().map(|row| {
        Ok(ImprovementAction {
            authority: authorities.of(row.authority_id)?,
            recommendation_ids: owned_by(&recommendation_ids, row.action_id),
            finding_ids: owned_by(&finding_ids, row.action_id),
            is_overdue: row.is_overdue(day),
            recommendations: None,
            updates: None,
            evidence: None,
            date_revisions: None,
            transitions: None,
            truncated: Vec::new(),
            row,
        })
    });
    actions.collect()
}

/// Writes a new action with what it answers, and without an event.
pub(super) fn insert_row(
    conn: &mut PgConnection,
    id: ActionId,
    new: &NewImprovementAction,
) -> Result<ImprovementActionRow, ApiError> {
    let row = diesel::insert_into(improvement_actions::table)
        .values((
            improvement_actions::action_id.eq(id),
            improvement_actions::proposed_on.eq(new.proposed_on.unwrap_or_else(Date::today)),
            improvement_actions::original_due_on.eq(new.due_on),
            improvement_actions::due_on.eq(new.due_on),
            new,
        ))
        .returning(ImprovementActionRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    link_recommendations(conn, id, &new.recommendation_ids)?;
    link_findings(conn, id, &new.finding_ids)?;
    Ok(row)
}

/// Writes what a patch changes of an action itself, and raises its version.
pub(super) fn update_row(
    conn: &mut PgConnection,
    before: &ImprovementActionRow,
    changes: &ImprovementActionPatch,
) -> Result<ImprovementActionRow, ApiError> {
    diesel::update(improvement_actions::table.find(before.action_id))
        .set((
            changes,
            improvement_actions::version.eq(before.version + 1),
            improvement_actions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementActionRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)
}

/// Replaces those of the recommendations that an action answers that the caller sees.
pub(super) fn replace_recommendations(
    conn: &mut PgConnection,
    action: ActionId,
    visible: &[RecommendationId],
    ids: &[RecommendationId],
) -> Result<(), ApiError> {
    use improvement_action_recommendations::{action_id, recommendation_id, table};
    diesel::delete(table.filter(action_id.eq(action).and(recommendation_id.eq_any(visible)))).execute(conn)?;
    link_recommendations(conn, action, ids)
}

/// Replaces those of the findings that an action answers that the caller sees.
pub(super) fn replace_findings(
    conn: &mut PgConnection,
    action: ActionId,
    visible: &[FindingId],
    ids: &[FindingId],
) -> Result<(), ApiError> {
    use improvement_action_findings::{action_id, finding_id, table};
    diesel::delete(table.filter(action_id.eq(action).and(finding_id.eq_any(visible)))).execute(conn)?;
    link_findings(conn, action, ids)
}

fn link_recommendations(conn: &mut PgConnection, action: ActionId, ids: &[RecommendationId]) -> Result<(), ApiError> {
    use improvement_action_recommendations::{action_id, recommendation_id, table};
    let rows = ids.iter().map(|id| (action_id.eq(action), recommendation_id.eq(id))).collect::<Vec<_>>();
    diesel::insert_into(table).values(rows).on_conflict_do_nothing().execute(conn).on_constraint(constraint_error)?;
    Ok(())
}

fn link_findings(conn: &mut PgConnection, action: ActionId, ids: &[FindingId]) -> Result<(), ApiError> {
    use improvement_action_findings::{action_id, finding_id, table};
    let rows = ids.iter().map(|id| (action_id.eq(action), finding_id.eq(id))).collect::<Vec<_>>();
    diesel::insert_into(table).values(rows).on_conflict_do_nothing().execute(conn).on_constraint(constraint_error)?;
    Ok(())
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let (pointer, code, message) = match constraint {
        "improvement_actions_authority_id_fkey" => {
            ("/authority_id", "unknown", "must name an authority of the register")
        }
        "improvement_actions_plan_id_fkey" => ("/plan_id", "unknown", KNOWN_PLAN),
        "improvement_action_recommendations_recommendation_id_fkey" => {
            ("/recommendation_ids", "unknown", KNOWN_RECOMMENDATION)
        }
        "improvement_action_recommendations_authority_check" => {
            ("/recommendation_ids", "authority", OWN_RECOMMENDATION)
        }
        "improvement_action_findings_finding_id_fkey" => ("/finding_ids", "unknown", KNOWN_FINDING),
        "improvement_action_findings_authority_check" => ("/finding_ids", "authority", OWN_FINDING),
        _ => return None,
    };
    Some(ApiError::invalid_member(pointer, code, message))
}

/// What events say that they are about, if it is this action.
#[must_use]
pub fn subject(action: &ImprovementActionRow) -> Subject {
    let (id, visibility) = (action.action_id.as_uuid(), PublicVisibility::of(action.is_public()));
    let authorities = vec![action.authority_id];
    Subject { resource: EventResource::ImprovementAction, id, aggregate: id, authorities, visibility }
}

/// What events say that they are about, if it is a part of this action.
#[must_use]
pub fn subject_of_part(action: &ImprovementActionRow, resource: EventResource, id: Uuid) -> Subject {
    let aggregate = action.action_id.as_uuid();
    let visibility = PublicVisibility::through(action.is_public(), vec![aggregate]);
    Subject { resource, id, aggregate, authorities: vec![action.authority_id], visibility }
}

/// Records that the row of an action changed by what was recorded of it.
pub(super) fn record_changed(
    conn: &mut PgConnection,
    caller: &Caller,
    (before, after): (ImprovementActionRow, ImprovementActionRow),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let before = stored(conn, before)?;
    let after = ImprovementAction { row: after, ..before.clone() };
    events::updated(conn, caller, &subject(&after.row), (&before.stored(), &after.stored()), reason)
}
