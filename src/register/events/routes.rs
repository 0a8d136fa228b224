//! Operations on events.

use actix_web::{get, web};
use diesel::pg::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{EventFilter, EventPage};
use super::query::list::{self, History};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::List;
use crate::http::page::{Window, WindowParameters};
use crate::http::response::Listed;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(list_events);
}

/// List events
///
/// The feed: every write of every resource, one event for each resource that it changed, in an order in which what came
/// of something else stands after it. To follow it, handle a page, keep the `sequence` of its last event, and ask for what
/// is `after` it; the number names a place in the feed and is not compared, for numbers have gaps, and those of writes
/// that ran at the same time may stand in another order. An event is shown once all writes that could come before it have
/// ended, so that a reader who goes on from the last event misses none; while a long write runs, such as an import, the
/// feed waits for it. Whoever keeps the last `after` of each resource, from the beginning, and drops what is `deleted`,
/// has the register as it is stored. Events are kept for ever.
///
/// The feed of a caller tells of what that caller sees. What comes into view, such as a draft that is published, reads as
/// `created`; what goes from it reads as `deleted`, and what was told of it before is told no more. Members that refer to
/// what the caller does not see are left out. `after` takes the number of an event that the caller sees or saw; another key
/// may see another feed.
#[utoipa::path(
    tag = "Events",
    params(EventFilter, WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
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
