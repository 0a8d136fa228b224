//! Puts findings together with what a response contains: a fixed number of statements, however many findings.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows;
use crate::access::caller::Caller;
use crate::access::references;
use crate::error::ApiError;
use crate::register::findings::model::{Finding, FindingEmbed};
use crate::register::improvement_actions::query::list::of_findings;
use crate::values::codes::{Codes, names};
use crate::values::id::owned_by;
use crate::values::ids::InspectionId;

/// These findings, with what `embed` adds.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    findings: Vec<Finding>,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Vec<Finding>, ApiError> {
    let ids = findings.iter().map(|finding| finding.row.finding_id).collect::<Vec<_>>();
    let actions = if names(embed, &FindingEmbed::Actions) { Some(of_findings(conn, caller, &ids)?) } else { None };
    let findings = visible(conn, caller, findings)?.into_iter().map(|finding| {
        let actions = actions.as_ref().map(|actions| owned_by(actions, finding.row.finding_id));
        Finding { actions, ..finding }
    });
    Ok(findings.collect())
}

/// The findings of these inspections, each with the inspection.
pub fn of_inspections(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[InspectionId],
) -> QueryResult<Vec<(InspectionId, Finding)>> {
    let findings = rows::with_authorities(conn, ids)?;
    Ok(visible(conn, caller, findings)?.into_iter().map(|finding| (finding.row.inspection_id, finding)).collect())
}

/// These findings without references to documents that are not visible to the caller.
fn visible(conn: &mut PgConnection, caller: &Caller, findings: Vec<Finding>) -> QueryResult<Vec<Finding>> {
    let documents = findings.iter().filter_map(|finding| finding.row.document_id).collect::<Vec<_>>();
    let documents = references::documents(conn, caller.access(), &documents)?;
    let visible = findings.into_iter().map(|mut finding| {
        finding.row.document_id = finding.row.document_id.filter(|document| documents.has(*document));
        finding
    });
    Ok(visible.collect())
}
