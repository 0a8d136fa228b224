//! Operations on the judgements of an inspection.

use actix_web::{get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{JudgementSet, NewJudgementSet};
use super::query;
use super::table::InspectionJudgementTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{Body, IfMatch, NoParameters, Query, Whole};
use crate::http::response::Found;
use crate::http::table::TableParameters;
use crate::register::inspections::model::{Inspection, InspectionFilter};
use crate::register::inspections::query as inspections;
use crate::values::ids::InspectionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service.service(export_judgements).service(get_inspection_judgements).service(replace_inspection_judgements);
}

fn answer(inspection: Inspection) -> Found<JudgementSet> {
    Found::part(JudgementSet { judgements: inspection.judgements }, inspection.row.version)
}

/// Read the judgements of an inspection
///
/// Returns the judgements in the order of the framework. The `ETag` is that of the inspection.
#[utoipa::path(
    tag = "Judgements",
    responses((status = 200, description = "The judgements.", body = JudgementSet))
)]
#[get("/inspections/{inspection_id}/judgements")]
async fn get_inspection_judgements(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    _: Query<NoParameters>,
) -> Result<Found<JudgementSet>, ApiError> {
    let inspection = db.read(move |conn| inspections::get(conn, &caller, *id, None)).await?;
    Ok(answer(inspection))
}

/// Export judgements
///
/// Returns the judgements of all inspections as a table, one row for each: those of the inspections that the filters want,
/// in their order, then in the order of the framework. `area` and `grade` want judgements, all other filters inspections.
#[utoipa::path(
    tag = "Judgements",
    params(InspectionFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(InspectionJudgementTable), content_type = "text/csv"))
)]
#[get("/judgements.csv")]
async fn export_judgements(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<InspectionFilter>,
) -> Result<InspectionJudgementTable, ApiError> {
    export.table(&db, move |conn, window| query::list::table(conn, &caller, &filter, window)).await
}

/// Replace the judgements of an inspection
///
/// Replaces all judgements. `If-Match` takes the inspection's `ETag`. Areas and grades must belong to the framework.
/// `reason` is required if the inspection is published.
#[utoipa::path(
    tag = "Judgements",
    request_body = NewJudgementSet,
    responses((status = 200, description = "The changed judgements.", body = JudgementSet))
)]
#[put("/inspections/{inspection_id}/judgements")]
async fn replace_inspection_judgements(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    if_match: IfMatch,
    Body(new): Body<NewJudgementSet>,
) -> Result<Found<JudgementSet>, ApiError> {
    let inspection = db.write(move |conn| query::replace(conn, &caller, *id, &if_match, &new)).await?;
    Ok(answer(inspection))
}
