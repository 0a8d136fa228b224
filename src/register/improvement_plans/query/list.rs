//! The list of improvement plans, as they stand or as they stood.

use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::assemble;
use super::rows::{Plans, as_on, known_by, state_on, visible};
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{improvement_plans, inspections};
use crate::database::sql::{Bound, or_distant_future, or_distant_past};
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::improvement_plans::model::{
    ImprovementPlan, ImprovementPlanFilter, ImprovementPlanParameters, ImprovementPlanRow, ImprovementPlanSort,
};
use crate::register::vocabulary;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, PlanId};

/// Where a page begins: the first day and the id of the row before.
type After = (Option<Date>, PlanId);

/// A page of the plans that a filter wants.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &ImprovementPlanFilter,
    window: &Window,
) -> Result<(Vec<ImprovementPlan>, Page), ApiError> {
    vocabulary::check(conn, [vocabulary::authorities("authority", filter.authority.as_ref())])?;
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let earlier = filter.as_at.filter(|day| *day < Date::today());
    let matching = || matching(caller, filter, authorities.as_deref(), earlier);
    let sort = filter.sort.unwrap_or(ImprovementPlanSort::StartsOnDescending);
    let wanted = sorted(matching(), sort, window.after()?).limit(window.rows());
    let rows = match earlier {
        None => limited::load::<ImprovementPlanRow, _>(wanted.select(ImprovementPlanRow::as_select()), conn)?,
        Some(day) => limited::load(wanted.select(as_on(day)), conn)?.map(ImprovementPlanRow::on(day)),
    };
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.starts_on, row.plan_id))?;
    let parameters = ImprovementPlanParameters { as_at: filter.as_at, embed: filter.embed.clone() };
    Ok((assemble::all(conn, caller, rows, &parameters)?, page))
}

fn matching<'a>(
    caller: &'a Caller,
    filter: &'a ImprovementPlanFilter,
    authorities: Option<&'a [AuthorityId]>,
    earlier: Option<Date>,
) -> Plans<'a> {
    let mut query = visible(caller);
    if let Some(ids) = authorities {
        query = query.filter(improvement_plans::authority_id.eq_any(ids));
    }
    if let Some(ids) = &filter.inspection {
        let visible = inspections::table
            .filter(inspections::inspection_id.eq_any(&ids.0).and(inspections::state.eq_any(caller.access().states())))
            .select(inspections::inspection_id.nullable());
        query = query.filter(improvement_plans::responds_to_inspection_id.eq_any(visible));
    }
    if let Some(day) = earlier {
        query = known_by(query, day);
    }
    match (&filter.state, earlier) {
        (None, _) => query,
        (Some(states), None) => query.filter(improvement_plans::state.eq_any(&states.0)),
        (Some(states), Some(day)) => query.filter(state_on(day).eq_any(&states.0)),
    }
}

fn sorted(query: Plans<'_>, sort: ImprovementPlanSort, after: Option<After>) -> Plans<'_> {
    use improvement_plans::{plan_id, starts_on};
    match sort {
        ImprovementPlanSort::StartsOn => {
            let day = or_distant_future(starts_on);
            let query = match after.map(|(day, id)| (Bound::or_future(day), id)) {
                Some((at, id)) => query.filter(day.ge(at).and(day.gt(at).or(plan_id.gt(id)))),
                None => query,
            };
            query.order((day.asc(), plan_id.asc()))
        }
        ImprovementPlanSort::StartsOnDescending => {
            let day = or_distant_past(starts_on);
            let query = match after.map(|(day, id)| (Bound::or_past(day), id)) {
                Some((at, id)) => query.filter(day.le(at).and(day.lt(at).or(plan_id.lt(id)))),
                None => query,
            };
            query.order((day.desc(), plan_id.desc()))
        }
    }
}
