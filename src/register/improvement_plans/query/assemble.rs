//! Puts plans together with what is computed of them and what they carry: a fixed number of statements, however many plans.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Text, Uuid};

use crate::access::caller::Caller;
use crate::access::references;
use crate::database::limited::{Room, of_owner};
use crate::database::schema::inspections;
use crate::database::sql::Statement;
use crate::error::ApiError;
use crate::register::authorities;
use crate::register::improvement_actions::model::ActionState;
use crate::register::improvement_actions::query::list::of_plans;
use crate::register::improvement_plans::model::{
    CountedPlan, ImprovementPlan, ImprovementPlanEmbed, ImprovementPlanParameters, ImprovementPlanRow,
};
use crate::values::codes::names;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, PlanId};
use crate::values::working_days::statutory_due_on;

/// These plans, with the day on which the statement is due, how their actions stand or stood, and what they are asked to
/// carry.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<ImprovementPlanRow>,
    parameters: &ImprovementPlanParameters,
) -> Result<Vec<ImprovementPlan>, ApiError> {
    let rows = visible(conn, caller, rows)?;
    let ids = rows.iter().map(|row| row.plan_id).collect::<Vec<_>>();
    let owners = rows.iter().map(|row| row.authority_id).collect::<Vec<_>>();
    let authorities = authorities::query::names::of_authorities(conn, &owners)?;
    let answered = rows.iter().filter_map(|row| row.responds_to_inspection_id).collect::<Vec<_>>();
    let receipts = inspections::table
        .filter(inspections::inspection_id.eq_any(answered))
        .select((inspections::inspection_id, inspections::received_on))
        .load::<(InspectionId, Option<Date>)>(conn)?;
    let counted = counted(conn, caller, &ids, parameters.as_at)?;
    let embeds = names(parameters.embed.as_ref(), &ImprovementPlanEmbed::Actions);
    let mut room = Room::default();
    let actions = if embeds { Some(of_plans(conn, caller, &mut room, &ids, parameters.as_at)?) } else { None };
    let plans = rows.into_iter().map(|row| {
        let receipt = receipts.iter().find(|(id, _)| Some(*id) == row.responds_to_inspection_id);
        let mut truncated = Vec::new();
        let counts = counted.iter().find(|counted| counted.plan_id == row.plan_id);
        Ok(ImprovementPlan {
            authority: authorities.of(row.authority_id)?,
            due_on: receipt.and_then(|(_, day)| *day).and_then(statutory_due_on),
            action_counts: counts.map(|counted| counted.counts).unwrap_or_default(),
            actions: of_owner(actions.as_ref(), row.plan_id, ImprovementPlanEmbed::Actions, &mut truncated),
            truncated,
            row,
        })
    });
    plans.collect()
}

/// These plans as the caller sees them: without a word of inspections that it does not see.
pub(super) fn visible(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<ImprovementPlanRow>,
) -> QueryResult<Vec<ImprovementPlanRow>> {
    let answered = rows.iter().filter_map(|row| row.responds_to_inspection_id).collect::<Vec<_>>();
    let answered = references::inspections(conn, caller.access(), &answered)?;
    let visible = rows.into_iter().map(|row| {
        let responds_to_inspection_id = row.responds_to_inspection_id.filter(|inspection| answered.has(*inspection));
        ImprovementPlanRow { responds_to_inspection_id, ..row }
    });
    Ok(visible.collect())
}

/// How the actions of these plans that the caller sees stand today, or stood at the end of a day; of plans without actions
/// nothing.
fn counted(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[PlanId],
    as_at: Option<Date>,
) -> QueryResult<Vec<CountedPlan>> {
    const COUNTS: &str = "count(*) as total, \
        count(*) filter (where is_open) as open, count(*) filter (where is_open and due_on < day) as overdue, \
        count(*) filter (where state = 'completed') as completed, count(*) filter (where state = 'verified') as verified, \
        count(*) filter (where state = 'cancelled') as cancelled";
    let day = as_at.unwrap_or_else(Date::today);
    let open = ActionState::open().collect::<Vec<_>>();
    let statement = Statement::new("select plan_id, ").text(COUNTS).value::<SqlDate, _>(" from (select ?", day);
    let statement = statement.text(" as day) asked cross join ");
    let statement = statement.text(if as_at.is_some() { "improvement_actions_on(day)" } else { "improvement_actions" });
    let statement = statement
        .value::<Array<Text>, _>(" actions cross join lateral (select state = any (?) as is_open) of_it", open)
        .value::<Array<Uuid>, _>(" where plan_id = any (?)", ids);
    caller.access().only_visible_papers(statement).text(" group by plan_id").query().load(conn)
}
