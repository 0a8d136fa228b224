//! Statements about single improvement plans. They stand on those about rows ([`rows`]) and about whole plans
//! ([`assemble`]); [`list`] holds the list, [`proposals`] the actions that a plan proposes.

pub mod assemble;
pub mod list;
pub mod proposals;
pub mod rows;

use chrono::Utc;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::json;

use super::model::{
    ImprovementPlan, ImprovementPlanParameters, ImprovementPlanPatch, ImprovementPlanRow, NewImprovementPlan, PlanState,
};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::schema::improvement_plans;
use crate::error::{ApiError, ConstraintExt, FieldError};
use crate::http::extract::{IfMatch, Patch};
use crate::register::authorities;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::register::inspections::query::rules::{OF_ANOTHER, broken_reference};
use crate::values::date::Date;
use crate::values::ids::PlanId;
use crate::values::json::merged;
use crate::values::visibility::Visibility;

/// The plan as at the day that is asked about, with what it carries.
///
/// # Errors
///
/// `not_found`, also if it was not there on that day.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: PlanId,
    parameters: &ImprovementPlanParameters,
) -> Result<ImprovementPlan, ApiError> {
    let row = match parameters.as_at.filter(|day| *day < Date::today()) {
        None => rows::find(conn, caller, id)?,
        Some(day) => rows::find_on(conn, caller, id, day)?,
    };
    whole(conn, caller, row, parameters)
}

fn whole(
    conn: &mut PgConnection,
    caller: &Caller,
    row: ImprovementPlanRow,
    parameters: &ImprovementPlanParameters,
) -> Result<ImprovementPlan, ApiError> {
    assemble::all(conn, caller, vec![row], parameters)?.pop().ok_or_else(|| ApiError::not_found(rows::WHAT))
}

/// Records a new plan.
///
/// # Errors
///
/// `forbidden` if the caller may not write papers of the authority, `validation_failed` with every broken rule.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: PlanId,
    new: &NewImprovementPlan,
) -> Result<ImprovementPlan, ApiError> {
    caller.access().check_papers_of(Permission::WritePapers, new.authority_id)?;
    let now = Utc::now();
    let candidate = json!({ "plan_id": id, "version": 1, "created_at": now, "updated_at": now });
    check(conn, caller, &merged(candidate, new)?)?;
    let row = diesel::insert_into(improvement_plans::table)
        .values((improvement_plans::plan_id.eq(id), new))
        .returning(ImprovementPlanRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    events::created(conn, caller, &subject(&row), &row)?;
    whole(conn, caller, row, &ImprovementPlanParameters::default())
}

/// Changes a plan.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: PlanId,
    if_match: &IfMatch,
    patch: &Patch<ImprovementPlanPatch>,
) -> Result<ImprovementPlan, ApiError> {
    let before = rows::lock(conn, caller, id)?;
    if_match.check(before.version)?;
    // A patch changes what is visible to the caller.
    let visible = assemble::visible(conn, caller, vec![before.clone()])?;
    let Some(visible) = visible.into_iter().next().filter(|visible| !patch.changes_nothing(visible)) else {
        return whole(conn, caller, before, &ImprovementPlanParameters::default());
    };
    check(conn, caller, &patch.applied_to(&visible)?)?;
    let row = diesel::update(improvement_plans::table.find(id))
        .set((
            &patch.changes,
            improvement_plans::version.eq(before.version + 1),
            improvement_plans::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementPlanRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    let subject = subject(&row).visible_before(before.visibility == Visibility::Public);
    events::updated(conn, caller, &subject, (&before, &row), None)?;
    whole(conn, caller, row, &ImprovementPlanParameters::default())
}

/// Removes a draft without actions.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if it is no draft or has actions.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: PlanId, if_match: &IfMatch) -> Result<(), ApiError> {
    let before = rows::lock(conn, caller, id)?;
    if_match.check(before.version)?;
    if before.state != PlanState::Draft || before.endorsed_on.is_some() {
        return Err(ApiError::in_use("the plan is or was endorsed: close it instead"));
    }
    diesel::delete(improvement_plans::table.find(id)).execute(conn).on_constraint(|name| {
        (name == "improvement_actions_plan_id_fkey").then(|| ApiError::in_use("actions are part of this plan"))
    })?;
    events::deleted(conn, caller, &subject(&before), &before, None)
}

fn subject(row: &ImprovementPlanRow) -> Subject {
    let id = row.plan_id.as_uuid();
    let (authorities, visibility) =
        (vec![row.authority_id], PublicVisibility::of(row.visibility == Visibility::Public));
    Subject { resource: EventResource::ImprovementPlan, id, aggregate: id, authorities, visibility }
}

const INSPECTION: &str = "/responds_to_inspection_id";
const NO_AUTHORITY: &str = "must name an authority of the register";

/// Holds a plan, as it would be, to every rule.
fn check(conn: &mut PgConnection, caller: &Caller, row: &ImprovementPlanRow) -> Result<(), ApiError> {
    let mut errors = row.broken_rules(Date::today());
    if !authorities::query::rows::exists(conn, row.authority_id)? {
        errors.push(FieldError::body("/authority_id", "unknown", NO_AUTHORITY));
    } else if let Some(inspection) = row.responds_to_inspection_id {
        errors.extend(broken_reference(conn, caller, row.authority_id, inspection, INSPECTION)?);
    }
    ApiError::refuse_any(errors)
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let (pointer, code, message) = match constraint {
        "improvement_plans_authority_id_fkey" => ("/authority_id", "unknown", NO_AUTHORITY),
        "improvement_plans_responds_to_inspection_id_fkey" => {
            (INSPECTION, "unknown", "must name an inspection of the register")
        }
        "improvement_plans_responds_to_authority_check" => (INSPECTION, "authority", OF_ANOTHER),
        _ => return None,
    };
    Some(ApiError::invalid_member(pointer, code, message))
}
