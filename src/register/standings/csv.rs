//! Standings as a table: one row an authority, one column an area.

use super::model::{Standing, StandingAbsence};
use crate::error::ApiError;
use crate::values::text::{Code, Name};

/// The columns before those of the areas.
const COLUMNS: [&str; 14] = [
    "authority_id",
    "authority_name",
    "gss_code",
    "region",
    "authority_type",
    "inspection_id",
    "framework",
    "kind",
    "started_on",
    "ended_on",
    "published_on",
    "days_since",
    "lead_inspectors",
    "report_url",
];

/// Writes the table (RFC 4180). A cell of an area holds the grade, or why there is none; it is empty if there is no
/// inspection.
///
/// # Errors
///
/// `internal` if the library fails to write.
pub fn write(standings: &[Standing], areas: &[Code]) -> Result<Vec<u8>, ApiError> {
    let failed = |error: &dyn std::error::Error| ApiError::Internal(error.to_string());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let header = COLUMNS.into_iter().chain(areas.iter().map(Code::as_str));
    writer.write_record(header).map_err(|error| failed(&error))?;
    for standing in standings {
        let cells = record(standing).into_iter().chain(areas.iter().map(|area| grade(standing, area)));
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

fn record(standing: &Standing) -> [String; 14] {
    let row = &standing.row;
    let names = row.lead_inspectors.iter().flatten().map(Name::as_str).collect::<Vec<_>>().join("; ");
    [
        row.authority_id.to_string(),
        inert(row.authority_name.as_str()),
        row.gss_code.to_string(),
        row.region.to_string(),
        row.authority_type.to_string(),
        text(row.inspection_id.as_ref()),
        text(row.framework.as_ref()),
        text(row.kind.as_ref()),
        text(row.started_on.as_ref()),
        text(row.ended_on.as_ref()),
        text(row.published_on.as_ref()),
        text(row.days_since.as_ref()),
        inert(&names),
        text(row.report_url.as_ref()),
    ]
}

fn grade(standing: &Standing, area: &Code) -> String {
    match standing.judgements.iter().find(|judgement| judgement.area == *area) {
        Some(judgement) => {
            judgement.grade.map_or_else(|| text(judgement.absence_reason.as_ref()), |grade| grade.to_string())
        }
        None if standing.row.inspection_id.is_some() => StandingAbsence::NotInFramework.to_string(),
        None => String::new(),
    }
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// Text that a spreadsheet does not take for a formula: an apostrophe goes before the signs that begin one.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
