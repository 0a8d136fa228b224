//! What an import works with, and what the files of one share.

use std::collections::HashMap;
use std::fmt;

use diesel::pg::PgConnection;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::corrections::Corrected;
use super::error::ImportError;
use super::reading::{Reader, Row, Source};
use crate::access::caller::Caller;
use crate::error::FieldError;
use crate::http::extract::decode_object;
use crate::register::events;
use crate::values::ids::{AuthorityId, InspectionId};

/// What an import works with.
pub(super) struct Context<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) caller: Caller,
    pub(super) report: Report,
    /// The inspections that this import wrote: they are complete only at its end, at their first version.
    pub(super) new_inspections: Vec<InspectionId>,
    /// The authorities by the codes of the files, which the register may have corrected.
    pub(super) authorities: HashMap<String, AuthorityId>,
    /// The inspections by the keys of the files, whose days the register may have corrected.
    pub(super) inspections: HashMap<String, InspectionId>,
}

impl<'a> Context<'a> {
    /// What an import of this source begins with.
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            reader: Reader::new(source),
            caller: Caller::import(),
            report: Report::default(),
            new_inspections: Vec::new(),
            authorities: HashMap::new(),
            inspections: HashMap::new(),
        }
    }
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Report {
    counts: Vec<(&'static str, usize, usize)>,
    pub(super) notes: Vec<String>,
}

impl Report {
    /// Counts rows of a kind: those written, and those that were there already.
    pub(super) fn count(&mut self, what: &'static str, written: usize, kept: usize) {
        if written + kept > 0 {
            self.counts.push((what, written, kept));
        }
    }

    /// Adds what became of the corrections.
    pub(super) fn add(&mut self, corrected: Corrected) {
        self.count("corrections", corrected.made, 0);
        self.notes.extend(corrected.notes);
    }

    /// How many rows of a kind were written.
    #[must_use]
    pub fn written(&self, what: &str) -> usize {
        self.counts.iter().filter(|(kind, ..)| *kind == what).map(|(_, written, _)| written).sum()
    }

    /// What the reader of the report should know.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().map(|(what, written, kept)| match kept {
            0 => format!("{written} {what}"),
            kept => format!("{written} {what} ({kept} were there)"),
        });
        f.write_str(&counts.collect::<Vec<_>>().join(", "))?;
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}"))
    }
}

/// The parts of a cell that holds several values.
pub(super) fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// Takes the id out of an object, and decodes the rest as the body of a request.
pub(super) fn identified<I, T>(
    context: &mut Context<'_>,
    row: Row<Map<String, Value>>,
    name: &str,
) -> Option<(I, Row<T>)>
where
    I: DeserializeOwned,
    T: DeserializeOwned + Validate + ToSchema + 'static,
{
    let Row { file, line, mut value } = row;
    let id = value.remove(name).and_then(|id| serde_json::from_value::<I>(id).ok());
    if id.is_none() {
        context.reader.fault(file, line, name, "must be a UUID in lower case with hyphens");
    }
    match decode_object::<T>(value) {
        Ok(value) => id.map(|id| (id, Row { file, line, value })),
        Err(errors) => {
            for FieldError { pointer, message, .. } in errors {
                let place = pointer.unwrap_or_default();
                context.reader.fault(file, line, place.trim_start_matches('/'), message);
            }
            None
        }
    }
}

/// Takes a list out of an object, and decodes each item as the body of a request with an id.
pub(super) fn take_parts<I: DeserializeOwned, T: DeserializeOwned + Validate + ToSchema + 'static>(
    context: &mut Context<'_>,
    row: &mut Row<Map<String, Value>>,
    list: &str,
    id: &str,
) -> Option<Vec<(I, T)>> {
    let Some(items) = row.value.remove(list) else { return Some(Vec::new()) };
    let Ok(items) = serde_json::from_value::<Vec<Map<String, Value>>>(items) else {
        context.reader.fault(row.file, row.line, list, "must be a list of objects");
        return None;
    };
    let parts = items.into_iter().map(|value| {
        let item = Row { file: row.file, line: row.line, value };
        identified::<I, T>(context, item, id).map(|(id, row)| (id, row.value))
    });
    // All are looked at, so that all faults are told.
    parts.collect::<Vec<_>>().into_iter().collect()
}

/// Whether something was removed on purpose from an inspection that was there before this import.
pub(super) fn was_removed(
    conn: &mut PgConnection,
    context: &Context<'_>,
    inspection: InspectionId,
    id: Uuid,
) -> Result<bool, ImportError> {
    Ok(!context.new_inspections.contains(&inspection) && events::query::was_removed(conn, id)?)
}
