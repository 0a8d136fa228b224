//! Operations on findings.

use actix_web::{delete, get, patch, post, web};
use diesel::pg::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Finding, FindingFilter, FindingPage, FindingParameters, FindingPatch, FindingRow, NewFinding};
use super::query;
use super::table::FindingTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, List, NoParameters, Patch, Post, Query, ReasonParameter, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed, Response};
use crate::http::table::TableParameters;
use crate::register::events::model::EventPage;
use crate::register::events::query::list::History;
use crate::register::events::routes::{history, history_table};
use crate::register::events::table::EventTable;
use crate::register::inspections::query::part;
use crate::values::id::Id;
use crate::values::ids::{FindingId, InspectionId};

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_inspection_findings)
        .service(export_inspection_findings)
        .service(create_inspection_finding)
        .service(list_findings)
        .service(export_findings)
        .service(get_finding)
        .service(update_finding)
        .service(delete_finding);
}

/// List the findings of an inspection
///
/// Lists them in the order of the report.
#[utoipa::path(
    tag = "Findings",
    params(FindingParameters, WindowParameters),
    responses((status = 200, description = "A page of findings.", body = FindingPage))
)]
#[get("/inspections/{inspection_id}/findings")]
async fn list_inspection_findings(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    List { window, filter: FindingParameters { embed } }: List<FindingParameters>,
) -> Result<Listed<FindingPage>, ApiError> {
    let found = db.read(move |conn| query::list::of_inspection(conn, &caller, *id, embed.clone(), &window)).await?;
    Ok(Listed::new(found, |items, page| FindingPage { items, page }))
}

/// Export the findings of an inspection
///
/// Returns them as a table, in the order of the report.
#[utoipa::path(
    tag = "Findings",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(FindingTable), content_type = "text/csv"))
)]
#[get("/inspections/{inspection_id}/findings.csv")]
async fn export_inspection_findings(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<FindingTable, ApiError> {
    export.table(&db, move |conn, window| query::list::of_inspection(conn, &caller, *id, None, window)).await
}

/// Record a finding of an inspection
///
/// Adds it after the last one unless `position` is given.
#[utoipa::path(
    tag = "Findings",
    request_body = NewFinding,
    responses((status = 201, description = "The created finding.", body = Finding))
)]
#[post("/inspections/{inspection_id}/findings")]
async fn create_inspection_finding(
    db: web::Data<Db>,
    caller: Caller,
    inspection: web::Path<InspectionId>,
    Post { new, once }: Post<NewFinding>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = part::insert::<FindingRow>(conn, caller, *inspection, Id::generate(), &new)?;
        Created { location: format!("/v1/findings/{}", body.row.finding_id), body }.response()
    })
    .await
}

/// List findings
///
/// Lists findings across all inspections, latest publication first. Filter by theme or group of children (`cohort`).
#[utoipa::path(
    tag = "Findings",
    params(FindingFilter, WindowParameters),
    responses((status = 200, description = "A page of findings.", body = FindingPage))
)]
#[get("/findings")]
async fn list_findings(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<FindingFilter>,
) -> Result<Listed<FindingPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| FindingPage { items, page }))
}

/// Export findings
///
/// Returns the list of findings as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Findings",
    params(FindingFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(FindingTable), content_type = "text/csv"))
)]
#[get("/findings.csv")]
async fn export_findings(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<FindingFilter>,
) -> Result<FindingTable, ApiError> {
    export.table(&db, move |conn, window| query::list::list(conn, &caller, &filter, window)).await
}

/// Read a finding
#[utoipa::path(
    tag = "Findings",
    description = "Returns the finding with its themes and the groups of children concerned.",
    params(FindingParameters),
    responses((status = 200, description = "The finding.", body = Finding))
)]
#[get("/findings/{finding_id}")]
async fn get_finding(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    Query(FindingParameters { embed }): Query<FindingParameters>,
) -> Result<Found<Finding>, ApiError> {
    let finding = db.read(move |conn| query::get(conn, &caller, *id, embed.as_ref())).await?;
    Ok(Found::computed(finding))
}

/// Correct a finding
///
/// A JSON merge patch. `reason` is required if the inspection is published, and is recorded with the change.
#[utoipa::path(
    tag = "Findings",
    request_body = FindingPatch,
    responses((status = 200, description = "The changed finding.", body = Finding))
)]
#[patch("/findings/{finding_id}")]
async fn update_finding(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    if_match: IfMatch,
    patch: Patch<FindingPatch>,
) -> Result<Found<Finding>, ApiError> {
    let finding = db.write(move |conn| part::update::<FindingRow>(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(finding))
}

/// Remove a finding
///
/// `reason` is required if the inspection is published, and is recorded with the change.
#[utoipa::path(
    tag = "Findings",
    params(ReasonParameter),
    responses((status = 204, description = "The finding is deleted."))
)]
#[delete("/findings/{finding_id}")]
async fn delete_finding(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    Query(parameters): Query<ReasonParameter>,
    if_match: IfMatch,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| part::delete::<FindingRow>(conn, &caller, *id, &if_match, parameters.reason.as_ref())).await?;
    Ok(Deleted)
}

/// List the history of a finding
///
/// Lists every change of the finding, oldest first: the actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/findings/{finding_id}/history")]
pub async fn list_finding_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    history(&db, caller, window, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Export the history of a finding
///
/// Returns its events as a table, oldest first.
#[utoipa::path(
    tag = "Events",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/findings/{finding_id}/history.csv")]
pub async fn export_finding_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EventTable, ApiError> {
    history_table(&db, caller, export, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Whose events a history has; `not_found` if that is not visible to the caller.
fn history_of(conn: &mut PgConnection, caller: &Caller, id: FindingId) -> Result<History, ApiError> {
    part::find::<FindingRow>(conn, caller, id).map(|(_, row)| History::One(row.finding_id.as_uuid()))
}
