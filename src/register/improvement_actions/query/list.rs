//! Lists of actions. One way for both sources: the stored rows, and the actions as they stood at the end of a day, which
//! the database puts together from their history.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date as SqlDate, Integer, Text, Timestamptz, Uuid};
use serde::Serialize;

use super::assemble;
use super::rows::WHAT;
use crate::access::caller::Caller;
use crate::database::limited::{self, EmbeddedRows, MOST_OF_EACH, Room};
use crate::database::sql::{Bound, Statement, Total};
use crate::error::{ApiError, NotFoundExt};
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::improvement_actions::model::{
    ActionState, ImprovementAction, ImprovementActionFilter, ImprovementActionParameters, ImprovementActionRow,
    ImprovementActionSort,
};
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::date::Date;
use crate::values::id::Id;
use crate::values::ids::{ActionId, AuthorityId, FindingId, PlanId, RecommendationId, of};

/// Where a page begins: what sorts, whatever the order, and the id of the row before.
type After = (Option<Date>, DateTime<Utc>, Option<i32>, ActionId);

/// The columns of a row.
const ROWS: &str = "action_id, authority_id, plan_id, title, description, source, themes, cohorts, owner_role, \
     partner_organisations, priority, success_measure, promised_to, visibility, proposed_on, state, rag, original_due_on, \
     due_on, slip_days, revision_count, completed_on, deferred_until, version, created_at, updated_at";

/// A page of the actions that a filter wants.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &ImprovementActionFilter,
    window: &Window,
) -> Result<(Vec<ImprovementAction>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Words, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
            vocabulary::codes("theme", Vocabulary::Themes, filter.theme.as_ref()),
        ],
    )?;
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let wanted = |what| matching(select(what, caller, filter.as_at), caller, filter, authorities.as_deref());
    let sort = filter.sort.unwrap_or(ImprovementActionSort::DueOn);
    let rows = sorted(wanted(ROWS), sort, window.after()?).value::<BigInt, _>(" limit ?", window.rows());
    let rows = limited::load::<ImprovementActionRow, _>(rows.query(), conn)?;
    let total =
        if window.counts() { Some(wanted("count(*) as total").query().get_result::<Total>(conn)?.total) } else { None };
    let (rows, page) = window.page(rows, total, |row| (row.due_on, row.updated_at, row.slip_days, row.action_id))?;
    let parameters = ImprovementActionParameters { as_at: filter.as_at, embed: filter.embed.clone() };
    Ok((assemble::all(conn, caller, rows, &parameters)?, page))
}

/// The action as it stood at the end of a day.
///
/// # Errors
///
/// `not_found`, also if it was proposed later.
pub fn find_on(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    day: Date,
) -> Result<ImprovementActionRow, ApiError> {
    let statement = select(ROWS, caller, Some(day)).value::<Uuid, _>(" and action_id = ?", id);
    statement.query().get_result(conn).or_not_found(WHAT)
}

/// The actions of these plans by due date, as at a day if one is asked about.
pub fn of_plans(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[PlanId],
    as_at: Option<Date>,
) -> Result<EmbeddedRows<of::Plan, ImprovementAction>, ApiError> {
    of_owners(conn, caller, room, ids, ("plan_id", ""), as_at)
}

/// The actions that answer these recommendations by due date.
pub fn of_recommendations(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[RecommendationId],
) -> Result<EmbeddedRows<of::Recommendation, ImprovementAction>, ApiError> {
    let link = ("recommendation_id", " join improvement_action_recommendations using (action_id)");
    of_owners(conn, caller, room, ids, link, None)
}

/// The actions that answer these findings by due date.
pub fn of_findings(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[FindingId],
) -> Result<EmbeddedRows<of::Finding, ImprovementAction>, ApiError> {
    let link = ("finding_id", " join improvement_action_findings using (action_id)");
    of_owners(conn, caller, room, ids, link, None)
}

/// An action with the resource that embeds it.
#[derive(QueryableByName, Serialize)]
struct Owned {
    #[diesel(sql_type = Uuid)]
    owner_id: uuid::Uuid,
    #[diesel(embed)]
    row: ImprovementActionRow,
}

