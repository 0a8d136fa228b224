//! From report to plan in one call: an action for each recommendation.

use std::collections::HashSet;

use diesel::pg::PgConnection;

use super::rows::lock;
use crate::access::caller::Caller;
use crate::database::limited::Room;
use crate::error::{ApiError, ProblemCode};
use crate::register::examinations::model::ExaminationOutcome;
use crate::register::improvement_actions::query as actions;
use crate::register::improvement_plans::model::{PlanState, ProposedActions};
use crate::register::recommendations::model::Recommendation;
use crate::register::{examinations, inspections, recommendations};
use crate::values::ids::{ActionId, InspectionId, PlanId};

/// The maximum number of actions in the response.
const MOST_PROPOSED: usize = 1000;

/// Proposes an action for each open recommendation that no action of the plan answers. Tells also the version of the plan.
///
/// # Errors
///
/// `not_found`, `conflict` if the plan is closed or answers no inspection.
pub fn propose(conn: &mut PgConnection, caller: &Caller, id: PlanId) -> Result<(ProposedActions, i32), ApiError> {
    // One call after the other: the second sees what the first proposed.
    let plan = lock(conn, caller, id)?;
    if plan.state == PlanState::Closed {
        return Err(ApiError::conflict("the plan is closed"));
    }
    let answers_nothing = || ApiError::conflict("the plan responds to no inspection: set responds_to_inspection_id");
    let Some(inspection) = plan.responds_to_inspection_id else { return Err(answers_nothing()) };
    let open = open(conn, caller, inspection)
        .map_err(|error| if error.code() == ProblemCode::NotFound { answers_nothing() } else { error })?;
    let ids = open.iter().map(|asked| asked.row.recommendation_id).collect::<Vec<_>>();
    let answered = actions::rows::answered_in_plan(conn, id, &ids)?;
    let known = actions::list::of_recommendations(conn, caller, &mut Room::default(), &ids)?.into_rows();
    let (mut seen, mut created_count, mut items) = (HashSet::new(), 0, Vec::new());
    for asked in &open {
        let asked_id = asked.row.recommendation_id;
        if !answered.contains(&asked_id) {
            let new = plan.proposed_action(asked);
            items.push(actions::insert(conn, caller, ActionId::generate(), &new)?);
            created_count += 1;
        }
        let own = known.iter().filter(|action| action.row.plan_id == Some(id));
        let own = own.filter(|action| action.recommendation_ids.contains(&asked_id));
        items.extend(own.filter(|action| seen.insert(action.row.action_id)).cloned());
    }
    items.truncate(MOST_PROPOSED);
    Ok((ProposedActions { created_count, items }, plan.version))
}

/// The recommendations of an inspection that no published inspection found improved when it last looked.
fn open(conn: &mut PgConnection, caller: &Caller, inspection: InspectionId) -> Result<Vec<Recommendation>, ApiError> {
    inspections::query::rows::find(conn, caller, inspection)?;
    let asked = recommendations::query::rows::of_inspection(conn, inspection)?;
    let ids = asked.iter().map(|recommendation| recommendation.row.recommendation_id).collect::<Vec<_>>();
    let outcomes = examinations::query::rows::latest_outcomes(conn, &ids)?;
    let is_open =
        |asked: &Recommendation| outcomes.get(&asked.row.recommendation_id) != Some(&ExaminationOutcome::Improved);
    Ok(asked.into_iter().filter(is_open).collect())
}
