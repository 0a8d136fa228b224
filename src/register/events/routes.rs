//! Operations on events.

use actix_web::{get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{EventFilter, EventPage};
use super::query::list::{self, History};
use crate::access::caller::Caller;
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::extract::{List, NoParameters};
use crate::http::page::WindowParameters;
use crate::http::response::Listed;
use crate::values::ids::{ActionId, FindingId, InspectionId, PlanId, RecommendationId};

/// Registers the operations.
pub fn register(service: &mut ServiceConfig) {
    service
        .service(list_events)
        .service(list_inspection_history)
        .service(list_finding_history)
        .service(list_recommendation_history)
        .service(list_improvement_plan_history)
        .service(list_improvement_action_history);
}

/// List events
///
/// The feed: every write of every resource, one event for each resource that it changed, in an order in which what came
/// of something else stands after it. To follow it, handle a page, keep the `sequence` of its last event, and ask for what
/// is `after` it; the number names a place in the feed and is not compared, for numbers have gaps, and those of writes
/// that ran at the same time may stand in another order. An event is shown once all writes that could come before it have
/// ended, so that a reader who goes on from the last event misses none; while a long write runs, such as an import, the
/// feed waits for it. Whoever keeps the last `after` of each resource, from the beginning, and drops what is `deleted`,
/// has the register as it is stored. Events are kept for ever.
///
/// The feed of a caller tells of what that caller sees. What comes into view, such as a draft that is published, reads as
/// `created`; what goes from it reads as `deleted`, and what was told of it before is told no more. Members that refer to
/// what the caller does not see are left out. `after` takes the number of an event that the caller sees or saw; another key
/// may see another feed.
#[utoipa::path(
    tag = "Events",
    params(EventFilter, WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/events")]
async fn list_events(
    db: web::Data<Db>,
    caller: Caller,
    List { window, filter }: List<EventFilter>,
) -> Result<Listed<EventPage>, ApiError> {
    let found = db.read(move |conn| list::feed(conn, &caller, &filter, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// List the history of an inspection
///
/// Every change of the inspection, its judgements, and all that is or was in it, the first first: who made it, when,
/// why, from what to what.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/inspections/{inspection_id}/history")]
async fn list_inspection_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<InspectionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    let history = History::Inspection(*id);
    let found = db.read(move |conn| list::history(conn, &caller, history, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// List the history of a finding
///
/// Every change of the finding, the first first: who made it, when, why, from what to what.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/findings/{finding_id}/history")]
async fn list_finding_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<FindingId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    let history = History::Finding(*id);
    let found = db.read(move |conn| list::history(conn, &caller, history, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// List the history of a recommendation
///
/// Every change of the recommendation, the first first: who made it, when, why, from what to what.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/recommendations/{recommendation_id}/history")]
async fn list_recommendation_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<RecommendationId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    let history = History::Recommendation(*id);
    let found = db.read(move |conn| list::history(conn, &caller, history, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// List the history of an improvement plan
///
/// Every change of the plan, the first first: who made it, when, from what to what. Its actions have histories of their own.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/improvement-plans/{plan_id}/history")]
async fn list_improvement_plan_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<PlanId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    let history = History::ImprovementPlan(*id);
    let found = db.read(move |conn| list::history(conn, &caller, history, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}

/// List the history of an improvement action
///
/// Every change of the action, and of its transitions, date revisions, updates and evidence, the first first: who made it,
/// when, why, from what to what.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, the first first.", body = EventPage))
)]
#[get("/improvement-actions/{action_id}/history")]
async fn list_improvement_action_history(
    db: web::Data<Db>,
    caller: Caller,
    id: web::Path<ActionId>,
    List { window, .. }: List<NoParameters>,
) -> Result<Listed<EventPage>, ApiError> {
    let history = History::ImprovementAction(*id);
    let found = db.read(move |conn| list::history(conn, &caller, history, &window)).await?;
    Ok(Listed::new(found, |items, page| EventPage { items, page }))
}
