//! Statements about reviews of evidence. The latest counts: by the day from which it holds, then by when it was recorded.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows::{find, lock, subject};
use crate::access::Permission;
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{evidence, evidence_reviews};
use crate::error::{ApiError, ConstraintExt};
use crate::http::page::{Page, Window};
use crate::register::events::model::EventResource;
use crate::register::events::query as events;
use crate::register::evidence::model::{EvidenceReview, EvidenceRow, NewEvidenceReview, ReviewOutcome};
use crate::register::improvement_actions::query::rows::subject_of_part;
use crate::register::improvement_actions::query::{rules, support};
use crate::values::date::Date;
use crate::values::ids::{EvidenceId, ReviewId};

/// Where a page begins: days and id of the review before.
type After = (Date, DateTime<Utc>, ReviewId);

/// A page of the reviews of a piece of evidence, the latest last.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    id: EvidenceId,
    window: &Window,
) -> Result<(Vec<EvidenceReview>, Page), ApiError> {
    use evidence_reviews::{effective_on, evidence_id, recorded_at, review_id};
    find(conn, caller, id)?;
    let own = || evidence_reviews::table.filter(evidence_id.eq(id));
    let mut query = own().into_boxed();
    if let Some((day, instant, review)) = window.after::<After>()? {
        let same_day = recorded_at.gt(instant).or(recorded_at.eq(instant).and(review_id.gt(review)));
        query = query.filter(effective_on.ge(day).and(effective_on.gt(day).or(same_day)));
    }
    let query = query.order((effective_on, recorded_at, review_id)).limit(window.rows());
    let rows = limited::load::<EvidenceReview, _>(query.select(EvidenceReview::as_select()), conn)?;
    let total = if window.counts() { Some(own().select(count_star()).get_result(conn)?) } else { None };
    window.page(rows, total, |row| (row.effective_on, row.recorded_at, row.review_id))
}

/// What the latest review until a day made of each of these pieces of evidence; nothing of those without a review.
pub fn latest_outcomes(
    conn: &mut PgConnection,
    ids: &[EvidenceId],
    by: Date,
) -> QueryResult<HashMap<EvidenceId, ReviewOutcome>> {
    use evidence_reviews::{effective_on, evidence_id, outcome, recorded_at, review_id};
    let latest = evidence_reviews::table
        .filter(evidence_id.eq_any(ids).and(effective_on.le(by)))
        .distinct_on(evidence_id)
        .order((evidence_id, effective_on.desc(), recorded_at.desc(), review_id.desc()))
        .select((evidence_id, outcome));
    Ok(latest.load(conn)?.into_iter().collect())
}

/// Records a review under the caller's name. Returns it with the new version of the evidence.
///
/// # Errors
///
/// `not_found`, `validation_failed`, `conflict` if a verified action would lose its last support.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    evidence: EvidenceId,
    id: ReviewId,
    new: &NewEvidenceReview,
) -> Result<(EvidenceReview, i32), ApiError> {
    let (action, before) = lock(conn, caller, evidence, Permission::Review)?;
    let not_before = (action.proposed_on, "on which the action was proposed");
    let effective_on =
        rules::effective_on(new.effective_on, &[not_before]).map_err(|error| ApiError::invalid(vec![error]))?;
    let review = diesel::insert_into(evidence_reviews::table)
        .values((
            evidence_reviews::review_id.eq(id),
            evidence_reviews::evidence_id.eq(evidence),
            evidence_reviews::effective_on.eq(effective_on),
            evidence_reviews::recorded_by.eq(caller.actor()),
            new,
        ))
        .returning(EvidenceReview::as_returning())
        .get_result(conn)
        .on_constraint(|name| {
            (name == "evidence_reviews_pkey").then(|| ApiError::conflict("a review with this id exists"))
        })?;
    let after = diesel::update(evidence::table.find(evidence))
        .set((evidence::version.eq(before.version + 1), evidence::updated_at.eq(diesel::dsl::now)))
        .returning(EvidenceRow::as_returning())
        .get_result(conn)?;
    support::check_kept(conn)?;
    let whole = subject(&action, evidence);
    let part = subject_of_part(&action, EventResource::EvidenceReview, id.as_uuid());
    events::created(conn, caller, &part, &review)?;
    events::updated(conn, caller, &whole, (&before, &after), None)?;
    Ok((review, after.version))
}
