//! Statements about single actions. They stand on those about rows ([`rows`]), about the histories of an action
//! ([`transitions`], [`date_revisions`], [`updates`], and `history`, which those share) and about whole actions
//! ([`assemble`]); [`list`] holds the lists, [`publication`] records what becomes public with an action.

pub mod assemble;
pub mod date_revisions;
mod history;
pub mod list;
pub mod publication;
pub mod rows;
pub mod rules;
pub mod support;
pub mod transitions;
pub mod updates;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{ImprovementAction, ImprovementActionParameters, ImprovementActionPatch, NewImprovementAction};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::improvement_actions;
use crate::error::{ApiError, ConstraintExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::events::query as events;
use crate::values::ids::ActionId;

/// The action, as at the day that is asked about, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, also if it was proposed after that day.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    parameters: &ImprovementActionParameters,
) -> Result<ImprovementAction, ApiError> {
    let row = match parameters.as_at {
        None => rows::find(conn, caller, id)?,
        Some(day) => list::find_on(conn, caller, id, day)?,
    };
    assemble::one(conn, caller, row, parameters)
}

/// Records a new action.
///
/// # Errors
///
/// `forbidden` if the caller may not write papers of the authority, `validation_failed` with every broken rule.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    new: &NewImprovementAction,
) -> Result<ImprovementAction, ApiError> {
    caller.access().check_papers_of(Permission::WritePapers, new.authority_id)?;
    rules::check_new(conn, caller, new)?;
    let row = rows::insert_row(conn, id, new)?;
    let action = rows::stored(conn, row)?;
    events::created(conn, caller, &rows::subject(&action.row), &action.stored())?;
    Ok(action)
}

/// Changes an action.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`, `conflict` if a verified action would lose its support.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    if_match: &IfMatch,
    patch: &Patch<ImprovementActionPatch>,
) -> Result<ImprovementAction, ApiError> {
    let row = rows::lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(row.version)?;
    let before = rows::stored(conn, row)?;
    // A patch changes what is visible to the caller.
    let visible = assemble::visible_one(conn, caller, before.clone())?;
    if patch.changes_nothing(&visible) {
        return Ok(visible);
    }
    rules::check_patch(conn, caller, before.row.authority_id, &patch.changes)?;
    let row = rows::update_row(conn, &before.row, &patch.changes)?;
    if let Some(ids) = &patch.changes.recommendation_ids {
        rows::replace_recommendations(conn, id, &visible.recommendation_ids, ids)?;
        support::check_kept(conn)?;
    }
    if let Some(ids) = &patch.changes.finding_ids {
        rows::replace_findings(conn, id, &visible.finding_ids, ids)?;
    }
    let after = rows::stored(conn, row)?;
    let subject = rows::subject(&after.row).visible_before(before.row.is_public());
    events::updated(conn, caller, &subject, (&before.stored(), &after.stored()), None)?;
    if subject.changes_visibility() {
        publication::record(conn, caller, &after.row)?;
    }
    assemble::visible_one(conn, caller, after)
}

/// Removes an action of which nothing became.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if something was recorded of it.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: ActionId, if_match: &IfMatch) -> Result<(), ApiError> {
    let row = rows::lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(row.version)?;
    let before = rows::stored(conn, row)?;
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
    events::deleted(conn, caller, &rows::subject(&before.row), &before.stored(), None)
}
