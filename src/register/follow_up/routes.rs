//! Operations on follow-ups.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{FollowUp, FollowUpParameters};
use super::query;
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::Query;
use crate::http::response::Found;
use crate::values::ids::InspectionId;

/// Registers the operation.
pub fn register(service: &mut ServiceConfig) {
    service.service(get_inspection_follow_up);
}

/// Read what followed a graded inspection
///
/// The visits of the series that it opened, the gaps in their numbers, the inspection that closed it, and what each of them
/// said of its recommendations and themes. What a visit did not look at is `not_examined`, whatever others said; of a theme
/// with several recommendations the least favourable outcome counts. Only what is published counts. Not found for visits
/// and other inspections without grades.
#[utoipa::path(
    tag = "Examinations",
    params(FollowUpParameters),
    responses((status = 200, description = "What followed.", body = FollowUp))
)]
#[get("/inspections/{inspection_id}/follow-up")]
async fn get_inspection_follow_up(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    Query(parameters): Query<FollowUpParameters>,
) -> Result<Found<FollowUp>, ApiError> {
    let follow_up = db.read(move |conn| query::get(conn, &caller, *id, parameters)).await?;
    Ok(Found::view(follow_up))
}
