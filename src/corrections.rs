//! What becomes of a published inspection is kept: who changed what, when, and why.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use crate::error::{ApiError, ProblemCode};
use crate::inspections::model::{InspectionId, InspectionRow, InspectionState};
use crate::principal::Principal;
use crate::schema::corrections;
use crate::text::Reason;

/// Why something is removed.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReasonParameter {
    /// Why something in a published inspection is removed.
    #[validate(nested)]
    #[param(example = "Recorded twice.")]
    pub reason: Option<Reason>,
}

/// A change of an inspection or of something in it.
pub struct Change<'a, T> {
    /// What was changed: `inspection`, `judgements`, `finding`, `recommendation`.
    pub resource: &'a str,
    /// Its id.
    pub id: Uuid,
    /// What it was; absent if it is new.
    pub before: Option<&'a T>,
    /// What it is; absent if it is gone.
    pub after: Option<&'a T>,
}

/// Keeps a change of this inspection, as it was before. Drafts change freely; once an inspection is published, also when
/// it is withdrawn again, what is in it changes with a reason, and what is added is kept too.
///
/// # Errors
///
/// `reason_required` if the inspection is no draft and no reason is given, or if the database fails.
pub fn record<T: Serialize>(
    conn: &mut PgConnection,
    principal: &Principal,
    inspection: &InspectionRow,
    change: &Change<'_, T>,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    if inspection.state == InspectionState::Draft {
        return Ok(());
    }
    if change.before.is_some() && reason.is_none() {
        let detail = format!("the inspection is {}: say in reason why it is changed", inspection.state);
        return Err(ApiError::refused(ProblemCode::ReasonRequired, detail));
    }
    diesel::insert_into(corrections::table)
        .values((
            corrections::correction_id.eq(Uuid::now_v7()),
            corrections::inspection_id.eq(inspection.inspection_id),
            corrections::resource_type.eq(change.resource),
            corrections::resource_id.eq(change.id),
            corrections::actor.eq(principal.actor()),
            corrections::request_id.eq(principal.request_id()),
            corrections::reason.eq(reason),
            corrections::before.eq(change.before.map(json).transpose()?),
            corrections::after.eq(change.after.map(json).transpose()?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether something was removed from an inspection after its publication, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn was_removed(conn: &mut PgConnection, id: Uuid) -> QueryResult<bool> {
    let removals = corrections::table.filter(corrections::resource_id.eq(id).and(corrections::after.is_null()));
    diesel::select(diesel::dsl::exists(removals)).get_result(conn)
}

/// Whether the judgements of an inspection were changed after its publication, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn were_judgements_changed(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<bool> {
    let changes = corrections::table.filter(corrections::resource_type.eq("judgements"));
    diesel::select(diesel::dsl::exists(changes.filter(corrections::inspection_id.eq(inspection)))).get_result(conn)
}

fn json<T: Serialize>(value: &T) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(|error| ApiError::Internal(error.to_string()))
}
