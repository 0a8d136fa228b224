//! Puts plans together with what is computed of them and what they carry: a fixed number of statements, however many plans.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Text, Uuid};

use crate::date::Date;
use crate::error::ApiError;
use crate::id::owned_by;
use crate::improvement_actions::model::ActionState;
use crate::improvement_actions::query::list::of_plans;
use crate::improvement_plans::model::{
    CountedPlan, ImprovementPlan, ImprovementPlanEmbed, ImprovementPlanParameters, ImprovementPlanRow, PlanId,
};
use crate::inspections::model::InspectionId;
use crate::page::names;
use crate::principal::Principal;
use crate::schema::inspections;
use crate::working_days::statutory_due_on;

/// These plans, with the day on which the statement is due, how their actions stand or stood, and what they are asked to
/// carry.
///
/// # Errors
///
/// If the database fails.
pub fn all(
    conn: &mut PgConnection,
    principal: &Principal,
    rows: Vec<ImprovementPlanRow>,
    parameters: &ImprovementPlanParameters,
) -> Result<Vec<ImprovementPlan>, ApiError> {
    let ids = rows.iter().map(|row| row.plan_id).collect::<Vec<_>>();
    let answered = rows.iter().filter_map(|row| row.responds_to_inspection_id).collect::<Vec<_>>();
    let receipts = inspections::table
        .filter(inspections::inspection_id.eq_any(answered))
        .select((inspections::inspection_id, inspections::received_on))
        .load::<(InspectionId, Option<Date>)>(conn)?;
    let counted = counted(conn, &ids, parameters.as_at)?;
    let embeds = names(parameters.embed.as_ref(), &ImprovementPlanEmbed::Actions);
    let actions = if embeds { of_plans(conn, principal, &ids, parameters.as_at)? } else { Vec::new() };
    let plans = rows.into_iter().map(|row| {
        let receipt = receipts.iter().find(|(id, _)| Some(*id) == row.responds_to_inspection_id);
        let counts = counted.iter().find(|counted| counted.plan_id == row.plan_id);
        ImprovementPlan {
            due_on: receipt.and_then(|(_, day)| *day).and_then(statutory_due_on),
            action_counts: counts.map(|counted| counted.counts).unwrap_or_default(),
            actions: embeds.then(|| owned_by(&actions, row.plan_id)),
            row,
        }
    });
    Ok(plans.collect())
}

/// How the actions of these plans stand today, or stood at the end of a day; of plans without actions nothing.
fn counted(conn: &mut PgConnection, ids: &[PlanId], as_at: Option<Date>) -> QueryResult<Vec<CountedPlan>> {
    let (day, source) = match as_at {
        None => (Date::today(), "improvement_actions"),
        Some(day) => (day, "improvement_actions_on($1)"),
    };
    let statement = format!(
        "select plan_id, count(*) as total, \
                count(*) filter (where is_open) as open, count(*) filter (where is_open and due_on < $1) as overdue, \
                count(*) filter (where state = 'completed') as completed, \
                count(*) filter (where state = 'verified') as verified, \
                count(*) filter (where state = 'cancelled') as cancelled \
         from {source} \
         cross join lateral (select state = any ($3) as is_open) of_it \
         where plan_id = any ($2) group by plan_id"
    );
    let open = ActionState::open().collect::<Vec<_>>();
    let statement = diesel::sql_query(statement).bind::<SqlDate, _>(day).bind::<Array<Uuid>, _>(ids);
    statement.bind::<Array<Text>, _>(open).load(conn)
}
