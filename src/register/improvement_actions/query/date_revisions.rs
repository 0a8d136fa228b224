//! Statements about the changes of due dates.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::history::{self, ActionChange, numbered};
use super::rows::{find, lock};
use super::rules::effective_on;
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::improvement_action_date_revisions;
use crate::error::{ApiError, ConstraintExt, FieldError};
use crate::http::page::{Page, Window};
use crate::register::events::model::EventResource;
use crate::register::improvement_actions::model::{
    ImprovementActionDateRevision, ImprovementActionRow, NewImprovementActionDateRevision,
};
use crate::values::date::Date;
use crate::values::ids::{ActionId, DateRevisionId, of};

numbered!(improvement_action_date_revisions, ImprovementActionDateRevision);

/// A page of the changes of the due date of an action, in their order.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    window: &Window,
) -> Result<(Vec<ImprovementActionDateRevision>, Page), ApiError> {
    find(conn, caller, id)?;
    page_of(conn, id, window)
}

/// The changes of the due dates of these actions that were effective by a day, in their order.
pub fn of_actions(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[ActionId],
    by: Date,
) -> QueryResult<EmbeddedRows<of::Action, ImprovementActionDateRevision>> {
    rows_of(conn, room, ids, by)
}

/// Changes the due date of an action. The version of the action comes with the change.
///
/// # Errors
///
/// `not_found`, `validation_failed` with every broken rule.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ActionId,
    id: DateRevisionId,
    new: &NewImprovementActionDateRevision,
) -> Result<(ImprovementActionDateRevision, i32), ApiError> {
    let before = lock(conn, caller, action, Permission::WritePapers)?;
    let (position, day) = check(conn, &before, new)?;
    let revision = diesel::insert_into(improvement_action_date_revisions::table)
        .values((
            improvement_action_date_revisions::date_revision_id.eq(id),
            improvement_action_date_revisions::action_id.eq(action),
            improvement_action_date_revisions::position.eq(position),
            improvement_action_date_revisions::previous_due_on.eq(before.due_on),
            improvement_action_date_revisions::effective_on.eq(day),
            improvement_action_date_revisions::recorded_by.eq(caller.actor()),
            new,
        ))
        .returning(ImprovementActionDateRevision::as_returning())
        .get_result(conn)
        .on_constraint(|name| {
            (name == "improvement_action_date_revisions_pkey")
                .then(|| ApiError::conflict("a date revision with this id exists"))
        })?;
    let change = ActionChange {
        // The first due date is the original one, also where the action came without.
        original_due_on: Some(before.original_due_on.unwrap_or(new.due_on)),
        due_on: Some(new.due_on),
        revision_count: Some(position),
        ..ActionChange::default()
    };
    let part = (EventResource::ImprovementActionDateRevision, id.as_uuid(), revision);
    history::record(conn, caller, before, &change, part, Some(&new.reason))
}

/// Holds a change to its rules, and says which place and which day it has.
fn check(
    conn: &mut PgConnection,
    action: &ImprovementActionRow,
    new: &NewImprovementActionDateRevision,
) -> Result<(i32, Date), ApiError> {
    let (position, not_before) = next_place(conn, action, "of the change before")?;
    let is_same = action.due_on == Some(new.due_on);
    let same = is_same.then(|| FieldError::body("/due_on", "unchanged", "must be another day than the due date"));
    match (effective_on(new.effective_on, &not_before), same) {
        (Ok(day), None) => Ok((position, day)),
        (day, same) => Err(ApiError::invalid(same.into_iter().chain(day.err()).collect())),
    }
}
