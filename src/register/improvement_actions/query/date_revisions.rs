//! Statements about the changes of due dates.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rules::effective_on;
use super::{lock, subject_of_part, tell_changed};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::{improvement_action_date_revisions, improvement_actions};
use crate::error::{ApiError, ConstraintExt, FieldError};
use crate::http::page::{Page, Window};
use crate::register::events;
use crate::register::events::model::EventResource;
use crate::register::improvement_actions::model::{
    ImprovementActionDateRevision, ImprovementActionRow, NewImprovementActionDateRevision,
};
use crate::values::date::Date;
use crate::values::ids::{ActionId, DateRevisionId};

/// A page of the changes of the due date of an action, in their order.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`, or if the database fails.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    window: &Window,
) -> Result<(Vec<ImprovementActionDateRevision>, Page), ApiError> {
    use improvement_action_date_revisions::{action_id, position, table};
    super::find(conn, caller, id)?;
    let own = || table.filter(action_id.eq(id));
    let rows = own()
        .filter(position.gt(window.after::<i32>()?.unwrap_or_default()))
        .order(position)
        .limit(window.rows())
        .select(ImprovementActionDateRevision::as_select())
        .load(conn)?;
    let total = if window.counts() { Some(own().count().get_result(conn)?) } else { None };
    window.page(rows, total, |row| row.position)
}

/// The changes of the due dates of these actions that were effective by a day, in their order, each with its action.
///
/// # Errors
///
/// If the database fails.
pub fn of_actions(
    conn: &mut PgConnection,
    ids: &[ActionId],
    by: Date,
) -> QueryResult<Vec<(ActionId, ImprovementActionDateRevision)>> {
    use improvement_action_date_revisions::{action_id, effective_on, position, table};
    let rows = table
        .filter(action_id.eq_any(ids))
        .filter(effective_on.le(by))
        .order((action_id, position))
        .select(ImprovementActionDateRevision::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.action_id, row)).collect())
}

/// Changes the due date of an action. The version of the action comes with the change.
///
/// # Errors
///
/// `not_found`, `validation_failed` with every broken rule, or if the database fails.
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
    let after = diesel::update(improvement_actions::table.find(action))
        .set((
            // The first due date is the original one, also where the action came without.
            improvement_actions::original_due_on.eq(before.original_due_on.unwrap_or(new.due_on)),
            improvement_actions::due_on.eq(new.due_on),
            improvement_actions::revision_count.eq(position),
            improvement_actions::version.eq(before.version + 1),
            improvement_actions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementActionRow::as_returning())
        .get_result(conn)?;
    let version = after.version;
    let subject = subject_of_part(&after, EventResource::ImprovementActionDateRevision, id.as_uuid());
    events::query::created(conn, caller, &subject, &revision)?;
    tell_changed(conn, caller, (before, after), Some(&new.reason))?;
    Ok((revision, version))
}

/// Holds a change to its rules, and says which place and which day it has.
fn check(
    conn: &mut PgConnection,
    action: &ImprovementActionRow,
    new: &NewImprovementActionDateRevision,
) -> Result<(i32, Date), ApiError> {
    use improvement_action_date_revisions::{action_id, effective_on, position, table};
    let last = table.filter(action_id.eq(action.action_id)).order(position.desc()).select((position, effective_on));
    let last = last.first::<(i32, Date)>(conn).optional()?;
    let mut not_before = vec![(action.proposed_on, "on which it was proposed")];
    not_before.extend(last.map(|(_, day)| (day, "of the previous date revision")));
    let is_same = action.due_on == Some(new.due_on);
    let same = is_same.then(|| FieldError::body("/due_on", "unchanged", "must differ from the current due date"));
    match (self::effective_on(new.effective_on, &not_before), same) {
        (Ok(day), None) => Ok((last.map_or(1, |(last, _)| last + 1), day)),
        (day, same) => Err(ApiError::invalid(same.into_iter().chain(day.err()).collect())),
    }
}
