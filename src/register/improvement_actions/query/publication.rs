//! What becomes public with an action, or ceases to be: all that was recorded of it.

use diesel::pg::PgConnection;
use serde::Serialize;
use uuid::Uuid;

use super::rows::subject_of_part;
use super::{date_revisions, transitions, updates};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::events::model::EventResource;
use crate::register::events::query as events;
use crate::register::evidence::query::{self as evidence, reviews};
use crate::register::improvement_actions::model::ImprovementActionRow;

/// Records, for the public, the parts of an action that became public with it in this transaction, or ceased to be.
pub(super) fn record(conn: &mut PgConnection, caller: &Caller, action: &ImprovementActionRow) -> Result<(), ApiError> {
    let id = action.action_id;
    // The evidence before the moves that rest on it.
    let mut pieces = Vec::new();
    each_page(
        conn,
        |conn, window| evidence::list(conn, caller, id, window),
        |conn, page| {
            let rows = page.into_iter().map(|evidence| evidence.row).collect::<Vec<_>>();
            pieces.extend(rows.iter().map(|row| row.evidence_id));
            record_parts(conn, caller, action, EventResource::Evidence, &rows, |row| row.evidence_id.as_uuid())
        },
    )?;
    for piece in pieces {
        each_page(
            conn,
            |conn, window| reviews::list(conn, caller, piece, window),
            |conn, page| {
                record_parts(conn, caller, action, EventResource::EvidenceReview, &page, |row| row.review_id.as_uuid())
            },
        )?;
    }
    each_page(
        conn,
        |conn, window| transitions::list(conn, caller, id, window),
        |conn, page| {
            record_parts(conn, caller, action, EventResource::ImprovementActionTransition, &page, |part| {
                part.row.transition_id.as_uuid()
            })
        },
    )?;
    each_page(
        conn,
        |conn, window| date_revisions::list(conn, caller, id, window),
        |conn, page| {
            record_parts(conn, caller, action, EventResource::ImprovementActionDateRevision, &page, |row| {
                row.date_revision_id.as_uuid()
            })
        },
    )?;
    each_page(
        conn,
        |conn, window| updates::list(conn, caller, id, window),
        |conn, page| {
            record_parts(conn, caller, action, EventResource::ImprovementActionUpdate, &page, |row| {
                row.update_id.as_uuid()
            })
        },
    )
}

/// Does something with each page of a list, of which no more is held at once.
fn each_page<T>(
    conn: &mut PgConnection,
    list: impl Fn(&mut PgConnection, &Window) -> Result<(Vec<T>, Page), ApiError>,
    mut with: impl FnMut(&mut PgConnection, Vec<T>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut window = Window::first(None);
    loop {
        let (rows, page) = list(conn, &window)?;
        with(conn, rows)?;
        match page.next_cursor {
            Some(cursor) => window = Window::following(cursor),
            None => return Ok(()),
        }
    }
}

fn record_parts<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    action: &ImprovementActionRow,
    resource: EventResource,
    rows: &[T],
    id: impl Fn(&T) -> Uuid,
) -> Result<(), ApiError> {
    let part = |row| (subject_of_part(action, resource, id(row)).visible_before(!action.is_public()), row);
    events::all_turned(conn, caller, &rows.iter().map(part).collect::<Vec<_>>())
}
