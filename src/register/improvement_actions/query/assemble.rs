//! Puts actions together with what they refer to and carry: a fixed number of statements, however many actions.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows::{WHAT, linked};
use super::{date_revisions, transitions, updates};
use crate::access::caller::Caller;
use crate::access::references;
use crate::database::limited::{Room, of_owner};
use crate::error::ApiError;
use crate::register::improvement_actions::model::{
    ImprovementAction, ImprovementActionEmbed, ImprovementActionParameters, ImprovementActionRow,
};
use crate::register::{evidence, recommendations};
use crate::values::codes::names;
use crate::values::date::Date;

/// This action as [`all`] puts it together.
pub fn one(
    conn: &mut PgConnection,
    caller: &Caller,
    row: ImprovementActionRow,
    parameters: &ImprovementActionParameters,
) -> Result<ImprovementAction, ApiError> {
    all(conn, caller, vec![row], parameters)?.pop().ok_or_else(|| ApiError::not_found(WHAT))
}

/// This action as the caller sees it.
pub fn visible_one(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ImprovementAction,
) -> Result<ImprovementAction, ApiError> {
    visible(conn, caller, vec![action])?.pop().ok_or_else(|| ApiError::not_found(WHAT))
}

/// These actions as the caller sees them: without a word of plans, recommendations and findings that it does not see.
fn visible(
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
    let visible = actions.into_iter().map(|mut action| {
        action.row.plan_id = action.row.plan_id.filter(|plan| plans.has(*plan));
        action.recommendation_ids.retain(|recommendation| asked.has(*recommendation));
        action.finding_ids.retain(|finding| found.has(*finding));
        action
    });
    Ok(visible.collect())
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
    let visible = visible(conn, caller, linked)?;
    let mut room = Room::default();
    let embeds = |what| names(parameters.embed.as_ref(), &what);
    let recommendations = if embeds(ImprovementActionEmbed::Recommendations) {
        Some(recommendations::query::rows::of_actions(conn, caller, &mut room, &ids)?)
    } else {
        None
    };
    let updates = if embeds(ImprovementActionEmbed::Updates) {
        Some(updates::of_actions(conn, &mut room, &ids, day)?)
    } else {
        None
    };
    let evidence = if embeds(ImprovementActionEmbed::Evidence) {
        Some(evidence::query::of_actions(conn, &mut room, &ids, day)?)
    } else {
        None
    };
    let date_revisions = if embeds(ImprovementActionEmbed::DateRevisions) {
        Some(date_revisions::of_actions(conn, &mut room, &ids, day)?)
    } else {
        None
    };
    let transitions = if embeds(ImprovementActionEmbed::Transitions) {
        Some(transitions::of_actions(conn, &mut room, &ids, day)?)
    } else {
        None
    };
    let actions = visible.into_iter().map(|action| {
        let id = action.row.action_id;
        let mut cut = Vec::new();
        ImprovementAction {
            recommendations: of_owner(recommendations.as_ref(), id, ImprovementActionEmbed::Recommendations, &mut cut),
            updates: of_owner(updates.as_ref(), id, ImprovementActionEmbed::Updates, &mut cut),
            evidence: of_owner(evidence.as_ref(), id, ImprovementActionEmbed::Evidence, &mut cut),
            date_revisions: of_owner(date_revisions.as_ref(), id, ImprovementActionEmbed::DateRevisions, &mut cut),
            transitions: of_owner(transitions.as_ref(), id, ImprovementActionEmbed::Transitions, &mut cut),
            truncated: cut,
            ..action
        }
    });
    Ok(actions.collect())
}
