//! Operations on what becomes of actions: moves, changes of the due date, reports. All of it is only added to.

use actix_web::{get, post, web};
use diesel::pg::PgConnection;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, NoParameters, Post, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Listed, Part, Response};
use crate::http::table::TableParameters;
use crate::register::events::model::EventPage;
use crate::register::events::query::list::History;
use crate::register::events::routes::{history, history_table};
use crate::register::events::table::EventTable;
use crate::register::improvement_actions::model::{
    ImprovementActionDateRevision, ImprovementActionDateRevisionPage, ImprovementActionTransition,
    ImprovementActionTransitionPage, ImprovementActionUpdate, ImprovementActionUpdatePage,
    NewImprovementActionDateRevision, NewImprovementActionTransition, NewImprovementActionUpdate,
};
use crate::register::improvement_actions::query;
use crate::register::improvement_actions::table::{
    ImprovementActionDateRevisionTable, ImprovementActionTransitionTable, ImprovementActionUpdateTable,
};
use crate::values::id::Id;
use crate::values::ids::ActionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_improvement_action_transitions)
        .service(export_improvement_action_transitions)
        .service(create_improvement_action_transition)
        .service(list_improvement_action_date_revisions)
        .service(export_improvement_action_date_revisions)
        .service(create_improvement_action_date_revision)
        .service(list_improvement_action_updates)
        .service(export_improvement_action_updates)
        .service(create_improvement_action_update);
}

/// A new part of an action: it is found in the list that it is in, and its tag is that of the action.
fn created<T: Serialize>(action: ActionId, list: &str, (part, version): (T, i32)) -> Result<Response, ApiError> {
    let location = format!("/v1/improvement-actions/{action}/{list}");
    Created { location, body: Part { part, version } }.response()
}

/// List the transitions of an action
///
/// Lists the transitions in order.
#[utoipa::path(
    tag = "Improvement actions",
    params(WindowParameters),
    responses((status = 200, description = "A page of transitions.", body = ImprovementActionTransitionPage))
)]
#[get("/improvement-actions/{action_id}/transitions")]
async fn list_improvement_action_transitions(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<ImprovementActionTransitionPage>, ApiError> {
    let found = db.read(move |conn| query::transitions::list(conn, &caller, *id, &window)).await?;
    Ok(Listed::new(found, |items, page| ImprovementActionTransitionPage { items, page }))
}

/// Export the transitions of an action
///
/// Returns them as a table, in their order.
#[utoipa::path(
    tag = "Improvement actions",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ImprovementActionTransitionTable), content_type = "text/csv"))
)]
#[get("/improvement-actions/{action_id}/transitions.csv")]
async fn export_improvement_action_transitions(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ImprovementActionTransitionTable, ApiError> {
    export.table(&db, move |conn, window| query::transitions::list(conn, &caller, *id, window)).await
}

/// Move an action to another state
///
/// An illegal move is refused; the problem lists the legal ones. A move to `verified` requires evidence accepted by a
/// key other than its author's, or a later inspection that found a linked recommendation improved. The response has the
/// `ETag` of the action.
#[utoipa::path(
    tag = "Improvement actions",
    request_body = NewImprovementActionTransition,
    responses((status = 201, description = "The created transition.", body = ImprovementActionTransition))
)]
#[post("/improvement-actions/{action_id}/transitions")]
async fn create_improvement_action_transition(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    Post { new, once }: Post<NewImprovementActionTransition>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let written = query::transitions::insert(conn, caller, *action, Id::generate(), &new)?;
        created(*action, "transitions", written)
    })
    .await
}

