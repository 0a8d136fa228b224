//! Statements about inspections, one by one. Lists are in [`list`], what an inspection carries in [`assemble`], what is
//! told of its changes in [`changes`], and of what comes into view with it in [`sight`].

pub mod assemble;
pub mod changes;
pub mod list;
pub mod reports;
pub mod rules;
pub mod sight;

use chrono::Utc;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::json;

use self::changes::StoredInspection;
use super::model::{Inspection, InspectionEmbed, InspectionPatch, InspectionRow, NewInspection};
use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, LargePatch};
use crate::register::improvement_actions::query::support;
use crate::register::{findings, judgements, recommendations};
use crate::values::codes::Codes;
use crate::values::ids::InspectionId;
use crate::values::inspection_state::InspectionState;
use crate::values::json::merged;

/// The inspection, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    embed: Option<&Codes<InspectionEmbed>>,
) -> Result<Inspection, ApiError> {
    let row = find(conn, caller, id)?;
    assemble::all(conn, caller, vec![row], embed)?.pop().ok_or_else(|| ApiError::not_found("inspection"))
}

/// The inspection itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: InspectionId) -> Result<InspectionRow, ApiError> {
    let row = inspections::table.find(id).select(InspectionRow::as_select()).first(conn).or_not_found("inspection")?;
    visible(caller, row)
}

/// The inspection itself, kept from others until the transaction ends: whoever changes it or something in it begins
/// here.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn lock(conn: &mut PgConnection, caller: &Caller, id: InspectionId) -> Result<InspectionRow, ApiError> {
    let query = inspections::table.find(id).select(InspectionRow::as_select()).for_update();
    visible(caller, query.first(conn).or_not_found("inspection")?)
}

fn visible(caller: &Caller, row: InspectionRow) -> Result<InspectionRow, ApiError> {
    if caller.access().sees(row.state) { Ok(row) } else { Err(ApiError::not_found("inspection")) }
}

/// Keeps inspections as they are until the transaction ends: which of them are public. Whoever writes about one that it
/// does not lock begins here, so that it knows whether the public sees what it writes.
///
/// # Errors
///
/// If the database fails.
pub fn hold(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, bool)>> {
    let held = inspections::table
        .filter(inspections::inspection_id.eq_any(ids))
        .order(inspections::inspection_id)
        .select((inspections::inspection_id, inspections::state))
        .for_share()
        .load::<(InspectionId, InspectionState)>(conn)?;
    Ok(held.into_iter().map(|(id, state)| (id, state == InspectionState::Published)).collect())
}

/// Records a new inspection with all that its report holds.
///
/// # Errors
///
/// `conflict` if the authority has an inspection of that kind published on that day, `validation_failed` for broken
/// rules, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    new: &NewInspection,
) -> Result<Inspection, ApiError> {
    insert_rows(conn, id, new)?;
    let inspection = get(conn, caller, id, None)?;
    changes::created(conn, caller, &inspection)?;
    Ok(inspection)
}

/// Writes a new inspection with all that its report holds, and tells of it to nobody: the caller does.
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
    diesel::insert_into(inspections::table)
        .values((inspections::inspection_id.eq(id), new))
        .execute(conn)
        .on_constraint(constraint_error)?;
    judgements::query::insert(conn, id, new.framework.as_ref(), &new.judgements)?;
    findings::query::insert_all(conn, id, &new.findings)?;
    recommendations::query::insert_all(conn, id, &new.recommendations)
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
/// `not_found`, `precondition_failed`, `illegal_transition`, `reason_required`, `conflict`, `validation_failed`, or if
/// the database fails.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    if_match: &IfMatch,
    patch: &LargePatch<InspectionPatch>,
) -> Result<Inspection, ApiError> {
    let before = lock(conn, caller, id)?;
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
    diesel::update(inspections::table.find(id))
        .set((
            &patch.changes,
            inspections::version.eq(before.row.version + 1),
            inspections::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .on_constraint(constraint_error)?;
    support::check_kept(conn)?;
    let after = get(conn, caller, id, None)?;
    changes::updated(conn, caller, (&before, &after.clone().into()), patch.changes.reason.as_ref())?;
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
/// `not_found`, `precondition_failed`, `in_use` if it is or was published or visits refer to it, or if the database
/// fails.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: InspectionId, if_match: &IfMatch) -> Result<(), ApiError> {
    let current = lock(conn, caller, id)?;
    if_match.check(current.version)?;
    if current.state != InspectionState::Draft {
        return Err(ApiError::in_use("the inspection is or was published: withdraw it instead"));
    }
    let current = StoredInspection::of(conn, current)?;
    changes::deleted(conn, caller, &current)?;
    diesel::delete(inspections::table.find(id)).execute(conn).on_constraint(|name| {
        let what = match name {
            "inspections_opened_by_inspection_id_fkey" => "visits belong to the series that this inspection opened",
            "documents_inspection_id_fkey" => "documents are about this inspection",
            "improvement_plans_responds_to_inspection_id_fkey" => "improvement plans respond to this inspection",
            "interventions_triggered_by_inspection_id_fkey" => "interventions were triggered by this inspection",
            "examinations_recommendation_id_fkey" => "later inspections examined its recommendations",
            "improvement_action_recommendations_recommendation_id_fkey" => {
                "improvement actions respond to its recommendations"
            }
            "improvement_action_findings_finding_id_fkey" => "improvement actions respond to its findings",
            _ => return None,
        };
        Some(ApiError::in_use(what))
    })?;
    Ok(())
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let invalid = |pointer, code, message: &str| Some(ApiError::invalid_member(pointer, code, message));
    match constraint {
        "inspections_authority_id_published_on_kind_key" => {
            Some(ApiError::conflict("the authority has an inspection of this kind published on this day"))
        }
        "inspections_opened_by_visit_number_key" => Some(ApiError::conflict("the series has a visit with this number")),
        "inspections_authority_id_fkey" => {
            invalid("/authority_id", "unknown", "must name an authority of the register")
        }
        "inspections_opened_by_inspection_id_fkey" => {
            invalid("/opened_by_inspection_id", "unknown", "must name an inspection of the register")
        }
        "inspections_framework_fkey" => invalid("/framework", "unknown", "must name a framework"),
        "inspections_framework_kind_fkey" | "inspections_kind_framework_check" => {
            invalid("/kind", "unknown", "must be a kind of inspection of the framework")
        }
        "inspections_fieldwork_check" => invalid("/ended_on", "order", "must not be before started_on"),
        "inspections_publication_check" => {
            invalid("/published_on", "order", "must not be before the end of fieldwork or the receipt")
        }
        "inspections_receipt_check" => invalid("/received_on", "order", "must not be before the end of fieldwork"),
        "inspections_series_check" => invalid(
            "/opened_by_inspection_id",
            "series",
            "is required for a monitoring visit, optional for a focused visit, and for no other kind",
        ),
        "inspections_visit_number_check" => {
            invalid("/visit_number", "series", "needs the inspection that opened the series")
        }
        "inspections_is_final_visit_check" => {
            invalid("/is_final_visit", "series", "is only allowed for a monitoring visit")
        }
        "inspections_opened_by_another_check" => {
            invalid("/opened_by_inspection_id", "series", "must name another inspection")
        }
        "judgements_framework_area_fkey"
        | "judgements_framework_grade_fkey"
        | "judgements_inspection_id_framework_fkey" => {
            invalid("/framework", "judgements", "must have the areas and grades of the inspection's judgements")
        }
        _ => None,
    }
}
