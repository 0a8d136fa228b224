//! Statements about what is reported of actions.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::history::{self, ActionChange};
use super::rows::{find, lock};
use super::rules::effective_on;
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::limited::{self, EmbeddedRows, Room};
use crate::database::schema::improvement_action_updates;
use crate::error::{ApiError, ConstraintExt};
use crate::http::page::{Page, Window};
use crate::register::events::model::EventResource;
use crate::register::improvement_actions::model::{ImprovementActionUpdate, NewImprovementActionUpdate, Rag};
use crate::values::date::Date;
use crate::values::ids::{ActionId, UpdateId, of};

/// Where a page begins: the day, the instant of recording and the id of the row before.
type After = (Date, DateTime<Utc>, UpdateId);

/// A page of what was reported of an action, the earliest day first.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    window: &Window,
) -> Result<(Vec<ImprovementActionUpdate>, Page), ApiError> {
    use improvement_action_updates::{action_id, effective_on, recorded_at, table, update_id};
    find(conn, caller, id)?;
    let mut rows = table.filter(action_id.eq(id)).into_boxed();
    if let Some((day, at, last)) = window.after::<After>()? {
        let later = recorded_at.gt(at).or(recorded_at.eq(at).and(update_id.gt(last)));
        rows = rows.filter(effective_on.ge(day).and(effective_on.gt(day).or(later)));
    }
    let query = rows
        .order((effective_on, recorded_at, update_id))
        .limit(window.rows())
        .select(ImprovementActionUpdate::as_select());
    let rows = limited::load::<ImprovementActionUpdate, _>(query, conn)?;
    let total = if window.counts() { Some(table.filter(action_id.eq(id)).count().get_result(conn)?) } else { None };
    window.page(rows, total, |row| (row.effective_on, row.recorded_at, row.update_id))
}

/// What was reported of these actions up to a day, the earliest day first.
pub fn of_actions(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[ActionId],
    by: Date,
) -> QueryResult<EmbeddedRows<of::Action, ImprovementActionUpdate>> {
    use improvement_action_updates::{action_id, effective_on, recorded_at, table, update_id};
    let query = table
        .filter(action_id.eq_any(ids))
        .filter(effective_on.le(by))
        .order((action_id, effective_on, recorded_at, update_id))
        .select(ImprovementActionUpdate::as_select());
    room.load(conn, ids, query, |row: &ImprovementActionUpdate| row.action_id)
}

/// Records a report on an action. The version of the action comes with the report.
///
/// # Errors
///
/// `not_found`, `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ActionId,
    id: UpdateId,
    new: &NewImprovementActionUpdate,
) -> Result<(ImprovementActionUpdate, i32), ApiError> {
    let before = lock(conn, caller, action, Permission::WritePapers)?;
    let day = effective_on(new.effective_on, &[(before.proposed_on, "on which it was proposed")])
        .map_err(|error| ApiError::invalid(vec![error]))?;
    let update = diesel::insert_into(improvement_action_updates::table)
        .values((
            improvement_action_updates::update_id.eq(id),
            improvement_action_updates::action_id.eq(action),
            improvement_action_updates::effective_on.eq(day),
            improvement_action_updates::recorded_by.eq(caller.actor()),
            new,
        ))
        .returning(ImprovementActionUpdate::as_returning())
        .get_result(conn)
        .on_constraint(|name| {
            (name == "improvement_action_updates_pkey").then(|| ApiError::conflict("an update with this id exists"))
        })?;
    let change = ActionChange { rag: Some(latest_rag(conn, action)?), ..ActionChange::default() };
    let part = (EventResource::ImprovementActionUpdate, id.as_uuid(), update);
    history::record(conn, caller, before, &change, part, None)
}

/// What the latest report says that says how the action goes.
fn latest_rag(conn: &mut PgConnection, action: ActionId) -> QueryResult<Option<Rag>> {
    use improvement_action_updates::{action_id, effective_on, rag, recorded_at, table, update_id};
    let telling = table.filter(action_id.eq(action)).filter(rag.is_not_null());
    let latest =
        telling.order((effective_on.desc(), recorded_at.desc(), update_id.desc())).select(rag.assume_not_null());
    latest.first(conn).optional()
}
