//! What keeps an action verified: somebody else saw that it worked. Either another than its author accepted a piece of
//! evidence, or an inspection that ended after the action was completed found a recommendation that it answers improved.
//!
//! The database holds verified actions to it at the end of every transaction, whoever writes, and lets writes that concern
//! the same action queue up. A write that may take support asks for that check itself with [`check_kept`], so that the caller
//! is told.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

use crate::error::ApiError;

/// Refuses what this transaction has done so far if a verified action is left without support. The database would refuse it
/// at the end; it is asked here, so that the caller is told.
///
/// # Errors
///
/// `conflict`.
pub fn check_kept(conn: &mut PgConnection) -> Result<(), ApiError> {
    const TRIGGERS: &str = "improvement_actions_verified_check, evidence_verified_check, evidence_reviews_verified_check, \
                            improvement_action_recommendations_verified_check, examinations_verified_check, \
                            inspections_verified_check";
    let check = format!("set constraints {TRIGGERS} immediate; set constraints {TRIGGERS} deferred");
    Ok(conn.batch_execute(&check)?)
}
