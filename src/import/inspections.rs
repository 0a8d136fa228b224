//! Inspections with their judgements.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::reading::Row;
use super::{Context, ImportError};
use crate::authorities::model::AuthorityKey;
use crate::date::Date;
use crate::error::{ApiError, FieldError};
use crate::extract::broken_rules;
use crate::frameworks;
use crate::frameworks::model::Grade;
use crate::inspections::model::{
    FieldworkPeriod, InspectionId, InspectionKind, InspectionSource, InspectionState, KindBasis, NewInspection,
};
use crate::inspections::query;
use crate::json::JsonList;
use crate::judgements;
use crate::judgements::model::{AbsenceReason, Judgement};
use crate::schema;
use crate::text::{Code, Lines, Name, OfstedUrn, Title, WebAddress};

/// A line of `inspections.csv`.
#[derive(Debug, Deserialize)]
struct InspectionLine {
    inspection_id: Option<InspectionId>,
    inspection_key: String,
    framework: Option<Code>,
    kind: Option<InspectionKind>,
    kind_basis: Option<KindBasis>,
    started_on: Option<Date>,
    ended_on: Option<Date>,
    fieldwork_as_printed: Option<Title>,
    fieldwork_periods: String,
    published_on: Option<Date>,
    inspected_name: Option<Name>,
    lead_inspectors: String,
    report_url: Option<WebAddress>,
    source: Option<InspectionSource>,
    source_reference: Option<Lines>,
}

/// A line of `judgements.csv`.
#[derive(Debug, Deserialize)]
struct JudgementLine {
    inspection_key: String,
    area: Code,
    grade: Option<Grade>,
    grade_as_printed: Option<Name>,
    absence_reason: Option<AbsenceReason>,
}

/// How many inspections, and how many judgements in them.
type Tally = (usize, usize);

/// The parts of a cell that holds several values.
pub(super) fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    let lines = context.reader.csv::<InspectionLine>("inspections.csv")?;
    let mut judgements = HashMap::<String, Vec<Judgement>>::new();
    let judgement_lines = context.reader.csv::<JudgementLine>("judgements.csv")?;
    let judged = judgement_lines.len();
    for row in &judgement_lines {
        let line = &row.value;
        judgements.entry(line.inspection_key.clone()).or_default().push(Judgement {
            area: line.area.clone(),
            grade: line.grade,
            grade_as_printed: line.grade_as_printed.clone(),
            absence_reason: line.absence_reason,
        });
    }
    let mut written = (0, 0);
    for row in &lines {
        let judgements = judgements.remove(&row.value.inspection_key).unwrap_or_default();
        let count = judgements.len();
        let id = row.value.inspection_id;
        let outcome = match find(conn, id, &row.value.inspection_key)? {
            Some(_) => continue,
            None => conn.transaction(|conn| {
                let new = new_inspection(conn, &row.value, judgements)?;
                query::insert(conn, &context.principal, id.unwrap_or_else(InspectionId::generate), &new)
            }),
        };
        if let Some(inspection) = context.reader.outcome(row, outcome)? {
            context.new_inspections.push(inspection.row.inspection_id);
            written = (written.0 + 1, written.1 + count);
        }
    }
    for row in judgement_lines {
        if let Some(set) = judgements.remove(&row.value.inspection_key) {
            written.1 += import_judgements(conn, context, &row, &set)?;
        }
    }
    let (from_json, all_json) = import_whole(conn, context)?;
    context.report.count("inspections", written.0 + from_json.0, lines.len() + all_json.0 - written.0 - from_json.0);
    context.report.count("judgements", written.1 + from_json.1, judged + all_json.1 - written.1 - from_json.1);
    Ok(())
}

fn new_inspection(
    conn: &mut PgConnection,
    line: &InspectionLine,
    judgements: Vec<Judgement>,
) -> Result<NewInspection, ApiError> {
    let (urn, _) = key_parts(&line.inspection_key)?;
    let authority_id = crate::authorities::query::resolve(conn, &AuthorityKey::Urn(urn))
        .map_err(|error| error.as_missing("authority with the URN of inspection_key"))?;
    let new = NewInspection {
        authority_id,
        framework: resolve_framework(conn, line.framework.as_ref(), line.started_on.or(line.published_on))?,
        kind: line.kind,
        title: None,
        started_on: line.started_on,
        ended_on: line.ended_on,
        fieldwork_as_printed: line.fieldwork_as_printed.clone(),
        fieldwork_periods: JsonList(periods(&line.fieldwork_periods)?),
        received_on: None,
        published_on: line.published_on,
        state: InspectionState::Published,
        inspected_name: line.inspected_name.clone(),
        lead_inspectors: split(&line.lead_inspectors).map(Name::from).collect(),
        inspectors: JsonList::default(),
        addressee: None,
        copied_to: None,
        areas_covered: JsonList::default(),
        headline: None,
        opened_by_inspection_id: None,
        visit_number: None,
        is_final_visit: None,
        report_url: line.report_url.clone(),
        source: line.source,
        source_reference: line.source_reference.clone(),
        kind_basis: line.kind_basis,
        judgements,
        findings: Vec::new(),
        recommendations: Vec::new(),
    };
    let errors = broken_rules(&new);
    if errors.is_empty() { Ok(new) } else { Err(ApiError::invalid(errors)) }
}

