//! Imports inspections with their judgements.

use std::collections::HashSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::context::{Context, identified, split};
use super::error::ImportError;
use super::judgements;
use super::keys::{Missing, find, key_parts, with_key};
use crate::database::schema;
use crate::error::ApiError;
use crate::http::extract::broken_rules;
use crate::register::{authorities, frameworks};
use crate::register::inspections::query;
use crate::register::inspections::model::{FieldworkPeriod, InspectionSource, KindBasis, NewInspection};
use crate::register::judgements::model::Judgement;
use crate::values::authority_key::AuthorityKey;
use crate::values::date::Date;
use crate::values::ids::InspectionId;
use crate::values::inspection_kind::InspectionKind;
use crate::values::inspection_state::InspectionState;
use crate::values::json::JsonList;
use crate::values::text::{Code, Lines, Name, Title, WebAddress};

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
    received_on: Option<Date>,
    published_on: Option<Date>,
    inspected_name: Option<Name>,
    lead_inspectors: String,
    report_url: Option<WebAddress>,
    source: Option<InspectionSource>,
    source_reference: Option<Lines>,
}

/// The numbers of inspections and of their judgements.
type Tally = (usize, usize);

pub(super) fn import(conn: &mut PgConnection, context: &mut Context<'_>) -> Result<(), ImportError> {
    let lines = context.reader.csv::<InspectionLine>("inspections.csv")?;
    let mut sets = judgements::read(context)?;
    let judged = sets.values().map(Vec::len).sum::<usize>();
    let mut written = (0, 0);
    let mut keys = HashSet::new();
    for row in &lines {
        let key = &row.value.inspection_key;
        if !keys.insert(key) {
            let reason =
                "is not unique: another row has the same key, so judgements cannot be matched to an inspection";
            context.reader.fault(row.file, row.line, "inspection_key", reason);
            continue;
        }
        let set = sets.remove(key).unwrap_or_default();
        match known(conn, context, &row.value)? {
            Ok(None) => {}
            Ok(Some(id)) => {
                context.inspections.insert(key.clone(), id);
                continue;
            }
            Err(reason) => {
                context.reader.fault(row.file, row.line, "inspection_key", reason);
                continue;
            }
        }
        let id = row.value.inspection_id.unwrap_or_else(InspectionId::generate);
        let outcome = conn.transaction(|conn| {
            let judgements = set.iter().map(|row| row.value.clone()).collect();
            let new = new_inspection(conn, &row.value, judgements)?;
            query::insert_rows(conn, id, &new)
        });
        if judgements::outcome(context, row, &set, outcome)?.is_some() {
            context.inspections.insert(key.clone(), id);
            context.new_inspections.push(id);
            written = (written.0 + 1, written.1 + set.len());
        }
    }
    for (key, set) in sets {
        written.1 += judgements::import(conn, context, &key, &set)?;
    }
    let (from_json, all_json) = import_whole(conn, context)?;
    context.report.count("inspections", written.0 + from_json.0, lines.len() + all_json.0 - written.0 - from_json.0);
    context.report.count("judgements", written.1 + from_json.1, judged + all_json.1 - written.1 - from_json.1);
    Ok(())
}

/// The existing inspection of a line: by its id, even if its dates have changed, or by its key. A line with an id must
/// match in kind too, since an authority may have two inspections published on one day.
fn known(
    conn: &mut PgConnection,
    context: &Context<'_>,
    line: &InspectionLine,
) -> Result<Result<Option<InspectionId>, &'static str>, ImportError> {
    use schema::inspections::{inspection_id, kind, table};
    let Some(id) = line.inspection_id else {
        return Ok(match find(conn, context, &line.inspection_key)? {
            Ok(id) => Ok(Some(id)),
            Err(Missing::Nothing) => Ok(None),
            Err(missing) => Err(missing.reason()),
        });
    };
    let by_id = table.find(id).select(inspection_id).first::<InspectionId>(conn).optional()?;
    if by_id.is_some() {
        return Ok(Ok(by_id));
    }
    let Some(same_day) = with_key(conn, &line.inspection_key)? else { return Ok(Ok(None)) };
    let same_kind = table
        .filter(inspection_id.eq_any(same_day).and(kind.is_not_distinct_from(line.kind)))
        .select(inspection_id)
        .first(conn)
        .optional()?;
    Ok(Ok(same_kind))
}

fn new_inspection(
    conn: &mut PgConnection,
    line: &InspectionLine,
    judgements: Vec<Judgement>,
) -> Result<NewInspection, ApiError> {
    let (urn, day) = key_parts(&line.inspection_key)?;
    if line.published_on != Some(day) {
        return Err(ApiError::invalid_member("/inspection_key", "day", "must end with the day of publication"));
    }
    let authority_id = authorities::query::rows::known(conn, &AuthorityKey::Urn(urn))?.ok_or_else(|| {
        ApiError::invalid_member("/inspection_key", "unknown", "must begin with the URN of an authority")
    })?;
    let new = NewInspection {
        authority_id,
        framework: resolve_framework(conn, line.framework.as_ref(), line.started_on.or(line.published_on))?,
        kind: line.kind,
        title: None,
        started_on: line.started_on,
        ended_on: line.ended_on,
        fieldwork_as_printed: line.fieldwork_as_printed.clone(),
        fieldwork_periods: JsonList(periods(&line.fieldwork_periods)?),
        received_on: line.received_on,
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
    let mut errors = broken_rules(&new);
    if errors.is_empty() {
        return Ok(new);
    }
    if let Some(framework) = &new.framework {
        errors.extend(crate::register::judgements::query::rules::broken_codes(conn, framework, &new.judgements)?);
    }
    Err(ApiError::invalid(errors))
}

/// The framework of this code, or the one that another data set calls so and that was in use on the day.
fn resolve_framework(
    conn: &mut PgConnection,
    code: Option<&Code>,
    day: Option<Date>,
) -> Result<Option<Code>, ApiError> {
    let Some(code) = code else { return Ok(None) };
    let named = frameworks::query::named(conn, code)?;
    let exact = named.iter().find(|framework| framework.framework == *code);
    let in_use = || named.iter().find(|framework| day.is_some_and(|day| framework.permits(day)));
    match exact.or_else(in_use) {
        Some(framework) => Ok(Some(framework.framework.clone())),
        None => Err(ApiError::invalid_member(
            "/framework",
            "unknown",
            format!("{code} is not a framework in use on that day"),
        )),
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

/// Imports inspections in the form of request bodies with findings and recommendations, each with its id.
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
        let outcome = conn.transaction(|conn| query::insert_rows(conn, id, &row.value));
        if context.reader.outcome(&row, outcome)?.is_some() {
            context.new_inspections.push(id);
            written = (written.0 + 1, written.1 + count);
        }
    }
    Ok((written, all))
}
