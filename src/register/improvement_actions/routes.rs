//! Operations on improvement actions. Those on what becomes of them are in `history`.

mod history;

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::history::{export_improvement_action_history, list_improvement_action_history};
use super::model::{
    ImprovementAction, ImprovementActionFilter, ImprovementActionPage, ImprovementActionParameters,
    ImprovementActionPatch, NewImprovementAction,
};
use super::query;
use super::table::ImprovementActionTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::values::id::Id;
use crate::values::ids::ActionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_improvement_actions)
        .service(export_improvement_actions)
        .service(create_improvement_action)
        .service(get_improvement_action)
        .service(update_improvement_action)
        .service(delete_improvement_action)
        .configure(history::register);
}

/// List improvement actions
///
/// Lists actions by due date, earliest first. With `as_at`, the actions are returned as they stood at the end of that
/// day.
#[utoipa::path(
    tag = "Improvement actions",
    params(ImprovementActionFilter, WindowParameters),
    responses((status = 200, description = "A page of actions.", body = ImprovementActionPage))
)]
#[get("/improvement-actions")]
async fn list_improvement_actions(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<ImprovementActionFilter>,
) -> Result<Listed<ImprovementActionPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| ImprovementActionPage { items, page }))
}

/// Export improvement actions
///
/// Returns the list of improvement actions as a table, with the same filters in the same order, as they stand or as they stood
/// at the end of `as_at`.
#[utoipa::path(
    tag = "Improvement actions",
    params(ImprovementActionFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(ImprovementActionTable), content_type = "text/csv"))
)]
#[get("/improvement-actions.csv")]
async fn export_improvement_actions(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<ImprovementActionFilter>,
) -> Result<ImprovementActionTable, ApiError> {
    export.as_at(filter.as_at).table(&db, move |conn, window| query::list::list(conn, &caller, &filter, window)).await
}

/// Record an improvement action
///
/// The action starts as `proposed`; its state changes only by transitions. `due_on` is its original due date; date
/// revisions change it.
#[utoipa::path(
    tag = "Improvement actions",
    request_body = NewImprovementAction,
    responses((status = 201, description = "The created action.", body = ImprovementAction))
)]
#[post("/improvement-actions")]
async fn create_improvement_action(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: Post<NewImprovementAction>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: format!("/v1/improvement-actions/{}", body.row.action_id), body }.response()
    })
    .await
}

/// Read an improvement action
///
/// With `as_at`, the action is returned as it stood at the end of that day. `embed` adds the recommendations that it
/// responds to, and its history.
#[utoipa::path(
    tag = "Improvement actions",
    params(ImprovementActionParameters),
    responses((status = 200, description = "The action.", body = ImprovementAction))
)]
#[get("/improvement-actions/{action_id}")]
async fn get_improvement_action(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    Query(parameters): Query<ImprovementActionParameters>,
) -> Result<Found<ImprovementAction>, ApiError> {
    let action = db.read(move |conn| query::get(conn, &caller, *id, &parameters)).await?;
    Ok(Found::computed(action))
}

/// Correct an improvement action
///
/// A JSON merge patch. It does not contain the state, the due date and `rag`, which change by transitions, date
/// revisions and updates.
#[utoipa::path(
    tag = "Improvement actions",
    request_body = ImprovementActionPatch,
    responses((status = 200, description = "The changed action.", body = ImprovementAction))
)]
#[patch("/improvement-actions/{action_id}")]
async fn update_improvement_action(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    if_match: IfMatch,
    patch: Patch<ImprovementActionPatch>,
) -> Result<Found<ImprovementAction>, ApiError> {
    let action = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(action))
}

/// Remove an improvement action
///
/// Deletes a proposed action without history and evidence. Cancel an action that has started instead.
#[utoipa::path(
    tag = "Improvement actions",
    responses((status = 204, description = "The action is deleted."))
)]
#[delete("/improvement-actions/{action_id}")]
async fn delete_improvement_action(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}
