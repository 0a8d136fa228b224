//! Puts findings together with what a response contains: a fixed number of statements, however many findings.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows;
use crate::access::caller::Caller;
use crate::access::references;
use crate::database::limited::{EmbeddedRows, Room, of_owner};
use crate::error::ApiError;
use crate::register::findings::model::{Finding, FindingEmbed};
use crate::register::improvement_actions::query::list::of_findings;
use crate::values::codes::{Codes, names};
use crate::values::ids::{InspectionId, of};

/// These findings, with what `embed` adds.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    findings: Vec<Finding>,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Vec<Finding>, ApiError> {
    let ids = findings.iter().map(|finding| finding.row.finding_id).collect::<Vec<_>>();
    let actions = if names(embed, &FindingEmbed::Actions) {
        Some(of_findings(conn, caller, &mut Room::default(), &ids)?)
    } else {
        None
    };
    let findings = visible(conn, caller, findings)?.into_iter().map(|finding| {
        let mut truncated = Vec::new();
        let id = finding.row.finding_id;
        let actions = of_owner(actions.as_ref(), id, FindingEmbed::Actions, &mut truncated);
        Finding { actions, truncated, ..finding }
    });
    Ok(findings.collect())
}

/// The findings of these inspections.
pub fn of_inspections(
    conn: &mut PgConnection,
    caller: &Caller,
    room: &mut Room,
    ids: &[InspectionId],
) -> QueryResult<EmbeddedRows<of::Inspection, Finding>> {
    rows::with_authorities(conn, room, ids)?.turned(|findings| visible(conn, caller, findings))
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
