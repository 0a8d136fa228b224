//! Operations on examinations.

use actix_web::{Either, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Examination, ExaminationPage, NewExamination};
use super::query;
use super::query::rows::Place;
use super::table::ExaminationTable;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{Body, IfMatch, List, NoParameters, Preconditions, Query, ReasonParameter, Whole};
use crate::http::page::WindowParameters;
use crate::http::response::{Created, Deleted, Found, Listed};
use crate::http::table::TableParameters;
use crate::values::ids::InspectionId;

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_inspection_examinations)
        .service(export_inspection_examinations)
        .service(get_inspection_examination)
        .service(replace_inspection_examination)
        .service(delete_inspection_examination);
}

/// List the examinations of an inspection
///
/// Lists the examinations of recommendations of earlier inspections, in the order of the recommendations. A
/// recommendation without an examination was not examined, or the text of the inspection is not held.
#[utoipa::path(
    tag = "Examinations",
    params(WindowParameters),
    responses((status = 200, description = "A page of examinations.", body = ExaminationPage))
)]
#[get("/inspections/{inspection_id}/examinations")]
async fn list_inspection_examinations(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<ExaminationPage>, ApiError> {
    let found = db.read(move |conn| query::list(conn, &caller, *id, &window)).await?;
    Ok(Listed::new(found, |items, page| ExaminationPage { items, page }))
}

/// Export the examinations of an inspection
///
/// Returns them as a table, in the order of the recommendations.
#[utoipa::path(
    tag = "Examinations",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(ExaminationTable), content_type = "text/csv"))
)]
#[get("/inspections/{inspection_id}/examinations.csv")]
async fn export_inspection_examinations(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<ExaminationTable, ApiError> {
    export.table(&db, move |conn, window| query::list(conn, &caller, *id, window)).await
}

/// Read the examination of a recommendation by an inspection
///
/// Returns 404 if no examination is recorded; that does not mean that the recommendation improved.
#[utoipa::path(
    tag = "Examinations",
    responses((status = 200, description = "The examination.", body = Examination))
)]
#[get("/inspections/{inspection_id}/examinations/{recommendation_id}")]
async fn get_inspection_examination(
    db: web::Data<Db>,
    caller: Caller,
    place: web::Path<Place>,
    _: Query<NoParameters>,
) -> Result<Found<Examination>, ApiError> {
    let examination = db.read(move |conn| query::get(conn, &caller, *place)).await?;
    Ok(Found::computed(examination))
}

/// Record or replace the examination of a recommendation by an inspection
///
/// The recommendation must be of an earlier inspection of the same authority or its predecessor. `If-None-Match: *`
/// creates an examination, `If-Match` replaces one; if there is none to replace, the response is 412. An examination
/// does not change the state of any action. `reason` is required to replace it if the inspection is published.
#[utoipa::path(
    tag = "Examinations",
    request_body = NewExamination,
    responses(
        (status = 200, description = "The changed examination.", body = Examination),
        (status = 201, description = "The created examination.", body = Examination)
    )
)]
#[put("/inspections/{inspection_id}/examinations/{recommendation_id}")]
async fn replace_inspection_examination(
    db: web::Data<Db>,
    caller: Caller,
    place: web::Path<Place>,
    preconditions: Preconditions,
    Body(new): Body<NewExamination>,
) -> Result<Either<Created<Examination>, Found<Examination>>, ApiError> {
    let written = db.write(move |conn| query::replace(conn, &caller, *place, &preconditions, &new)).await?;
    Ok(match written {
        (body, true) => Either::Left(Created {
            location: format!("/v1/inspections/{}/examinations/{}", body.row.inspection_id, body.row.recommendation_id),
            body,
        }),
        (body, false) => Either::Right(Found::computed(body)),
    })
}

/// Remove the examination of a recommendation by an inspection
///
/// Afterwards the recommendation is `not_examined`, or `not_held`, for the inspection. `reason` is required if the inspection
/// is published.
#[utoipa::path(
    tag = "Examinations",
    params(ReasonParameter),
    responses((status = 204, description = "The examination is deleted."))
)]
#[delete("/inspections/{inspection_id}/examinations/{recommendation_id}")]
async fn delete_inspection_examination(
    db: web::Data<Db>,
    caller: Caller,
    place: web::Path<Place>,
    Query(parameters): Query<ReasonParameter>,
    if_match: IfMatch,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| query::delete(conn, &caller, *place, &if_match, parameters.reason.as_ref())).await?;
    Ok(Deleted)
}
