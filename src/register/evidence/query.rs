//! Statements about evidence. They stand on those about rows ([`rows`]); those about its reviews are in [`reviews`].

pub mod reviews;
pub mod rows;

use diesel::dsl::{count_star, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Date as SqlDate;

use self::rows::{WHAT, find, lock, subject};
use super::model::{Evidence, EvidencePatch, EvidenceRow, NewEvidence, ReviewOutcome, broken_days};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::limited::{self, EmbeddedRows, Room};
use crate::database::schema::evidence;
use crate::database::sql::coalesce;
use crate::error::{ApiError, ConstraintExt};
use crate::http::extract::{IfMatch, Patch};
use crate::http::page::{Page, Window};
use crate::register::events::query as events;
use crate::register::improvement_actions::query::rows as actions;
use crate::values::date::Date;
use crate::values::ids::{ActionId, EvidenceId, of};

/// A page of the evidence of an action, in the order of recording.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ActionId,
    window: &Window,
) -> Result<(Vec<Evidence>, Page), ApiError> {
    actions::find(conn, caller, action)?;
    let own = || evidence::table.filter(evidence::action_id.eq(action));
    let mut query = own().into_boxed();
    if let Some(after) = window.after::<EvidenceId>()? {
        query = query.filter(evidence::evidence_id.gt(after));
    }
    let query = query.order(evidence::evidence_id).limit(window.rows()).select(EvidenceRow::as_select());
    let rows = limited::load::<EvidenceRow, _>(query, conn)?;
    let total = if window.counts() { Some(own().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| row.evidence_id)?;
    Ok((assemble(conn, rows, Date::today())?, page))
}

/// The evidence of these actions that speaks of a day by then, or without such a day was recorded by then, with what the
/// reviews until then made of it.
pub fn of_actions(
    conn: &mut PgConnection,
    room: &mut Room,
    ids: &[ActionId],
    by: Date,
) -> QueryResult<EmbeddedRows<of::Action, Evidence>> {
    let recorded_on = sql::<SqlDate>("(created_at at time zone 'Europe/London')::date");
    let query = evidence::table
        .filter(evidence::action_id.eq_any(ids))
        .filter(coalesce(evidence::observed_on, recorded_on).le(by))
        .order((evidence::action_id, evidence::evidence_id))
        .select(EvidenceRow::as_select());
    let rows = room.load(conn, ids, query, |row: &EvidenceRow| row.action_id)?;
    rows.turned(|rows| assemble(conn, rows, by))
}

/// Puts evidence together with what the latest reviews until a day made of it: one statement, however many pieces.
fn assemble(conn: &mut PgConnection, rows: Vec<EvidenceRow>, by: Date) -> QueryResult<Vec<Evidence>> {
    let ids = rows.iter().map(|row| row.evidence_id).collect::<Vec<_>>();
    let outcomes = reviews::latest_outcomes(conn, &ids, by)?;
    Ok(rows.into_iter().map(|row| Evidence { review_outcome: outcomes.get(&row.evidence_id).copied(), row }).collect())
}

fn whole(conn: &mut PgConnection, row: EvidenceRow) -> Result<Evidence, ApiError> {
    assemble(conn, vec![row], Date::today())?.pop().ok_or_else(|| ApiError::not_found(WHAT))
}

/// The piece of evidence with this id.
///
/// # Errors
///
/// `not_found`.
pub fn get(conn: &mut PgConnection, caller: &Caller, id: EvidenceId) -> Result<Evidence, ApiError> {
    let row = find(conn, caller, id)?;
    whole(conn, row)
}

/// Records evidence of an action, under the caller's name.
///
/// # Errors
///
/// `not_found`, `validation_failed`.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    action: ActionId,
    id: EvidenceId,
    new: &NewEvidence,
) -> Result<Evidence, ApiError> {
    let action = actions::lock(conn, caller, action, Permission::WritePapers)?;
    ApiError::refuse_any(broken_days(new.observed_on, new.expires_on, Date::today()))?;
    let row = diesel::insert_into(evidence::table)
        .values((
            evidence::evidence_id.eq(id),
            evidence::action_id.eq(action.action_id),
            evidence::recorded_by.eq(caller.actor()),
            new,
        ))
        .returning(EvidenceRow::as_returning())
        .get_result(conn)?;
    events::created(conn, caller, &subject(&action, id), &row)?;
    Ok(Evidence { row, review_outcome: None })
}

/// Changes a piece of evidence that is not accepted.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `conflict` if its latest review accepted it, `validation_failed`.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    id: EvidenceId,
    if_match: &IfMatch,
    patch: &Patch<EvidencePatch>,
) -> Result<Evidence, ApiError> {
    let (action, before) = lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(before.version)?;
    let current = whole(conn, before.clone())?;
    if patch.changes_nothing(&before) {
        return Ok(current);
    }
    if current.review_outcome == Some(ReviewOutcome::Accepted) {
        return Err(ApiError::conflict("accepted evidence cannot be changed: record new evidence instead"));
    }
    let (observed_on, expires_on) = (patch.changes.observed_on, patch.changes.expires_on);
    let days = (observed_on.unwrap_or(before.observed_on), expires_on.unwrap_or(before.expires_on));
    ApiError::refuse_any(broken_days(days.0, days.1, Date::today()))?;
    let row = diesel::update(evidence::table.find(id))
        .set((&patch.changes, evidence::version.eq(before.version + 1), evidence::updated_at.eq(diesel::dsl::now)))
        .returning(EvidenceRow::as_returning())
        .get_result(conn)?;
    events::updated(conn, caller, &subject(&action, id), (&before, &row), None)?;
    Ok(Evidence { row, ..current })
}

/// Removes a piece of evidence that nothing refers to.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use` if it was reviewed or a move rests on it.
pub fn delete(conn: &mut PgConnection, caller: &Caller, id: EvidenceId, if_match: &IfMatch) -> Result<(), ApiError> {
    let (action, before) = lock(conn, caller, id, Permission::WritePapers)?;
    if_match.check(before.version)?;
    diesel::delete(evidence::table.find(id)).execute(conn).on_constraint(|name| {
        let what = match name {
            "evidence_reviews_evidence_id_fkey" => "reviewed evidence cannot be deleted",
            "improvement_action_transition_evidence_evidence_id_fkey" => {
                "a transition of the action refers to this evidence"
            }
            _ => return None,
        };
        Some(ApiError::in_use(what))
    })?;
    events::deleted(conn, caller, &subject(&action, id), &before, None)
}