/// The actions of these owners by due date: the column with the owner, and the table that has it.
fn of_owners<O>(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[Id<O>],
    (column, link): (&'static str, &'static str),
    as_at: Option<Date>,
) -> Result<EmbeddedRows<O, ImprovementAction>, ApiError> {
    let beyond = i64::try_from(MOST_OF_EACH).unwrap_or(i64::MAX).saturating_add(1);
    let statement = Statement::new("select * from (select ").text(ROWS).text(", ").text(column).text(" as owner_id");
    let statement = statement.text(", row_number() over (partition by ").text(column);
    let statement = statement.text(" order by or_distant_future(due_on), action_id) as place from ");
    let statement = caller.access().only_visible_papers(source(statement, as_at).text(link).text(" where true"));
    let statement = statement
        .text(" and ")
        .text(column)
        .value::<Array<Uuid>, _>(" = any (?)", ids)
        .value::<BigInt, _>(") of_owners where place <= ? order by owner_id, place", beyond);
    let rows = room.load(conn, ids, statement.query(), |owned: &Owned| owned.owner_id.into())?;
    let parameters = ImprovementActionParameters { as_at, embed: None };
    rows.turned(|rows| assemble::all(conn, caller, rows.into_iter().map(|owned| owned.row).collect(), &parameters))
}

/// The beginning of a statement about the actions that the caller may see.
fn select<'a>(what: &'static str, caller: &'a Caller, as_at: Option<Date>) -> Statement<'a> {
    let statement = source(Statement::new("select ").text(what).text(" from "), as_at);
    caller.access().only_visible_papers(statement.text(" where true"))
}

/// The stored actions, or those of a day.
fn source(statement: Statement<'_>, as_at: Option<Date>) -> Statement<'_> {
    match as_at {
        None => statement.text("improvement_actions"),
        Some(day) => statement.value::<SqlDate, _>("improvement_actions_on(?)", day),
    }
}

fn matching<'a>(
    mut statement: Statement<'a>,
    caller: &'a Caller,
    filter: &'a ImprovementActionFilter,
    authorities: Option<&'a [AuthorityId]>,
) -> Statement<'a> {
    if let Some(q) = &filter.q {
        statement = statement.value::<Text, _>(" and search @@ question(?)", q);
    }
    if let Some(ids) = authorities {
        statement = statement.value::<Array<Uuid>, _>(" and authority_id = any (?)", ids);
    }
    if let Some(plans) = &filter.plan {
        let named = " and plan_id in (select plan_id from improvement_plans where plan_id = any (?)";
        let statement_of_plans = statement.value::<Array<Uuid>, _>(named, &plans.0);
        statement = caller.access().only_visible_papers(statement_of_plans).text(")");
    }
    if let Some(states) = &filter.state {
        statement = statement.value::<Array<Text>, _>(" and state = any (?)", &states.0);
    }
    if let Some(rags) = &filter.rag {
        statement = statement.value::<Array<Text>, _>(" and rag = any (?)", &rags.0);
    }
    if let Some(priorities) = &filter.priority {
        statement = statement.value::<Array<Text>, _>(" and priority = any (?)", &priorities.0);
    }
    if let Some(role) = &filter.owner_role {
        statement = statement.value::<Text, _>(" and folded(owner_role) = folded(?)", role);
    }
    if let Some(sources) = &filter.source {
        statement = statement.value::<Array<Text>, _>(" and source = any (?)", &sources.0);
    }
    if let Some(ids) = &filter.recommendation {
        statement = answering_recommendations(statement, caller, &ids.0);
    }
    if let Some(ids) = &filter.finding {
        statement = answering_findings(statement, caller, &ids.0);
    }
    if let Some(themes) = &filter.theme {
        statement = statement.value::<Array<Text>, _>(" and themes && ?", &themes.0);
    }
    if let Some(cohorts) = &filter.cohort {
        statement = statement.value::<Array<Text>, _>(" and cohorts && ?", &cohorts.0);
    }
    if let Some(whom) = &filter.promised_to {
        statement = statement.value::<Text, _>(" and folded(promised_to) = folded(?)", whom);
    }
    if let Some(visibilities) = &filter.visibility {
        statement = statement.value::<Array<Text>, _>(" and visibility = any (?)", &visibilities.0);
    }
    on_days(statement, filter)
}

