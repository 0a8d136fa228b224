//! Statements about interventions.

use chrono::Utc;
use diesel::dsl::count_star;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use serde_json::json;

use super::model::{
    Intervention, InterventionFilter, InterventionPatch, InterventionRow, InterventionSort, NewIntervention,
};
use crate::access::caller::Caller;
use crate::access::references;
use crate::database::limited;
use crate::database::schema::interventions;
use crate::database::sql::{Bound, or_distant_future, or_distant_past};
use crate::error::{ApiError, ConstraintExt, FieldError, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::http::page::{Page, Window};
use crate::register::authorities;
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::register::inspections::query::rules::{OF_ANOTHER, broken_reference};
use crate::register::vocabulary;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InterventionId};
use crate::values::json::merged;

type Interventions<'a> = interventions::BoxedQuery<'a, Pg>;
/// What is missing, in a 404.
const WHAT: &str = "intervention";
/// Where a page begins: the first day and the id of the row before.
type After = (Option<Date>, InterventionId);

/// A page of the interventions that a filter wants.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &InterventionFilter,
    window: &Window,
) -> Result<(Vec<Intervention>, Page), ApiError> {
    vocabulary::check(conn, [vocabulary::authorities("authority", filter.authority.as_ref())])?;
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let matching = || matching(filter, authorities.as_deref());
    let sort = filter.sort.unwrap_or(InterventionSort::StartedOnDescending);
    let query = sorted(matching(), sort, window.after()?).limit(window.rows()).select(InterventionRow::as_select());
    let rows = limited::load(query, conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row: &InterventionRow| (row.started_on, row.intervention_id))?;
    Ok((shown(conn, caller, rows)?, page))
}

fn matching<'a>(filter: &'a InterventionFilter, authorities: Option<&'a [AuthorityId]>) -> Interventions<'a> {
    let mut query = interventions::table.into_boxed();
    if let Some(ids) = authorities {
        query = query.filter(interventions::authority_id.eq_any(ids));
    }
    if let Some(kinds) = &filter.kind {
        query = query.filter(interventions::kind.eq_any(&kinds.0));
    }
    if let Some(day) = filter.active_on {
        let lasting = interventions::ended_on.is_null().or(interventions::ended_on.ge(day));
        query = query.filter(interventions::started_on.le(day).and(lasting));
    }
    query
}

