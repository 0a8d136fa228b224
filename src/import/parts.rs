//! Imports documents, findings and recommendations.

use std::collections::BTreeMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::context::{Context, identified, was_removed};
use super::error::ImportError;
use super::keys::{Missing, find};
use super::reading::Row;
use crate::database::schema;
use crate::error::{ApiError, FieldError};
use crate::http::extract::broken_rules;
use crate::register::documents::model::NewDocument;
use crate::register::findings::model::{FindingRow, NewFinding};
use crate::register::inspections::query::{part, rows};
use crate::register::recommendations::model::{
    NewRecommendation, RecommendationAddressee, RecommendationKind, RecommendationRow,
};
use crate::register::{documents, findings, recommendations, themes};
use crate::values::ids::{DocumentId, FindingId, InspectionId, RecommendationId};
use crate::values::text::{Name, Prose};

/// A line of `recommendations.csv`, which was extracted from reports.
#[derive(Debug, Deserialize)]
struct RecommendationLine {
    inspection_key: String,
    seq: i32,
    addressee: RecommendationAddressee,
    heading: Option<String>,
    section: Option<String>,
    theme: Option<Name>,
    timescale_printed: Option<Name>,
    paragraph_no: Option<Name>,
    text: Prose,
}

impl RecommendationLine {
    fn new_recommendation(&self) -> NewRecommendation {
        let headings = [self.section.as_deref(), self.heading.as_deref()];
        NewRecommendation {
            position: Some(self.seq),
            kind: headings.into_iter().flatten().find_map(kind).unwrap_or(RecommendationKind::Recommendation),
            addressee: self.addressee,
            text: self.text.clone(),
            section: self.theme.clone().or_else(|| self.section.as_deref().map(str::trim).map(Name::from)),
            themes: Vec::new(),
            cohorts: Vec::new(),
            timescale_as_printed: self.timescale_printed.clone(),
            timescale_counted_from: None,
            paragraph: self.paragraph_no.clone(),
        }
    }
}

/// The kind of the recommendations below a printed heading. `What needs to improve` and `What does the local authority
/// need to improve` are headings of areas for improvement too.
fn kind(heading: &str) -> Option<RecommendationKind> {
    let heading = heading.to_lowercase();
    match heading.as_str() {
        "priority and immediate action" => Some(RecommendationKind::PriorityAction),
        "areas for improvement" => Some(RecommendationKind::AreaForImprovement),
        _ if heading.starts_with("what ") && heading.ends_with("to improve") => {
            Some(RecommendationKind::AreaForImprovement)
        }
        _ => None,
    }
}

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    import_documents(conn, context)?;
    import_findings(conn, context)?;
    import_recommendations(conn, context)?;
    import_read_recommendations(conn, context)
}

fn import_documents(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::documents::{document_id, table};
    let rows = context.reader.json::<Map<String, Value>>("documents.json")?;
    let (all, mut written) = (rows.len(), 0);
    for row in rows {
        let Some((id, row)) = identified::<DocumentId, NewDocument>(context, row, "document_id") else { continue };
        if table.find(id).select(document_id).first::<DocumentId>(conn).optional()?.is_none() {
            let outcome = conn.transaction(|conn| documents::query::insert_rows(conn, id, &row.value));
            written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
        }
    }
    context.report.count("documents", written, all - written);
    Ok(())
}

fn import_findings(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::findings::{finding_id, table};
    let rows = context.reader.json::<Map<String, Value>>("findings.json")?;
    let (all, mut written) = (rows.len(), 0);
    for mut row in rows {
        let inspection = take_inspection(conn, context, &mut row)?;
        let identified = identified::<FindingId, NewFinding>(context, row, "finding_id");
        let (Some(inspection), Some((id, row))) = (inspection, identified) else { continue };
        let known = table.find(id).select(finding_id).first::<FindingId>(conn).optional()?;
        if known.is_none() && !was_removed(conn, context, inspection, id.as_uuid())? {
            let outcome = conn.transaction(|conn| {
                if context.new_inspections.contains(&inspection) {
                    let whole = rows::find(conn, &context.caller, inspection)?;
                    findings::query::rules::check(conn, &whole, row.value.area.as_ref(), &row.value.themes)?;
                    findings::query::rows::insert(conn, inspection, id, &row.value, "").map(drop)
                } else {
                    part::insert::<FindingRow>(conn, &context.caller, inspection, id, &row.value).map(drop)
                }
            });
            written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
        }
    }
    context.report.count("findings", written, all - written);
    Ok(())
}