fn on_days<'a>(mut statement: Statement<'a>, filter: &'a ImprovementActionFilter) -> Statement<'a> {
    if let Some(day) = filter.due_from {
        statement = statement.value::<SqlDate, _>(" and due_on is not null and or_distant_future(due_on) >= ?", day);
    }
    if let Some(day) = filter.due_to {
        statement = statement.value::<SqlDate, _>(" and or_distant_future(due_on) <= ?", day);
    }
    if let Some(is_overdue) = filter.is_overdue {
        let day = filter.as_at.unwrap_or_else(Date::today);
        let open = ActionState::open().collect::<Vec<_>>();
        statement = statement
            .value::<SqlDate, _>(" and (or_distant_future(due_on) < ?", day)
            .value::<Array<Text>, _>(" and state = any (?))", open)
            .value::<Bool, _>(" = ?", is_overdue);
    }
    if let Some(days) = filter.min_slip_days {
        statement = statement.value::<BigInt, _>(" and or_least(slip_days) >= ?", i64::from(days));
    }
    if let Some(day) = filter.updated_from {
        statement = statement.value::<SqlDate, _>(" and updated_at >= ?::timestamp at time zone 'Europe/London'", day);
    }
    statement
}

/// Those that answer recommendations, of which the caller sees those that count.
fn answering_recommendations<'a>(
    statement: Statement<'a>,
    caller: &Caller,
    ids: &'a [RecommendationId],
) -> Statement<'a> {
    let answering = statement.value::<Array<Uuid>, _>(
        " and action_id in (select action_id from improvement_action_recommendations where recommendation_id in ( \
             select recommendation_id from recommendations join inspections using (inspection_id) \
             where recommendation_id = any (?)",
        ids,
    );
    caller.access().only_visible_inspections(answering).text("))")
}

/// Those that answer findings, of which the caller sees those that count.
fn answering_findings<'a>(statement: Statement<'a>, caller: &Caller, ids: &'a [FindingId]) -> Statement<'a> {
    let answering = statement.value::<Array<Uuid>, _>(
        " and action_id in (select action_id from improvement_action_findings where finding_id in ( \
             select finding_id from findings join inspections using (inspection_id) where finding_id = any (?)",
        ids,
    );
    caller.access().only_visible_inspections(answering).text("))")
}

/// One arm per order. What is absent comes last in each.
fn sorted(statement: Statement<'_>, sort: ImprovementActionSort, after: Option<After>) -> Statement<'_> {
    use ImprovementActionSort::{DueOn, DueOnDescending, SlipDays, SlipDaysDescending, UpdatedAt, UpdatedAtDescending};
    macro_rules! order {
        ($key:literal, $beyond:literal, $direction:literal, $value:ty, $bound:expr) => {{
            let statement = match after {
                Some((due_on, updated_at, slip_days, id)) => {
                    let bound = $bound;
                    statement
                        .value::<$value, _>(
                            concat!(" and (", $key, ", action_id) ", $beyond, " (?"),
                            bound(due_on, updated_at, slip_days),
                        )
                        .value::<Uuid, _>(", ?)", id)
                }
                None => statement,
            };
            statement.text(concat!(" order by ", $key, $direction, ", action_id", $direction))
        }};
    }
    match sort {
        DueOn => order!("or_distant_future(due_on)", ">", "", SqlDate, |day, _, _| Bound::or_future(day)),
        DueOnDescending => order!("or_distant_past(due_on)", "<", " desc", SqlDate, |day, _, _| Bound::or_past(day)),
        UpdatedAt => order!("updated_at", ">", "", Timestamptz, |_, at, _| at),
        UpdatedAtDescending => order!("updated_at", "<", " desc", Timestamptz, |_, at, _| at),
        SlipDays => {
            order!("or_greatest(slip_days)", ">", "", Integer, |_, _, days: Option<i32>| days.unwrap_or(i32::MAX))
        }
        SlipDaysDescending => {
            order!("or_least(slip_days)", "<", " desc", Integer, |_, _, days: Option<i32>| days.unwrap_or(i32::MIN))
        }
    }
}
