//! Operations on interventions.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Intervention, InterventionFilter, InterventionPage, InterventionPatch, NewIntervention};
use super::query;
use super::table::InterventionTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::values::id::Id;
use crate::values::ids::InterventionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_interventions)
        .service(export_interventions)
        .service(create_intervention)
        .service(get_intervention)
        .service(update_intervention)
        .service(delete_intervention);
}

/// List interventions
///
/// Lists interventions, latest first. `active_on` selects those that were active on a day: known to have started, and
/// not known to have ended.
#[utoipa::path(
    tag = "Interventions",
    params(InterventionFilter, WindowParameters),
    responses((status = 200, description = "A page of interventions.", body = InterventionPage))
)]
#[get("/interventions")]
async fn list_interventions(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<InterventionFilter>,
) -> Result<Listed<InterventionPage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| InterventionPage { items, page }))
}

/// Export interventions
///
/// Returns the list of interventions as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Interventions",
    params(InterventionFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(InterventionTable), content_type = "text/csv"))
)]
#[get("/interventions.csv")]
async fn export_interventions(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<InterventionFilter>,
) -> Result<InterventionTable, ApiError> {
    export.table(&db, move |conn, window| query::list(conn, &caller, &filter, window)).await
}

/// Record an intervention
///
/// Creates an intervention, such as an improvement notice, a direction or an appointment, with the person, the role,
/// the dates and the inspection that led to it.
#[utoipa::path(
    tag = "Interventions",
    request_body = NewIntervention,
    responses((status = 201, description = "The created intervention.", body = Intervention))
)]
#[post("/interventions")]
async fn create_intervention(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: Post<NewIntervention>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: format!("/v1/interventions/{}", body.row.intervention_id), body }.response()
    })
    .await
}

/// Read an intervention
#[utoipa::path(
    tag = "Interventions",
    description = "Returns the kind, the organisation, the person and the dates of an intervention.",
    responses((status = 200, description = "The intervention.", body = Intervention))
)]
#[get("/interventions/{intervention_id}")]
async fn get_intervention(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InterventionId>,
    _: Query<NoParameters>,
) -> Result<Found<Intervention>, ApiError> {
    let intervention = db.read(move |conn| query::get(conn, &caller, *id)).await?;
    Ok(Found::computed(intervention))
}

/// Correct an intervention
#[utoipa::path(
    tag = "Interventions",
    description = "A JSON merge patch: absent members do not change, `null` clears a member, a value sets it. To record its end, set `ended_on`.",
    request_body = InterventionPatch,
    responses((status = 200, description = "The changed intervention.", body = Intervention))
)]
#[patch("/interventions/{intervention_id}")]
async fn update_intervention(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InterventionId>,
    if_match: IfMatch,
    patch: Patch<InterventionPatch>,
) -> Result<Found<Intervention>, ApiError> {
    let intervention = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(intervention))
}

/// Remove an intervention
#[utoipa::path(
    tag = "Interventions",
    description = "Deletes an intervention that was recorded by mistake. If an intervention has ended, set `ended_on` instead.",
    responses((status = 204, description = "The intervention is deleted."))
)]
#[delete("/interventions/{intervention_id}")]
async fn delete_intervention(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InterventionId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}
