//! What is told of that which comes into public view, or goes from it, with an inspection: all that is in it or about it.

use diesel::pg::PgConnection;
use serde::Serialize;

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::events::model::Subject;
use crate::register::inspections::model::InspectionRow;
use crate::register::{documents, events, examinations, findings, recommendations};

/// Tells the public of what is in an inspection or about it, which is published as of this transaction, or is no more.
///
/// # Errors
///
/// If the database fails.
pub fn tell(conn: &mut PgConnection, caller: &Caller, inspection: &InspectionRow) -> Result<(), ApiError> {
    let documents = documents::query::stored_about(conn, inspection)?;
    turned(conn, caller, inspection, documents)?;
    let findings = findings::query::stored_of(conn, inspection)?;
    turned(conn, caller, inspection, findings)?;
    let recommendations = recommendations::query::stored_of(conn, inspection)?;
    turned(conn, caller, inspection, recommendations)?;
    // An examination is in view if both inspections are: of those by or about an inspection the other one decides.
    let mut examinations = examinations::query::stored_of(conn, inspection)?;
    examinations.extend(examinations::query::stored_about(conn, inspection)?);
    let decided = examinations.into_iter().filter(|(_, _, other_is_public)| *other_is_public);
    turned(conn, caller, inspection, decided.map(|(subject, row, _)| (subject, row)).collect())
}

fn turned<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: &InspectionRow,
    rows: Vec<(Subject, T)>,
) -> Result<(), ApiError> {
    let turned = |(subject, row): (Subject, T)| (subject.that_was_public(!inspection.is_public()), row);
    events::query::all_turned(conn, caller, &rows.into_iter().map(turned).collect::<Vec<_>>())
}