fn sorted(query: Interventions<'_>, sort: InterventionSort, after: Option<After>) -> Interventions<'_> {
    use interventions::{intervention_id, started_on};
    match sort {
        InterventionSort::StartedOn => {
            let day = or_distant_future(started_on);
            let query = match after.map(|(day, id)| (Bound::or_future(day), id)) {
                Some((at, id)) => query.filter(day.ge(at).and(day.gt(at).or(intervention_id.gt(id)))),
                None => query,
            };
            query.order((day.asc(), intervention_id.asc()))
        }
        InterventionSort::StartedOnDescending => {
            let day = or_distant_past(started_on);
            let query = match after.map(|(day, id)| (Bound::or_past(day), id)) {
                Some((at, id)) => query.filter(day.le(at).and(day.lt(at).or(intervention_id.lt(id)))),
                None => query,
            };
            query.order((day.desc(), intervention_id.desc()))
        }
    }
}

/// The intervention with this id.
///
/// # Errors
///
/// `not_found`.
pub fn get(conn: &mut PgConnection, caller: &Caller, id: InterventionId) -> Result<Intervention, ApiError> {
    let row = interventions::table.find(id).select(InterventionRow::as_select()).first(conn).or_not_found(WHAT)?;
    shown(conn, caller, vec![row])?.pop().ok_or_else(|| ApiError::not_found(WHAT))
}

/// These interventions as the caller sees them, with the names of their authorities: without a word of inspections that it
/// does not see.
fn shown(conn: &mut PgConnection, caller: &Caller, rows: Vec<InterventionRow>) -> QueryResult<Vec<Intervention>> {
    let triggers = rows.iter().filter_map(|row| row.triggered_by_inspection_id).collect::<Vec<_>>();
    let triggers = references::inspections(conn, caller.access(), &triggers)?;
    let concerned = rows.iter().map(|row| row.authority_id).collect::<Vec<_>>();
    let authorities = authorities::query::names::of_authorities(conn, &concerned)?;
    let shown = rows.into_iter().map(|row| {
        let triggered_by_inspection_id = row.triggered_by_inspection_id.filter(|trigger| triggers.has(*trigger));
        let authority = authorities.of(row.authority_id)?;
        Ok(Intervention { row: InterventionRow { triggered_by_inspection_id, ..row }, authority })
    });
    shown.collect()
}

/// Records an intervention.
///
/// # Errors
///
/// `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InterventionId,
    new: &NewIntervention,
) -> Result<Intervention, ApiError> {
    let now = Utc::now();
    let candidate = json!({ "intervention_id": id, "version": 1, "created_at": now, "updated_at": now });
    check(conn, caller, &merged(candidate, new)?)?;
    let row = diesel::insert_into(interventions::table)
        .values((interventions::intervention_id.eq(id), new))
        .returning(InterventionRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    events::created(conn, caller, &subject(&row), &row)?;
    named(conn, row)
}

/// Changes an intervention.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `validation_failed`.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InterventionId,
    if_match: &IfMatch,
    patch: &Patch<InterventionPatch>,
) -> Result<Intervention, ApiError> {
    let before = lock(conn, id)?;
    if_match.check(before.version)?;
    if patch.changes_nothing(&before) {
        return named(conn, before);
    }
    check(conn, caller, &patch.applied_to(&before)?)?;
    let row = diesel::update(interventions::table.find(id))
        .set((
            &patch.changes,
            interventions::version.eq(before.version + 1),
            interventions::updated_at.eq(diesel::dsl::now),
        ))
        .returning(InterventionRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    events::updated(conn, caller, &subject(&row), (&before, &row), None)?;
    named(conn, row)
}

/// This intervention as the response to a write contains it: stewards, who write it, see every inspection.
fn named(conn: &mut PgConnection, row: InterventionRow) -> Result<Intervention, ApiError> {
    let authorities = authorities::query::names::of_authorities(conn, &[row.authority_id])?;
    Ok(Intervention { authority: authorities.of(row.authority_id)?, row })
}

/// Removes an intervention.
///
/// # Errors
///
/// `not_found`, `precondition_failed`.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InterventionId,
    if_match: &IfMatch,
) -> Result<(), ApiError> {
    let before = lock(conn, id)?;
    if_match.check(before.version)?;
    diesel::delete(interventions::table.find(id)).execute(conn)?;
    events::deleted(conn, caller, &subject(&before), &before, None)
}

fn lock(conn: &mut PgConnection, id: InterventionId) -> Result<InterventionRow, ApiError> {
    let query = interventions::table.find(id).select(InterventionRow::as_select()).for_no_key_update();
    query.first(conn).or_not_found(WHAT)
}

fn subject(row: &InterventionRow) -> Subject {
    let id = row.intervention_id.as_uuid();
    let authorities = vec![row.authority_id];
    Subject {
        resource: EventResource::Intervention,
        id,
        aggregate: id,
        authorities,
        visibility: PublicVisibility::open(),
    }
}

/// Holds an intervention, as it would be, to every rule.
fn check(conn: &mut PgConnection, caller: &Caller, row: &InterventionRow) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    if row.started_on.zip(row.ended_on).is_some_and(|(first, last)| first > last) {
        errors.push(FieldError::body("/ended_on", "order", NOT_BEFORE_START));
    }
    if !authorities::query::rows::exists(conn, row.authority_id)? {
        errors.push(FieldError::body("/authority_id", "unknown", NO_AUTHORITY));
    } else if let Some(inspection) = row.triggered_by_inspection_id {
        errors.extend(broken_reference(conn, caller, row.authority_id, inspection, TRIGGER)?);
    }
    ApiError::refuse_any(errors)
}

const TRIGGER: &str = "/triggered_by_inspection_id";
const NOT_BEFORE_START: &str = "must not be before started_on";
const NO_AUTHORITY: &str = "must name an authority of the register";

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let (pointer, code, message) = match constraint {
        "interventions_authority_id_fkey" => ("/authority_id", "unknown", NO_AUTHORITY),
        "interventions_triggered_by_inspection_id_fkey" => {
            (TRIGGER, "unknown", "must name an inspection of the register")
        }
        "interventions_triggered_by_authority_check" => (TRIGGER, "authority", OF_ANOTHER),
        "interventions_period_check" => ("/ended_on", "order", NOT_BEFORE_START),
        _ => return None,
    };
    Some(ApiError::invalid_member(pointer, code, message))
}
