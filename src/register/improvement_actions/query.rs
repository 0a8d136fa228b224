//! Statements about improvement actions, one by one. Lists are in [`list`], what an action carries in [`assemble`], what
//! becomes of it in [`transitions`], [`date_revisions`] and [`updates`], what is told of what comes into view with it in
//! [`sight`].

pub mod assemble;
pub mod date_revisions;
pub mod list;
pub mod rules;
pub mod sight;
pub mod support;
pub mod transitions;
pub mod updates;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{
    ImprovementAction, ImprovementActionParameters, ImprovementActionPatch, ImprovementActionRow, NewImprovementAction,
};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::{improvement_action_findings, improvement_action_recommendations, improvement_actions};
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::events;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::values::date::Date;
use crate::values::ids::{ActionId, FindingId, RecommendationId};
use crate::values::text::Reason;

/// What is missing, in a 404.
const WHAT: &str = "improvement action";

/// The action, as at the day that is asked about, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, also if it was proposed after that day, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    parameters: &ImprovementActionParameters,
) -> Result<ImprovementAction, ApiError> {
    let row = match parameters.as_at {
        None => find(conn, caller, id)?,
        Some(day) => list::find_on(conn, caller, id, day)?,
    };
    assemble::one(conn, caller, row, parameters)
}

/// The action itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: ActionId) -> Result<ImprovementActionRow, ApiError> {
    let query = improvement_actions::table.find(id).select(ImprovementActionRow::as_select());
    visible(caller, query.first(conn).or_not_found(WHAT)?)
}

/// The action itself, kept from others until the transaction ends: whoever changes it or something of it begins here, with
/// the permission that it takes.
///
/// # Errors
///
/// `not_found`, `forbidden` if the caller sees it but lacks the permission, or if the database fails.
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
    let is_seen = caller.access().sees_paper(row.authority_id, row.visibility);
    if is_seen { Ok(row) } else { Err(ApiError::not_found(WHAT)) }
}

/// Records a new action.
///
/// # Errors
///
/// `forbidden` if the caller may not write papers of the authority, `validation_failed` with every broken rule, or if the
/// database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    new: &NewImprovementAction,
) -> Result<ImprovementAction, ApiError> {
    caller.access().check_papers_of(Permission::WritePapers, new.authority_id)?;
    rules::check_new(conn, caller, new)?;
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
    let action = assemble::stored(conn, row)?;
    events::query::created(conn, caller, &subject(&action.row), &action.stored())?;
    Ok(action)
}

/// Changes an action.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`, `conflict` if a verified action would lose its support, or if
/// the database fails.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    if_match: &IfMatch,
    patch: &Patch<ImprovementActionPatch>,
) -> Result<ImprovementAction, ApiError> {
    let row = lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(row.version)?;
    let before = assemble::stored(conn, row)?;
    // A patch is of what the caller sees.
    let seen = assemble::shown_one(conn, caller, before.clone())?;
    if patch.changes_nothing(&seen) {
        return Ok(seen);
    }
    rules::check_patch(conn, caller, before.row.authority_id, &patch.changes)?;
    let row = diesel::update(improvement_actions::table.find(id))
        .set((
            &patch.changes,
            improvement_actions::version.eq(before.row.version + 1),
            improvement_actions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementActionRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    if let Some(ids) = &patch.changes.recommendation_ids {
        use improvement_action_recommendations::{action_id, recommendation_id, table};
        let former = recommendation_id.eq_any(&seen.recommendation_ids);
        diesel::delete(table.filter(action_id.eq(id).and(former))).execute(conn)?;
        link_recommendations(conn, id, ids)?;
        support::check_kept(conn)?;
    }
    if let Some(ids) = &patch.changes.finding_ids {
        use improvement_action_findings::{action_id, finding_id, table};
        let former = finding_id.eq_any(&seen.finding_ids);
        diesel::delete(table.filter(action_id.eq(id).and(former))).execute(conn)?;
        link_findings(conn, id, ids)?;
    }
    let after = assemble::stored(conn, row)?;
    let subject = subject(&after.row).that_was_public(before.row.is_public());
    events::query::updated(conn, caller, &subject, (&before.stored(), &after.stored()), None)?;
    if subject.comes_or_goes() {
        sight::tell(conn, caller, &after.row)?;
    }
    assemble::shown_one(conn, caller, after)
}

/// Removes an action of which nothing became.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if something was recorded of it, or if the database fails.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: ActionId, if_match: &IfMatch) -> Result<(), ApiError> {
    let row = lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(row.version)?;
    let before = assemble::stored(conn, row)?;
    diesel::delete(improvement_actions::table.find(id)).execute(conn).on_constraint(|name| {
        let what = match name {
            "improvement_action_transitions_action_id_fkey" => "the action has transitions: cancel it instead",
            "improvement_action_date_revisions_action_id_fkey" => {
                "the due date of the action was changed: cancel it instead"
            }
            "improvement_action_updates_action_id_fkey" => "the action has updates: cancel it instead",
            "evidence_action_id_fkey" => "the action has evidence: cancel it instead",
            _ => return None,
        };
        Some(ApiError::in_use(what))
    })?;
    events::query::deleted(conn, caller, &subject(&before.row), &before.stored(), None)
}

/// What events say that they are about, if it is this action.
#[must_use]
pub fn subject(action: &ImprovementActionRow) -> Subject {
    let (id, sight) = (action.action_id.as_uuid(), PublicVisibility::of(action.is_public()));
    let authorities = vec![action.authority_id];
    Subject { resource: EventResource::ImprovementAction, id, aggregate: id, authorities, sight }
}

/// What events say that they are about, if it is a part of this action.
#[must_use]
pub fn subject_of_part(action: &ImprovementActionRow, resource: EventResource, id: Uuid) -> Subject {
    let aggregate = action.action_id.as_uuid();
    let sight = PublicVisibility::through(action.is_public(), vec![aggregate]);
    Subject { resource, id, aggregate, authorities: vec![action.authority_id], sight }
}

/// Tells that the row of an action changed by what was recorded of it.
fn tell_changed(
    conn: &mut PgConnection,
    caller: &Caller,
    (before, after): (ImprovementActionRow, ImprovementActionRow),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let before = assemble::stored(conn, before)?;
    let after = ImprovementAction { row: after, ..before.clone() };
    events::query::updated(conn, caller, &subject(&after.row), (&before.stored(), &after.stored()), reason)
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
        "improvement_actions_plan_id_fkey" => ("/plan_id", "unknown", rules::KNOWN_PLAN),
        "improvement_action_recommendations_recommendation_id_fkey" => {
            ("/recommendation_ids", "unknown", rules::KNOWN_RECOMMENDATION)
        }
        "improvement_action_recommendations_authority_check" => {
            ("/recommendation_ids", "authority", rules::OWN_RECOMMENDATION)
        }
        "improvement_action_findings_finding_id_fkey" => ("/finding_ids", "unknown", rules::KNOWN_FINDING),
        "improvement_action_findings_authority_check" => ("/finding_ids", "authority", rules::OWN_FINDING),
        _ => return None,
    };
    Some(ApiError::invalid_member(pointer, code, message))
}