/// The framework of this code, or the one that another data set calls so and that was in use on the day.
fn resolve_framework(
    conn: &mut PgConnection,
    code: Option<&Code>,
    day: Option<Date>,
) -> Result<Option<Code>, ApiError> {
    let Some(code) = code else { return Ok(None) };
    let lowered = Code::from(code.as_str());
    let named = frameworks::query::named(conn, &lowered)?;
    let exact = named.iter().find(|framework| framework.framework == *code);
    let in_use = || named.iter().find(|framework| day.is_some_and(|day| framework.permits(day)));
    match exact.or_else(in_use) {
        Some(framework) => Ok(Some(framework.framework.clone())),
        None => {
            Err(ApiError::invalid_member("/framework", "unknown", format!("{code} is no framework in use that day")))
        }
    }
}

fn periods(cell: &str) -> Result<Vec<FieldworkPeriod>, ApiError> {
    split(cell)
        .map(|period| {
            let (first, last) = period.split_once('/').unwrap_or((period, period));
            match (first.parse(), last.parse()) {
                (Ok(started_on), Ok(ended_on)) => Ok(FieldworkPeriod { started_on, ended_on }),
                _ => Err(ApiError::invalid_member("/fieldwork_periods", "schema", "must be pairs first/last of dates")),
            }
        })
        .collect()
}

/// Judgements of an inspection that the register has without any.
fn import_judgements(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    row: &Row<JudgementLine>,
    set: &[Judgement],
) -> Result<usize, ImportError> {
    let Some(id) = find(conn, None, &row.value.inspection_key)? else {
        context.reader.fault(row.file, row.line, "inspection_key", "there is no such inspection");
        return Ok(0);
    };
    if !judgements::query::of_inspections(conn, &[id])?.is_empty() {
        return Ok(0);
    }
    let outcome = conn.transaction(|conn| {
        let inspection = query::lock(conn, &context.principal, id)?;
        judgements::query::insert(conn, id, inspection.framework.as_ref(), set)?;
        query::mark_changed(conn, id)?;
        query::check_rules(conn, id)
    });
    Ok(context.reader.outcome(row, outcome)?.map_or(0, |()| set.len()))
}

/// Inspections that are written whole, as in a request to the API, each with its id.
fn import_whole(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(Tally, Tally), ImportError> {
    let rows = context.reader.json::<Map<String, Value>>("inspections.json")?;
    let (mut written, mut all): (Tally, Tally) = ((0, 0), (0, 0));
    for row in rows {
        let Some((id, row)) = identified::<_, NewInspection>(context, row, "inspection_id") else { continue };
        let count = row.value.judgements.len();
        all = (all.0 + 1, all.1 + count);
        let known = schema::inspections::table.find(id).select(schema::inspections::inspection_id);
        if known.first::<InspectionId>(conn).optional()?.is_some() {
            continue;
        }
        let outcome = conn.transaction(|conn| query::insert(conn, &context.principal, id, &row.value));
        if context.reader.outcome(&row, outcome)?.is_some() {
            context.new_inspections.push(id);
            written = (written.0 + 1, written.1 + count);
        }
    }
    Ok((written, all))
}

/// Takes the id out of an object, and decodes the rest as the body of a request.
pub(super) fn identified<I, T>(
    context: &mut Context<'_>,
    row: Row<Map<String, Value>>,
    name: &str,
) -> Option<(I, Row<T>)>
where
    I: serde::de::DeserializeOwned,
    T: serde::de::DeserializeOwned + validator::Validate,
{
    let Row { file, line, mut value } = row;
    let id = value.remove(name).and_then(|id| serde_json::from_value::<I>(id).ok());
    let Some(id) = id else {
        context.reader.fault(file, line, name, "must be a UUID in lower case with hyphens");
        return None;
    };
    match serde_path_to_error::deserialize::<_, T>(Value::Object(value)) {
        Ok(value) => {
            let errors = broken_rules(&value);
            for FieldError { pointer, message, .. } in &errors {
                context.reader.fault(
                    file,
                    line,
                    pointer.as_deref().unwrap_or_default().trim_start_matches('/'),
                    message,
                );
            }
            errors.is_empty().then_some((id, Row { file, line, value }))
        }
        Err(error) => {
            context.reader.fault(file, line, &error.path().to_string(), error.into_inner().to_string());
            None
        }
    }
}

/// The inspection with this id, or with this key: `<ofsted_urn>-<published_on>`.
pub(super) fn find(
    conn: &mut PgConnection,
    id: Option<InspectionId>,
    key: &str,
) -> Result<Option<InspectionId>, ImportError> {
    use schema::inspections::{authority_id, inspection_id, published_on, table};
    if let Some(id) = id
        && table.find(id).select(inspection_id).first::<InspectionId>(conn).optional()?.is_some()
    {
        return Ok(Some(id));
    }
    let Ok((urn, day)) = key_parts(key) else { return Ok(None) };
    let authority = match crate::authorities::query::resolve(conn, &AuthorityKey::Urn(urn)) {
        Ok(authority) => authority,
        Err(ApiError::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = table
        .filter(authority_id.eq(authority).and(published_on.eq(day)))
        .order(inspection_id)
        .select(inspection_id)
        .first(conn)
        .optional()?;
    Ok(found)
}

fn key_parts(key: &str) -> Result<(OfstedUrn, Date), ApiError> {
    let parts = key.split_once('-').and_then(|(urn, day)| Some((urn.parse().ok()?, day.parse().ok()?)));
    parts.ok_or_else(|| {
        ApiError::invalid_member(
            "/inspection_key",
            "schema",
            "must be an Ofsted URN, a hyphen and the day of publication",
        )
    })
}
