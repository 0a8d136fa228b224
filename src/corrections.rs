//! What becomes of a published inspection is kept: who changed what, when, and why.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use crate::error::{ApiError, ProblemCode};
use crate::events;
use crate::events::model::{EventResource, EventType, Subject};
use crate::inspections::model::{InspectionId, InspectionRow, InspectionState};
use crate::principal::Principal;
use crate::schema;
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
    if change.before.is_some() {
        check_reason(inspection, reason)?;
    }
    let resource = change.resource.parse::<EventResource>().map_err(ApiError::Internal)?;
    let subject = Subject {
        resource,
        id: change.id,
        aggregate: inspection.inspection_id.as_uuid(),
        authorities: vec![inspection.authority_id],
    };
    match (change.before, change.after) {
        (None, Some(after)) => events::query::created(conn, principal, &subject, after),
        (Some(before), Some(after)) => events::query::updated(conn, principal, &subject, (before, after), reason),
        (Some(before), None) => events::query::deleted(conn, principal, &subject, before, reason),
        (None, None) => Ok(()),
    }
}

/// Demands a reason for a change of what is in an inspection, once that has been published.
///
/// # Errors
///
/// `reason_required` if the inspection is no draft and no reason is given.
pub fn check_reason(inspection: &InspectionRow, reason: Option<&Reason>) -> Result<(), ApiError> {
    if inspection.state == InspectionState::Draft || reason.is_some() {
        return Ok(());
    }
    let detail = format!("the inspection is {}: say in reason why it is changed", inspection.state);
    Err(ApiError::refused(ProblemCode::ReasonRequired, detail))
}

/// Whether something was removed from an inspection after its publication, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn was_removed(conn: &mut PgConnection, id: Uuid) -> QueryResult<bool> {
    let removals = schema::events::table
        .filter(schema::events::resource_id.eq(id).and(schema::events::type_.eq(EventType::Deleted)));
    diesel::select(diesel::dsl::exists(removals)).get_result(conn)
}

/// Whether the judgements of an inspection were changed after its publication, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn were_judgements_changed(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<bool> {
    let changes = diesel::sql_query(
        "select from events where resource = 'inspection' and resource_id = $1 and type = 'updated' \
             and before -> 'judgements' is distinct from after -> 'judgements' limit 1",
    );
    Ok(changes.bind::<diesel::sql_types::Uuid, _>(inspection).execute(conn)? > 0)
}
