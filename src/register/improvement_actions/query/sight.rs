//! What is told of that which comes into public view, or goes from it, with an action: all that was recorded of it.

use diesel::pg::PgConnection;
use serde::Serialize;
use uuid::Uuid;

use super::{date_revisions, subject_of_part, transitions, updates};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::events::model::EventResource;
use crate::register::improvement_actions::model::ImprovementActionRow;
use crate::register::{events, evidence};
use crate::values::date::Date;

/// Tells the public of what was recorded of an action, which is public as of this transaction, or is no more.
pub fn tell(conn: &mut PgConnection, caller: &Caller, action: &ImprovementActionRow) -> Result<(), ApiError> {
    let (ids, today) = ([action.action_id], Date::today());
    // The evidence before the moves that rest on it.
    let evidence = evidence::query::rows_of_action(conn, action.action_id)?;
    let reviews = evidence::query::reviews::of_action(conn, action.action_id)?;
    turned(conn, caller, action, EventResource::Evidence, &evidence, |row| row.evidence_id.as_uuid())?;
    turned(conn, caller, action, EventResource::EvidenceReview, &reviews, |row| row.review_id.as_uuid())?;
    let moves = transitions::of_actions(conn, &ids, today)?.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    turned(conn, caller, action, EventResource::ImprovementActionTransition, &moves, |one| {
        one.row.transition_id.as_uuid()
    })?;
    let revisions = date_revisions::of_actions(conn, &ids, today)?.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    turned(conn, caller, action, EventResource::ImprovementActionDateRevision, &revisions, |row| {
        row.date_revision_id.as_uuid()
    })?;
    let reports = updates::of_actions(conn, &ids, today)?.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    turned(conn, caller, action, EventResource::ImprovementActionUpdate, &reports, |row| row.update_id.as_uuid())
}

fn turned<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    action: &ImprovementActionRow,
    resource: EventResource,
    rows: &[T],
    id: impl Fn(&T) -> Uuid,
) -> Result<(), ApiError> {
    let part = |row| (subject_of_part(action, resource, id(row)).that_was_public(!action.is_public()), row);
    events::query::all_turned(conn, caller, &rows.iter().map(part).collect::<Vec<_>>())
}