/// List the date revisions of an action
///
/// Lists date revisions in order, each with its reason.
#[utoipa::path(
    tag = "Improvement actions",
    params(WindowParameters),
    responses((status = 200, description = "A page of date revisions.", body = ImprovementActionDateRevisionPage))
)]
#[get("/improvement-actions/{action_id}/date-revisions")]
async fn list_improvement_action_date_revisions(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<ImprovementActionDateRevisionPage>, ApiError> {
    let found = db.read(move |conn| query::date_revisions::list(conn, &caller, *id, &window)).await?;
    Ok(Listed::new(found, |items, page| ImprovementActionDateRevisionPage { items, page }))
}

/// Export the date revisions of an action
///
/// Returns them as a table, in their order.
#[utoipa::path(
    tag = "Improvement actions",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ImprovementActionDateRevisionTable), content_type = "text/csv"))
)]
#[get("/improvement-actions/{action_id}/date-revisions.csv")]
async fn export_improvement_action_date_revisions(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ImprovementActionDateRevisionTable, ApiError> {
    export.table(&db, move |conn, window| query::date_revisions::list(conn, &caller, *id, window)).await
}

/// Change the due date of an action
///
/// Creates a date revision; the reason is kept for ever. If the action had no due date, this one becomes the original
/// due date. The response has the `ETag` of the action.
#[utoipa::path(
    tag = "Improvement actions",
    request_body = NewImprovementActionDateRevision,
    responses((status = 201, description = "The created date revision.", body = ImprovementActionDateRevision))
)]
#[post("/improvement-actions/{action_id}/date-revisions")]
async fn create_improvement_action_date_revision(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    Post { new, once }: Post<NewImprovementActionDateRevision>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let written = query::date_revisions::insert(conn, caller, *action, Id::generate(), &new)?;
        created(*action, "date-revisions", written)
    })
    .await
}

/// List the updates of an action
///
/// Lists the updates by day, earliest first.
#[utoipa::path(
    tag = "Improvement actions",
    params(WindowParameters),
    responses((status = 200, description = "A page of updates.", body = ImprovementActionUpdatePage))
)]
#[get("/improvement-actions/{action_id}/updates")]
async fn list_improvement_action_updates(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<ImprovementActionUpdatePage>, ApiError> {
    let found = db.read(move |conn| query::updates::list(conn, &caller, *id, &window)).await?;
    Ok(Listed::new(found, |items, page| ImprovementActionUpdatePage { items, page }))
}

/// Export the updates of an action
///
/// Returns them as a table, in their order.
#[utoipa::path(
    tag = "Improvement actions",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ImprovementActionUpdateTable), content_type = "text/csv"))
)]
#[get("/improvement-actions/{action_id}/updates.csv")]
async fn export_improvement_action_updates(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ImprovementActionUpdateTable, ApiError> {
    export.table(&db, move |conn, window| query::updates::list(conn, &caller, *id, window)).await
}

/// Record an update of an action
///
/// Creates an update: the work done, the red, amber or green status, and the change for children. The `rag` of the
/// action is that of the update with the latest day. The response has the `ETag` of the action.
#[utoipa::path(
    tag = "Improvement actions",
    request_body = NewImprovementActionUpdate,
    responses((status = 201, description = "The created update.", body = ImprovementActionUpdate))
)]
#[post("/improvement-actions/{action_id}/updates")]
async fn create_improvement_action_update(
    db: web::Data<Db>,
    caller: Caller,
    action: web::Path<ActionId>,
    Post { new, once }: Post<NewImprovementActionUpdate>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let written = query::updates::insert(conn, caller, *action, Id::generate(), &new)?;
        created(*action, "updates", written)
    })
    .await
}

/// List the history of an improvement action
///
/// Lists every change of the action and of its transitions, date revisions, updates and evidence, oldest first: the
/// actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/improvement-actions/{action_id}/history")]
pub async fn list_improvement_action_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    history(&db, caller, window, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Export the history of an improvement action
///
/// Returns its events as a table, oldest first.
#[utoipa::path(
    tag = "Events",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/improvement-actions/{action_id}/history.csv")]
pub async fn export_improvement_action_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EventTable, ApiError> {
    history_table(&db, caller, export, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Whose events a history has; `not_found` if that is not visible to the caller.
fn history_of(conn: &mut PgConnection, caller: &Caller, id: ActionId) -> Result<History, ApiError> {
    query::rows::find(conn, caller, id).map(|row| History::Whole(row.action_id.as_uuid()))
}
