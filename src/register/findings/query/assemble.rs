//! Puts findings together with what a response contains: a fixed number of statements, however many findings.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows;
use crate::access::references;
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::findings::model::{Finding, FindingEmbed, FindingRow};
use crate::register::improvement_actions::query::list::of_findings;
use crate::values::codes::{Codes, names};
use crate::values::id::owned_by;
use crate::values::ids::InspectionId;

/// These findings, with what `embed` adds.
pub fn all(
    conn: &mut PgConnection,
    caller: &Caller,
    rows: Vec<FindingRow>,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Vec<Finding>, ApiError> {
    let ids = rows.iter().map(|row| row.finding_id).collect::<Vec<_>>();
    let actions = if names(embed, &FindingEmbed::Actions) { Some(of_findings(conn, caller, &ids)?) } else { None };
    let findings = visible(conn, caller, rows)?.into_iter().map(|row| {
        let actions = actions.as_ref().map(|actions| owned_by(actions, row.finding_id));
        Finding { row, actions }
    });
    Ok(findings.collect())
}

/// The findings of these inspections, each with the inspection.
pub fn of_inspections(
    conn: &mut PgConnection,
    caller: &Caller,
    ids: &[InspectionId],
) -> QueryResult<Vec<(InspectionId, Finding)>> {
    let rows = rows::of_inspections(conn, ids)?;
    Ok(visible(conn, caller, rows)?.into_iter().map(|row| (row.inspection_id, row.into())).collect())
}

/// These findings without references to documents that are not visible to the caller.
fn visible(conn: &mut PgConnection, caller: &Caller, rows: Vec<FindingRow>) -> QueryResult<Vec<FindingRow>> {
    let documents = rows.iter().filter_map(|row| row.document_id).collect::<Vec<_>>();
    let documents = references::documents(conn, caller.access(), &documents)?;
    let visible = rows.into_iter().map(|row| {
        let document_id = row.document_id.filter(|document| documents.has(*document));
        FindingRow { document_id, ..row }
    });
    Ok(visible.collect())
}
