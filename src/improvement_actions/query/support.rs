//! What keeps an action verified: somebody else saw that it worked. Either another than its author accepted a piece of
//! evidence, or an inspection that ended after the action was completed found a recommendation that it answers improved.
//!
//! The database holds verified actions to it at the end of every transaction, whoever writes. A write that may take support
//! asks for that check itself with [`check_kept`], so that the caller is told; and before it writes it takes hold of the
//! actions concerned, so that writes which concern the same action queue up.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::error::{ApiError, ConstraintExt};
use crate::improvement_actions::model::ActionId;
use crate::inspections::model::InspectionId;
use crate::recommendations::model::RecommendationId;
use crate::schema::{examinations, improvement_action_recommendations as links, improvement_actions};
use crate::sql::improvement_action_has_support;

/// Whether somebody else saw that the action worked.
///
/// # Errors
///
/// If the database fails.
pub fn has_support(conn: &mut PgConnection, action: ActionId) -> QueryResult<bool> {
    diesel::select(improvement_action_has_support(action)).get_result(conn)
}

/// Keeps the actions that may rely on what this inspection says of earlier recommendations from others until the
/// transaction ends: whoever withdraws the inspection or moves its end begins here.
///
/// # Errors
///
/// If the database fails.
pub fn lock_relying_on_inspection(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<()> {
    let examined = examinations::table
        .filter(examinations::inspection_id.eq(inspection).and(examinations::outcome.eq("improved")))
        .select(examinations::recommendation_id)
        .load(conn)?;
    lock_relying_on_recommendations(conn, &examined)
}

/// Keeps the actions that may rely on what inspections say of these recommendations from others until the transaction ends:
/// whoever replaces or removes an examination begins here, with the recommendation that it is of.
///
/// # Errors
///
/// If the database fails.
pub fn lock_relying_on_recommendations(conn: &mut PgConnection, ids: &[RecommendationId]) -> QueryResult<()> {
    let answering = links::table.filter(links::recommendation_id.eq_any(ids)).select(links::action_id);
    improvement_actions::table
        .filter(improvement_actions::action_id.eq_any(answering))
        .order(improvement_actions::action_id)
        .select(improvement_actions::action_id)
        .for_no_key_update()
        .execute(conn)?;
    Ok(())
}

/// Refuses what this transaction has done so far if a verified action is left without support. The database would refuse it
/// at the end; it is asked here, so that the caller is told.
///
/// # Errors
///
/// `conflict`, or if the database fails.
pub fn check_kept(conn: &mut PgConnection) -> Result<(), ApiError> {
    const TRIGGERS: &str = "improvement_actions_verified_check, evidence_verified_check, evidence_reviews_verified_check, \
                            improvement_action_recommendations_verified_check, examinations_verified_check, \
                            inspections_verified_check";
    let check = format!("set constraints {TRIGGERS} immediate; set constraints {TRIGGERS} deferred");
    conn.batch_execute(&check).on_constraint(|name| {
        (name == "improvement_actions_verified_check")
            .then(|| ApiError::conflict("a verified action would lose its last support: reopen it first"))
    })
}
