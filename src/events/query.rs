//! Statements about events: what writes call. Lists are in [`list`], the events of rows that have none in [`beginnings`].

pub mod beginnings;
pub mod list;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::{EventResource, EventType, Subject};
use crate::authorities::model::AuthorityId;
use crate::error::ApiError;
use crate::principal::Principal;
use crate::schema::events;
use crate::text::Reason;

/// Most events that one statement writes: PostgreSQL takes 65,535 values.
const MAX_AT_ONCE: usize = 500;

/// An event as it is written; its sequence, position and time are given by the database.
#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent<'a> {
    type_: EventType,
    resource: EventResource,
    resource_id: Uuid,
    aggregate_id: Uuid,
    authority_ids: &'a [AuthorityId],
    actor: &'a str,
    request_id: &'a str,
    reason: Option<Reason>,
    before: Option<Value>,
    after: Option<Value>,
}

impl<'a> NewEvent<'a> {
    /// A change, before anything is said of it.
    fn new(principal: &'a Principal, subject: &'a Subject) -> Self {
        Self {
            type_: EventType::Updated,
            resource: subject.resource,
            resource_id: subject.id,
            aggregate_id: subject.aggregate,
            authority_ids: &subject.authorities,
            actor: principal.actor(),
            request_id: principal.request_id(),
            reason: None,
            before: None,
            after: None,
        }
    }
}

/// Tells that a resource is new.
///
/// # Errors
///
/// If the database fails.
pub fn created<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    subject: &Subject,
    after: &T,
) -> Result<(), ApiError> {
    let (type_, after) = (EventType::Created, Some(json(after)?));
    record(conn, NewEvent { type_, after, ..NewEvent::new(principal, subject) })
}

/// Tells that a resource was changed.
///
/// # Errors
///
/// If the database fails.
pub fn updated<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    subject: &Subject,
    (before, after): (&T, &T),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let (before, after, reason) = (Some(json(before)?), Some(json(after)?), reason.cloned());
    record(conn, NewEvent { reason, before, after, ..NewEvent::new(principal, subject) })
}

/// Tells that a resource is gone.
///
/// # Errors
///
/// If the database fails.
pub fn deleted<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    subject: &Subject,
    before: &T,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let (type_, before, reason) = (EventType::Deleted, Some(json(before)?), reason.cloned());
    record(conn, NewEvent { type_, reason, before, ..NewEvent::new(principal, subject) })
}

fn record(conn: &mut PgConnection, event: NewEvent<'_>) -> Result<(), ApiError> {
    diesel::insert_into(events::table).values(event).execute(conn)?;
    Ok(())
}

/// Tells that these resources are new.
///
/// # Errors
///
/// If the database fails.
pub fn all_created<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    rows: &[(Subject, T)],
) -> Result<(), ApiError> {
    record_all(conn, principal, rows, |event, after| NewEvent { type_: EventType::Created, after, ..event })
}

/// Tells that these resources are gone.
///
/// # Errors
///
/// If the database fails.
pub fn all_deleted<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    rows: &[(Subject, T)],
) -> Result<(), ApiError> {
    record_all(conn, principal, rows, |event, before| NewEvent { type_: EventType::Deleted, before, ..event })
}

fn record_all<'a, T: Serialize>(
    conn: &mut PgConnection,
    principal: &'a Principal,
    rows: &'a [(Subject, T)],
    event: impl Fn(NewEvent<'a>, Option<Value>) -> NewEvent<'a>,
) -> Result<(), ApiError> {
    for rows in rows.chunks(MAX_AT_ONCE) {
        let events = rows.iter().map(|(subject, row)| Ok(event(NewEvent::new(principal, subject), Some(json(row)?))));
        let events = events.collect::<Result<Vec<_>, ApiError>>()?;
        diesel::insert_into(events::table).values(events).execute(conn)?;
    }
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|error| ApiError::Internal(error.to_string()))
}

/// Lets the positions of what comes run ahead of this cluster's transaction ids, if they lie behind those of the feed: so
/// it is after the register was restored into a new cluster. The feed is looked at before this transaction has an id: in
/// one cluster, what it holds is of earlier ones.
///
/// # Errors
///
/// If the database fails.
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

/// Whether this resource was removed, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn was_removed(conn: &mut PgConnection, id: Uuid) -> QueryResult<bool> {
    let removals = events::table.filter(events::resource_id.eq(id).and(events::type_.eq(EventType::Deleted)));
    diesel::select(diesel::dsl::exists(removals)).get_result(conn)
}