fn import_recommendations(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::recommendations::{recommendation_id, table};
    let rows = context.reader.json::<Map<String, Value>>("recommendations.json")?;
    let (all, mut written) = (rows.len(), 0);
    for mut row in rows {
        let inspection = take_inspection(conn, context, &mut row)?;
        let identified = identified::<RecommendationId, NewRecommendation>(context, row, "recommendation_id");
        let (Some(inspection), Some((id, row))) = (inspection, identified) else { continue };
        let known = table.find(id).select(recommendation_id).first::<RecommendationId>(conn).optional()?;
        if known.is_none() && !was_removed(conn, context, inspection, id.as_uuid())? {
            let outcome = conn.transaction(|conn| write_recommendation(conn, context, inspection, id, &row.value));
            written += usize::from(context.reader.outcome(&row, outcome)?.is_some());
        }
    }
    context.report.count("recommendations", written, all - written);
    Ok(())
}

fn take_inspection(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    row: &mut Row<Map<String, Value>>,
) -> Result<Option<InspectionId>, ImportError> {
    use schema::inspections::{inspection_id, table};
    let id = row.value.remove("inspection_id").and_then(|id| serde_json::from_value::<InspectionId>(id).ok());
    let reason = match id {
        None => "must be a UUID in lower case with hyphens",
        Some(id) if table.find(id).select(inspection_id).first::<InspectionId>(conn).optional()?.is_none() => {
            Missing::Nothing.reason()
        }
        known => return Ok(known),
    };
    context.reader.fault(row.file, row.line, "inspection_id", reason);
    Ok(None)
}

/// Inserts a recommendation. One of an inspection from the same import belongs to its first version; one of an existing
/// inspection increases the version.
fn write_recommendation(
    conn: &mut PgConnection,
    context: &Context<'_>,
    inspection: InspectionId,
    id: RecommendationId,
    new: &NewRecommendation,
) -> Result<(), ApiError> {
    if context.new_inspections.contains(&inspection) {
        themes::query::check(conn, &new.themes, "/themes")?;
        recommendations::query::rows::insert(conn, inspection, id, new, "").map(drop)
    } else {
        part::insert::<RecommendationRow>(conn, &context.caller, inspection, id, new).map(drop)
    }
}

/// Translates the pointers of an error to names of columns that differ from those of the API.
fn by_column(error: ApiError) -> ApiError {
    let column = |pointer: &str| match pointer {
        "/position" => "/seq".to_owned(),
        "/timescale_as_printed" => "/timescale_printed".to_owned(),
        "/paragraph" => "/paragraph_no".to_owned(),
        other => other.to_owned(),
    };
    let renamed = error.errors().iter().cloned().map(|broken| {
        let pointer = broken.pointer.as_deref().map(column);
        FieldError { pointer, ..broken }
    });
    let renamed = renamed.collect::<Vec<_>>();
    if renamed.is_empty() { error } else { ApiError::invalid(renamed) }
}

/// Imports recommendations without ids, which belong to an inspection by its key. An inspection that has
/// recommendations is skipped.
fn import_read_recommendations(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    use schema::recommendations::{inspection_id, table};
    let rows = context.reader.csv::<RecommendationLine>("recommendations.csv")?;
    let (all, mut written) = (rows.len(), 0);
    let mut by_key = BTreeMap::<String, Vec<Row<RecommendationLine>>>::new();
    for row in rows {
        by_key.entry(row.value.inspection_key.clone()).or_default().push(row);
    }
    for (key, lines) in by_key {
        let inspection = match find(conn, context, &key)? {
            Ok(inspection) => inspection,
            Err(missing) => {
                for row in &lines {
                    context.reader.fault(row.file, row.line, "inspection_key", missing.reason());
                }
                continue;
            }
        };
        let known = table.filter(inspection_id.eq(inspection)).count().get_result::<i64>(conn)?;
        if known > 0 {
            context.report.notes.push(format!("{key} keeps the {known} recommendations that it has"));
            continue;
        }
        let locked = rows::lock(conn, &context.caller, inspection)?;
        let is_new = context.new_inspections.contains(&inspection);
        let caller = context.caller.clone();
        let mut write = |conn: &mut PgConnection| write_lines(conn, context, inspection, &lines);
        written +=
            if is_new { write(conn)? } else { part::change(conn, &caller, locked, None, |conn, _| write(conn))? };
    }
    context.report.count("recommendations", written, all - written);
    Ok(())
}

/// Writes recommendations of an inspection, and returns how many.
fn write_lines(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    inspection: InspectionId,
    lines: &[Row<RecommendationLine>],
) -> Result<usize, ImportError> {
    let mut written = 0;
    for row in lines {
        let new = row.value.new_recommendation();
        let errors = broken_rules(&new);
        let outcome = conn.transaction(|conn| {
            ApiError::refuse_any(errors)?;
            recommendations::query::rows::insert(conn, inspection, RecommendationId::generate(), &new, "")
        });
        written += usize::from(context.reader.outcome(row, outcome.map_err(by_column))?.is_some());
    }
    Ok(written)
}
