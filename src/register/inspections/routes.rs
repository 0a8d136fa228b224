//! Operations on inspections.

use std::sync::Arc;

use actix_web::{delete, get, patch, post, web};
use diesel::pg::PgConnection;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    Inspection, InspectionFilter, InspectionPage, InspectionParameters, InspectionPatch, NewInspection,
};
use super::query;
use super::table::InspectionTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, LargePatch, LargePost, List, NoParameters, Post, Query, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::column::spread_over;
use crate::http::table::{ColumnParameters, Columns, TableParameters, Tabular};
use crate::register::events::model::EventPage;
use crate::register::events::query::list::History;
use crate::register::events::routes::{history, history_table};
use crate::register::events::table::EventTable;
use crate::register::frameworks::query::areas;
use crate::values::id::Id;
use crate::values::ids::InspectionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_inspections)
        .service(export_inspections)
        .service(create_inspection)
        .service(get_inspection)
        .service(update_inspection)
        .service(delete_inspection);
}

/// List inspections
///
/// Each inspection includes its judgements. The latest publication comes first. `area` and `grade` together match
/// inspections in which that area has that grade.
#[utoipa::path(
    tag = "Inspections",
    params(InspectionFilter, WindowParameters),
    responses((status = 200, description = "A page of inspections.", body = InspectionPage))
)]
#[get("/inspections")]
async fn list_inspections(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<InspectionFilter>,
) -> Result<Listed<InspectionPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| InspectionPage { items, page }))
}

/// Export inspections
///
/// Returns the list of inspections as a table, with the same filters in the same order: one column for each area that one of
/// them judges, with `columns=all` for each area of all frameworks.
#[utoipa::path(
    tag = "Inspections",
    params(InspectionFilter, TableParameters, ColumnParameters),
    responses((status = 200, description = "The table.", body = inline(InspectionTable), content_type = "text/csv"))
)]
#[get("/inspections.csv")]
async fn export_inspections(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, columns }: Whole<InspectionFilter>,
) -> Result<InspectionTable, ApiError> {
    let (filter, caller) = (Arc::new(filter), Arc::new(caller));
    let asked = (Arc::clone(&filter), Arc::clone(&caller));
    let columns = move |conn: &mut PgConnection, _: &[Value]| {
        let areas = match columns {
            Columns::Filled => query::list::judged_areas(conn, &asked.1, &asked.0)?,
            Columns::All => areas::all(conn)?,
        };
        Ok(spread_over(Inspection::COLUMNS, &areas))
    };
    export.table_with(&db, columns, move |conn, window| query::list::list(conn, &caller, &filter, window)).await
}

/// Record an inspection
///
/// Creates an inspection with its judgements, findings and recommendations in one request. The state is `draft` unless
/// `state` is `published`.
#[utoipa::path(
    tag = "Inspections",
    request_body = NewInspection,
    responses((status = 201, description = "The created inspection.", body = Inspection))
)]
#[post("/inspections")]
async fn create_inspection(
    db: web::Data<Db>,
    caller: Caller,
    Post { new, once }: LargePost<NewInspection>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = query::insert(conn, caller, Id::generate(), &new)?;
        Created { location: format!("/v1/inspections/{}", body.row.inspection_id), body }.response()
    })
    .await
}

/// Read an inspection
///
/// Returns the inspection with its judgements; `embed` adds its findings, recommendations and documents.
#[utoipa::path(
    tag = "Inspections",
    params(InspectionParameters),
    responses((status = 200, description = "The inspection.", body = Inspection))
)]
#[get("/inspections/{inspection_id}")]
async fn get_inspection(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Query(parameters): Query<InspectionParameters>,
) -> Result<Found<Inspection>, ApiError> {
    let inspection = db.read(move |conn| query::get(conn, &caller, *id, parameters.embed.as_ref())).await?;
    Ok(Found::computed(inspection))
}

/// Correct an inspection
///
/// A JSON merge patch. `state` changes from `draft` to `published`, and from `published` to `withdrawn` and back.
/// `reason` is required if the inspection is published, and is recorded with the change.
#[utoipa::path(
    tag = "Inspections",
    request_body = InspectionPatch,
    responses((status = 200, description = "The changed inspection.", body = Inspection))
)]
#[patch("/inspections/{inspection_id}")]
async fn update_inspection(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    if_match: IfMatch,
    patch: LargePatch<InspectionPatch>,
) -> Result<Found<Inspection>, ApiError> {
    let inspection = db.write(move |conn| query::update(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(inspection))
}

/// Remove a draft
///
/// Deletes a draft and everything in it. An inspection that is or was published is withdrawn instead.
#[utoipa::path(
    tag = "Inspections",
    responses((status = 204, description = "The draft is deleted."))
)]
#[delete("/inspections/{inspection_id}")]
async fn delete_inspection(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    if_match: IfMatch,
    _: Query<NoParameters>,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *id, &if_match)).await?;
    Ok(Deleted)
}

/// List the history of an inspection
///
/// Lists every change of the inspection and its judgements, and of every part that it has or had, oldest first: the
/// actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/inspections/{inspection_id}/history")]
pub async fn list_inspection_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    history(&db, caller, window, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Export the history of an inspection
///
/// Returns its events as a table, oldest first.
#[utoipa::path(
    tag = "Events",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/inspections/{inspection_id}/history.csv")]
pub async fn export_inspection_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EventTable, ApiError> {
    history_table(&db, caller, export, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Whose events a history has; `not_found` if that is not visible to the caller.
fn history_of(conn: &mut PgConnection, caller: &Caller, id: InspectionId) -> Result<History, ApiError> {
    query::rows::find(conn, caller, id).map(|row| History::Whole(row.inspection_id.as_uuid()))
}
