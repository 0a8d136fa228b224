//! Imports judgements; those of one inspection are written together.

use std::collections::BTreeMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;

use super::context::Context;
use super::error::ImportError;
use super::keys::find;
use super::reading::Row;
use crate::error::{ApiError, FieldError};
use crate::http::extract::broken_rules;
use crate::register::inspections;
use crate::register::inspections::query::part;
use crate::register::inspections::query::rows::were_judgements_changed;
use crate::register::judgements::query;
use crate::register::judgements::model::{AbsenceReason, Judgement};
use crate::values::grade::Grade;
use crate::values::text::{Code, Name};

/// A line of `judgements.csv`.
#[derive(Debug, Deserialize)]
struct JudgementLine {
    inspection_key: String,
    area: Code,
    grade: Option<Grade>,
    grade_as_printed: Option<Name>,
    absence_reason: Option<AbsenceReason>,
}

impl JudgementLine {
    fn into_parts(self) -> (String, Judgement) {
        let Self { inspection_key, area, grade, grade_as_printed, absence_reason } = self;
        (inspection_key, Judgement { area, grade, grade_as_printed, absence_reason })
    }
}

/// The judgements of each inspection by its key, each with its file and line.
pub(super) fn read(context: &mut Context<'_>) -> Result<BTreeMap<String, Vec<Row<Judgement>>>, ImportError> {
    let mut sets = BTreeMap::<String, Vec<Row<Judgement>>>::new();
    for Row { file, line, value } in context.reader.csv::<JudgementLine>("judgements.csv")? {
        let (key, value) = value.into_parts();
        sets.entry(key).or_default().push(Row { file, line, value });
    }
    Ok(sets)
}

/// Handles the outcome of writing an inspection with its judgements: an error in a judgement is reported as a fault of
/// the row of the judgement.
pub(super) fn outcome<T, V>(
    context: &mut Context<'_>,
    row: &Row<V>,
    set: &[Row<Judgement>],
    outcome: Result<T, ApiError>,
) -> Result<Option<T>, ImportError> {
    let Err(error) = &outcome else { return context.reader.outcome(row, outcome) };
    let judgement = |pointer: &str| {
        let place = pointer.strip_prefix("/judgements")?.trim_start_matches('/');
        let (index, column) = place.split_once('/').unwrap_or((place, ""));
        Some((set.get(index.parse().unwrap_or(0_usize))?, column.to_owned()))
    };
    let (of_judgements, of_row): (Vec<_>, Vec<_>) = error
        .errors()
        .iter()
        .cloned()
        .map(|broken| (judgement(broken.pointer.as_deref().unwrap_or_default()), broken))
        .partition(|(place, _)| place.is_some());
    if of_judgements.is_empty() {
        return context.reader.outcome(row, outcome);
    }
    for (place, broken) in of_judgements {
        if let Some((judgement, column)) = place {
            context.reader.fault(judgement.file, judgement.line, &column, broken.message);
        }
    }
    for (_, broken) in of_row {
        let column = broken.pointer.unwrap_or_default();
        context.reader.fault(row.file, row.line, column.trim_start_matches('/'), broken.message);
    }
    Ok(None)
}

/// Imports the judgements of existing inspections that have none.
pub(super) fn import(
    conn: &mut PgConnection,
    context: &mut Context<'_>,
    key: &str,
    set: &[Row<Judgement>],
) -> Result<usize, ImportError> {
    let id = match find(conn, context, key)? {
        Ok(id) => id,
        Err(missing) => {
            for row in set {
                context.reader.fault(row.file, row.line, "inspection_key", missing.reason());
            }
            return Ok(0);
        }
    };
    let Some(first) = set.first() else { return Ok(0) };
    if !query::rows::of_inspection(conn, id)?.is_empty() || were_judgements_changed(conn, id)? {
        return Ok(0);
    }
    let outcome = conn.transaction(|conn| {
        let inspection = inspections::query::rows::lock(conn, &context.caller, id)?;
        let errors = set.iter().enumerate().flat_map(|(index, row)| {
            let below = move |error: FieldError| FieldError {
                pointer: Some(format!("/judgements/{index}{}", error.pointer.unwrap_or_default())),
                ..error
            };
            broken_rules(&row.value).into_iter().map(below)
        });
        let mut errors = errors.collect::<Vec<_>>();
        let judgements = set.iter().map(|row| row.value.clone()).collect::<Vec<_>>();
        if let Some(framework) = &inspection.framework {
            errors.extend(query::rules::broken_codes(conn, framework, &judgements)?);
        }
        if !errors.is_empty() {
            return Err(ApiError::invalid(errors));
        }
        query::rules::check(conn, &inspection, &judgements)?;
        part::change(conn, &context.caller, inspection, None, |conn, inspection| {
            query::rows::insert(conn, id, inspection.row.framework.as_ref(), &judgements)
        })
    });
    Ok(self::outcome(context, first, set, outcome)?.map_or(0, |()| set.len()))
}
