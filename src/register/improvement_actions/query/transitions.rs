//! Statements about the moves of actions.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::history::{self, ActionChange, numbered};
use super::rows::{find, lock};
use super::rules::{check_support, effective_on};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::limited::{EmbeddedRows, Room};
use crate::database::schema::{evidence, improvement_action_transition_evidence, improvement_action_transitions};
use crate::error::{ApiError, ConstraintExt, FieldError, ProblemCode};
use crate::http::page::{Page, Window};
use crate::register::events::model::EventResource;
use crate::register::improvement_actions::model::{
    ActionState, ImprovementActionRow, ImprovementActionTransition, ImprovementActionTransitionRow,
    NewImprovementActionTransition,
};
use crate::values::date::Date;
use crate::values::ids::{ActionId, EvidenceId, TransitionId, of};

numbered!(improvement_action_transitions, ImprovementActionTransitionRow);

/// A page of the moves of an action, in their order.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    id: ActionId,
    window: &Window,
) -> Result<(Vec<ImprovementActionTransition>, Page), ApiError> {
    find(conn, caller, id)?;
    let (rows, page) = page_of(conn, id, window)?;
    Ok((assemble(conn, rows)?, page))
}

/// The moves of these actions that were effective by a day, in their order.
pub fn of_actions(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[ActionId],
    by: Date,
) -> QueryResult<EmbeddedRows<of::Action, ImprovementActionTransition>> {
    rows_of(conn, room, ids, by)?.turned(|rows| assemble(conn, rows))
}

/// Puts moves together with the evidence that they rest on: one statement, however many moves.
fn assemble(
    conn: &mut PgConnection,
    rows: Vec<ImprovementActionTransitionRow>,
) -> QueryResult<Vec<ImprovementActionTransition>> {
    use improvement_action_transition_evidence::{evidence_id, table, transition_id};
    let ids = rows.iter().map(|row| row.transition_id).collect::<Vec<_>>();
    let evidence = table
        .filter(transition_id.eq_any(&ids))
        .order((transition_id, evidence_id))
        .select((transition_id, evidence_id))
        .load::<(TransitionId, EvidenceId)>(conn)?;
    let transitions = rows.into_iter().map(|row| {
        let own = evidence.iter().filter(|(transition, _)| *transition == row.transition_id);
        ImprovementActionTransition { evidence_ids: own.map(|(_, id)| *id).collect(), row }
    });
    Ok(transitions.collect())
}

/// Moves an action to another state. The version of the action comes with the move.
///
/// # Errors
///
/// `not_found`, `illegal_transition`, `reason_required`, `validation_failed` with every broken rule, `conflict` if the
/// action is to be verified and nobody else saw that it worked.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ActionId,
    id: TransitionId,
    new: &NewImprovementActionTransition,
) -> Result<(ImprovementActionTransition, i32), ApiError> {
    let before = lock(conn, caller, action, Permission::WritePapers)?;
    let (from, to) = (before.state, new.to_state);
    if !from.next().contains(&to) {
        return Err(ApiError::illegal_transition("an action", (from, to), from.next(), "/to_state"));
    }
    if to.needs_reason() && new.reason.is_none() {
        let detail = format!("a move to {to} requires reason");
        return Err(ApiError::refused(ProblemCode::ReasonRequired, detail));
    }
    let (position, day) = check(conn, &before, new)?;
    if to == ActionState::Verified {
        check_support(conn, action, day)?;
    }
    let transition = insert_row(conn, caller, &before, (id, position, day), new)?;
    let change = ActionChange {
        state: Some(to),
        completed_on: Some(completed_on(&before, to, day)),
        deferred_until: Some(new.deferred_until),
        ..ActionChange::default()
    };
    let part = (EventResource::ImprovementActionTransition, id.as_uuid(), transition);
    history::record(conn, caller, before, &change, part, new.reason.as_ref())
}

/// The day of completion is that of the move to `completed`, and stays while the action is done.
fn completed_on(before: &ImprovementActionRow, to: ActionState, day: Date) -> Option<Date> {
    if to == ActionState::Completed { Some(day) } else { before.completed_on.filter(|_| to.is_done()) }
}

