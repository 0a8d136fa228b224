//! Operations on improvement plans.

use actix_web::http::StatusCode;
use actix_web::{delete, get, patch, post, web};
use diesel::pg::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    ImprovementPlan, ImprovementPlanFilter, ImprovementPlanPage, ImprovementPlanParameters, ImprovementPlanPatch,
    NewImprovementPlan, ProposedActions,
};
use super::query;
use super::table::ImprovementPlanTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, Whole};
use crate::http::idempotency::Once;
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::register::events::model::EventPage;
use crate::register::events::query::list::History;
use crate::register::events::routes::{history, history_table};
use crate::register::events::table::EventTable;
use crate::values::id::Id;
use crate::values::ids::PlanId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_improvement_plans)
        .service(export_improvement_plans)
        .service(create_improvement_plan)
        .service(get_improvement_plan)
        .service(update_improvement_plan)
        .service(delete_improvement_plan)
        .service(create_actions_from_recommendations);
}

/// List improvement plans
///
/// Lists plans, latest first, each with the numbers of its actions by state. With `as_at`, plans and their actions are
/// returned as they stood at the end of that day, according to their dates: a plan exists from the earlier of
/// `starts_on` and `endorsed_on`, or always if neither is known; before `endorsed_on` it is a draft; a closed plan is
/// closed only after `ends_on`.
#[utoipa::path(
    tag = "Improvement plans",
    params(ImprovementPlanFilter, WindowParameters),
    responses((status = 200, description = "A page of improvement plans.", body = ImprovementPlanPage))
)]
#[get("/improvement-plans")]
async fn list_improvement_plans(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<ImprovementPlanFilter>,
) -> Result<Listed<ImprovementPlanPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| ImprovementPlanPage { items, page }))
}

/// Export improvement plans
///
/// Returns the list of improvement plans as a table, with the same filters in the same order, as they stand or as they stood
/// at the end of `as_at`.
#[utoipa::path(
    tag = "Improvement plans",
    params(ImprovementPlanFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(ImprovementPlanTable), content_type = "text/csv"))
)]
#[get("/improvement-plans.csv")]
async fn export_improvement_plans(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<ImprovementPlanFilter>,
) -> Result<ImprovementPlanTable, ApiError> {
    export.as_at(filter.as_at).table(&db, move |conn, window| query::list::list(conn, &caller, &filter, window)).await
}

/// Record an improvement plan
///
/// Creates a plan, with the inspection that it responds to. `due_on`, the last day for the statutory statement, is
/// computed from the inspection's `received_on`.
#[utoipa::path(
    tag = "Improvement plans",
    request_body = NewImprovementPlan,
    responses((status = 201, description = "The created improvement plan.", body = ImprovementPlan))
)]
#[post("/improvement-plans")]
async fn create_improvement_plan(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: Post<NewImprovementPlan>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: format!("/v1/improvement-plans/{}", body.row.plan_id), body }.response()
    })
    .await
}

/// Read an improvement plan
///
/// Returns the plan with the numbers of its actions by state; `embed` adds the actions. With `as_at`, the plan is
/// returned as it stood at the end of that day, as in the list.
#[utoipa::path(
    tag = "Improvement plans",
    params(ImprovementPlanParameters),
    responses((status = 200, description = "The improvement plan.", body = ImprovementPlan))
)]
#[get("/improvement-plans/{plan_id}")]
async fn get_improvement_plan(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    Query(parameters): Query<ImprovementPlanParameters>,
) -> Result<Found<ImprovementPlan>, ApiError> {
    let plan = db.read(move |conn| query::get(conn, &caller, *id, &parameters)).await?;
    Ok(Found::computed(plan))
}

/// Change an improvement plan
#[utoipa::path(
    tag = "Improvement plans",
    description = "A JSON merge patch: absent members do not change, `null` clears a member, a value sets it. An endorsed plan has `endorsed_on`.",
    request_body = ImprovementPlanPatch,
    responses((status = 200, description = "The changed improvement plan.", body = ImprovementPlan))
)]
#[patch("/improvement-plans/{plan_id}")]
async fn update_improvement_plan(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    if_match: IfMatch,
    patch: Patch<ImprovementPlanPatch>,
) -> Result<Found<ImprovementPlan>, ApiError> {
    let plan = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(plan))
}

/// Remove an improvement plan
#[utoipa::path(
    tag = "Improvement plans",
    description = "Deletes a draft without actions. Close any other plan instead.",
    responses((status = 204, description = "The improvement plan is deleted."))
)]
#[delete("/improvement-plans/{plan_id}")]
async fn delete_improvement_plan(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}

/// Propose an action for each recommendation
///
/// Creates an action for each recommendation of the inspection that the plan responds to, except for those that the
/// latest published examination found improved and those that an action of the plan already responds to. The new
/// actions have the text, themes and cohorts of the recommendation, its due date, and the visibility of the plan. The
/// response contains the actions for all open recommendations, new and old. A repeated request creates nothing and
/// returns the same actions.
#[utoipa::path(
    tag = "Improvement plans",
    responses((status = 200, description = "The actions for the open recommendations.", body = ProposedActions))
)]
#[post("/improvement-plans/{plan_id}/actions-from-recommendations")]
async fn create_actions_from_recommendations(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    _: Query<NoParameters>,
    once: Once,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let (proposed, version) = query::proposals::propose(conn, caller, *id)?;
        Response::written(StatusCode::OK, version, &proposed)
    })
    .await
}

/// List the history of an improvement plan
///
/// Lists every change of the plan, oldest first: the actor, the time, and the resource before and after. The actions of
/// the plan have their own histories.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/improvement-plans/{plan_id}/history")]
pub async fn list_improvement_plan_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    history(&db, caller, window, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Export the history of an improvement plan
///
/// Returns its events as a table, oldest first.
#[utoipa::path(
    tag = "Events",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/improvement-plans/{plan_id}/history.csv")]
pub async fn export_improvement_plan_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EventTable, ApiError> {
    history_table(&db, caller, export, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Whose events a history has; `not_found` if that is not visible to the caller.
fn history_of(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<History, ApiError> {
    query::rows::find(conn, caller, id).map(|row| History::Whole(row.plan_id.as_uuid()))
}
