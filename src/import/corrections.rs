//! Corrections of facts that the files stated wrongly. A register that has the row gets the correction as one: through the
//! rules of the API, with a reason and an event. A row that somebody has changed since is left alone.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::ImportError;
use super::reading::Reader;
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::extract::{IfMatch, Patch, Preconditions, decode_object};
use crate::register::events::model::{EventResource, Subject};
use crate::register::examinations::model::{ExaminationRow, NewExamination};
use crate::register::findings::model::FindingRow;
use crate::register::inspections::query::part;
use crate::register::recommendations::model::RecommendationRow;
use crate::register::{documents, events, examinations, findings, inspections, recommendations};
use crate::values::text::Reason;

/// An item of `corrections.json`: the members of a resource that were wrong, and what they should be. A null is an absent
/// member.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Correction {
    resource: EventResource,
    resource_id: Uuid,
    reason: Reason,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

/// What became of a correction.
enum Outcome {
    /// The row is corrected.
    Made,
    /// There is no such row, or it is correct already.
    NotNeeded,
    /// Somebody has changed the row.
    LeftAlone,
}

/// What became of the corrections of a source.
#[derive(Debug, Default)]
pub(super) struct Corrected {
    /// How many rows were corrected.
    pub(super) made: usize,
    /// The rows that were not, each with the reason.
    pub(super) notes: Vec<String>,
}

/// Makes the corrections of a source that the register lacks.
pub(super) fn make(
    conn: &mut PgConnection,
    caller: &Caller,
    reader: &mut Reader<'_>,
) -> Result<Corrected, ImportError> {
    let mut corrected = Corrected::default();
    for row in reader.json::<Correction>("corrections.json")? {
        let Correction { resource, resource_id, .. } = &row.value;
        let mut note = |why: &str| corrected.notes.push(format!("{resource} {resource_id} is not corrected: {why}"));
        match conn.transaction(|conn| correct(conn, caller, &row.value)) {
            Ok(Outcome::Made) => corrected.made += 1,
            Ok(Outcome::NotNeeded) => {}
            Ok(Outcome::LeftAlone) => note("somebody has changed it"),
            Err(error @ ApiError::Refused(_)) if error.errors().is_empty() => note(&error.to_string()),
            refused => drop(reader.outcome(&row, refused.map(drop))?),
        }
    }
    Ok(corrected)
}

fn correct(conn: &mut PgConnection, caller: &Caller, correction: &Correction) -> Result<Outcome, ApiError> {
    let Some(current) = stored(conn, correction)? else { return Ok(Outcome::NotNeeded) };
    let has = |members: &Map<String, Value>| {
        members.iter().all(|(name, value)| current.get(name).unwrap_or(&Value::Null) == value)
    };
    if has(&correction.after) {
        return Ok(Outcome::NotNeeded);
    }
    if !has(&correction.before) || events::query::was_changed(conn, correction.resource_id)? {
        return Ok(Outcome::LeftAlone);
    }
    write(conn, caller, correction, &current)?;
    Ok(Outcome::Made)
}

/// The resource as events hold it, if the register has it.
fn stored(conn: &mut PgConnection, correction: &Correction) -> Result<Option<Value>, ApiError> {
    let id = correction.resource_id;
    match correction.resource {
        EventResource::Inspection => first(inspections::query::rows::stored(conn, &[id])?),
        EventResource::Document => first(documents::query::rows::stored(conn, &[id])?),
        EventResource::Finding => first(findings::query::rows::stored(conn, &[id])?),
        EventResource::Recommendation => first(recommendations::query::rows::stored(conn, &[id])?),
        EventResource::Examination => {
            let examination = examinations::query::rows::with_id(conn, id.into()).optional()?;
            Ok(examination.map(serde_json::to_value).transpose()?)
        }
        _ => Err(ApiError::invalid_member(
            "/resource",
            "unknown",
            "must be one of inspection, document, finding, recommendation, examination",
        )),
    }
}

fn first<T: Serialize>(rows: Vec<(Subject, T)>) -> Result<Option<Value>, ApiError> {
    Ok(rows.into_iter().next().map(|(_, row)| serde_json::to_value(row)).transpose()?)
}

/// Changes the resource by the same functions as a request, and only at the version that was looked at.
fn write(conn: &mut PgConnection, caller: &Caller, correction: &Correction, current: &Value) -> Result<(), ApiError> {
    let id = correction.resource_id;
    let if_match = IfMatch::version(current.get("version").and_then(Value::as_i64).unwrap_or_default());
    let mut changes = correction.after.clone();
    changes.insert("reason".to_owned(), serde_json::to_value(&correction.reason)?);
    match correction.resource {
        EventResource::Inspection => {
            inspections::query::update(conn, caller, id.into(), &if_match, &Patch::of(changes)?).map(drop)
        }
        EventResource::Document => {
            documents::query::update(conn, caller, id.into(), &if_match, &Patch::of(changes)?).map(drop)
        }
        EventResource::Finding => {
            part::update::<FindingRow>(conn, caller, id.into(), &if_match, &Patch::of(changes)?).map(drop)
        }
        EventResource::Recommendation => {
            part::update::<RecommendationRow>(conn, caller, id.into(), &if_match, &Patch::of(changes)?).map(drop)
        }
        _ => {
            let examination = examinations::query::rows::with_id(conn, id.into())?;
            let new = replacement(&examination, changes)?;
            let place = (examination.inspection_id, examination.recommendation_id);
            examinations::query::replace(conn, caller, place, &Preconditions::matching(if_match), &new).map(drop)
        }
    }
}

/// An examination with changes as it replaces the recorded one, which has no patch.
fn replacement(examination: &ExaminationRow, changes: Map<String, Value>) -> Result<NewExamination, ApiError> {
    let ExaminationRow { outcome, summary, quote, finding_id, .. } = examination;
    let own = NewExamination {
        outcome: *outcome,
        summary: summary.clone(),
        quote: quote.clone(),
        finding_id: *finding_id,
        reason: None,
    };
    let Value::Object(mut members) = serde_json::to_value(&own)? else { return Ok(own) };
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
    decode_object(members).map_err(ApiError::invalid)
}
