//! The rules of an action that need rows: all are looked at before anything is written, so that every broken one is told
//! at once. The constraints of the database hold them against races.

use diesel::define_sql_function;
use diesel::dsl::select;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Uuid as SqlUuid};
use uuid::Uuid;

use super::rows::{KNOWN_FINDING, KNOWN_PLAN, KNOWN_RECOMMENDATION, OWN_FINDING, OWN_RECOMMENDATION};
use crate::access::caller::Caller;
use crate::database::schema::{findings, improvement_plans, inspections, recommendations};
use crate::error::{ApiError, FieldError};
use crate::register::authorities::query::relations::is_same_or_predecessor;
use crate::register::improvement_actions::model::{ImprovementActionPatch, NewImprovementAction};
use crate::register::{authorities, themes};
use crate::values::date::Date;
use crate::values::ids::{ActionId, AuthorityId, FindingId, PlanId, RecommendationId};
use crate::values::inspection_state::InspectionState;
use crate::values::visibility::Visibility;

define_sql_function! {
    /// Whether somebody else saw that the action worked.
    fn improvement_action_has_support(action: SqlUuid, day: SqlDate) -> Bool;
}

/// Something that an action answers: its id, the authority that was inspected, and whether the report is public.
type Answered = (Uuid, AuthorityId, InspectionState);

/// Holds a new action to every rule.
///
/// # Errors
///
/// `validation_failed` with every broken rule.
pub(super) fn check_new(conn: &mut PgConnection, caller: &Caller, new: &NewImprovementAction) -> Result<(), ApiError> {
    let authority = new.authority_id;
    let mut errors = Vec::new();
    if !authorities::query::rows::exists(conn, authority)? {
        errors.push(FieldError::body("/authority_id", "unknown", "must name an authority of the register"));
    }
    errors.extend(new.proposed_on.and_then(|day| future(day, "/proposed_on")));
    errors.extend(broken_plan(conn, caller, authority, new.plan_id)?);
    errors.extend(broken_recommendations(conn, caller, authority, &new.recommendation_ids)?);
    errors.extend(broken_findings(conn, caller, authority, &new.finding_ids)?);
    errors.extend(themes::query::unknown(conn, &new.themes, "/themes")?);
    ApiError::refuse_any(errors)
}

/// Holds what a patch sets to every rule.
///
/// # Errors
///
/// `validation_failed` with every broken rule.
pub(super) fn check_patch(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    patch: &ImprovementActionPatch,
) -> Result<(), ApiError> {
    let mut errors = broken_plan(conn, caller, authority, patch.plan_id.flatten())?;
    let recommendations = patch.recommendation_ids.as_deref().unwrap_or_default();
    errors.extend(broken_recommendations(conn, caller, authority, recommendations)?);
    let findings = patch.finding_ids.as_deref().unwrap_or_default();
    errors.extend(broken_findings(conn, caller, authority, findings)?);
    errors.extend(themes::query::unknown(conn, patch.themes.as_deref().unwrap_or_default(), "/themes")?);
    ApiError::refuse_any(errors)
}

/// An action is verified by what was there on the day from which it counts as verified.
///
/// # Errors
///
/// `conflict` if nothing was.
pub fn check_support(conn: &mut PgConnection, id: ActionId, day: Date) -> Result<(), ApiError> {
    if select(improvement_action_has_support(id, day)).get_result(conn)? {
        return Ok(());
    }
    Err(ApiError::conflict(
        "a move to verified requires, by the day of the move, evidence that somebody other than its author accepted, \
         or an inspection that ended after the action was completed and found a linked recommendation improved",
    ))
}

/// The day from which something holds, today if none is said: not in the future, and not before any of these days.
///
/// # Errors
///
/// What is wrong with it.
pub fn effective_on(said: Option<Date>, not_before: &[(Date, &str)]) -> Result<Date, FieldError> {
    let day = said.unwrap_or_else(Date::today);
    let place = "/effective_on";
    if let Some(error) = future(day, place) {
        return Err(error);
    }
    match not_before.iter().find(|(earliest, _)| day < *earliest) {
        Some((earliest, what)) => {
            Err(FieldError::body(place, "order", format!("must not be before {earliest}, the day {what}")))
        }
        None => Ok(day),
    }
}

fn future(day: Date, place: &str) -> Option<FieldError> {
    let today = Date::today();
    (day > today).then(|| FieldError::body(place, "future", format!("must not be after today in London, {today}")))
}

fn broken_plan(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    plan: Option<PlanId>,
) -> QueryResult<Vec<FieldError>> {
    use improvement_plans::{authority_id, table, visibility};
    let Some(plan) = plan else { return Ok(Vec::new()) };
    let known =
        table.find(plan).select((authority_id, visibility)).first::<(AuthorityId, Visibility)>(conn).optional()?;
    let seen = known.filter(|(owner, seen_by)| caller.access().may_read_paper(*owner, *seen_by));
    let broken = match seen.map(|(owner, _)| owner) {
        None => Some(("unknown", KNOWN_PLAN)),
        Some(owner) if owner != authority => Some(("authority", "must name a plan of the same authority")),
        Some(_) => None,
    };
    Ok(broken.map(|(code, message)| FieldError::body("/plan_id", code, message)).into_iter().collect())
}

fn broken_recommendations(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    ids: &[RecommendationId],
) -> QueryResult<Vec<FieldError>> {
    let known = recommendations::table
        .inner_join(inspections::table)
        .filter(recommendations::recommendation_id.eq_any(ids))
        .select((recommendations::recommendation_id, inspections::authority_id, inspections::state))
        .load::<Answered>(conn)?;
    let ids = ids.iter().map(|id| id.as_uuid());
    broken_links(
        conn,
        caller,
        authority,
        ids,
        &known,
        ("/recommendation_ids", KNOWN_RECOMMENDATION, OWN_RECOMMENDATION),
    )
}

fn broken_findings(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    ids: &[FindingId],
) -> QueryResult<Vec<FieldError>> {
    let known = findings::table
        .inner_join(inspections::table)
        .filter(findings::finding_id.eq_any(ids))
        .select((findings::finding_id, inspections::authority_id, inspections::state))
        .load::<Answered>(conn)?;
    let ids = ids.iter().map(|id| id.as_uuid());
    broken_links(conn, caller, authority, ids, &known, ("/finding_ids", KNOWN_FINDING, OWN_FINDING))
}

/// An action answers what was found at its own authority or at one that it took over from.
fn broken_links(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    ids: impl Iterator<Item = Uuid>,
    known: &[Answered],
    (pointer, be_known, be_own): (&str, &str, &str),
) -> QueryResult<Vec<FieldError>> {
    let mut own = vec![authority];
    for (_, owner, _) in known {
        if !own.contains(owner) && is_same_or_predecessor(conn, authority, *owner)? {
            own.push(*owner);
        }
    }
    let broken = ids.enumerate().filter_map(|(index, id)| {
        let found = known.iter().find(|(known, _, state)| *known == id && caller.access().may_read(*state));
        let (code, message) = match found {
            None => ("unknown", be_known),
            Some((_, owner, _)) if !own.contains(owner) => ("authority", be_own),
            Some(_) => return None,
        };
        Some(FieldError::body(format!("{pointer}/{index}"), code, message))
    });
    Ok(broken.collect())
}
