//! Lists of events: the feed, and the histories of single resources.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use serde::Serialize;
use uuid::Uuid;

use super::visibility::{self, COUNT, SELECT};
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::sql::{Statement, Total};
use crate::error::{ApiError, FieldError};
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::events::model::{Event, EventFilter};
use crate::register::vocabulary;
use crate::values::authority_key::AuthorityKey;
use crate::values::ids::AuthorityId;

/// Where an event stands: its position and its sequence.
type Place = (i64, i64);

/// Whose history is wanted.
#[derive(Debug, Clone, Copy)]
pub enum History {
    /// That of an inspection, a plan or an action, with all that belongs to it.
    Whole(Uuid),
    /// That of one resource alone.
    One(Uuid),
}

/// An event with where it stands.
#[derive(QueryableByName, Serialize)]
struct Placed {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(embed)]
    event: Event,
}

/// A page of the feed: the events that a filter wants and that are visible to the caller, up to the last before which none
/// can come any more.
///
/// # Errors
///
/// `validation_failed` if `after` names no event that is or was visible to the caller, `invalid_cursor`.
pub fn feed(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &EventFilter,
    window: &Window,
) -> Result<(Vec<Event>, Page), ApiError> {
    vocabulary::check(conn, [vocabulary::authorities("authority", filter.authority.as_ref())])?;
    let mut authorities = resolve_filter(conn, filter.authority.as_ref())?;
    // An authority that is gone has events still, and is named by its id.
    if let (Some(ids), Some(keys)) = (&mut authorities, &filter.authority) {
        ids.extend(keys.0.iter().filter_map(|key| if let AuthorityKey::Id(id) = key { Some(*id) } else { None }));
    }
    let start = match filter.after.filter(|sequence| *sequence > 0) {
        Some(sequence) => Some(place(conn, caller, sequence)?.ok_or_else(|| {
            let unknown = FieldError::parameter("after", "unknown", "must be the sequence of an event");
            ApiError::broken_parameters(vec![unknown])
        })?),
        None => None,
    };
    let settled = |what| {
        let visible = matching(visibility::visible_to(caller.access(), what, false), filter, authorities.as_deref());
        from(visible, start).text(" and position < event_horizon()")
    };
    page(conn, caller, settled, window)
}

/// A page of a history as far as it is visible to the caller, to its end.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn history(
    conn: &mut PgConnection,
    caller: &Caller,
    history: History,
    window: &Window,
) -> Result<(Vec<Event>, Page), ApiError> {
    let events = |what| {
        let visible = visibility::visible_to(caller.access(), what, false);
        match history {
            History::Whole(id) => visible.value::<SqlUuid, _>(" and aggregate_id = ?", id),
            History::One(id) => visible.value::<SqlUuid, _>(" and resource_id = ?", id),
        }
    };
    page(conn, caller, events, window)
}

/// A page of the events of a statement that begins with what is read.
fn page<'a>(
    conn: &mut PgConnection,
    caller: &Caller,
    events: impl Fn(&'static str) -> Statement<'a>,
    window: &Window,
) -> Result<(Vec<Event>, Page), ApiError> {
    let statement = from(events(SELECT), window.after()?)
        .text(" order by position, sequence")
        .value::<BigInt, _>(" limit ?", window.rows());
    let rows = limited::load_large::<Placed, _>(statement.query(), conn)?;
    let total = if window.counts() { Some(events(COUNT).query().get_result::<Total>(conn)?.total) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.position, row.event.sequence))?;
    let mut events = rows.into_iter().map(|row| row.event).collect::<Vec<_>>();
    visibility::omit_references(conn, caller.access(), &mut events)?;
    Ok((events, page))
}

/// Where the event with this number stands, if it is or was visible to the caller.
fn place(conn: &mut PgConnection, caller: &Caller, sequence: i64) -> QueryResult<Option<Place>> {
    let visible =
        visibility::visible_to(caller.access(), SELECT, true).value::<BigInt, _>(" and sequence = ?", sequence);
    let found = visible.query().get_result::<Placed>(conn).optional()?;
    Ok(found.map(|row| (row.position, row.event.sequence)))
}

fn from(statement: Statement<'_>, after: Option<Place>) -> Statement<'_> {
    match after {
        Some((position, sequence)) => statement
            .value::<BigInt, _>(" and (position, sequence) > (?", position)
            .value::<BigInt, _>(", ?)", sequence),
        None => statement,
    }
}

/// The events that a filter wants. One type or one resource is a range of an index in the order of the feed, several are
/// not.
fn matching<'a>(
    mut statement: Statement<'a>,
    filter: &'a EventFilter,
    authorities: Option<&'a [AuthorityId]>,
) -> Statement<'a> {
    if let Some(types) = &filter.event_type {
        let shown = statement.text(" and case when is_whole then type else public_type end");
        statement = match types.0.as_slice() {
            [one] => shown.value::<Text, _>(" = ?", *one),
            several => shown.value::<Array<Text>, _>(" = any (?)", several),
        };
    }
    if let Some(resources) = &filter.resource {
        statement = match resources.0.as_slice() {
            [one] => statement.value::<Text, _>(" and resource = ?", *one),
            several => statement.value::<Array<Text>, _>(" and resource = any (?)", several),
        };
    }
    if let Some(ids) = &filter.resource_id {
        statement = match ids.0.as_slice() {
            [one] => statement.value::<SqlUuid, _>(" and resource_id = ?", *one),
            several => statement.value::<Array<SqlUuid>, _>(" and resource_id = any (?)", several),
        };
    }
    if let Some(ids) = authorities {
        statement = statement.value::<Array<SqlUuid>, _>(" and authority_ids && ?", ids);
    }
    statement
}