/// Holds a move to its rules, and says which place and which day it has.
fn check(
    conn: &mut PgConnection,
    action: &ImprovementActionRow,
    new: &NewImprovementActionTransition,
) -> Result<(i32, Date), ApiError> {
    let (position, not_before) = next_place(conn, action, "of the move before")?;
    let day = effective_on(new.effective_on, &not_before);
    let mut errors = Vec::new();
    let from = day.as_ref().copied().unwrap_or_else(|_| Date::today());
    errors.extend(broken_deferral(new, from));
    errors.extend(broken_evidence(conn, action.action_id, &new.evidence_ids, from)?);
    match day {
        Ok(day) if errors.is_empty() => Ok((position, day)),
        day => Err(ApiError::invalid(day.err().into_iter().chain(errors).collect())),
    }
}

fn broken_deferral(new: &NewImprovementActionTransition, day: Date) -> Option<FieldError> {
    let (code, message) = match (new.to_state, new.deferred_until) {
        (ActionState::Deferred, None) => ("required", "is required for a move to deferred".to_owned()),
        (ActionState::Deferred, Some(until)) if until <= day => ("order", format!("must be after {day}")),
        (ActionState::Deferred, Some(_)) | (_, None) => return None,
        (_, Some(_)) => ("unexpected", "is only allowed for a move to deferred".to_owned()),
    };
    Some(FieldError::body("/deferred_until", code, message))
}

/// A move rests on evidence of the same action that has not expired by then.
fn broken_evidence(
    conn: &mut PgConnection,
    action: ActionId,
    ids: &[EvidenceId],
    day: Date,
) -> QueryResult<Vec<FieldError>> {
    let known = evidence::table
        .filter(evidence::action_id.eq(action))
        .filter(evidence::evidence_id.eq_any(ids))
        .select((evidence::evidence_id, evidence::expires_on))
        .load::<(EvidenceId, Option<Date>)>(conn)?;
    let broken = ids.iter().enumerate().filter_map(|(index, id)| {
        let (code, message) = match known.iter().find(|(known, _)| known == id) {
            None => ("unknown", KNOWN_EVIDENCE.to_owned()),
            Some((_, Some(expiry))) if *expiry < day => ("expired", format!("expired on {expiry}")),
            Some(_) => return None,
        };
        Some(FieldError::body(format!("/evidence_ids/{index}"), code, message))
    });
    Ok(broken.collect())
}

const KNOWN_EVIDENCE: &str = "must name evidence of the same action";

fn insert_row(
    conn: &mut PgConnection,
    caller: &Caller,
    action: &ImprovementActionRow,
    (id, position, day): (TransitionId, i32, Date),
    new: &NewImprovementActionTransition,
) -> Result<ImprovementActionTransition, ApiError> {
    use improvement_action_transition_evidence::{action_id, evidence_id, table, transition_id};
    let row = diesel::insert_into(improvement_action_transitions::table)
        .values((
            improvement_action_transitions::transition_id.eq(id),
            improvement_action_transitions::action_id.eq(action.action_id),
            improvement_action_transitions::position.eq(position),
            improvement_action_transitions::from_state.eq(action.state),
            improvement_action_transitions::effective_on.eq(day),
            improvement_action_transitions::recorded_by.eq(caller.actor()),
            new,
        ))
        .returning(ImprovementActionTransitionRow::as_returning())
        .get_result(conn)
        .on_constraint(|name| {
            (name == "improvement_action_transitions_pkey")
                .then(|| ApiError::conflict("a transition with this id exists"))
        })?;
    let links = new.evidence_ids.iter();
    let links = links.map(|one| (transition_id.eq(id), action_id.eq(action.action_id), evidence_id.eq(one)));
    diesel::insert_into(table).values(links.collect::<Vec<_>>()).on_conflict_do_nothing().execute(conn).on_constraint(
        |name| {
            (name == "improvement_action_transition_evidence_evidence_id_fkey")
                .then(|| ApiError::invalid_member("/evidence_ids", "unknown", KNOWN_EVIDENCE))
        },
    )?;
    assemble(conn, vec![row])?
        .pop()
        .ok_or_else(|| ApiError::Internal("a transition just inserted is not found".to_owned()))
}
