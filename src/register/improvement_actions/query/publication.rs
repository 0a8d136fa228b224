//! What becomes public with an action, or ceases to be: all that was recorded of it.

use diesel::pg::PgConnection;
use serde::Serialize;
use uuid::Uuid;

use super::rows::subject_of_part;
use super::{date_revisions, transitions, updates};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::events::model::EventResource;
use crate::register::events::query as events;
use crate::register::evidence::query::{reviews, rows as evidence};
use crate::register::improvement_actions::model::ImprovementActionRow;
use crate::values::date::Date;

/// Records, for the public, the parts of an action that became public with it in this transaction, or ceased to be.
pub(super) fn record(conn: &mut PgConnection, caller: &Caller, action: &ImprovementActionRow) -> Result<(), ApiError> {
    let (ids, today) = ([action.action_id], Date::today());
    // The evidence before the moves that rest on it.
    let pieces = evidence::of_action(conn, action.action_id)?;
    let reviews = reviews::of_action(conn, action.action_id)?;
    record_parts(conn, caller, action, EventResource::Evidence, &pieces, |row| row.evidence_id.as_uuid())?;
    record_parts(conn, caller, action, EventResource::EvidenceReview, &reviews, |row| row.review_id.as_uuid())?;
    let moves = transitions::of_actions(conn, &ids, today)?;
    record_parts(conn, caller, action, EventResource::ImprovementActionTransition, &parts(moves), |part| {
        part.row.transition_id.as_uuid()
    })?;
    let revisions = date_revisions::of_actions(conn, &ids, today)?;
    record_parts(conn, caller, action, EventResource::ImprovementActionDateRevision, &parts(revisions), |row| {
        row.date_revision_id.as_uuid()
    })?;
    let reports = updates::of_actions(conn, &ids, today)?;
    record_parts(conn, caller, action, EventResource::ImprovementActionUpdate, &parts(reports), |row| {
        row.update_id.as_uuid()
    })
}

fn parts<O, T>(owned: Vec<(O, T)>) -> Vec<T> {
    owned.into_iter().map(|(_, part)| part).collect()
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
