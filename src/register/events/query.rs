//! How events are recorded: the functions that writes call. Lists are in [`list`], and how much of an event is visible to
//! a caller in [`visibility`].

pub mod list;
pub mod visibility;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::{EventResource, EventType, Subject};
use crate::access::caller::Caller;
use crate::database::schema::events;
use crate::error::ApiError;
use crate::values::ids::AuthorityId;
use crate::values::text::Reason;

/// Most events that one statement inserts: PostgreSQL takes 65,535 values.
pub const MAX_AT_ONCE: usize = 500;

/// The type of an event of a resource that did not change, but became public or ceased to be.
const UNCHANGED: &str = "unchanged";

/// An event as it is inserted; its sequence, position and time are given by the database.
#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent<'a> {
    type_: &'static str,
    resource: EventResource,
    resource_id: Uuid,
    aggregate_id: Uuid,
    authority_ids: &'a [AuthorityId],
    actor: &'a str,
    request_id: &'a str,
    reason: Option<Reason>,
    before: Option<Value>,
    after: Option<Value>,
    public_type: Option<EventType>,
    seen_through: Vec<Uuid>,
}

impl<'a> NewEvent<'a> {
    /// What a write made of a resource.
    fn new(
        caller: &'a Caller,
        subject: &'a Subject,
        (before, after): (Option<Value>, Option<Value>),
        reason: Option<&Reason>,
    ) -> Self {
        let visibility = &subject.visibility;
        let type_ = became(before.is_some(), after.is_some()).map_or(UNCHANGED, EventType::as_str);
        let public_type = became(before.is_some() && visibility.was_public, after.is_some() && visibility.is_public);
        Self {
            type_,
            resource: subject.resource,
            resource_id: subject.id,
            aggregate_id: subject.aggregate,
            authority_ids: &subject.authorities,
            actor: caller.actor(),
            request_id: caller.request_id(),
            reason: reason.cloned(),
            before,
            after,
            public_type,
            seen_through: seen_through(subject),
        }
    }

    /// The event of a resource that did not change, but became public or ceased to be; nothing if it did neither.
    fn turned(caller: &'a Caller, subject: &'a Subject, row: Value) -> Option<Self> {
        let public_type = became(subject.visibility.was_public, subject.visibility.is_public)?;
        let after = match public_type {
            EventType::Created => Some(row),
            EventType::Deleted => None,
            EventType::Updated => return None,
        };
        let event = Self::new(caller, subject, (None, after), None);
        Some(Self { type_: UNCHANGED, public_type: Some(public_type), ..event })
    }
}

/// What became of a resource that was there or not, and is there or not.
fn became(was: bool, is: bool) -> Option<EventType> {
    match (was, is) {
        (false, true) => Some(EventType::Created),
        (true, true) => Some(EventType::Updated),
        (true, false) => Some(EventType::Deleted),
        (false, false) => None,
    }
}

fn seen_through(subject: &Subject) -> Vec<Uuid> {
    [&[subject.id], subject.visibility.through.as_slice()].concat()
}

/// Records that a resource is new.
pub fn created<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    subject: &Subject,
    after: &T,
) -> Result<(), ApiError> {
    record(conn, vec![NewEvent::new(caller, subject, (None, Some(json(after)?)), None)])
}

/// Records that a resource was changed.
pub fn updated<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    subject: &Subject,
    (before, after): (&T, &T),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    record(conn, vec![NewEvent::new(caller, subject, (Some(json(before)?), Some(json(after)?)), reason)])
}

/// Records that a resource was removed.
pub fn deleted<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    subject: &Subject,
    before: &T,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    record(conn, vec![NewEvent::new(caller, subject, (Some(json(before)?), None), reason)])
}

/// Records that these resources are new.
pub fn all_created<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: &[(Subject, T)],
) -> Result<(), ApiError> {
    record(
        conn,
        written(rows)?.into_iter().map(|(subject, row)| NewEvent::new(caller, subject, (None, Some(row)), None)),
    )
}

/// Records that these resources were removed.
pub fn all_deleted<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: &[(Subject, T)],
) -> Result<(), ApiError> {
    record(
        conn,
        written(rows)?.into_iter().map(|(subject, row)| NewEvent::new(caller, subject, (Some(row), None), None)),
    )
}

/// Records which of these resources, none of which changed, became public or ceased to be.
pub fn all_turned<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: &[(Subject, T)],
) -> Result<(), ApiError> {
    record(conn, written(rows)?.into_iter().filter_map(|(subject, row)| NewEvent::turned(caller, subject, row)))
}

fn record<'a>(conn: &mut PgConnection, events: impl IntoIterator<Item = NewEvent<'a>>) -> Result<(), ApiError> {
    let mut events = events.into_iter();
    loop {
        let some = events.by_ref().take(MAX_AT_ONCE).collect::<Vec<_>>();
        if some.is_empty() {
            return Ok(());
        }
        diesel::insert_into(events::table).values(some).execute(conn)?;
    }
}

fn written<T: Serialize>(rows: &[(Subject, T)]) -> Result<Vec<(&Subject, Value)>, ApiError> {
    rows.iter().map(|(subject, row)| Ok((subject, json(row)?))).collect()
}

fn json<T: Serialize>(value: &T) -> Result<Value, ApiError> {
    Ok(serde_json::to_value(value)?)
}

/// Lets the positions of what comes run ahead of this cluster's transaction ids, if they lie behind those of the feed: so
/// it is after the register was restored into a new cluster. The feed is looked at before this transaction has an id: in
/// one cluster, what it holds is of earlier ones.
pub fn lead(conn: &mut PgConnection) -> QueryResult<()> {
    let last = events::table.select(diesel::dsl::max(events::position)).first::<Option<i64>>(conn)?;
    diesel::sql_query(
        "update event_clock set lead = $1 + 1 - pg_current_xact_id()::text::bigint \
         where pg_current_xact_id()::text::bigint + lead <= $1",
    )
    .bind::<BigInt, _>(last.unwrap_or_default())
    .execute(conn)?;
    Ok(())
}

/// Whether somebody changed this resource, other than the register itself by `import` or `migrate`.
pub fn was_changed(conn: &mut PgConnection, id: Uuid) -> QueryResult<bool> {
    let changes = diesel::sql_query(
        "select from events where resource_id = $1 and type = 'updated' and actor not in ('import', 'migrate') \
             and before - 'version' - 'updated_at' is distinct from after - 'version' - 'updated_at' limit 1",
    );
    Ok(changes.bind::<diesel::sql_types::Uuid, _>(id).execute(conn)? > 0)
}

/// Whether this resource was removed, on purpose.
pub fn was_removed(conn: &mut PgConnection, id: Uuid) -> QueryResult<bool> {
    let removals = events::table.filter(events::resource_id.eq(id).and(events::type_.eq(EventType::Deleted)));
    diesel::select(diesel::dsl::exists(removals)).get_result(conn)
}
