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

/// Read the follow-up of a graded inspection
///
/// Returns the visits of the series that it opened, the gaps in what is known of them, the inspection that closed the
/// series, and the outcomes of each for its recommendations and themes. A recommendation that a visit did not examine is
/// `not_examined` for that visit. If the text of the visit is not held, it is `not_held`: the visit may have examined it.
/// A theme with several recommendations has the least favourable outcome. Only published inspections are included.
/// Returns 404 for visits and other inspections without grades.
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
