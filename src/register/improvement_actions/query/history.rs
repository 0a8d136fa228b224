//! What the histories of an action share: how their parts are numbered and listed, and how recording one changes the action.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use super::rows::{record_changed, subject_of_part};
use crate::access::caller::Caller;
use crate::database::schema::improvement_actions;
use crate::error::ApiError;
use crate::register::events::model::EventResource;
use crate::register::events::query as events;
use crate::register::improvement_actions::model::{ActionState, ImprovementActionRow, Rag};
use crate::values::date::Date;
use crate::values::text::Reason;

/// What a part changes of its action; `None` stays as it is.
#[derive(Default, AsChangeset)]
#[diesel(table_name = improvement_actions)]
#[expect(
    clippy::option_option,
    reason = "the form of a change in diesel: none keeps the value, an inner none clears it"
)]
pub(super) struct ActionChange {
    pub(super) state: Option<ActionState>,
    pub(super) rag: Option<Option<Rag>>,
    pub(super) original_due_on: Option<Date>,
    pub(super) due_on: Option<Date>,
    pub(super) revision_count: Option<i32>,
    pub(super) completed_on: Option<Option<Date>>,
    pub(super) deferred_until: Option<Option<Date>>,
}

/// Records a part that was written, and what it changes of its action. Returns the part and the version of the action.
pub(super) fn record<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    before: ImprovementActionRow,
    change: &ActionChange,
    (resource, id, part): (EventResource, Uuid, T),
    reason: Option<&Reason>,
) -> Result<(T, i32), ApiError> {
    let after = diesel::update(improvement_actions::table.find(before.action_id))
        .set((
            change,
            improvement_actions::version.eq(before.version + 1),
            improvement_actions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementActionRow::as_returning())
        .get_result(conn)?;
    let version = after.version;
    events::created(conn, caller, &subject_of_part(&after, resource, id), &part)?;
    record_changed(conn, caller, (before, after), reason)?;
    Ok((part, version))
}

/// Declares the statements about a table whose rows are numbered in the history of each action.
macro_rules! numbered {
    ($table:ident, $row:ty) => {
        /// A page of the rows of an action, in their order.
        fn page_of(conn: &mut PgConnection, action: ActionId, window: &Window) -> Result<(Vec<$row>, Page), ApiError> {
            let own = || $table::table.filter($table::action_id.eq(action));
            let query = own()
                .filter($table::position.gt(window.after::<i32>()?.unwrap_or_default()))
                .order($table::position)
                .limit(window.rows())
                .select(<$row>::as_select());
            let rows = crate::database::limited::load::<$row, _>(query, conn)?;
            let total = if window.counts() { Some(own().count().get_result(conn)?) } else { None };
            window.page(rows, total, |row| row.position)
        }

        /// The rows of these actions that were effective by a day, in their order.
        fn rows_of(
            conn: &mut PgConnection,
            room: &mut Room,
            actions: &[ActionId],
            by: Date,
        ) -> QueryResult<EmbeddedRows<of::Action, $row>> {
            let query = $table::table
                .filter($table::action_id.eq_any(actions).and($table::effective_on.le(by)))
                .order(($table::action_id, $table::position))
                .select(<$row>::as_select());
            room.load(conn, actions, query, |row: &$row| row.action_id)
        }

        /// The place of the next row of an action, and the days before which it must not be effective: the one on which
        /// the action was proposed, and the one of the row before.
        fn next_place(
            conn: &mut PgConnection,
            action: &ImprovementActionRow,
            before: &'static str,
        ) -> QueryResult<(i32, Vec<(Date, &'static str)>)> {
            let own = $table::table.filter($table::action_id.eq(action.action_id)).order($table::position.desc());
            let last = own.select(($table::position, $table::effective_on)).first::<(i32, Date)>(conn).optional()?;
            let mut not_before = vec![(action.proposed_on, "on which it was proposed")];
            not_before.extend(last.map(|(_, day)| (day, before)));
            Ok((last.map_or(1, |(position, _)| position + 1), not_before))
        }
    };
}
pub(super) use numbered;
