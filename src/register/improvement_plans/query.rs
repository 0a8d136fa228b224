//! Statements about improvement plans, one by one. Lists are in [`list`], what a plan carries in [`assemble`], the actions
//! that it proposes in [`proposals`].

pub mod assemble;
pub mod list;
pub mod proposals;

use chrono::Utc;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::json;

use self::list::{Plans, as_on, known_by};
use super::model::{
    ImprovementPlan, ImprovementPlanParameters, ImprovementPlanPatch, ImprovementPlanRow, NewImprovementPlan, PlanState,
};
use crate::access::caller::Caller;
use crate::access::{Papers, Permission};
use crate::database::schema::improvement_plans;
use crate::error::{ApiError, ConstraintExt, FieldError, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::authorities;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::register::inspections::query::rules::{OF_ANOTHER, broken_reference};
use crate::values::date::Date;
use crate::values::ids::PlanId;
use crate::values::json::merged;
use crate::values::visibility::Visibility;

/// What is missing, in a 404.
const WHAT: &str = "improvement plan";

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
        None => find(conn, caller, id)?,
        Some(day) => {
            let query = known_by(seen(caller), day).filter(improvement_plans::plan_id.eq(id));
            query.select(as_on(day)).first(conn).map(ImprovementPlanRow::on(day)).or_not_found(WHAT)?
        }
    };
    whole(conn, caller, row, parameters)
}

/// The plan itself, if the caller may see it.
///
/// # Errors
///
/// `not_found`.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<ImprovementPlanRow, ApiError> {
    let query = seen(caller).filter(improvement_plans::plan_id.eq(id)).select(ImprovementPlanRow::as_select());
    query.first(conn).or_not_found(WHAT)
}

/// The plan itself, kept from others until the transaction ends: whoever changes it begins here.
///
/// # Errors
///
/// `not_found`, `forbidden` if the caller sees it but may not change it.
pub fn lock(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<ImprovementPlanRow, ApiError> {
    let query = improvement_plans::table.find(id).select(ImprovementPlanRow::as_select()).for_no_key_update();
    let row = query.first(conn).or_not_found(WHAT)?;
    if !caller.access().sees_paper(row.authority_id, row.visibility) {
        return Err(ApiError::not_found(WHAT));
    }
    caller.access().check_papers_of(Permission::WritePapers, row.authority_id)?;
    Ok(row)
}

/// The plans that the caller sees.
fn seen(caller: &Caller) -> Plans<'_> {
    use improvement_plans::{authority_id, visibility};
    let plans = improvement_plans::table.into_boxed();
    match caller.access().papers() {
        Papers::All => plans,
        Papers::Of([]) => plans.filter(visibility.eq(Visibility::Public)),
        Papers::Of(authorities) => plans.filter(visibility.eq(Visibility::Public).or(authority_id.eq_any(authorities))),
    }
}

fn whole(
    conn: &mut PgConnection,
    caller: &Caller,
    row: ImprovementPlanRow,
    parameters: &ImprovementPlanParameters,
) -> Result<ImprovementPlan, ApiError> {
    assemble::all(conn, caller, vec![row], parameters)?.pop().ok_or_else(|| ApiError::not_found(WHAT))
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
    let before = lock(conn, caller, id)?;
    if_match.check(before.version)?;
    // A patch is of what the caller sees.
    let seen = assemble::shown(conn, caller, vec![before.clone()])?;
    let Some(seen) = seen.into_iter().next().filter(|seen| !patch.changes_nothing(seen)) else {
        return whole(conn, caller, before, &ImprovementPlanParameters::default());
    };
    check(conn, caller, &patch.applied_to(&seen)?)?;
    let row = diesel::update(improvement_plans::table.find(id))
        .set((
            &patch.changes,
            improvement_plans::version.eq(before.version + 1),
            improvement_plans::updated_at.eq(diesel::dsl::now),
        ))
        .returning(ImprovementPlanRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    let subject = subject(&row).that_was_public(before.visibility == Visibility::Public);
    events::updated(conn, caller, &subject, (&before, &row), None)?;
    whole(conn, caller, row, &ImprovementPlanParameters::default())
}

/// Removes a draft without actions.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if it is no draft or has actions.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: PlanId, if_match: &IfMatch) -> Result<(), ApiError> {
    let before = lock(conn, caller, id)?;
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
    let (authorities, sight) = (vec![row.authority_id], PublicVisibility::of(row.visibility == Visibility::Public));
    Subject { resource: EventResource::ImprovementPlan, id, aggregate: id, authorities, sight }
}

const INSPECTION: &str = "/responds_to_inspection_id";
const NO_AUTHORITY: &str = "must name an authority of the register";

/// Holds a plan, as it would be, to every rule.
fn check(conn: &mut PgConnection, caller: &Caller, row: &ImprovementPlanRow) -> Result<(), ApiError> {
    let mut errors = row.broken_rules(Date::today());
    if !authorities::query::exists(conn, row.authority_id)? {
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
