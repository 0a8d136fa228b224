//! Statements about events.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::model::{Change, EventType, Subject};
use crate::error::ApiError;
use crate::principal::Principal;
use crate::schema::events;
use crate::text::Reason;

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
    record(conn, principal, subject, &Change { before: None, after: Some(json(after)?) }, None)
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
    record(conn, principal, subject, &Change { before: Some(json(before)?), after: Some(json(after)?) }, reason)
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
    record(conn, principal, subject, &Change { before: Some(json(before)?), after: None }, reason)
}

fn record(
    conn: &mut PgConnection,
    principal: &Principal,
    subject: &Subject,
    change: &Change,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let event_type = match (&change.before, &change.after) {
        (None, _) => EventType::Created,
        (Some(_), Some(_)) => EventType::Updated,
        (Some(_), None) => EventType::Deleted,
    };
    diesel::insert_into(events::table)
        .values((
            events::type_.eq(event_type),
            events::resource.eq(subject.resource),
            events::resource_id.eq(subject.id),
            events::aggregate_id.eq(subject.aggregate),
            events::authority_ids.eq(&subject.authorities),
            events::actor.eq(principal.actor()),
            events::request_id.eq(principal.request_id()),
            events::reason.eq(reason),
            events::before.eq(&change.before),
            events::after.eq(&change.after),
        ))
        .execute(conn)?;
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|error| ApiError::Internal(error.to_string()))
}
