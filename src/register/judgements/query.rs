//! How the judgements of an inspection are replaced. Rows are in [`rows`], what they are checked against in [`rules`].

pub mod list;
pub mod rows;
pub mod rules;

use diesel::pg::PgConnection;

use super::model::NewJudgementSet;
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::extract::IfMatch;
use crate::register::inspections::model::Inspection;
use crate::register::inspections::query as inspections;
use crate::register::inspections::query::part;
use crate::values::ids::InspectionId;

/// Replaces the judgements of an inspection.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `validation_failed`.
pub fn replace(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    if_match: &IfMatch,
    new: &NewJudgementSet,
) -> Result<Inspection, ApiError> {
    let inspection = inspections::rows::lock(conn, caller, id)?;
    if_match.check(inspection.version)?;
    rules::check(conn, &inspection, &new.judgements)?;
    let current = rows::of_inspection(conn, id)?;
    let is_same =
        current.len() == new.judgements.len() && new.judgements.iter().all(|judgement| current.contains(judgement));
    if !is_same {
        inspection.check_reason(new.reason.as_ref())?;
        part::change(conn, caller, inspection, new.reason.as_ref(), |conn, inspection| {
            rows::replace(conn, id, inspection.row.framework.as_ref(), &new.judgements)
        })?;
    }
    inspections::get(conn, caller, id, None)
}
