//! Lists of events: the feed, and the histories of single resources.

use diesel::dsl::count_star;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use uuid::Uuid;

use crate::authorities::model::{AuthorityId, AuthorityKey};
use crate::authorities::query::resolve_filter;
use crate::error::{ApiError, FieldError};
use crate::events::model::{Event, EventFilter};
use crate::findings::model::FindingId;
use crate::improvement_actions::model::ActionId;
use crate::improvement_plans::model::PlanId;
use crate::inspections::model::InspectionId;
use crate::page::{Page, Window};
use crate::principal::Principal;
use crate::recommendations::model::RecommendationId;
use crate::schema::events;
use crate::sql::event_horizon;
use crate::{findings, improvement_actions, improvement_plans, inspections, recommendations};

type Events<'a> = events::BoxedQuery<'a, Pg>;
/// Where an event stands: its position and its sequence.
type Place = (i64, i64);

/// Whose history is wanted: that of an inspection, a plan and an action with all that belongs to it, that of others alone.
#[derive(Debug, Clone, Copy)]
pub enum History {
    /// An inspection.
    Inspection(InspectionId),
    /// A finding.
    Finding(FindingId),
    /// A recommendation.
    Recommendation(RecommendationId),
    /// An improvement plan.
    ImprovementPlan(PlanId),
    /// An improvement action.
    ImprovementAction(ActionId),
}

/// A page of the feed: of what a filter wants, the events before which none can come any more.
///
/// # Errors
///
/// `invalid_parameter` if `after` names no event, `invalid_cursor`, or if the database fails.
pub fn feed(conn: &mut PgConnection, filter: &EventFilter, window: &Window) -> Result<(Vec<Event>, Page), ApiError> {
    let mut authorities = resolve_filter(conn, filter.authority.as_ref())?;
    // An authority that is gone has events still, and is named by its id.
    if let (Some(ids), Some(keys)) = (&mut authorities, &filter.authority) {
        ids.extend(keys.0.iter().filter_map(|key| if let AuthorityKey::Id(id) = key { Some(*id) } else { None }));
    }
    let start = match filter.after {
        Some(sequence) => Some(place(conn, sequence)?.ok_or_else(|| {
            let unknown = FieldError::parameter("after", "unknown", "must be the sequence of an event");
            ApiError::invalid_parameters(vec![unknown])
        })?),
        None => None,
    };
    let settled = || from(matching(filter, authorities.as_deref()), start).filter(events::position.lt(event_horizon()));
    page(conn, settled, window)
}

/// A page of a history, to its end.
///
/// # Errors
///
/// `not_found` if there is no such resource, `invalid_cursor`, or if the database fails.
pub fn history(
    conn: &mut PgConnection,
    principal: &Principal,
    history: History,
    window: &Window,
) -> Result<(Vec<Event>, Page), ApiError> {
    match history {
        History::Inspection(id) => inspections::query::find(conn, principal, id).map(drop),
        History::Finding(id) => findings::query::get(conn, principal, id, None).map(drop),
        History::Recommendation(id) => recommendations::query::get(conn, principal, id, None).map(drop),
        History::ImprovementPlan(id) => improvement_plans::query::find(conn, principal, id).map(drop),
        History::ImprovementAction(id) => improvement_actions::query::find(conn, principal, id).map(drop),
    }?;
    let of_whole = |id: Uuid| events::table.filter(events::aggregate_id.eq(id)).into_boxed();
    let of_part = |id: Uuid| events::table.filter(events::resource_id.eq(id)).into_boxed();
    let events = || match history {
        History::Inspection(id) => of_whole(id.as_uuid()),
        History::Finding(id) => of_part(id.as_uuid()),
        History::Recommendation(id) => of_part(id.as_uuid()),
        History::ImprovementPlan(id) => of_whole(id.as_uuid()),
        History::ImprovementAction(id) => of_whole(id.as_uuid()),
    };
    page(conn, events, window)
}

fn page<'a>(
    conn: &mut PgConnection,
    events: impl Fn() -> Events<'a>,
    window: &Window,
) -> Result<(Vec<Event>, Page), ApiError> {
    let after = match window.after::<i64>()? {
        Some(sequence) => place(conn, sequence)?,
        None => None,
    };
    let rows = from(events(), after)
        .order((events::position.asc(), events::sequence.asc()))
        .limit(window.rows())
        .select(Event::as_select())
        .load(conn)?;
    let total = if window.counts() { Some(events().select(count_star()).get_result(conn)?) } else { None };
    window.page(rows, total, |event| event.sequence)
}

/// Where the event with this number stands, if there is one.
fn place(conn: &mut PgConnection, sequence: i64) -> QueryResult<Option<Place>> {
    events::table.find(sequence).select((events::position, events::sequence)).first(conn).optional()
}

fn from(query: Events<'_>, after: Option<Place>) -> Events<'_> {
    match after {
        Some((position, sequence)) => query
            .filter(events::position.ge(position).and(events::position.gt(position).or(events::sequence.gt(sequence)))),
        None => query,
    }
}

/// The events that a filter wants. One type or one resource is a range of an index in the order of the feed, several are
/// not.
fn matching<'a>(filter: &'a EventFilter, authorities: Option<&'a [AuthorityId]>) -> Events<'a> {
    let mut query = events::table.into_boxed();
    if let Some(types) = &filter.event_type {
        query = match types.0.as_slice() {
            [one] => query.filter(events::type_.eq(one)),
            several => query.filter(events::type_.eq_any(several)),
        };
    }
    if let Some(resources) = &filter.resource {
        query = match resources.0.as_slice() {
            [one] => query.filter(events::resource.eq(one)),
            several => query.filter(events::resource.eq_any(several)),
        };
    }
    if let Some(ids) = &filter.resource_id {
        query = match ids.0.as_slice() {
            [one] => query.filter(events::resource_id.eq(one)),
            several => query.filter(events::resource_id.eq_any(several)),
        };
    }
    if let Some(ids) = authorities {
        query = query.filter(events::authority_ids.overlaps_with(ids));
    }
    query
}
