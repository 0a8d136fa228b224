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
/// Lists events in causal order: one event for each resource changed by a write. To follow the feed, process a page,
/// store the `sequence` of its last event, and request the events `after` it. A sequence identifies a position:
/// sequences have gaps, and concurrent writes may appear in another order than their numbers. An event appears once
/// every write that could precede it has ended, so following the feed misses none; a long write, such as an import,
/// delays it. A client that keeps the last `after` of each resource and drops those `deleted` has a complete copy.
/// Events are kept for ever.
///
/// The feed contains what the caller may read. A resource that becomes visible, such as a published draft, appears as
/// `created`; one that becomes invisible appears as `deleted`, and its earlier events are no longer returned.
/// References to resources that are not visible are omitted. `after` accepts the sequence of any event that is or was
/// visible to the caller; feeds differ between keys.
#[utoipa::path(
    tag = "Events",
    params(EventFilter, WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
/// Lists every change of the inspection and its judgements, and of every part that it has or had, oldest first: the
/// actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
/// Lists every change of the finding, oldest first: the actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
/// Lists every change of the recommendation, oldest first: the actor, the time, the reason, and the resource before and
/// after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
/// Lists every change of the plan, oldest first: the actor, the time, and the resource before and after. The actions of
/// the plan have their own histories.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
/// Lists every change of the action and of its transitions, date revisions, updates and evidence, oldest first: the
/// actor, the time, the reason, and the resource before and after.
#[utoipa::path(
    tag = "Events",
    params(WindowParameters),
    responses((status = 200, description = "A page of events, oldest first.", body = EventPage))
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
