//! Statements about whole inspections. Rows are in [`rows`], writes of what is in an inspection in [`part`], lists in
//! [`list`], what a response contains in [`assemble`], and the events of inspections in [`publication`].

pub mod assemble;
pub mod framework;
pub mod list;
pub mod part;
pub mod publication;
pub mod reports;
pub mod rows;
pub mod rules;

use chrono::Utc;
use diesel::pg::PgConnection;
use serde_json::json;

use self::rows::StoredInspection;
use super::model::{Inspection, InspectionEmbed, InspectionPatch, InspectionRow, NewInspection};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, LargePatch};
use crate::register::findings::query::rows as findings;
use crate::register::improvement_actions::query::support;
use crate::register::judgements::query::rows as judgements;
use crate::register::recommendations::query::rows as recommendations;
use crate::values::codes::Codes;
use crate::values::id::Id;
use crate::values::ids::InspectionId;
use crate::values::inspection_state::InspectionState;
use crate::values::json::merged;

/// The inspection, with what `embed` adds.
///
/// # Errors
///
/// `not_found`.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    embed: Option<&Codes<InspectionEmbed>>,
) -> Result<Inspection, ApiError> {
    let row = rows::find(conn, caller, id)?;
    assemble::all(conn, caller, vec![row], embed)?.pop().ok_or_else(|| ApiError::not_found("inspection"))
}

/// Records a new inspection with all that its report holds.
///
/// # Errors
///
/// `conflict` if the authority has an inspection of that kind published on that day, `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    new: &NewInspection,
) -> Result<Inspection, ApiError> {
    insert_rows(conn, id, new)?;
    let inspection = get(conn, caller, id, None)?;
    publication::record_created(conn, caller, &inspection)?;
    Ok(inspection)
}

/// Inserts a new inspection with all that its report holds, without an event: the caller records it.
///
/// # Errors
///
/// As [`insert`].
pub fn insert_rows(conn: &mut PgConnection, id: InspectionId, new: &NewInspection) -> Result<(), ApiError> {
    if new.state == InspectionState::Withdrawn {
        return Err(ApiError::invalid_member(
            "/state",
            "initial_state",
            "must be draft or published when the inspection is created",
        ));
    }
    rules::check(conn, &candidate(id, new)?, Some(new))?;
    rows::insert(conn, id, new)?;
    judgements::insert(conn, id, new.framework.as_ref(), &new.judgements)?;
    for (index, finding) in new.findings.iter().enumerate() {
        findings::insert(conn, id, Id::generate(), finding, &format!("/findings/{index}"))?;
    }
    for (index, recommendation) in new.recommendations.iter().enumerate() {
        recommendations::insert(conn, id, Id::generate(), recommendation, &format!("/recommendations/{index}"))?;
    }
    Ok(())
}

/// The row that a new inspection would be.
fn candidate(id: InspectionId, new: &NewInspection) -> Result<InspectionRow, ApiError> {
    let now = Utc::now();
    Ok(merged(json!({ "inspection_id": id, "version": 1, "created_at": now, "updated_at": now }), new)?)
}

/// Changes an inspection.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `illegal_transition`, `reason_required`, `conflict`, `validation_failed`.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    if_match: &IfMatch,
    patch: &LargePatch<InspectionPatch>,
) -> Result<Inspection, ApiError> {
    let before = rows::lock(conn, caller, id)?;
    if_match.check(before.version)?;
    if patch.changes_nothing(&before) {
        return get(conn, caller, id, None);
    }
    if let Some(state) = patch.changes.state.filter(|state| *state != before.state) {
        check_transition(before.state, state)?;
        if state == InspectionState::Withdrawn {
            rules::check_withdrawal(conn, id)?;
        }
    }
    rules::check(conn, &patch.applied_to(&before)?, None)?;
    before.check_reason(patch.changes.reason.as_ref())?;
    let before = StoredInspection::of(conn, before)?;
    rows::update(conn, &before.row, &patch.changes)?;
    support::check_kept(conn)?;
    let after = get(conn, caller, id, None)?;
    publication::record_updated(conn, caller, (&before, &after.clone().into()), patch.changes.reason.as_ref())?;
    Ok(after)
}

fn check_transition(from: InspectionState, to: InspectionState) -> Result<(), ApiError> {
    if from.next().contains(&to) {
        return Ok(());
    }
    Err(ApiError::illegal_transition("an inspection", (from, to), from.next(), "/state"))
}

/// Removes a draft, with all that is in it.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if it is or was published, or if visits refer to it.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: InspectionId, if_match: &IfMatch) -> Result<(), ApiError> {
    let current = rows::lock(conn, caller, id)?;
    if_match.check(current.version)?;
    if current.state != InspectionState::Draft {
        return Err(ApiError::in_use("the inspection is or was published: withdraw it instead"));
    }
    let current = StoredInspection::of(conn, current)?;
    publication::record_deleted(conn, caller, &current)?;
    rows::delete(conn, id)
}
