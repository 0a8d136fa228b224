//! From report to plan in one call: an action for each recommendation.

use std::collections::HashSet;

use diesel::pg::PgConnection;

use super::rows::lock;
use crate::access::caller::Caller;
use crate::error::{ApiError, ProblemCode};
use crate::register::{examinations, inspections, recommendations};
use crate::register::examinations::model::ExaminationOutcome;
use crate::register::improvement_actions::query as actions;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::register::improvement_plans::model::{PlanState, ProposedActions};
use crate::register::recommendations::model::Recommendation;
use crate::values::ids::{ActionId, InspectionId, PlanId};

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
    let answers = |action: &ImprovementAction, asked: &Recommendation| {
        action.recommendation_ids.contains(&asked.row.recommendation_id)
    };
    let known = actions::list::of_plans(conn, caller, &[id], None)?.into_iter().map(|(_, action)| action);
    let known = known.collect::<Vec<_>>();
    let (mut seen, mut created_count, mut items) = (HashSet::new(), 0, Vec::new());
    for asked in &open {
        let own = known.iter().filter(|action| answers(action, asked)).collect::<Vec<_>>();
        if own.is_empty() {
            let new = plan.proposed_action(asked);
            items.push(actions::insert(conn, caller, ActionId::generate(), &new)?);
            created_count += 1;
        }
        items.extend(own.into_iter().filter(|action| seen.insert(action.row.action_id)).cloned());
    }
    Ok((ProposedActions { created_count, items }, plan.version))
}

/// The recommendations of an inspection that no published inspection found improved when it last looked.
fn open(conn: &mut PgConnection, caller: &Caller, inspection: InspectionId) -> Result<Vec<Recommendation>, ApiError> {
    inspections::query::rows::find(conn, caller, inspection)?;
    let asked = recommendations::query::rows::of_inspections(conn, &[inspection])?;
    let asked = asked.into_iter().map(|(_, recommendation)| recommendation).collect::<Vec<_>>();
    let ids = asked.iter().map(|recommendation| recommendation.row.recommendation_id).collect::<Vec<_>>();
    let outcomes = examinations::query::rows::latest_outcomes(conn, &ids)?;
    let is_open =
        |asked: &Recommendation| outcomes.get(&asked.row.recommendation_id) != Some(&ExaminationOutcome::Improved);
    Ok(asked.into_iter().filter(is_open).collect())
}
