//! Operations on events.

use actix_web::{get, web};
use diesel::pg::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{EventFilter, EventPage};
use super::query::list::{self, History};
use super::table::EventTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, Whole};
use crate::http::page::{Window, WindowParameters};
use crate::http::response::Listed;
use crate::http::table::{Export, TableParameters};
use crate::register::authorities::query::names::with_names;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(list_events).service(export_events);
}

/// List events
///
/// Lists events in causal order: one event for each resource changed by a write. To follow the feed, process a page,
/// store the `sequence` of its last event, and request the events `after` it. A sequence identifies a position:
/// sequences have gaps, and concurrent writes may appear in another order than their numbers. An event appears once
/// every write that could precede it has ended, so following the feed misses none; a long write, such as an import,
/// delays it. A client that keeps the last `after` of each resource and drops those `deleted` has a complete copy.
/// Events are kept for ever.
///
/// The feed contains what the caller may read. A resource that becomes visible, such as a published draft, appears as
/// `created`; one that becomes invisible appears as `deleted`, and its earlier events are no longer returned.
/// References to resources that are not visible are omitted. `after` accepts the sequence of any event that is or was
/// visible to the caller; feeds differ between keys.
#[utoipa::path(
    tag = "Events",
    params(EventFilter, WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/events")]
async fn list_events(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<EventFilter>,
) -> Result<Listed<EventPage>, ApiError> {
    let found = db.read(move |conn| list::feed(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// Export events
///
/// Returns the list of events as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Events",
    params(EventFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/events.csv")]
async fn export_events(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<EventFilter>,
) -> Result<EventTable, ApiError> {
    export
        .table(&db, move |conn, window| {
            let events = list::feed(conn, &caller, &filter, window)?;
            with_names(conn, events, |event| &event.authority_ids)
        })
        .await
}

/// The response of each operation that lists a history. `find` looks up the resource and decides whose events are listed.
///
/// # Errors
///
/// Those of `find`, and `invalid_cursor`.
pub async fn history<F>(db: &Db, caller: Caller, window: Window, find: F) -> Result<Listed<EventPage>, ApiError>
where
    F: Fn(&mut PgConnection, &Caller) -> Result<History, ApiError> + Send + 'static,
{
    let found = db.read(move |conn| {
        let history = find(conn, &caller)?;
        list::history(conn, &caller, history, &window)
    });
    Ok(Listed::new(found.await?, |items, page| EventPage { items, page }))
}

/// The response of each operation that exports a history, as [`history`].
///
/// # Errors
///
/// Those of `find`.
pub async fn history_table<F>(db: &Db, caller: Caller, export: Export, find: F) -> Result<EventTable, ApiError>
where
    F: Fn(&mut PgConnection, &Caller) -> Result<History, ApiError> + Send + 'static,
{
    let list = move |conn: &mut PgConnection, window: &Window| {
        let history = find(conn, &caller)?;
        let events = list::history(conn, &caller, history, window)?;
        with_names(conn, events, |event| &event.authority_ids)
    };
    export.table(db, list).await
}
