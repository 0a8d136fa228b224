//! Puts findings together with what they carry: a fixed number of statements, however many findings.

use diesel::pg::PgConnection;

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::findings::model::{Finding, FindingEmbed, FindingRow};
use crate::register::improvement_actions::model::ImprovementAction;
use crate::register::improvement_actions::query::list::of_findings;
use crate::values::codes::{Codes, names};
use crate::values::ids::FindingId;

/// These findings with what they are asked to carry.
///
/// # Errors
///
/// If the database fails.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<FindingRow>,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Vec<Finding>, ApiError> {
    let ids = rows.iter().map(|row| row.finding_id).collect::<Vec<_>>();
    let actions = if names(embed, &FindingEmbed::Actions) { Some(of_findings(conn, caller, &ids)?) } else { None };
    let findings = super::shown(conn, caller, rows)?.into_iter().map(|row| {
        let own = |all: &Vec<(FindingId, ImprovementAction)>| {
            all.iter().filter(|(owner, _)| *owner == row.finding_id).map(|(_, action)| action.clone()).collect()
        };
        Finding { actions: actions.as_ref().map(own), row }
    });
    Ok(findings.collect())
}
