//! Puts actions together with what they refer to and carry: a fixed number of statements, however many actions.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::{date_revisions, transitions, updates};
use crate::access::caller::Caller;
use crate::access::references;
use crate::database::schema::{improvement_action_findings, improvement_action_recommendations};
use crate::error::ApiError;
use crate::register::improvement_actions::model::{
    ImprovementAction, ImprovementActionEmbed, ImprovementActionParameters, ImprovementActionRow,
};
use crate::register::{evidence, recommendations};
use crate::values::codes::names;
use crate::values::date::Date;
use crate::values::id::owned_by;
use crate::values::ids::{ActionId, FindingId, RecommendationId};

/// This action as [`all`] puts it together.
pub fn one(
    conn: &mut PgConnection,
    caller: &Caller,
    row: ImprovementActionRow,
    parameters: &ImprovementActionParameters,
) -> Result<ImprovementAction, ApiError> {
    all(conn, caller, vec![row], parameters)?.pop().ok_or_else(|| ApiError::not_found("improvement action"))
}

/// This action with all that it refers to, as it is stored, whatever a caller sees.
pub fn stored(conn: &mut PgConnection, row: ImprovementActionRow) -> Result<ImprovementAction, ApiError> {
    let linked = linked(conn, vec![row], Date::today())?.pop();
    linked.ok_or_else(|| ApiError::not_found("improvement action"))
}

/// This action as the caller sees it.
pub fn shown_one(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ImprovementAction,
) -> Result<ImprovementAction, ApiError> {
    shown(conn, caller, vec![action])?.pop().ok_or_else(|| ApiError::not_found("improvement action"))
}

/// These actions with all that they refer to.
fn linked(conn: &mut PgConnection, rows: Vec<ImprovementActionRow>, day: Date) -> QueryResult<Vec<ImprovementAction>> {
    let ids = rows.iter().map(|row| row.action_id).collect::<Vec<_>>();
    let recommendation_ids = improvement_action_recommendations::table
        .filter(improvement_action_recommendations::action_id.eq_any(&ids))
        .order(improvement_action_recommendations::recommendation_id)
        .load::<(ActionId, RecommendationId)>(conn)?;
    let finding_ids = improvement_action_findings::table
        .filter(improvement_action_findings::action_id.eq_any(&ids))
        .order(improvement_action_findings::finding_id)
        .load::<(ActionId, FindingId)>(conn)?;
    let actions = rows.into_iter().map(|row| ImprovementAction {
        recommendation_ids: owned_by(&recommendation_ids, row.action_id),
        finding_ids: owned_by(&finding_ids, row.action_id),
        is_overdue: row.is_overdue(day),
        recommendations: None,
        updates: None,
        evidence: None,
        date_revisions: None,
        transitions: None,
        row,
    });
    Ok(actions.collect())
}

/// These actions as the caller sees them: without a word of plans, recommendations and findings that it does not see.
fn shown(
    conn: &mut PgConnection,
    caller: &Caller,
    actions: Vec<ImprovementAction>,
) -> QueryResult<Vec<ImprovementAction>> {
    let access = caller.access();
    let plans = actions.iter().filter_map(|action| action.row.plan_id).collect::<Vec<_>>();
    let plans = references::plans(conn, access, &plans)?;
    let asked = actions.iter().flat_map(|action| action.recommendation_ids.iter().copied()).collect::<Vec<_>>();
    let asked = references::recommendations(conn, access, &asked)?;
    let found = actions.iter().flat_map(|action| action.finding_ids.iter().copied()).collect::<Vec<_>>();
    let found = references::findings(conn, access, &found)?;
    let shown = actions.into_iter().map(|mut action| {
        action.row.plan_id = action.row.plan_id.filter(|plan| plans.has(*plan));
        action.recommendation_ids.retain(|recommendation| asked.has(*recommendation));
        action.finding_ids.retain(|finding| found.has(*finding));
        action
    });
    Ok(shown.collect())
}

/// These actions, as they stood on the day that is asked about, with what they refer to and what they are asked to carry, as
/// far as the caller sees it.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<ImprovementActionRow>,
    parameters: &ImprovementActionParameters,
) -> Result<Vec<ImprovementAction>, ApiError> {
    let ids = rows.iter().map(|row| row.action_id).collect::<Vec<_>>();
    let day = parameters.as_at.unwrap_or_else(Date::today);
    let linked = linked(conn, rows, day)?;
    let shown = shown(conn, caller, linked)?;
    let embeds = |what| names(parameters.embed.as_ref(), &what);
    let recommendations = if embeds(ImprovementActionEmbed::Recommendations) {
        Some(recommendations::query::rows::of_actions(conn, caller, &ids)?)
    } else {
        None
    };
    let updates =
        if embeds(ImprovementActionEmbed::Updates) { Some(updates::of_actions(conn, &ids, day)?) } else { None };
    let evidence = if embeds(ImprovementActionEmbed::Evidence) {
        Some(evidence::query::of_actions(conn, &ids, day)?)
    } else {
        None
    };
    let date_revisions = if embeds(ImprovementActionEmbed::DateRevisions) {
        Some(date_revisions::of_actions(conn, &ids, day)?)
    } else {
        None
    };
    let transitions = if embeds(ImprovementActionEmbed::Transitions) {
        Some(transitions::of_actions(conn, &ids, day)?)
    } else {
        None
    };
    let actions = shown.into_iter().map(|action| {
        let id = action.row.action_id;
        ImprovementAction {
            recommendations: recommendations.as_ref().map(|all| owned_by(all, id)),
            updates: updates.as_ref().map(|all| owned_by(all, id)),
            evidence: evidence.as_ref().map(|all| owned_by(all, id)),
            date_revisions: date_revisions.as_ref().map(|all| owned_by(all, id)),
            transitions: transitions.as_ref().map(|all| owned_by(all, id)),
            ..action
        }
    });
    Ok(actions.collect())
}
