//! Rows of evidence, found and locked together with the action that they belong to.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::evidence;
use crate::error::{ApiError, NotFoundExt};
use crate::register::events::model::{EventResource, Subject};
use crate::register::evidence::model::EvidenceRow;
use crate::register::improvement_actions::model::ImprovementActionRow;
use crate::register::improvement_actions::query::rows as actions;
use crate::values::ids::EvidenceId;

/// What is missing, in a 404.
pub(super) const WHAT: &str = "piece of evidence";

/// The row of a piece of evidence, if the caller may see its action.
pub(super) fn find(conn: &mut PgConnection, caller: &Caller, id: EvidenceId) -> Result<EvidenceRow, ApiError> {
    let row = evidence::table.find(id).select(EvidenceRow::as_select()).first(conn).or_not_found(WHAT)?;
    actions::find(conn, caller, row.action_id).map_err(|error| error.as_missing(WHAT))?;
    Ok(row)
}

/// A piece of evidence and its action, kept from others until the transaction ends.
pub(super) fn lock(
    conn: &mut PgConnection,
    caller: &Caller,
    id: EvidenceId,
    permission: Permission,
) -> Result<(ImprovementActionRow, EvidenceRow), ApiError> {
    let action = find(conn, caller, id)?.action_id;
    let action = actions::lock(conn, caller, action, permission).map_err(|error| error.as_missing(WHAT))?;
    let query = evidence::table.find(id).select(EvidenceRow::as_select()).for_no_key_update();
    Ok((action, query.first(conn).or_not_found(WHAT)?))
}

/// What the events of a piece of evidence are about.
pub(super) fn subject(action: &ImprovementActionRow, id: EvidenceId) -> Subject {
    actions::subject_of_part(action, EventResource::Evidence, id.as_uuid())
}
