//! Operations on recommendations.

use actix_web::{delete, get, patch, post, web};
use diesel::pg::PgConnection;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{
    NewRecommendation, Recommendation, RecommendationFilter, RecommendationPage, RecommendationParameters,
    RecommendationPatch, RecommendationRow,
};
use super::query;
use super::table::RecommendationTable;
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
use crate::values::ids::{InspectionId, RecommendationId};

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_inspection_recommendations)
        .service(export_inspection_recommendations)
        .service(create_inspection_recommendation)
        .service(list_recommendations)
        .service(export_recommendations)
        .service(get_recommendation)
        .service(update_recommendation)
        .service(delete_recommendation);
}

/// List the recommendations of an inspection
///
/// Lists them in the order of the report.
#[utoipa::path(
    tag = "Recommendations",
    params(RecommendationParameters, WindowParameters),
    responses((status = 200, description = "A page of recommendations.", body = RecommendationPage))
)]
#[get("/inspections/{inspection_id}/recommendations")]
async fn list_inspection_recommendations(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    List { window, filter: RecommendationParameters { embed } }: List<RecommendationParameters>,
) -> Result<Listed<RecommendationPage>, ApiError> {
    let found = db.read(move |conn| query::list::of_inspection(conn, &caller, *id, embed.clone(), &window)).await?;
    Ok(Listed::new(found, |items, page| RecommendationPage { items, page }))
}

/// Export the recommendations of an inspection
///
/// Returns them as a table, in the order of the report.
#[utoipa::path(
    tag = "Recommendations",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(RecommendationTable), content_type = "text/csv"))
)]
#[get("/inspections/{inspection_id}/recommendations.csv")]
async fn export_inspection_recommendations(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<RecommendationTable, ApiError> {
    export.table(&db, move |conn, window| query::list::of_inspection(conn, &caller, *id, None, window)).await
}

/// Record a recommendation of an inspection
///
/// Adds it after the last one unless `position` is given.
#[utoipa::path(
    tag = "Recommendations",
    request_body = NewRecommendation,
    responses((status = 201, description = "The created recommendation.", body = Recommendation))
)]
#[post("/inspections/{inspection_id}/recommendations")]
async fn create_inspection_recommendation(
    db: web::Data<Db>,
    caller: Caller,
    inspection: web::Path<InspectionId>,
    Post { new, once }: Post<NewRecommendation>,
) -> Result<Response, ApiError> {
    once.write(&db, caller, move |conn, caller| {
        let body = part::insert::<RecommendationRow>(conn, caller, *inspection, Id::generate(), &new)?;
        Created { location: format!("/v1/recommendations/{}", body.row.recommendation_id), body }.response()
    })
    .await
}

/// List recommendations
///
/// Lists recommendations across all inspections, latest publication first. Filter by addressee, theme or cohort.
#[utoipa::path(
    tag = "Recommendations",
    params(RecommendationFilter, WindowParameters),
    responses((status = 200, description = "A page of recommendations.", body = RecommendationPage))
)]
#[get("/recommendations")]
async fn list_recommendations(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<RecommendationFilter>,
) -> Result<Listed<RecommendationPage>, ApiError> {
    let found = db.read(move |conn| query::list::list(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| RecommendationPage { items, page }))
}

/// Export recommendations
///
/// Returns the list of recommendations as a table, with the same filters in the same order.
#[utoipa::path(
    tag = "Recommendations",
    params(RecommendationFilter, TableParameters),
    responses((status = 200, description = "The table.", body = inline(RecommendationTable), content_type = "text/csv"))
)]
#[get("/recommendations.csv")]
async fn export_recommendations(
    db: web::Data<Db>,
    caller: Caller,
    Whole { filter, export, .. }: Whole<RecommendationFilter>,
) -> Result<RecommendationTable, ApiError> {
    export.table(&db, move |conn, window| query::list::list(conn, &caller, &filter, window)).await
}

/// Read a recommendation
#[utoipa::path(
    tag = "Recommendations",
    description = "Returns the recommendation with its themes, its timescale in words, and the due date computed from it.",
    params(RecommendationParameters),
    responses((status = 200, description = "The recommendation.", body = Recommendation))
)]
#[get("/recommendations/{recommendation_id}")]
async fn get_recommendation(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    Query(RecommendationParameters { embed }): Query<RecommendationParameters>,
) -> Result<Found<Recommendation>, ApiError> {
    let recommendation = db.read(move |conn| query::get(conn, &caller, *id, embed.as_ref())).await?;
    Ok(Found::computed(recommendation))
}

/// Correct a recommendation
///
/// A JSON merge patch. `reason` is required if the inspection is published, and is recorded with the change.
#[utoipa::path(
    tag = "Recommendations",
    request_body = RecommendationPatch,
    responses((status = 200, description = "The changed recommendation.", body = Recommendation))
)]
#[patch("/recommendations/{recommendation_id}")]
async fn update_recommendation(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    if_match: IfMatch,
    patch: Patch<RecommendationPatch>,
) -> Result<Found<Recommendation>, ApiError> {
    let recommendation =
        db.write(move |conn| part::update::<RecommendationRow>(conn, &caller, *id, &if_match, &patch)).await?;
    Ok(Found::computed(recommendation))
}

/// Remove a recommendation
///
/// `reason` is required if the inspection is published, and is recorded with the change.
#[utoipa::path(
    tag = "Recommendations",
    params(ReasonParameter),
    responses((status = 204, description = "The recommendation is deleted."))
)]
#[delete("/recommendations/{recommendation_id}")]
async fn delete_recommendation(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    Query(parameters): Query<ReasonParameter>,
    if_match: IfMatch,
) -> Result<Deleted, ApiError> {
    db.write(move |conn| part::delete::<RecommendationRow>(conn, &caller, *id, &if_match, parameters.reason.as_ref()))
        .await?;
    Ok(Deleted)
}

/// List the history of a recommendation
///
/// Lists every change of the recommendation, oldest first: the actor, the time, the reason, and the resource before and
/// after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
)]
#[get("/recommendations/{recommendation_id}/history")]
pub async fn list_recommendation_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    history(&db, caller, window, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Export the history of a recommendation
///
/// Returns its events as a table, oldest first.
#[utoipa::path(
    tag = "Events",
    params(TableParameters),
    responses((status = 200, description = "The table.", body = inline(EventTable), content_type = "text/csv"))
)]
#[get("/recommendations/{recommendation_id}/history.csv")]
pub async fn export_recommendation_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    Whole { export, .. }: Whole<NoParameters>,
) -> Result<EventTable, ApiError> {
    history_table(&db, caller, export, move |conn, caller| history_of(conn, caller, *id)).await
}

/// Whose events a history has; `not_found` if that is not visible to the caller.
fn history_of(conn: &mut PgConnection, caller: &Caller, id: RecommendationId) -> Result<History, ApiError> {
    part::find::<RecommendationRow>(conn, caller, id).map(|(_, row)| History::One(row.recommendation_id.as_uuid()))
}
